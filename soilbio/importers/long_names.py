"""Long tables whose features have no names but their ranks: Sample, Phylum, Genus, Abundance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, islice

from soilbio.errors import InputError, problem_of
from soilbio.importers.forms import is_given, is_sequence
from soilbio.importers.rank_columns import PREFIX, rank_of
from soilbio.importers.ranked_names import is_absent, prefixed
from soilbio.importers.shapes import is_long_of_ranks, long_places
from soilbio.importers.text import Rows

Places = tuple[int, int, int]
_LOOKED_AT = 200  # rows by which columns of taxa and libraries are told from one of features
# Above what we call the taxa by; no column of the user's.
_TAXON = "taxon"


def as_long(source: str, header: list[str], rows: Rows) -> tuple[list[str], Rows, Places | None]:
    """Give a long table with the places of feature, library and number; another has no places.

    Where there are ranks only, the taxa get names in front.

    Raises
    ------
    InputError
        If there is a column of features beside the ranks that is not called as such.

    """
    if places := long_places(header):
        return header, rows, places
    places = long_places(["OTU", *header]) if is_long_of_ranks(header) else None
    if not places:
        return header, rows, None
    by_rank = {rank: at for at, name in enumerate(header) if (rank := rank_of(name))}
    ranks = [(by_rank[rank], rank) for rank in PREFIX if rank in by_rank]
    lines = ((row, [_named(cells, ranks), *cells]) for row, cells in islice(rows, 1, None))
    first = list(islice(lines, _LOOKED_AT))
    named = [_TAXON, *header]
    for at, name in enumerate(named):
        if name and at not in places and not rank_of(name):
            _check_beside(
                source, name, [cells for _, cells in first if at < len(cells)], at, places
            )
    return named, chain([(1, named)], first, lines), places


def _named(cells: Sequence[str], ranks: Sequence[tuple[int, str]]) -> str:
    """Name a taxon by what stands there, also where that is no name: `uncultured` is not `NA`."""
    names = ((rank, cells[at].strip()) for at, rank in ranks if at < len(cells))
    filled = [prefixed(rank, name) for rank, name in names if not is_absent(name)]
    return "; ".join(filled) or "unclassified"


def _check_beside(
    source: str, name: str, rows: Sequence[Sequence[str]], at: int, places: Places
) -> None:
    """Stop at a column that tells features of a taxon in a library apart, or has their names."""
    told: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for cells in rows:
        told[cells[0], cells[places[1]].strip()].add(cells[at].strip())
    cells_of = [cells[at].strip() for cells in rows]
    given = sum(is_given(cell) or is_sequence(cell) for cell in cells_of)
    if 2 * given > len(cells_of) or any(len(values) > 1 for values in told.values()):
        raise _of_features(source, name, cells_of[0])


def _of_features(source: str, name: str, found: str) -> InputError:
    return problem_of(
        "import-name",
        source,
        column=name,
        found=found[:80],
        expected="in a long table of taxa nothing that tells more of them apart than their ranks",
        fix="If the column has the features, call it `OTU`; else leave it out, and add up what is"
        " of one taxon in one sample",
    )
