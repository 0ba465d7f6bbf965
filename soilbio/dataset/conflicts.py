"""What datasets that were merged say differently of one thing: `provenance/conflicts.tsv`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

CONFLICTS = "provenance/conflicts.tsv"
CONFLICT_HEADER = (
    *("subject", "property", "method", "upper_depth_m", "lower_depth_m"),
    *("dataset", "value", "unit"),
)


def is_cell(line: Sequence[str]) -> bool:
    """Tell whether a line is of a cell of a sample, not of a measurement."""
    return not any(line[2:5]) and not line[-1]


def read_conflicts(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a dataset; none where there is no such file."""
    yield from read_lines(folder / CONFLICTS, CONFLICT_HEADER)


def read_lines(path: Path, header: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a list of what merging found; none of a file that is not there, or else.

    Lines that have not as many columns as the header are no lines of it.
    """
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    head, *lines = (tuple(line.split("\t")) for line in text.splitlines() or [""])
    if head == tuple(header):
        yield from (line for line in lines if len(line) == len(head))
