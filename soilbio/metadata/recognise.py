"""Which primer pair the reads of a library begin with, or began with before it was removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from soilbio.metadata.assays import Assay
from soilbio.metadata.primer_sites import Found, ReadStarts, turned
from soilbio.metadata.reads import FirstRecords
from soilbio.standards.iupac import BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A pair that fewer reads than this have is not what the library was made with.
_LEAST_SHARE = 0.3
# Pairs that differ by less than this are told apart by which is the more specific.
_SAME_SHARE = 0.03
# Of seven sets of amplicons in soils and mocks, with and without primers, 38 to 100 % of the reads
# shared a word; of metagenomes 1 %.
_MANY_READS, _WORD_BP, _STARTS_BP, _SHARED, _ALIKE = 50, 12, 60, 0.1, 0.3
# Conserved bases are not the same in all taxa.
_FOLLOWS_ERROR_RATE = 0.2


@dataclass(frozen=True, slots=True)
class PrimerShares:
    """How many reads begin with the primers, 0 to 1: in each file, and in both of a pair.

    `end_1_bp` and `end_2_bp` say where the primers end in the reads. `turned` is of single reads:
    how many begin with the reverse primer and do not reach the forward one.
    """

    first: float
    second: float | None
    both: float
    end_1_bp: int
    end_2_bp: int
    turned: float = 0.0

    def told(self, assay: Assay) -> str:
        """Say the shares in words."""
        first = f"{assay.forward_name or 'forward primer'} in {self.first:.0%} of the first reads"
        name = assay.reverse_name or "reverse primer"
        if self.second is None:
            return f"{first}, {name} in {self.turned:.0%}" if self.turned else first
        return f"{first}, {name} in {self.second:.0%} of the second, both in {self.both:.0%}"


class Starts:
    """The starts of a library's reads; `second` is None for single reads."""

    def __init__(self, first: FirstRecords, second: FirstRecords | None) -> None:
        count = len(first.names) if second is None else min(len(first.names), len(second.names))
        self.first = ReadStarts(first.sequences[:count])
        self.second = None if second is None else ReadStarts(second.sequences[:count])
        self._sequences = first.sequences[:count]

    def shares(self, assay: Assay, error_rate: float) -> PrimerShares:
        """Look for an assay's primers; pairs and single reads in the other orientation count."""
        forward, reverse = assay.forward_primer, assay.reverse_primer
        if self.second is None:
            return self._single_shares(forward, reverse, error_rate)
        straight = self.first.find(forward, error_rate), self.second.find(reverse, error_rate)
        in_first, in_second = straight[0].is_found, straight[1].is_found
        both = in_first & in_second
        if not both.all():
            other = self.first.find(reverse, error_rate), self.second.find(forward, error_rate)
            both = both | (other[0].is_found & other[1].is_found)
            in_first, in_second = in_first | other[0].is_found, in_second | other[1].is_found
        return PrimerShares(
            _share(in_first),
            _share(in_second),
            _share(both),
            straight[0].end_bp,
            straight[1].end_bp,
        )

    def _single_shares(self, forward: str, reverse: str, error_rate: float) -> PrimerShares:
        straight = self.first.find(forward, error_rate)
        found, other = straight.is_found, 0.0
        if not found.all():
            found = found | ReadStarts(turned(self._sequences)).find(forward, error_rate).is_found
            other = _share(self.first.find(reverse, error_rate).is_found & ~found)
        return PrimerShares(_share(found), None, _share(found), straight.end_bp, 0, other)

    def are_anywhere(self) -> bool:
        """Tell whether reads begin anywhere, as those of a metagenome do.

        Reads of an amplicon have the same bases near their starts, also behind spacers of several
        lengths: there is no word that more than one in ten of many reads share.
        """
        shared = self.shared_word()
        return shared is not None and shared <= _SHARED

    def are_alike(self) -> bool:
        """Tell whether reads begin with the same bases, as those of an amplicon do."""
        shared = self.shared_word()
        return shared is not None and shared >= _ALIKE

    def shared_word(self) -> float | None:
        """Give the largest share of reads with one word near their starts; None for few reads."""
        if len(self._sequences) < _MANY_READS:
            return None
        words = Counter(
            word
            for bases in self._sequences
            for word in {
                bases[place : place + _WORD_BP]
                for place in range(min(_STARTS_BP, len(bases) - _WORD_BP))
            }
        )
        most = max(words.values(), default=len(self._sequences))
        return most / len(self._sequences)

    def follows(self, assay: Assay) -> float:
        """Share of reads that begin with the bases behind an assay's primers."""
        if not assay.forward_follows or (self.second is not None and not assay.reverse_follows):
            return 0.0
        found = self._begin(self.first, assay.forward_follows).is_found
        if self.second is not None:
            found = found & self._begin(self.second, assay.reverse_follows).is_found
        return _share(found)

    @staticmethod
    def _begin(starts: ReadStarts, bases: str) -> Found:
        return starts.begin_with(bases, _FOLLOWS_ERROR_RATE)


def recognise(starts: Starts, assays: Iterable[Assay]) -> Assay | None:
    """Find the assay whose primers the reads begin with; None where no known pair does.

    Exact matches decide first, so that a primer is not taken for its near twin; of pairs that do
    equally well the one with fewer ambiguous bases is taken.
    """
    listed = list(assays)
    for error_rate in (0.0, 0.1):
        best = _best(listed, lambda a, rate=error_rate: starts.shares(a, rate).both)  # type: ignore[misc]
        if best:
            return best
    return None


def rivals(starts: Starts, assay: Assay, assays: Iterable[Assay]) -> list[Assay]:
    """Find the assays of other regions that single reads, which show one primer, fit as well."""
    listed = [one for one in assays if one.target_subfragment != assay.target_subfragment]
    for error_rate in (0.0, 0.1):
        least = starts.shares(assay, error_rate).both - _SAME_SHARE
        if least + _SAME_SHARE >= _LEAST_SHARE:
            return [one for one in listed if starts.shares(one, error_rate).both >= least]
    return []


def recognise_removed(starts: Starts, assays: Iterable[Assay]) -> Assay | None:
    """Find the assay whose amplicon the reads begin with, its primers removed."""
    return _best(list(assays), starts.follows)


def _best(assays: list[Assay], share_of: Callable[[Assay], float]) -> Assay | None:
    shares = [share_of(assay) for assay in assays]
    most = max(shares, default=0.0)
    if most < _LEAST_SHARE:
        return None
    near = [a for a, share in zip(assays, shares, strict=True) if share >= most - _SAME_SHARE]
    return min(near, key=_ambiguity)


def _ambiguity(assay: Assay) -> int:
    return sum(
        BITS[letter].bit_count() - 1 for letter in assay.forward_primer + assay.reverse_primer
    )


def _share(found: NDArray[np.bool_]) -> float:
    return float(found.mean()) if len(found) else 0.0
