"""minimap2 (Li 2018, Bioinformatics 34:3094): its indexes, and alignments by fragment."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from soilbio.profile.clean import Cleaned
from soilbio.profile.tools import ToolFailed, run_tool_into, streaming

if TYPE_CHECKING:
    from pysam import AlignedSegment

_BLOCK = 1_000  # fragments that are written together
# Of CIGAR: what lies on bases of the target (M, =, X), and what is of the read, also where it is
# clipped (and I, S, H).
_ON_TARGET = frozenset({0, 7, 8})
_OF_READ = frozenset({0, 1, 4, 5, 7, 8})


def index_sequences(
    source: str | Path,
    target: Path,
    options: Sequence[str],
    *,
    threads: int,
    feed: Callable[[IO[bytes]], None] | None = None,
) -> None:
    """Write minimap2's index of a FASTA, whole: it does not itself notice a full disk."""
    words = ["minimap2", *options, "-t", str(threads), "-I", "1000G", "-d", "/dev/fd/1"]
    try:
        run_tool_into([*words, source], target, feed=feed)
    except ToolFailed as failure:
        raise failure.as_input_error(str(target)) from failure


def records_with_bases(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines of a FASTA, records without bases left out: htslib takes none to align to."""
    header = b""
    for line in lines:
        if line.startswith(b">"):
            header = line
        elif line.strip():
            if header:
                yield header
                header = b""
            yield line


def align(
    reads: Cleaned, index: Path, options: Sequence[str]
) -> Iterator[tuple[int, list[AlignedSegment]]]:
    """Align reads, and give each fragment that is aligned: its place, and all its alignments.

    minimap2 is fed fragments that are named by their places, mates one after the other: reads of
    several runs may have one name, and mates may have names of their own (`.1`, `.2`).

    Raises
    ------
    InputError
        If minimap2 cannot do it.
    ValueError
        If there are more of one mate than of the other.

    """
    import pysam

    words = ["minimap2", "-a", "--sam-hit-only", *options, str(index), "-"]
    with ThreadPoolExecutor(1) as feeder:
        try:
            with streaming(words, stdin=subprocess.PIPE) as aligner:
                fed = feeder.submit(_feed, reads, aligner.stdin)  # type: ignore[arg-type]
                with pysam.AlignmentFile(aligner.stdout, "r", check_sq=False) as alignments:  # type: ignore[arg-type]
                    aligned = (one for one in alignments if not one.is_unmapped)
                    for name, of_fragment in groupby(aligned, lambda one: str(one.query_name)):
                        yield int(name), list(of_fragment)
        except ToolFailed as failure:
            raise failure.as_input_error(str(reads.forward)) from failure
        # What it was not given it did not look at.
        fed.result()


def _feed(reads: Cleaned, sink: IO[bytes]) -> None:
    """Write fragments as FASTA, all mates of one under its place."""
    fragments = enumerate(reads.fragments())
    with suppress(BrokenPipeError), sink:  # who ended before says so itself
        while block := list(islice(fragments, _BLOCK)):
            text = "".join(f">{place}\n{one.sequence}\n" for place, ends in block for one in ends)
            sink.write(text.encode())


def stretches_on_target(alignment: AlignedSegment) -> Iterator[tuple[int, int]]:
    """Give the stretches of a read, as it was sequenced, that lie on bases of what it aligns to."""
    operations = alignment.cigartuples or []
    place = 0
    for kind, number in reversed(operations) if alignment.is_reverse else operations:
        if kind in _ON_TARGET:
            yield place, place + number
        place += number if kind in _OF_READ else 0


def identity(alignment: AlignedSegment) -> float:
    """Give the share of alike bases, a gap counted once however long it is (minimap2's `de`).

    Long ones are differences between genomes, such as insertions, not errors of a read.
    """
    return 1 - float(alignment.get_tag("de"))


def version_of_minimap2() -> str:
    """Ask minimap2 for its version."""
    done = subprocess.run(["minimap2", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
