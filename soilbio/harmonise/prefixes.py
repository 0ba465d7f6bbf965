"""Other names for the samples and libraries of a dataset, where another one has the same names.

Whoever received datasets can neither import them again nor run them anew: one sender's pseudonyms
are made of names, so that two soils that are called alike have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import LOTS
from soilbio.dataset.prefixes import with_prefixes
from soilbio.errors import Problems
from soilbio.metadata.sheet import check_id

if TYPE_CHECKING:
    from soilbio.dataset.history import History
    from soilbio.harmonise.sources import Source

# Columns of the lists of what merging found that name a sample or library.
OF_SUBJECTS = ("subject", "sample_id", "library_id")
_OPTION = "--prefix"


def parse_prefixes(texts: Sequence[str], folders: Sequence[Path]) -> dict[Path, str]:
    """Read `DATASET=TEXT`, one of the datasets that are merged and what stands before its names.

    Raises
    ------
    InputError
        If one is no such pair, names a dataset that is not merged, or one twice, or would make
        names that are none.

    """
    problems = Problems(_OPTION)
    known = {folder.resolve(): folder for folder in folders}
    found: dict[Path, str] = {}
    for text in texts:
        name, is_pair, prefix = text.rpartition("=")
        folder = known.get(Path(name).resolve()) if is_pair else None
        if folder is None or folder in found:
            problems.add(
                "harmonise-prefix",
                found=text,
                expected=f"DATASET=TEXT, each once, of {', '.join(map(str, folders))}",
                fix="Write the dataset's folder as it is merged, and what is to stand before the"
                " names of its samples and libraries",
            )
            continue
        check_id(prefix, _OPTION, 0, problems)
        found[folder] = prefix
    problems.raise_if_any()
    return found


def with_prefix(source: Source, prefix: str) -> Source:
    """Give a dataset with a prefix before the names of its samples and libraries."""
    if not prefix:
        return source
    tables = with_prefixes(source.dataset.tables, prefix)
    dataset = replace(source.dataset, tables=tables)
    return replace(source, dataset=dataset, history=_renamed(source.history, prefix), prefix=prefix)


def _renamed(history: History, prefix: str) -> History:
    """Put the prefix before the libraries that a record of merging names."""
    if not history:
        return history
    named: dict[str, Any] = {
        what: {name: [f"{prefix}{one}" for one in own] for name, own in history[what].items()}
        for what in ("libraries", LOTS)
        if what in history
    }
    before = {"before": [_renamed(one, prefix) for one in history.get("before", ())]}
    return {**history, **named, **(before if before["before"] else {})}


def renamed_line(line: Sequence[str], header: Sequence[str], source: Source) -> tuple[str, ...]:
    """Give a line of a list of earlier merging with the names that its samples have now."""
    return tuple(
        f"{source.prefix}{text}" if column in OF_SUBJECTS else text
        for column, text in zip(header, line, strict=True)
    )
