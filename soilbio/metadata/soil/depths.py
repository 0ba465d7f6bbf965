"""From the layers of a profile to another depth: two methods, both say how much they cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# One layer: upper and lower depth in metres, and its value.
Slice = tuple[float, float, float]
# Below this share of the wanted depth a value says little about it.
LEAST_COVERAGE = 0.5
_TOLERANCE_M = 1e-9


@dataclass(frozen=True, slots=True)
class AtDepth:
    """A value at a depth; `coverage` is the share of that depth that layers cover, 0 to 1."""

    value: float
    coverage: float
    layers: int


Method = Callable[[Sequence[Slice], float, float], AtDepth | None]


def have_overlap(slices: Sequence[Slice]) -> bool:
    """Tell whether any two layers share some depth; then soil would be counted twice."""
    ordered = sorted(slices)
    return any(below[0] < above[1] - _TOLERANCE_M for above, below in pairwise(ordered))


def weighted_mean(slices: Sequence[Slice], upper_m: float, lower_m: float) -> AtDepth | None:
    """Average layers over a depth, each weighted by its thickness within it.

    Parameters
    ----------
    slices : sequence of Slice
        Layers that do not overlap, in any order; gaps are allowed.
    upper_m, lower_m : float
        The wanted depth.

    Returns
    -------
    AtDepth or None
        None where layers cover less than half of the depth, or overlap each other.

    """
    if have_overlap(slices) or not lower_m > upper_m:
        return None
    parts = [
        (min(lower, lower_m) - max(upper, upper_m), value)
        for upper, lower, value in slices
        if min(lower, lower_m) - max(upper, upper_m) > _TOLERANCE_M
    ]
    covered = sum(thickness for thickness, _ in parts)
    return _result(parts, covered, lower_m - upper_m)


def mass_preserving(slices: Sequence[Slice], upper_m: float, lower_m: float) -> AtDepth | None:
    """Average over a depth a smooth curve that keeps the amount in every layer.

    The amount above each layer limit is interpolated by a monotone cubic (PCHIP), and the wanted
    depth has the difference at its two ends. Over a whole layer this is the layer's own value,
    exactly; no part of a curve of amounts is negative. Each run of layers without a gap has a
    curve of its own. For amounts per mass or volume only: of a pH there is no amount.

    References
    ----------
    Bishop, McBratney and Laslett 1999, Geoderma 91:27-45, for the idea (there with quadratic
    splines); Fritsch and Carlson 1980, SIAM J. Numer. Anal. 17:238-246, for the cubic.

    """
    if have_overlap(slices) or not lower_m > upper_m:
        return None
    parts = []
    for run in _runs(sorted(slices)):
        upper, lower = max(run[0][0], upper_m), min(run[-1][1], lower_m)
        if lower - upper > _TOLERANCE_M:
            parts.append((lower - upper, _amount(run, upper, lower) / (lower - upper)))
    covered = sum(thickness for thickness, _ in parts)
    found = _result(parts, covered, lower_m - upper_m)
    count = sum(1 for one in slices if min(one[1], lower_m) - max(one[0], upper_m) > _TOLERANCE_M)
    return AtDepth(found.value, found.coverage, count) if found else None


def at_point(slices: Sequence[Slice], depth_m: float) -> AtDepth | None:
    """Give the value of the one layer that holds a depth; the lower layer where two meet."""
    if have_overlap(slices):
        return None
    holding = [value for upper, lower, value in slices if upper <= depth_m < lower]
    return AtDepth(holding[0], 1.0, 1) if holding else None


def _result(parts: Sequence[tuple[float, float]], covered: float, wanted: float) -> AtDepth | None:
    coverage = min(covered / wanted, 1.0)
    if not parts or coverage < LEAST_COVERAGE - _TOLERANCE_M:
        return None
    value = sum(thickness * value for thickness, value in parts) / covered
    return AtDepth(float(f"{value:.12g}"), float(f"{coverage:.6g}"), len(parts))


def _runs(ordered: Sequence[Slice]) -> list[list[Slice]]:
    """Cut the layers where there is a gap between two."""
    runs: list[list[Slice]] = []
    for one in ordered:
        if runs and one[0] - runs[-1][-1][1] <= _TOLERANCE_M:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _amount(run: Sequence[Slice], upper_m: float, lower_m: float) -> float:
    """Give the amount (value times metres) between two depths of a run."""
    if len(run) == 1:
        return run[0][2] * (lower_m - upper_m)
    limits, amounts = [run[0][0]], [0.0]
    for upper, lower, value in run:
        limits.append(lower)
        amounts.append(amounts[-1] + value * (lower - upper))
    return interpolated(limits, amounts, lower_m) - interpolated(limits, amounts, upper_m)


def interpolated(places: Sequence[float], amounts: Sequence[float], at: float) -> float:
    """Read a cumulative amount between the places where it is known, monotone in between."""
    import numpy as np
    from scipy.interpolate import PchipInterpolator

    # A slope near 0 overflows when SciPy inverts it; the result, a slope of 0, is right.
    with np.errstate(over="ignore"):
        return float(PchipInterpolator(places, amounts, extrapolate=False)(at))


METHODS: dict[str, Method] = {"mean": weighted_mean, "mass-preserving": mass_preserving}
