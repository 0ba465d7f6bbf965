"""What is said of columns that tell of features, and are not taken or not always."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from soilbio.importers.found import Advised
from soilbio.importers.lineage_columns import LINEAGE, SEQUENCE, Columns, told_cells
from soilbio.importers.rank_columns import rank_of, supports_in
from soilbio.importers.supports import notes_on as on_supports

# How alike a hit is supports no name: one of 90 % may be of another order.
_OF_HITS = re.compile(
    r"^(?:blast[ _.]?)?"
    r"(?:p_?ident|(?:(?:p|perc(?:ent)?|%)[ _.]?)?identity|%[ _]?id|similarity"
    r"|(?:bit[ _.-]?)?score)$",
    re.IGNORECASE,
)


def of_hits(texts: Iterable[str]) -> list[str]:
    """Give the headers of columns that tell how alike the hit is that a name is taken from."""
    return [name for name in texts if _OF_HITS.match(name)]


def notes_on(texts: Mapping[str, Sequence[str]], columns: Columns) -> list[str]:
    """Say which columns that could tell of features are not taken, or not always."""
    notes = on_supports(texts.get(columns.whole, ()), f"column '{columns.whole}'")
    notes += [f"column '{name}' holds lineages, too, and is not taken" for name in columns.beside]
    if columns.whole and columns.ranks:
        ranks = ", ".join(name for name, _ in columns.ranks)
        notes.append(f"columns {ranks} count only where '{columns.whole}' says nothing")
    notes += [
        Advised(
            f"columns {', '.join(name for name, _ in ranks)} are of another classifier or database:"
            " features have the names on which all agree; all lineages stay",
            " (say `table: {ignore_columns: […]}` of what is not to count)",
        )
        for ranks in columns.more
    ]
    if columns.exact and columns.exact not in dict(columns.ranks):
        notes.append(f"column '{columns.exact}' counts where there is no other species, or differs")
    notes += [
        f"column '{name}' tells how alike a hit is, which supports no name, and is not taken"
        for name in of_hits(texts)
    ]
    taken = columns.taken | dict(supports_in(texts)).keys()
    notes += [
        f"column '{name}' is one more of the rank {rank_of(name)}, and is not taken"
        for name, cells in texts.items()
        if rank_of(name) and name not in taken and told_cells(cells)
    ]
    notes += [
        f"column '{name}' holds no sequences, and is not taken"
        for name, cells in texts.items()
        if name not in columns.taken and SEQUENCE.match(name) and told_cells(cells)
    ]
    notes += [
        f"column '{name}' holds no lineages, and is not taken"
        for name, cells in texts.items()
        if LINEAGE.match(name)
        and name not in (columns.whole, *columns.beside)
        and told_cells(cells)
    ]
    return notes


def left_of(texts: Mapping[str, Sequence[str]], columns: Columns, sheet: str) -> list[str]:
    """Say which columns of a sheet of features are not taken, beside those of which it is said."""
    said = {*columns.taken, *columns.beside, *of_hits(texts)}
    left = [
        name
        for name, cells in texts.items()
        if name not in said and not rank_of(name) and not SEQUENCE.match(name) and any(cells)
    ]
    return [f"columns of {sheet} are not taken: {', '.join(left)}"] if left else []
