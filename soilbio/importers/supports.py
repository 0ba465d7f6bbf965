"""Names with the support of each, as SINTAX and RDP's classifier write them: those that hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from soilbio.importers.columns import number_of
from soilbio.importers.contradictions import each_once
from soilbio.importers.found import Taxon
from soilbio.importers.rank_columns import rank_of
from soilbio.importers.ranked_names import prefixed
from soilbio.importers.text import rows_of

# What both accept by default, or advise (Wang et al. 2007, Edgar 2016).
LEAST = 0.8
STRANDS = ("+", "-", "")
_OF_SINTAX = re.compile(r"([dkpcofgs]:[^()]+(?:\([^()]*\D[^()]*\))?)\((\d(?:\.\d+)?)\)")
_ROOT = "rootrank"


def note_on(source: str) -> str:
    """Say that names with little support are left out."""
    return (
        f"lineages of {source} have all names, each with its support: those below {LEAST:g}, and"
        " what stands under them, are not taken"
    )


def is_supported(lineage: str) -> bool:
    """Tell whether a lineage is SINTAX's of all names, each with its support."""
    return bool(lineage) and all(map(_OF_SINTAX.fullmatch, lineage.strip().split(",")))


def is_of_sintax(cells: Sequence[str]) -> bool:
    """Tell whether a row is one of SINTAX's: name, supported lineage, strand, what it accepts."""
    return len(cells) in (3, 4) and is_supported(cells[1]) and cells[2] in STRANDS


def is_without_hit(cells: Sequence[str]) -> bool:
    """Tell whether a row is as SINTAX writes it of a sequence that is like none: a name only."""
    return len(cells) in (3, 4) and bool(cells[0]) and not any(cells[1:])


def accepted(lineage: str) -> tuple[str, float | None]:
    """Give the names of a lineage that hold, and the support of the last.

    So of SINTAX's and RDP's, which stay as they are written; another lineage holds as it is.
    """
    cells = lineage.split(";")
    if is_supported(lineage):
        parts = (_OF_SINTAX.fullmatch(part) for part in lineage.strip().split(","))
        supported, mark = [(part[1], float(part[2])) for part in parts if part], ","
    elif ";" in lineage and is_of_rdp(["", "", *cells]):
        supported, mark = _of_ranks(cells), "; "
    else:
        return lineage, None
    held = list(takewhile(lambda one: one[1] >= LEAST, supported))
    return mark.join(name for name, _ in held if name), held[-1][1] if held else None


def _of_ranks(cells: Sequence[str]) -> list[tuple[str, float]]:
    """Give RDP's names with their ranks and supports; what is of no rank of ours has no name."""
    triples = zip(cells[::3], cells[1::3], cells[2::3], strict=True)
    return [
        (prefixed(own, name.strip('"')) if (own := rank_of(rank)) else "", float(support))
        for name, rank, support in triples
    ]


def is_of_rdp(cells: Sequence[str]) -> bool:
    """Tell whether a row is one of RDP's classifier: name, strand, and name, rank, support …."""
    ranks, supports = cells[3::3], cells[4::3]
    return (
        len(cells) > 4
        and cells[1].strip() in STRANDS
        and len(ranks) == len(supports) == len(cells[2::3])
        and all(rank.strip() == _ROOT or _is_word(rank) for rank in ranks)
        and all(0 <= (number_of(one) or 0) <= 1 and number_of(one) is not None for one in supports)
        and any(map(rank_of, ranks))
    )


def _is_word(text: str) -> bool:
    return text.strip().isalpha()


def read_rdp(source: Path, *, sheet: str = "") -> dict[str, Taxon]:
    """Read what RDP's classifier writes (`-f fixrank`, `allrank`): names, ranks and supports.

    Raises
    ------
    InputError
        If rows of one name differ.

    """
    rows = ([cell.strip() for cell in cells] for _, cells in rows_of(source, sheet=sheet))
    return each_once(map(_of_rdp, rows), str(source))


def _of_rdp(cells: Sequence[str]) -> tuple[str, Taxon]:
    lineage = ";".join(cells[2:])
    return cells[0], Taxon(lineage=lineage, confidence=accepted(lineage)[1])


def notes_on(lineages: Iterable[str], source: str) -> list[str]:
    """Say that of lineages of SINTAX not all names are taken."""
    return [note_on(source)] if any(map(is_supported, lineages)) else []


def on_first(rows: Sequence[Sequence[str]], source: str) -> list[str]:
    """Say the same of a file without header; with a cut-off SINTAX's have a fourth column."""
    lineages = [cells[1] for cells in rows if len(cells) in (2, 3)]
    return [note_on(source)] if is_of_rdp(rows[0]) else notes_on(lineages, source)
