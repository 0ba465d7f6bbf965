"""How much of a community a library of its metagenome has seen, by the k-mers seen once.

The share of the community's DNA, weighted by how abundant it is, that the reads hold at least once:
what Nonpareil estimates from the redundancy of reads (Rodriguez-R et al. 2018, mSystems
3:e00039-18). Here by Good's estimator, 1 - (k-mers seen once) / (all seen), Good 1953, Biometrika
40:237. A k-mer that a sequencing error made is seen once as well: of those that are likely wrong it
is not asked whether they are seen again, and those expected to be wrong among the others are taken
off, by the reads' qualities.

A read holds fewer whole k-mers than bases, so that k-mers are seen as bases are by fewer reads:
depth of k-mers = depth of bases * (L - k + 1) / L (Zerbino & Birney 2008, Genome Res. 18:821, and
Velvet's manual), as Nonpareil, too, turns the redundancy of overlaps or k-mers into coverage by
bases. So what bases are seen is what k-mers would be with as many more reads (Good & Toulmin 1956,
Biometrika 43:45).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from soilbio.profile.clean import Cleaned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Another text than before where the same reads give another number: libraries are estimated anew.
METHOD = "share of bases by Good's estimator on sampled k-mers"
K = 24
# A k-mer may be in the sample if its middle is one of some, of both strands alike; of those that
# may, some are drawn by their hash.
_MIDDLE = 8
_FEWEST_MIDDLES, _MOST_MIDDLES = 64, 8  # one in so many
_ENOUGH = 20_000_000  # k-mers in memory: eight bytes each, a few times
_HASH = 0x9E3779B97F4A7C15
# A k-mer that is likelier wrong than this asks nothing, but answers.
_MOST_ERROR = 0.05
_FEWEST = 1_000
# With more wrong copies than this there is no telling what was seen.
_FEWEST_RIGHT = 0.6
# Nobody can say what more than twice the reads would see (Good & Toulmin's series diverges).
_FURTHEST = 2.0
_BLOCK = 20_000  # fragments
_SEED = 24
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """An estimate, or why there is none; `curve` is coverage at shares of the reads.

    `standard_error` is of sampling only.
    """

    value: float | None
    standard_error: float | None = None
    reason: str = ""
    kmers: int = 0
    share_right: float = 0.0
    bases_per_kmer: float = 1.0
    bases: int = 0
    curve: tuple[tuple[float, float], ...] = ()

    def record(self) -> dict[str, Any]:
        """Give what is kept of it."""
        return {"method": METHOD, "k": K, **asdict(self)}


def estimate(reads: Cleaned, bases: int) -> Coverage:
    """Estimate a library's coverage of its community.

    Parameters
    ----------
    reads : Cleaned
        Trimmed reads.
    bases : int
        About how many there are; of many, fewer k-mers are sampled.

    Held in memory: eight bytes for each of at most about 20 million sampled k-mers, a few times.

    """
    if reads.is_empty():
        return Coverage(None, reason="no reads are left")
    one_in = min(max(bases // 500_000, _MOST_MIDDLES), _FEWEST_MIDDLES)
    sampler = _Sampler(_middles(one_in), min(1.0, _ENOUGH * one_in / max(bases, 1)))
    kept, expected_right = [], 0.0
    extent = Extent()
    for block in _blocks(reads):
        kmers, right = sampler.sample(block, extent)
        kept.append(kmers)
        expected_right += right
    return _judged(kept, expected_right, sampler.errors, extent)


def _judged(
    kept: Sequence[NDArray[np.uint64]], expected_right: float, errors: float, extent: Extent
) -> Coverage:
    """Estimate from the sampled k-mers, or say why not."""
    import numpy as np

    kmers = np.sort(np.concatenate(kept)) if kept else np.empty(0, np.uint64)
    asked = int((kmers & np.uint64(1)).sum())
    share_right = expected_right / kmers.size if kmers.size else 0.0
    about = Coverage(
        None,
        kmers=int(kmers.size),
        share_right=round(share_right, 6),
        bases_per_kmer=round(extent.bases_per_kmer(), 6),
        bases=extent.bases,
    )
    if asked < _FEWEST:
        told = f"only {asked} sampled k-mers are likely free of errors, of {_FEWEST:,}"
        return replace(about, reason=f"{told} that are needed")
    if share_right < _FEWEST_RIGHT:
        return replace(about, reason=f"{1 - share_right:.0%} of the k-mers have an error")
    furthest = extent.bases_per_kmer() / share_right
    if furthest > _FURTHEST:
        told = f"reads are too short: {extent.bases_per_kmer():.2f} bases for each whole k-mer"
        return replace(about, reason=f"{told}, of which {1 - share_right:.0%} have an error")
    counted = _Counted.of(kmers, errors, furthest)
    return replace(
        about,
        value=counted.seen(1.0),
        standard_error=counted.standard_error(extent.fragments),
        curve=tuple((share, counted.seen(share)) for share in _SHARES),
    )


@dataclass(slots=True)
class Extent:
    """What the fragments hold, a piece that both mates of a pair hold once: bases, and k-mers.

    `kmers` are of all reads, `sampled` those of them in the sample; `again` those sampled that the
    fragment's other mate has too, and `overlapping` estimates, in the measure of the sample, how
    many fragments' mates overlap by a k-mer or more: one of d shared k-mers stands for 1/d.
    """

    bases: int = 0
    kmers: int = 0
    fragments: int = 0
    sampled: int = 0
    again: int = 0
    overlapping: float = 0.0

    def bases_per_kmer(self) -> float:
        """Give the bases that a fragment covers for each k-mer that it holds whole.

        Mates that overlap by o bases share o - K + 1 k-mers.
        """
        if not self.sampled:
            return 1.0
        of_all = self.kmers / self.sampled
        shared, overlapping = self.again * of_all, self.overlapping * of_all
        kmers = self.kmers - shared
        return (self.bases - shared - (K - 1) * overlapping) / kmers if kmers > 0 else 1.0


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many likely k-mers (`asked`) there are of those seen 0, 1, 2 ... times in all reads."""

    asked: NDArray[np.float64]
    errors: float
    furthest: float

    @classmethod
    def of(cls, kmers: NDArray[np.uint64], errors: float, furthest: float) -> _Counted:
        """Count sorted k-mers, whose last bit says whether they ask."""
        import numpy as np

        bare = kmers >> np.uint64(1)
        starts = np.flatnonzero(np.r_[True, bare[1:] != bare[:-1]])
        times = np.diff(np.r_[starts, bare.size])
        asks = np.add.reduceat((kmers & np.uint64(1)).astype(np.int64), starts)
        asked = np.bincount(times, weights=asks).astype(np.float64)
        return cls(asked, errors, furthest)

    def seen(self, share: float) -> float:
        """Estimate the coverage of a share of the reads.

        A k-mer seen n times is met again among a share q of the others but for (1-q)^(n-1). Since
        some copies are wrong, and reads hold more bases than whole k-mers, q is larger than the
        share by as much (`furthest`), so that positions that were read with an error count as read,
        and those at the ends of reads.
        """
        unseen = max(float((self.asked * self._missed(share)).sum()) - self.errors, 0.0)
        right = max(float(self.asked.sum()) - self.errors, 1.0)
        return round(min(max(1 - unseen / right, 0.0), 1.0), 6)

    def _missed(self, share: float) -> NDArray[np.float64]:
        import numpy as np

        times = np.arange(self.asked.size)
        return (1 - share * self.furthest) ** np.maximum(times - 1, 0)

    def standard_error(self, fragments: int) -> float:
        """Estimate how far chance alone may move it; k-mers of a read come together.

        After Esty 1983, Ann. Stat. 11:905, and for q above 1 Efron & Thisted 1976, Biometrika
        63:435: each of f k-mers seen n times counts n (1-q)^(n-1).
        """
        import numpy as np

        number = float(self.asked.sum())
        once = max(float(self.asked[1]) - self.errors, 0.0)
        twice = float(self.asked[2]) / 2 if self.asked.size > 2 else 0.0
        terms = np.arange(self.asked.size) * self.asked * self._missed(1.0) ** 2
        several = float(terms[2:].sum())
        variance = (once * (1 - once / number) + 2 * twice + several) / number**2
        return round(float((variance * max(1.0, number / fragments)) ** 0.5), 6)


