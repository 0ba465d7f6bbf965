"""Qualities of real read pairs, for simulated ones that are as good and as bad as they."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soilbio.errors import Problems

# More pairs tell nothing new, and all are held in memory.
MAX_PAIRS = 100_000
# With fewer, the same few reads would come again and again.
MIN_PAIRS = 500


@dataclass(frozen=True, slots=True)
class Observed:
    """Phred qualities of real pairs, a row a pair: first and second reads."""

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]

    def draw(self, n_pairs: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], ...]:
        """Draw whole pairs with replacement, so that both reads of a pair stay together."""
        rows = rng.integers(len(self.first), size=n_pairs)
        return self.first[rows], self.second[rows]


def read_observed(files: Sequence[Path], read_length_bp: int) -> Observed:
    """Read the qualities of pairs that are long enough, cut to the simulated length.

    Parameters
    ----------
    files : sequence of Path
        FASTQ, plain or gzip: first and second reads in turn, of one library or more.
    read_length_bp : int
        Length of the reads to simulate.

    Raises
    ------
    InputError
        `simulate-quality-file`, for files that are not two by two, cannot be read or hold too few
        pairs of that length.

    """
    problems = Problems("errors.quality_from")
    if len(files) % 2:
        problems.add(
            "simulate-quality-file",
            found=f"{len(files)} files",
            expected="first and second reads in turn",
            fix="Name two files for each library",
        )
    problems.raise_if_any()
    kept: list[tuple[str, str]] = []
    for first, second in zip(files[::2], files[1::2], strict=True):
        kept += itertools.islice(
            _long_pairs(first, second, read_length_bp, problems), MAX_PAIRS - len(kept)
        )
    if not problems.errors and len(kept) < MIN_PAIRS:
        problems.add(
            "simulate-quality-file",
            found=f"{len(kept)} pairs of at least {read_length_bp} bases",
            expected=f"{MIN_PAIRS} or more",
            fix="Name more files, or lower read_length_bp to the length of their reads",
        )
    problems.raise_if_any()
    return Observed(*(_qualities([pair[end] for pair in kept]) for end in (0, 1)))


def _long_pairs(
    first: Path, second: Path, length_bp: int, problems: Problems
) -> Iterator[tuple[str, str]]:
    """Yield the quality strings of pairs whose reads both have this length."""
    import dnaio

    try:
        with dnaio.open(first, second, fileformat="fastq") as pairs:
            for one, other in pairs:
                texts = (one.qualities or "", other.qualities or "")
                if min(map(len, texts)) >= length_bp:
                    yield texts[0][:length_bp], texts[1][:length_bp]
    except (OSError, EOFError, zlib.error, dnaio.FileFormatError, ValueError) as error:
        problems.add(
            "simulate-quality-file",
            source=f"{first}, {second}",
            found=" ".join(str(error).split())[:200],
            expected="FASTQ files of read pairs",
            fix="Correct the paths, or get the files again",
        )


def _qualities(texts: Sequence[str]) -> NDArray[np.uint8]:
    codes = np.frombuffer("".join(texts).encode("ascii"), np.uint8) - np.uint8(33)
    return codes.reshape(len(texts), -1)
