"""Lists of what merging found, in files of the merged dataset; those of earlier merging go on.

What was found when the first were merged is not found again when one more is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from soilbio.dataset.conflicts import read_lines
from soilbio.harmonise.prefixes import renamed_line

if TYPE_CHECKING:
    from soilbio.harmonise.sources import Source

Line = tuple[str, ...]


def lines_before(
    sources: Sequence[Source], path: str, header: Sequence[str]
) -> dict[str, set[Line]]:
    """Read a list of each dataset that was merged before, by its name; none where it has none."""
    found: dict[str, set[Line]] = {}
    for source in sources:
        if source.history and (source.dataset.folder / path).is_file():
            lines = read_lines(source.dataset.folder / path, header)
            found[source.name] = {renamed_line(line, header, source) for line in lines}
    return found


def with_lines_before(
    sources: Sequence[Source], path: str, header: Sequence[str], lines: Iterable[Sequence[object]]
) -> list[Line]:
    """Give the lines of a list, those of earlier merging among them.

    What a dataset that was merged before says itself is left out where those say it, by their own
    names, that it was merged of.
    """
    before = lines_before(sources, path, header)
    place = header.index("dataset")
    known = {
        (*line[:place], name, *line[place + 1 :]) for name, own in before.items() for line in own
    }
    return sorted(({tuple(map(str, line)) for line in lines} - known).union(*before.values()))
