"""PERMANOVA and PERMDISP of metadata columns, by scikit-bio, with the reason where not done.

PERMANOVA: Anderson 2001, Austral Ecol. 26:32. PERMDISP: Anderson 2006, Biometrics 62:245, distances
to spatial medians.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from skbio import DistanceMatrix

COLUMNS = (
    "metric",
    "column",
    "test",
    "statistic",
    "r2",
    "p_value",
    "permutations",
    "n_libraries",
    "groups",
    "note",
)
TESTS = ("permanova", "permdisp")
# Statistics that differ by less are equal: the order of adding moves the last digits.
TIE = 1e-9
_NAMES_SHOWN = 5
# Ways tried one by one, for an exact p; with more, permutations are drawn.
MOST_WAYS = 1000
Row = dict[str, object]
# (group a library, permutations, seed) to (statistic, p).
Statistic = Callable[[Sequence[object], int, int], tuple[float, float]]


class Sampled(Protocol):
    """Libraries, the samples that they are of, and their reads."""

    @property
    def samples(self) -> Mapping[str, str]:
        """Give the sample of each library."""

    def depths(self) -> dict[str, int]:
        """Give the reads of each library."""


def one_per_sample(community: Sampled, libraries: list[str]) -> list[str]:
    """Keep the deepest library of each sample: others of the same sample are no replicates."""
    depths = community.depths()
    best: dict[str, str] = {}
    for name in sorted(libraries, key=lambda name: (-depths[name], name)):
        best.setdefault(community.samples[name], name)
    return sorted(best.values())


def rows_of_column(
    matrices: Mapping[str, DistanceMatrix],
    column: str,
    group_of: Mapping[str, str] | None,
    settings: tuple[int, int],
) -> list[Row]:
    """Test a metadata column on every metric.

    Parameters
    ----------
    matrices : mapping of metric to DistanceMatrix
        One library a sample.
    column : str
        The column's name.
    group_of : mapping of library id to value, or None
        Libraries without a value are left out; None: there is no such column.
    settings : (permutations, seed)
        Where there are no more ways to part the libraries than permutations asked for (nor than
        1,000), each way is tried once instead, so that p is exact.

    """
    rows = []
    for metric in sorted(matrices):
        ids = [name for name in matrices[metric].ids if (group_of or {}).get(name)]
        groups = [group_of[name] for name in ids] if group_of else []
        sizes = Counter(groups)
        reason = "no such column in samples" if group_of is None else why_not(sizes)
        matrix = None if reason else matrices[metric].filter(ids)
        for test in TESTS:
            row: Row = {
                "metric": metric,
                "column": column,
                "test": test,
                "n_libraries": len(ids),
                "groups": ", ".join(f"{name} ({sizes[name]})" for name in sorted(sizes)),
                "note": f"not tested: {reason}",
            }
            if matrix is not None:
                row |= _test(test, matrix, groups, settings)
            if groups and all(map(is_number, groups)):
                row["note"] = f"{row['note']}; numbers are taken as names of groups"
            rows.append(row)
    return rows


def is_number(text: str) -> bool:
    """Tell whether a value is written as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def why_not(sizes: Mapping[str, int]) -> str:
    """Say why groups of such sizes cannot be tested, if so."""
    if len(sizes) < 2:
        return "fewer than two groups"
    small = sorted(name for name, size in sizes.items() if size < 2)
    if len(small) == len(sizes):
        return "every library has a value of its own, so there are no groups"
    if small:
        more = f" and {len(small) - _NAMES_SHOWN} more" if len(small) > _NAMES_SHOWN else ""
        return f"fewer than two libraries in {', '.join(small[:_NAMES_SHOWN])}{more}"
    return ""


def why_not_here(test: str, matrix: DistanceMatrix, groups: Sequence[str]) -> str:
    """Say why a test of good groups has no meaning for these distances, if so."""
    import numpy as np

    gaps = matrix.condensed_form()
    rounding = TIE * gaps.max()
    if gaps.max() - gaps.min() <= rounding:
        return "all libraries are equally far apart"
    names = np.array(groups)
    is_within = (names[:, None] == names)[np.triu_indices(len(names), 1)]
    if gaps[is_within].max() <= rounding:
        return "no distance between the libraries of any group"
    if test == "permdisp" and max(Counter(groups).values()) < 3:
        return "needs a group of three libraries; two are equally far from their middle"
    return ""


def _test(
    test: str, matrix: DistanceMatrix, groups: Sequence[str], settings: tuple[int, int]
) -> Row:
    sizes = Counter(groups)
    reason = why_not_here(test, matrix, groups)
    if reason:
        return {"note": f"not tested: {reason}"}
    permutations, seed = settings
    ways = ways_to_part(list(sizes.values()))
    statistic_of = _permanova(matrix) if test == "permanova" else _permdisp(matrix)
    with warnings.catch_warnings():
        # Another way to part the libraries may put equal ones together: an infinite statistic.
        warnings.filterwarnings("ignore", "divide by zero|invalid value", RuntimeWarning)
        if ways <= min(permutations, MOST_WAYS):
            statistic, p_value = _exact(statistic_of, groups)
            tried, kind = ways, f"all {ways} ways to part the libraries tried; "
        else:
            statistic, p_value = statistic_of(groups, permutations, seed)
            tried, kind = permutations, ""
    floor = max(1 / ways, 1 / (tried + 1)) if not kind else 1 / ways
    # Fewer hits than there must be are chance of drawing.
    row: Row = {"statistic": statistic, "p_value": max(floor, p_value), "permutations": tried}
    row["note"] = f"{kind}p is {floor:.3g} at the least"
    if test == "permanova":
        between = statistic * (len(sizes) - 1)
        row["r2"] = between / (between + len(groups) - len(sizes))
    return row


def _exact(statistic_of: Statistic, groups: Sequence[str]) -> tuple[float, float]:
    """Compare the statistic with that of every way to part the libraries into such groups."""
    statistic, _ = statistic_of(groups, 0, 0)
    others = [statistic_of(way, 0, 0)[0] for way in partitions(list(Counter(groups).values()))]
    least = statistic - TIE * abs(statistic)
    return statistic, sum(other >= least for other in others) / len(others)


def _permanova(matrix: DistanceMatrix) -> Statistic:
    from skbio.stats.distance import permanova

    def run(groups: Sequence[object], permutations: int, seed: int) -> tuple[float, float]:
        result = permanova(matrix, list(groups), permutations=permutations, seed=seed)
        return float(result["test statistic"]), float(result["p-value"])

    return run


def _permdisp(matrix: DistanceMatrix) -> Statistic:
    """On all axes with a positive eigenvalue: what scikit-bio drops by default counts, too."""
    from skbio.stats.distance import permdisp
    from skbio.stats.ordination import pcoa

    axes = pcoa(matrix, dimensions=len(matrix.ids), warn_neg_eigval=False)

    def run(groups: Sequence[object], permutations: int, seed: int) -> tuple[float, float]:
        result = permdisp(axes, list(groups), permutations=permutations, seed=seed)
        return float(result["test statistic"]), float(result["p-value"])

    return run


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
