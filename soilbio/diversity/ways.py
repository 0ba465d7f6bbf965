"""The ways to part libraries into groups: few of them are tried one by one, for an exact p."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

# Statistics that differ by less are equal: the order of adding moves the last digits.
TIE = 1e-9
# Ways tried one by one, for an exact p; with more, permutations are drawn.
MOST_WAYS = 1000


def ways_to_part(sizes: Sequence[int]) -> int:
    """Count the ways to part libraries into groups of such sizes; which group is which is alike."""
    left, ways = sum(sizes), 1
    for size in sizes:
        ways *= comb(left, size)
        left -= size
    for times in Counter(sizes).values():
        for number in range(2, times + 1):
            ways //= number
    return ways


def partitions(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Give each way to part libraries into groups of such sizes, as a group number a library."""
    ordered = sorted(sizes)
    groups = [-1] * sum(sizes)

    def part(number: int, free: tuple[int, ...], first: int) -> Iterator[list[int]]:
        if number == len(ordered):
            yield list(groups)
            return
        for members in combinations(free, ordered[number]):
            # Of groups as large, the one with the earlier first member comes first.
            if number and ordered[number] == ordered[number - 1] and members[0] < first:
                continue
            for member in members:
                groups[member] = number
            rest = tuple(place for place in free if place not in members)
            yield from part(number + 1, rest, members[0])

    yield from part(0, tuple(range(len(groups))), -1)
