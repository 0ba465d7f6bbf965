"""Reads with letters that are no base: where DADA2 meets one, it ends for all of a run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from soilbio.profile.packing import packing

_LINES = 400_000  # of a file are held in memory
_BASES = "ACGTacgt"


def drop_without_base(files: Sequence[Path]) -> int:
    """Take fragments out of FASTQ files that have a letter but A, C, G, T in either mate.

    The files, gzip, are written anew only if there are any: no-calls of older sequencers (`.`),
    ambiguous bases, and what is none at all.

    Returns
    -------
    int
        How many were taken out.

    """
    import dnaio

    if not any(map(_has_strange, files)):
        return 0
    dropped = 0
    parts = [path.with_name(f"letters.{path.name}") for path in files]
    with ExitStack() as stack:
        ends = [
            stack.enter_context(dnaio.open(path, fileformat="fastq", open_threads=0))
            for path in files
        ]
        written = [stack.enter_context(packing(part)) for part in parts]
        for mates in zip(*ends, strict=True):
            if any(mate.sequence.strip(_BASES) for mate in mates):
                dropped += 1
                continue
            for mate, handle in zip(mates, written, strict=True):
                handle.write(mate.fastq_bytes())
    for part, path in zip(parts, files, strict=True):
        part.replace(path)
    return dropped


def _has_strange(path: Path) -> bool:
    from isal import igzip

    with igzip.open(path) as handle:
        while lines := list(islice(handle, _LINES)):
            bases = b"".join(line.rstrip() for line in lines[1::4])
            if bases.translate(None, _BASES.encode()):
                return True
    return False
