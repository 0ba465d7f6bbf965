"""How long an assay's sequences are, and whether they are the beginnings of another's.

Some engines cut every sequence to one length (Deblur's 150 nt of V4, of which others give 253): the
same organism then has two sequences, and nothing in common. Where sequences of the longer ones, cut
to that length, are found among the shorter, all begin at one place and can be cut to one length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source

# An engine cuts to one length if so many of its features have it.
CUT = 0.95
# Lengths that are nearer to each other than this are compared by the ends (`harmonise.ends`).
NEAR = 0.9
_SOME = 100
# Shorter pieces tell too little (`common_region`).
_SHORTEST_BP = 60


@dataclass(frozen=True, slots=True)
class Lengths:
    """The typical length of an assay's sequences, and whether nearly all have it.

    `meets` names the assays of longer sequences with which it has some in common: cut to its
    length if it is cut, else whole. `some` are a part of its sequences, evenly taken.
    """

    assay: str
    typical_bp: int
    is_cut: bool
    meets: frozenset[str] = frozenset()
    some: tuple[str, ...] = ()


def lengths_of(
    sources: Sequence[Source], is_one_place: Callable[[str, str], bool]
) -> dict[str, Lengths]:
    """Measure the assays of amplicons that have sequences, by `dataset: assay`.

    Whether they meet is looked up for those of one place. Hashes of sequences are held in memory,
    O(features).
    """
    import polars as pl

    sequences = dict(sequences_by_assay(sources))
    found: dict[str, Lengths] = {}
    for name, frame in sequences.items():
        every = frame.select("sequence", pl.col("sequence").str.len_bytes().alias("bp")).collect()
        if every.height:
            lengths = every["bp"]
            typical = int(lengths.sort()[lengths.len() // 2])
            share = (lengths == typical).sum() / lengths.len()
            some = every["sequence"].gather_every(max(1, every.height // _SOME))
            found[name] = Lengths(name, typical, share >= CUT, some=tuple(some))
    beginnings = _Beginnings(sequences)
    meets: dict[str, set[str]] = {name: set() for name in found}
    for shorter, longer in permutations(sorted(found), 2):
        is_shorter = found[shorter].typical_bp < found[longer].typical_bp
        if not is_shorter or are_near(found[shorter], found[longer]):
            continue
        if is_one_place(shorter, longer) and beginnings.meet(found[shorter], longer):
            meets[shorter].add(longer)
    return {name: replace(one, meets=frozenset(meets[name])) for name, one in found.items()}


def are_near(one: Lengths, other: Lengths) -> bool:
    """Tell whether two lengths differ by a tenth at most."""
    lengths = one.typical_bp, other.typical_bp
    return min(lengths) >= NEAR * max(lengths)


def sequences_by_assay(sources: Sequence[Source]) -> Iterable[tuple[str, pl.LazyFrame]]:
    """Yield the sequences of each assay of an amplicon, each once."""
    import polars as pl

    for source in sources:
        rows = source.rows("assays")
        known = source.frame("features").filter(pl.col("sequence").fill_null("") != "")
        for row in rows:
            if row["library_strategy"] != "AMPLICON":
                continue
            name = f"{source.name}: {row['assay_id']}"
            if len(rows) == 1:
                yield name, known.select("sequence")
                continue
            libraries = source.frame("libraries").filter(pl.col("assay_id") == row["assay_id"])
            own = source.frame("counts").join(libraries, on="library_id", how="semi")
            yield name, known.join(own, on="feature_id", how="semi").select("sequence")


class _Beginnings:
    """Hashes of sequences, whole or cut, by assay and length; each is made once."""

    def __init__(self, sequences: Mapping[str, pl.LazyFrame]) -> None:
        self._sequences = sequences
        self._made: dict[tuple[str, int | None], pl.Series] = {}

    def meet(self, lengths: Lengths, longer: str) -> bool:
        """Tell whether any longer sequence is among the shorter ones, cut if those are."""
        if lengths.is_cut and lengths.typical_bp < _SHORTEST_BP:
            return False
        length = lengths.typical_bp if lengths.is_cut else None
        return self._of(lengths.assay, length).is_in(self._of(longer, length).implode()).any()

    def _of(self, assay: str, length: int | None) -> pl.Series:
        """Give hashes of an assay's sequences; of a length, of those that have it, cut to it."""
        import polars as pl

        if (assay, length) not in self._made:
            frame = self._sequences[assay]
            if length is not None:
                frame = frame.filter(pl.col("sequence").str.len_bytes() >= length)
            cut = pl.col("sequence").str.slice(0, length)
            self._made[assay, length] = frame.select(cut.hash()).collect().to_series()
        return self._made[assay, length]


def common_lengths(
    pairs: Iterable[tuple[str, str]], lengths: Mapping[str, Lengths]
) -> dict[str, int]:
    """Give the length that assays are cut to: of all that are compared by being cut, the shortest.

    Parameters
    ----------
    pairs : iterable of (assay, assay)
        Of which one has the beginnings of the other's sequences.
    lengths : mapping of assay to Lengths

    """
    found: dict[str, int] = {}
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        group = groups.get(one, {one}) | groups.get(other, {other})
        groups |= dict.fromkeys(group, group)
    for group in groups.values():
        shortest = min(lengths[name].typical_bp for name in group)
        found |= dict.fromkeys(group, shortest)
    return found