def _middles(one_in: int) -> NDArray[np.bool_]:
    """Choose which middles are sampled: one in so many, at random but always alike."""
    import numpy as np

    codes = np.arange(4**_MIDDLE, dtype=np.uint64)
    own = np.minimum(codes, _reversed(codes, _MIDDLE))
    drawn = np.random.default_rng(_SEED).random(codes.size)
    return drawn[own.astype(np.int64)] < 1 / one_in


def _reversed(codes: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """Give codes of the other strand; A, C, G, T are 0 to 3, so that 3 - x is x's partner."""
    import numpy as np

    result = np.zeros_like(codes)
    for place in range(length):
        base = np.uint64(3) - ((codes >> np.uint64(2 * place)) & np.uint64(3))
        result |= base << np.uint64(2 * (length - 1 - place))
    return result


@dataclass(frozen=True, slots=True)
class _Block:
    """Bases and qualities of some fragments: `mate N mate newline`; lengths of mates, by file.

    A fragment's mates are together, so that a piece both of them hold is seen once.
    """

    bases: bytes
    qualities: bytes
    lengths: tuple[NDArray[np.int64], ...]


def _blocks(reads: Cleaned) -> Iterator[_Block]:
    import numpy as np

    fragments = reads.fragments()
    while block := list(islice(fragments, _BLOCK)):
        yield _Block(
            "\n".join("N".join(one.sequence for one in ends) for ends in block).encode(),
            "\n".join("!".join(one.qualities or "" for one in ends) for ends in block).encode(),
            tuple(np.array([len(one) for one in file]) for file in zip(*block, strict=True)),
        )


_NEWLINE = 10
_CODES = bytes("ACGT".find(chr(letter).upper()) % 5 for letter in range(256))


class _Sampler:
    """Samples k-mers; `errors` are those that are expected to be wrong among those that ask."""

    def __init__(self, is_middle: NDArray[np.bool_], share: float) -> None:
        import numpy as np

        self._is_middle = is_middle
        self._limit = np.uint64(min(int(share * 2**64), 2**64 - 1))
        self._right = _chances_of_right()
        self.errors = 0.0

    def sample(self, block: _Block, extent: Extent) -> tuple[NDArray[np.uint64], float]:
        """Give the sampled k-mers, each once a fragment, and how many of them are expected right.

        The last bit says whether a k-mer is likely right. What the fragments hold goes to `extent`.
        """
        import numpy as np

        bases = np.frombuffer(block.bases.translate(_CODES), np.uint8)
        places = self._places(bases)
        scores = np.frombuffer(block.qualities, np.uint8)
        right = np.zeros(places.size, np.float64)
        kmers = np.zeros(places.size, np.uint64)
        is_whole = np.ones(places.size, np.bool_)
        for offset in range(K):
            base = bases[places + offset]
            is_whole &= base < 4
            kmers = (kmers << np.uint64(2)) | (base & 3).astype(np.uint64)
            right += self._right[scores[places + offset]]
        kmers = np.minimum(kmers, _reversed(kmers, K))
        is_kept = is_whole & (kmers * np.uint64(_HASH) <= self._limit)
        places, kmers, right = places[is_kept], kmers[is_kept], np.exp(right[is_kept])
        starts = np.r_[0, np.flatnonzero(np.frombuffer(block.bases, np.uint8) == _NEWLINE) + 1]
        fragment = np.searchsorted(starts, places, side="right") - 1
        order = np.lexsort((-right, kmers, fragment))
        kmers, fragment, right = kmers[order], fragment[order], right[order]
        is_new = np.ones(kmers.size, np.bool_)
        is_new[1:] = (kmers[1:] != kmers[:-1]) | (fragment[1:] != fragment[:-1])
        _measure(block.lengths, fragment, places[order] - starts[fragment], is_new, extent)
        kmers, right = kmers[is_new], right[is_new]
        asks = right >= 1 - _MOST_ERROR
        self.errors += float((1 - right[asks]).sum())
        return (kmers << np.uint64(1)) | asks.astype(np.uint64), float(right.sum())

    def _places(self, bases: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Find where k-mers begin whose middle is of the sample."""
        import numpy as np

        if bases.size < K:
            return np.empty(0, np.intp)
        middle = np.zeros(bases.size - _MIDDLE + 1, np.uint16)
        two_bits = (bases & 3).astype(np.uint16)
        for place in range(_MIDDLE):
            middle = (middle << np.uint16(2)) | two_bits[place : place + middle.size]
        start = (K - _MIDDLE) // 2
        return np.flatnonzero(self._is_middle[middle[start : start + bases.size - K + 1]])


def _measure(
    lengths: Sequence[NDArray[np.int64]],
    fragment: NDArray[np.intp],
    offsets: NDArray[np.intp],
    is_new: NDArray[np.bool_],
    extent: Extent,
) -> None:
    """Add what fragments hold; a k-mer that is not new follows the one it is the same as.

    Of mates from both ends of a piece, a k-mer at `before` in one and at `after` in the other tells
    the length of the piece, and so by how much they overlap.
    """
    import numpy as np

    extent.fragments += lengths[0].size
    extent.bases += int(sum(of_file.sum() for of_file in lengths))
    extent.kmers += int(sum(np.maximum(of_file - K + 1, 0).sum() for of_file in lengths))
    extent.sampled += is_new.size
    if len(lengths) < 2:
        return
    again = np.flatnonzero(~is_new)
    low = np.minimum(offsets[again], offsets[again - 1])
    high = np.maximum(offsets[again], offsets[again - 1])
    first, second = (of_file[fragment[again]] for of_file in lengths)
    is_of_both = (low < first) & (high > first)
    piece = low + (high - first - 1) + K
    shared = np.maximum(first + second - piece - K + 1, 1)[is_of_both]
    extent.again += int(is_of_both.sum())
    extent.overlapping += float((1 / shared).sum())


def _chances_of_right() -> NDArray[np.float64]:
    """Give the logarithm of a base's chance to be right, by the letter of its quality."""
    import numpy as np

    scores = np.maximum(np.arange(256) - 33, 0)
    return np.log1p(-np.minimum(10.0 ** (-scores / 10), 0.999))
