"""PERMANOVA (by scikit-bio) and PERMDISP of metadata columns, with the reason where not done.

PERMANOVA: Anderson 2001, Austral Ecol. 26:32. PERMDISP: `dispersion`.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from soilbio.diversity.dispersion import permdisp
from soilbio.diversity.ways import MOST_WAYS, TIE, partitions, ways_to_part

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
_NAMES_SHOWN = 5
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
    if test == "permdisp":
        return permdisp(matrix, groups, settings)
    permutations, seed = settings
    ways = ways_to_part(list(sizes.values()))
    statistic_of = _permanova(matrix)
    with warnings.catch_warnings():
        # Another way to part the libraries may put equal ones together: an infinite statistic.
        warnings.filterwarnings("ignore", "divide by zero|invalid value", RuntimeWarning)
        if ways <= min(permutations, MOST_WAYS):
            statistic, p_value = _exact(statistic_of, groups)
            tried, kind = ways, f"all {ways} ways to part the libraries tried; "
        else:
            statistic, p_value = statistic_of(groups, permutations, seed)
            tried, kind = permutations, ""
    floor = 1 / ways if kind else max(1 / ways, 1 / (tried + 1))
    between = statistic * (len(sizes) - 1)
    return {
        "statistic": statistic,
        # Fewer hits than there must be are chance of drawing.
        "p_value": max(floor, p_value),
        "permutations": tried,
        "note": f"{kind}p is {floor:.3g} at the least",
        "r2": between / (between + len(groups) - len(sizes)),
    }


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
