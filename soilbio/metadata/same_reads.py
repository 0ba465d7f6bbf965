"""Reads that stand in two places: copies of a file, and the two ends of a library taken for two."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.library_reads import Facts
from soilbio.metadata.reads import FirstRecords
from soilbio.metadata.sheet import Library

# What tells the ends apart in the names of a pair's reads: /1 and /2, or .1 and .2 behind a number.
_END = re.compile(r"/[123]$|(?<=\d)\.[12]$")
# Names that only count, such as read12: those of any two files are alike.
_COUNTED = re.compile(r"[A-Za-z]*[._-]?\d+")


@dataclass(slots=True)
class SingleReads:
    """The first reads of single libraries, by assay and name."""

    _seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def other_end(self, assay: str, label: str, names: Iterable[str]) -> str:
        """Give the label of a library noted before that has reads of the same names; or nothing.

        A sequencer gives each fragment a name, and the same to both of its ends.
        """
        keys = [(assay, name) for name in map(_fragment, names) if name]
        other = next((self._seen[key] for key in keys if key in self._seen), "")
        for key in keys:
            self._seen.setdefault(key, label)
        return other


def _fragment(name: str) -> str:
    """Name the fragment that a read is an end of; empty where the name only counts."""
    word = _END.sub("", (name.split(None, 1) or [""])[0])
    return "" if _COUNTED.fullmatch(word) else word


@dataclass(slots=True)
class SameReads:
    """What was seen of a sheet's libraries so far."""

    _files: dict[bytes, tuple[Library, Path]] = field(default_factory=dict)
    _singles: SingleReads = field(default_factory=SingleReads)

    def note(self, facts: Facts, problems: Problems) -> None:
        """Note what one library has in common with those before it."""
        is_new = not facts.digests or facts.digests[0] not in self._files
        self._note_copies(facts, problems)
        library = facts.library
        if library.fastq_1 is None or library.fastq_2 is not None or not is_new:
            return
        label = f"{library.fastq_1.name} of row {library.row}"
        other = self._singles.other_end(library.assay, label, facts.single_names)
        if other:
            problems.add(
                "fastq-ends-apart",
                row=library.row,
                column="fastq_1",
                found=library.fastq_1.name,
                expected=f"reads of its own; its reads have the names of those of {other}, so these"
                " are the two ends of one library",
                fix="Make one row of the two: forward reads in fastq_1, reverse ones in fastq_2; or"
                " keep the row of the forward reads alone",
            )

    def _note_copies(self, facts: Facts, problems: Problems) -> None:
        """Note a file that begins, names and all, as one that was seen before: a copy of it."""
        library = facts.library
        paths = (library.fastq_1, library.fastq_2)
        for column, path, digest in zip(("fastq_1", "fastq_2"), paths, facts.digests, strict=False):
            if path is None or not digest:
                continue
            other, known = self._files.setdefault(digest, (library, path))
            # One file that is named twice was told with the sheet.
            if known is path or path.samefile(known):
                continue
            problems.add(
                "fastq-copy",
                row=library.row,
                column=column,
                found=path.name,
                expected=f"reads of its own; it begins as {known.name} of row {other.row} does,"
                " down to the reads' names",
                fix="One is a copy of the other: name the file that was meant, or remove the row",
            )


def note_ends_apart(singles: Iterable[tuple[Path, str, FirstRecords]], problems: Problems) -> None:
    """Note single files of a new project, with their assays, that are the two ends of one library.

    Copies of a file are not: the project's check tells of them.
    """
    seen, copies = SingleReads(), set[bytes]()
    for path, assay, records in singles:
        digest = records.digest()
        other = "" if digest in copies else seen.other_end(assay, path.name, records.names)
        copies.add(digest)
        if other:
            problems.add(
                "fastq-ends-apart",
                source=str(path),
                expected=f"reads of its own; its reads have the names of those of {other}, so these"
                " are the two ends of one library",
                fix="Rename both so that they differ in _R1 and _R2 only, or move away the one"
                " with the reverse reads",
            )
