"""Cut the stretch between two primers out of reference sequences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soilbio.references.lineages import ranks_of
from soilbio.simulate.design import Region
from soilbio.standards import iupac
from soilbio.standards.iupac import reverse_complement

_BITS = np.zeros(256, np.uint8)
for _letter, _bits in iupac.BITS.items():
    _BITS[ord(_letter)] = _bits


@dataclass(frozen=True, slots=True)
class Amplicon:
    """What the primers amplify: the sequence between them, and which references have it."""

    sequence: str
    ids: tuple[str, ...]
    lineage: str
    phylum: str
    genus: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The amplicons, sorted by sequence, and how many references gave none, and why."""

    amplicons: tuple[Amplicon, ...]
    without_primers: int
    wrong_length: int
    ambiguous_bases: int
    several_genera: int


class PrimerSite:
    """Finds where a primer binds: exactly where it can, else with the fewest mismatches."""

    def __init__(self, primer: str, max_mismatches: int) -> None:
        self.length = len(primer)
        self._max_mismatches = max_mismatches
        self._exact = re.compile("".join(f"[{iupac.BASES[letter]}]" for letter in primer))
        self._bits = _BITS[np.frombuffer(primer.encode(), np.uint8)]

    def find(self, sequence: str, start: int = 0) -> int:
        """Leftmost of the best sites at or after `start`; -1, if there is none."""
        match = self._exact.search(sequence, start)
        if match or not self._max_mismatches or len(sequence) - start < self.length:
            return match.start() if match else -1
        bits = _BITS[np.frombuffer(sequence[start:].encode(), np.uint8)]
        mismatches = self._mismatches(bits)
        best = int(mismatches.argmin())
        return start + best if mismatches[best] <= self._max_mismatches else -1

    def _mismatches(self, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Count mismatches at each site of a sequence."""
        count = np.zeros(len(bits) - self.length + 1, np.uint8)
        for offset, wanted in enumerate(self._bits):
            count += (bits[offset : offset + len(count)] & wanted) == 0
        return count


def cut_region(
    records: Iterable[tuple[str, str]],
    lineages: Mapping[str, str],
    primers: tuple[str, str],
    region: Region,
) -> Cut:
    """Cut the amplicon out of every reference sequence that both primers bind.

    Parameters
    ----------
    records : iterable of (id, sequence)
        Upper-case DNA in the direction of the forward primer.
    lineages : mapping of id to lineage
        References that lack one are left out by the caller's check.
    primers : tuple of two str
        Forward and reverse, IUPAC, 5' to 3'.
    region : Region
        Mismatches and lengths that are accepted.

    Returns
    -------
    Cut
        Each distinct sequence once. Those that references of different genera share are left
        out: no one could say what the truth is. The lineage is that of the first id.

    """
    forward = PrimerSite(primers[0], region.max_mismatches)
    reverse = PrimerSite(reverse_complement(primers[1]), region.max_mismatches)
    ids: dict[str, list[str]] = {}
    without_primers = wrong_length = ambiguous = 0
    for name, sequence in records:
        site = forward.find(sequence)
        start = site + forward.length
        end = reverse.find(sequence, start) if site >= 0 else -1
        if end < 0:
            without_primers += 1
            continue
        amplicon = sequence[start:end]
        if not region.min_length_bp <= len(amplicon) <= region.max_length_bp:
            wrong_length += 1
        elif amplicon.strip("ACGT"):
            ambiguous += 1
        else:
            ids.setdefault(amplicon, []).append(name)
    amplicons = [_amplicon(sequence, sorted(names), lineages) for sequence, names in ids.items()]
    kept = sorted((a for a in amplicons if a is not None), key=lambda a: a.sequence)
    several = len(amplicons) - len(kept)
    return Cut(tuple(kept), without_primers, wrong_length, ambiguous, several)


def _amplicon(sequence: str, ids: list[str], lineages: Mapping[str, str]) -> Amplicon | None:
    """Describe a distinct sequence; None, if its references belong to several genera."""
    ranks = [ranks_of(lineages.get(name, "")) for name in ids]
    if len({rank.get("g", "") for rank in ranks}) > 1:
        return None
    first = ranks[0]
    return Amplicon(
        sequence, tuple(ids), lineages.get(ids[0], ""), first.get("p", ""), first.get("g", "")
    )
