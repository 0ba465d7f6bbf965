"""PERMDISP: whether groups differ in spread, whatever their places.

Anderson 2006, Biometrics 62:245: an analysis of variance of the distances to the groups' spatial
medians, tested by permuting what these distances differ by from their group's mean. Scikit-bio has
the statistic, but permutes groups and finds medians anew: between the mixed groups' libraries lies
then what lies between the groups, and groups of one spread that lie apart are said to differ in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from soilbio.diversity.ways import MOST_WAYS, TIE, partitions, ways_to_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from skbio import DistanceMatrix

    Numbers = NDArray[np.float64]

_AT_ONCE = 2**22  # numbers of permutations that are held together


def permdisp(
    matrix: DistanceMatrix, groups: Sequence[str], settings: tuple[int, int]
) -> dict[str, object]:
    """Test groups of libraries on all axes with a positive eigenvalue.

    Parameters
    ----------
    matrix : DistanceMatrix
    groups : sequence of str
        Of its libraries, in their order.
    settings : (permutations, seed)
        Where there are no more ways to part the libraries than permutations asked for (nor than
        1,000), each way is tried once.

    Returns
    -------
    dict
        `statistic`, `p_value`, `permutations` and a `note`; the note alone where nothing varies.

    """
    import numpy as np

    permutations, seed = settings
    names, codes = np.unique(np.array(groups), return_inverse=True)
    distances = _to_medians(matrix, codes)
    means = np.array([distances[codes == code].mean() for code in range(len(names))])
    deviations = distances - means[codes]
    if np.abs(deviations).max() <= TIE * distances.max():
        return {"note": "not tested: the libraries of each group are equally far from its middle"}
    own = float(_f_of(distances[None, :], codes)[0])
    sizes = list(Counter(groups).values())
    ways = ways_to_part(sizes)
    if ways <= min(permutations, MOST_WAYS):
        orders: Iterable[NDArray[np.int64]] = _every_order(codes, sizes)
        tried, kind = ways, f"all {ways} ways to part the libraries tried; "
    else:
        rng = np.random.default_rng(seed)
        orders = (rng.permutation(len(codes)) for _ in range(permutations))
        tried, kind = permutations, ""
    hits = _hits(deviations, codes, orders, own - TIE * abs(own))
    floor = 1 / (min(ways, tried) + 1)
    return {
        "statistic": own,
        "p_value": max(floor, (hits + 1) / (tried + 1)),
        "permutations": tried,
        "note": f"{kind}p is {floor:.3g} at the least",
    }


def _to_medians(matrix: DistanceMatrix, codes: NDArray[np.int64]) -> Numbers:
    """Give the distance of each library to the spatial median of its group."""
    import numpy as np
    from skbio.stats.distance._cutils import geomedian_axis_one  # as its permdisp does
    from skbio.stats.ordination import pcoa

    axes = pcoa(matrix, dimensions=len(matrix.ids), warn_neg_eigval=False)
    places = np.ascontiguousarray(axes.samples.to_numpy(), dtype=np.float64)
    distances = np.empty(len(codes))
    for code in np.unique(codes):
        own = places[codes == code]
        middle = np.asarray(geomedian_axis_one(np.ascontiguousarray(own.T)))
        distances[codes == code] = np.linalg.norm(own - middle, axis=1)
    return distances


def _f_of(rows: Numbers, codes: NDArray[np.int64]) -> Numbers:
    """Give F of an analysis of variance for each row of numbers."""
    import numpy as np

    member = np.eye(codes.max() + 1)[codes]
    sizes = member.sum(axis=0)
    whole = rows - rows.mean(axis=1, keepdims=True)
    means = (whole @ member) / sizes
    between = (means**2 * sizes).sum(axis=1)
    within = (whole**2).sum(axis=1) - between
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (between / (len(sizes) - 1)) / (within / (len(codes) - len(sizes)))
    found[within <= TIE * (between + within)] = np.inf
    return np.asarray(found)


def _hits(
    deviations: Numbers, codes: NDArray[np.int64], orders: Iterable[NDArray[np.int64]], least: float
) -> int:
    """Count the orders of deviations whose F is as large."""
    import numpy as np

    left, hits = iter(orders), 0
    while some := list(islice(left, max(1, _AT_ONCE // len(codes)))):
        hits += int((_f_of(deviations[np.array(some)], codes) >= least).sum())
    return hits


def _every_order(codes: NDArray[np.int64], sizes: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """Give an order of the libraries for each way to part them into groups of these sizes."""
    import numpy as np

    places = sorted((np.flatnonzero(codes == code) for code in np.unique(codes)), key=len)
    for way in partitions(sizes):
        order = np.empty(len(codes), dtype=np.int64)
        for group, own in enumerate(places):
            order[own] = np.flatnonzero(np.array(way) == group)
        yield order
