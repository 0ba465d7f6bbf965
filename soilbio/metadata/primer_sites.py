"""How many reads begin with a primer: all reads of a block at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from soilbio.standards.iupac import BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Spacers, barcodes and linkers may precede a primer by this much.
_MAX_OFFSET_BP = 40
# The first bases of a primer may be missing from a read; more missing is not that primer.
_MISSING_BP = 4
_LONGEST_BP = 60
# As cutadapt is told: of the primer at a read's other end, fewer bases are chance.
_LEAST_AT_END_BP = 10
_WIDTH = _MISSING_BP + _MAX_OFFSET_BP + _LONGEST_BP
_ANY = 0b1111
_CODES = np.zeros(256, np.uint8)
for _base in "ACGT":
    _CODES[[ord(_base), ord(_base.lower())]] = BITS[_base]
_CODES[[ord("U"), ord("u")]] = BITS["T"]
_COMPLEMENT = bytes.maketrans(b"ACGTUacgtu", b"TGCAAtgcaa")


@dataclass(frozen=True, slots=True)
class Found:
    """Which reads begin with a primer, and where it ends in each of those."""

    is_found: NDArray[np.bool_]
    ends_bp: NDArray[np.intp]

    @property
    def end_bp(self) -> int:
        """Where the primer ends in most reads (median); 0 if it is in none."""
        return int(np.median(self.ends_bp[self.is_found])) if self.is_found.any() else 0

    @property
    def share(self) -> float:
        """Share of the reads, 0 to 1."""
        return float(self.is_found.mean()) if len(self.is_found) else 0.0


class ReadStarts:
    """The first bases of reads as bits, one row per read; an N in a read matches nothing."""

    def __init__(self, sequences: Sequence[bytes]) -> None:
        taken = _WIDTH - _MISSING_BP
        text = b"".join(sequence[:taken].ljust(taken, b"\0") for sequence in sequences)
        self._bits = np.full((len(sequences), _WIDTH), _ANY, np.uint8)
        self._bits[:, _MISSING_BP:] = _CODES[np.frombuffer(text, np.uint8).reshape(-1, taken)]

    def __len__(self) -> int:
        return len(self._bits)

    def find(self, primer: str, error_rate: float) -> Found:
        """Find a primer, IUPAC, 5' to 3', anywhere in the first bases.

        Mismatches up to `error_rate` times its length are accepted; insertions are not looked for.
        """
        sites = _MISSING_BP + _MAX_OFFSET_BP + 1
        mismatches = self._mismatches(primer, 0, sites)
        best = mismatches.argmin(axis=1)
        fewest = mismatches[np.arange(len(best)), best]
        is_found = fewest <= int(error_rate * len(primer))
        return Found(is_found, best - _MISSING_BP + len(primer))

    def begin_with(self, bases: str, error_rate: float) -> Found:
        """Find reads that begin with these very bases, nothing before them."""
        mismatches = self._mismatches(bases, _MISSING_BP, 1)[:, 0]
        is_found = mismatches <= int(error_rate * len(bases))
        return Found(is_found, np.full(len(is_found), len(bases)))

    def _mismatches(self, primer: str, start: int, sites: int) -> NDArray[np.uint8]:
        """Count mismatches at each of some sites of each read."""
        count = np.zeros((len(self._bits), sites), np.uint8)
        for offset, letter in enumerate(primer, start=start):
            wanted = BITS[letter]
            if wanted != _ANY:
                count += (self._bits[:, offset : offset + sites] & wanted) == 0
        return count


def hold(sequences: Sequence[bytes], primer: str, error_rate: float) -> NDArray[np.bool_]:
    """Tell which sequences hold a primer anywhere, or its first bases at their end.

    Mismatches up to `error_rate` times its length are accepted.
    """
    longest = max(map(len, sequences), default=0)
    beyond = max(0, len(primer) - _LEAST_AT_END_BP)
    bits = np.zeros((len(sequences), longest + beyond), np.uint8)
    for row, sequence in zip(bits, sequences, strict=True):
        row[: len(sequence)] = _CODES[np.frombuffer(sequence, np.uint8)]
        row[len(sequence) : len(sequence) + beyond] = _ANY
    sites = bits.shape[1] - len(primer) + 1
    if sites < 1:
        return np.zeros(len(sequences), np.bool_)
    mismatches = np.zeros((len(sequences), sites), np.uint8)
    for offset, letter in enumerate(primer):
        mismatches += (bits[:, offset : offset + sites] & BITS[letter]) == 0
    found: NDArray[np.bool_] = mismatches.min(axis=1) <= int(error_rate * len(primer))
    return found


def turned(sequences: Sequence[bytes]) -> list[bytes]:
    """Read the last bases of sequences on the other strand."""
    return [sequence[-_WIDTH:].translate(_COMPLEMENT)[::-1] for sequence in sequences]
