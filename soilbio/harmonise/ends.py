"""Sequences of several datasets that are one but for a few bases at their ends.

Engines cut reads and primers at slightly other places: the same organism then has two sequences,
one inside the other. They are taken for one if nothing else is possible: each is inside, or holds,
no other, and no dataset has both, since within a dataset two sequences are two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from soilbio.standards.iupac import reverse_complement

# A sequence is another's but for its ends if it has at least so much of it.
_SHARED = 0.9
# Bases in the middle, by which a sequence is looked up in others; shorter ones are not.
MIDDLE_BP = 60


@dataclass(frozen=True, slots=True)
class Ends:
    """A feature inside another, and the bases that it lacks at its start and end."""

    shorter: str
    longer: str
    start_bp: int
    end_bp: int


def all_inside(sequences: Mapping[str, str]) -> list[Ends]:
    """Find the features (of all, by id) that lie in others, whatever else holds them."""
    return list(_inside(sequences))


def same_but_for_ends(
    inside: Collection[Ends], sources: Mapping[str, Collection[str]]
) -> list[Ends]:
    """Take of those that lie in others the ones that are one but for their ends.

    Parameters
    ----------
    inside : collection of Ends
        As `all_inside` gives them.
    sources : mapping of feature id to the datasets that have it
        Of the features that are looked at.

    Returns
    -------
    list of Ends
        Sorted by the shorter one's id.

    """
    found = [one for one in inside if one.shorter in sources and one.longer in sources]
    holders: dict[str, list[Ends]] = {}
    for one in found:
        holders.setdefault(one.shorter, []).append(one)
        holders.setdefault(one.longer, []).append(one)
    alone = [one for one in found if len(holders[one.shorter]) == len(holders[one.longer]) == 1]
    apart = [one for one in alone if not {*sources[one.shorter]} & {*sources[one.longer]}]
    return sorted(apart, key=lambda one: one.shorter)


def pairs_inside(sequences: Collection[str], *, is_turned: bool) -> list[tuple[str, str]]:
    """List the sequences that lie within another, as they are or turned, and that one."""
    whole = {one: one for one in sequences}
    inner = {one: reverse_complement(one) for one in sequences} if is_turned else whole
    return [(one.shorter, one.longer) for one in _inside(whole, inner)]


def _inside(
    sequences: Mapping[str, str], within: Mapping[str, str] | None = None
) -> Iterator[Ends]:
    """Yield every sequence (of those of `within`) that lies in another, however many there are."""
    shorter_ones = sequences if within is None else within
    probes: dict[str, list[str]] = {}
    for name, sequence in shorter_ones.items():
        if len(sequence) >= MIDDLE_BP:
            probes.setdefault(middle_of(sequence), []).append(name)
    for longer, sequence in sequences.items():
        for at, middle in middles_in(sequence):
            for shorter in probes.get(middle, ()):
                yield from _compared((shorter, shorter_ones[shorter]), (longer, sequence), at)


def middle_of(sequence: str) -> str:
    """Give the bases in the middle of a sequence, by which it is looked up in others."""
    start = _middle(len(sequence))
    return sequence[start : start + MIDDLE_BP]


def middles_in(sequence: str) -> Iterator[tuple[int, str]]:
    """Yield where the middle of another can lie in a sequence, and the bases there."""
    for at in _places(len(sequence)):
        yield at, sequence[at : at + MIDDLE_BP]


def _middle(length: int) -> int:
    return (length - MIDDLE_BP) // 2


def _places(length: int) -> Sequence[int]:
    """List where the middle of a shorter sequence can lie in one of this length."""
    least = int(_SHARED * length + 0.999)
    if least < MIDDLE_BP:
        return ()
    return range(_middle(least), _middle(least) + length - least + 1)


def _compared(one: tuple[str, str], other: tuple[str, str], at: int) -> Iterator[Ends]:
    (shorter, inner), (longer, outer) = one, other
    start = at - _middle(len(inner))
    end = len(outer) - start - len(inner)
    is_long_enough = _SHARED * len(outer) <= len(inner) < len(outer)
    if is_long_enough and start >= 0 and end >= 0 and outer.startswith(inner, start):
        yield Ends(shorter, longer, start, end)
