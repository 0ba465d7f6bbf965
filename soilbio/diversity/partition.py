"""How much of the variation between libraries laboratories and soils explain.

Partitioning of variation: Borcard et al. 1992, Ecology 73:1045, on principal coordinates
(Legendre & Anderson 1999, Ecol. Monogr. 69:1), R2 adjusted (Peres-Neto et al. 2006, Ecology
87:2614).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from skbio import DistanceMatrix

    Columns = NDArray[np.float64]

Row = dict[str, Any]
_NONE = 1e-9
TOO_FEW = "not parted: too few libraries for so many groups"


def partition(matrix: DistanceMatrix, laboratories: Sequence[str], soils: Sequence[str]) -> Row:
    """Part the variation between independent libraries; fractions are adjusted R2, perhaps below 0.

    Returns
    -------
    dict
        `laboratory_only`, `soil_only`, `shared`, `unexplained`, which add up to 1, and `note`.

    """
    axes, designs = _axes(matrix), _designs(laboratories, soils)
    first, second, both = (_adjusted(axes, part) for part in designs)
    if both is None or first is None or second is None:
        return {"note": TOO_FEW}
    return {
        "laboratory_only": both - second,
        "soil_only": both - first,
        **_rest(first + second - both, 1 - both),
        "note": _told_apart(*designs),
    }


def partition_of_repeated(
    matrix: DistanceMatrix,
    laboratories: Sequence[str],
    values: Sequence[str],
    soils: Sequence[str],
    ways: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]],
    makers: Sequence[str] = (),
) -> Row:
    """Part the variation between libraries of which several are of one soil.

    What laboratory alone or soil alone explains is made less by what they explain by chance,
    handed out as the design allows: within soils, or to soils as a whole. In a balanced design
    those are the components of an analysis of variance with the error of each stratum. Where
    laboratories have some of the soils each, what the one takes of the other by chance is given
    back to that other, and `shared` is what both share beyond.

    Parameters
    ----------
    matrix : DistanceMatrix
    laboratories, values, soils : sequences of str
        Of each library; `values` says what soils differ in, or is `soils` itself.
    ways : (laboratories, values)
        Some ways, or all, in which chance may hand out either. Laboratories of soils that all
        have several of them need none, nor values with `makers`: of these the mean is known.
    makers : sequence of str, optional
        What made each library, if that is what values are handed out within.

    Returns
    -------
    dict
        As `partition` gives it.

    """
    axes, designs = _axes(matrix), _designs(laboratories, values)
    laboratory, soil, both = designs
    if len(axes) - _rank(both) - 1 < 1:
        return {"note": TOO_FEW}
    of_chance, others = ([_dummies(way) for way in own] for own in ways)
    # Where each soil is of several laboratories, these are told apart within soils alone.
    units = _dummies(soils) if is_crossed(laboratories, soils) else None
    beside = soil if units is None else units
    of_laboratory = _alone(axes, laboratory, beside, of_chance if units is None else units)
    of_soil = _alone(axes, soil, laboratory, _dummies(makers) if makers else others)
    if of_laboratory is None or of_soil is None:
        return {"note": TOO_FEW}
    if units is not None:
        # Laboratories' differences lie between soils of one value as well as within soils.
        of_laboratory *= _left(laboratory, soil) / _left(laboratory, units)
    alone = of_laboratory, of_soil
    note = _told_apart(*designs)
    taken = (0.0, 0.0) if note else _taken(laboratory, soil, others)
    whole = [own / (1 - part) for own, part in zip(alone, taken, strict=True)]
    overlap = _explained(axes, laboratory) + _explained(axes, soil) - _explained(axes, both)
    shared = overlap - (sum(whole) - sum(alone))
    return {
        "laboratory_only": whole[0],
        "soil_only": whole[1],
        **_rest(shared, 1 - sum(whole) - shared),
        "note": note,
    }


def _rest(shared: float, unexplained: float) -> Row:
    """Give what is left; what is nothing but the rounding of differences is nothing."""
    own = {"shared": shared, "unexplained": unexplained}
    return {name: part if abs(part) > _NONE else 0.0 for name, part in own.items()}


def is_crossed(laboratories: Sequence[str], soils: Sequence[str]) -> bool:
    """Tell whether each soil has libraries of several laboratories."""
    makers: dict[str, set[str]] = {}
    for laboratory, soil in zip(laboratories, soils, strict=True):
        makers.setdefault(soil, set()).add(laboratory)
    return all(len(own) > 1 for own in makers.values())


def _alone(
    axes: Columns, groups: Columns, beside: Columns, chance: Sequence[Columns] | Columns
) -> float | None:
    """Give what groups explain beside others, less what they do by chance; None without choice.

    Chance is some ways to hand out groups, or the blocks (an array) in which they are.
    Groups that chance hands out are in part the true ones again, and explain as much of what
    these do; that is no chance, and is not taken off.
    """
    import numpy as np

    own = _beside(groups, beside)
    left = _left(groups, beside)
    if isinstance(chance, np.ndarray):
        by_chance, alike = (_mean_within(of, own, chance) for of in (axes, groups))
    else:
        by_chance, alike = (_mean_of(of, chance, beside) for of in (axes, groups))
    alike = 1 - (1 - alike) / left if left else 0.0
    if alike > 1 - _NONE:
        return None
    return (_explained(axes, own) - by_chance) / (1 - alike)


def _mean_of(axes: Columns, ways: Sequence[Columns], beside: Columns) -> float:
    """Give the R2 that ways to hand out groups have on average, with what stands beside them."""
    import numpy as np

    centred, fixed = axes - axes.mean(axis=0), beside - beside.mean(axis=0)
    span = fixed @ np.linalg.pinv(fixed)
    rest = centred - span @ centred
    products = rest @ rest.T
    found = []
    for way in ways:
        whole = way - way.mean(axis=0)
        own = whole - span @ whole
        sizes, directions = np.linalg.eigh(own.T @ own)
        # What lies in the span of the others is left of by rounding only.
        is_there = sizes > _NONE * (whole**2).sum()
        own = own @ directions[:, is_there]
        found.append(float((own * (products @ own) / sizes[is_there]).sum()))
    squares = float((centred**2).sum())
    return 1 - (float((rest**2).sum()) - float(np.mean(found))) / squares


def _mean_within(axes: Columns, columns: Columns, blocks: Columns) -> float:
    """Give the R2 that columns have on average of all ways to permute them within blocks.

    What they span is permuted with them: of its projection each element is, on average, the mean
    of those of the same block or pair of blocks, those of its diagonal apart.
    """
    import numpy as np

    centred, design = axes - axes.mean(axis=0), columns - columns.mean(axis=0)
    projection = design @ np.linalg.pinv(design)
    products = centred @ centred.T
    sizes = blocks.sum(axis=0)
    total = 0.0
    one, other = (blocks.T @ square @ blocks for square in (projection, products))
    total += float((one * other / np.outer(sizes, sizes)).sum())
    # Within a block the diagonal and the rest have means of their own.
    one, other = np.diag(one), np.diag(other)
    first, second = (blocks.T @ np.diag(square) for square in (projection, products))
    total -= float((one * other / sizes**2).sum()) - float((first * second / sizes).sum())
    pairs = np.maximum(sizes * (sizes - 1), 1)
    total += float(((one - first) * (other - second) / pairs).sum())
    return total / float(np.trace(products))


def _left(groups: Columns, others: Columns) -> float:
    """Give what of the differences between groups others do not explain."""
    left = 1 - _explained(groups, others)
    return left if left > _NONE else 0.0


def _taken(laboratory: Columns, soil: Columns, chance: Sequence[Columns]) -> tuple[float, float]:
    """Say how much of each one's variation the other takes by chance, of laboratory and of soil.

    A laboratory that has some of the soils differs from the others as these soils do, whatever
    they are: so much of what soils explain seems to be shared. What is more than soils handed
    out by chance would give is no chance, and stays shared.
    """
    import numpy as np

    there = _explained(laboratory, soil), _explained(soil, laboratory)
    if not chance:
        return there
    usual = np.mean(
        [(_explained(laboratory, other), _explained(other, laboratory)) for other in chance],
        axis=0,
    )
    of_laboratory, of_soil = (float(min(pair)) for pair in zip(there, usual, strict=True))
    return of_laboratory, of_soil


def _axes(matrix: DistanceMatrix) -> Columns:
    """Give the principal coordinates with a positive eigenvalue."""
    from skbio.stats.ordination import pcoa

    result = pcoa(matrix, dimensions=len(matrix.ids), warn_neg_eigval=False)
    axes: Columns = result.samples.to_numpy()[:, result.eigvals.to_numpy() > 1e-12]
    return axes


def _told_apart(one: Columns, other: Columns, both: Columns) -> str:
    if _rank(both) > max(_rank(one), _rank(other)):
        return ""
    return (
        "laboratory and soil cannot be told apart: each soil is of one laboratory, or each"
        " laboratory of one soil"
    )


def _designs(laboratories: Sequence[str], soils: Sequence[str]) -> tuple[Columns, Columns, Columns]:
    one, other = _dummies(laboratories), _dummies(soils)
    return one, other, _beside(one, other)


def _dummies(groups: Sequence[str]) -> Columns:
    import numpy as np

    names = sorted(set(groups))
    return np.array([[float(group == name) for name in names] for group in groups])


def _beside(one: Columns, other: Columns) -> Columns:
    import numpy as np

    return np.hstack([one, other])


def _rank(columns: Columns) -> int:
    import numpy as np

    return int(np.linalg.matrix_rank(columns - columns.mean(axis=0)))


def _explained(axes: Columns, columns: Columns) -> float:
    """Give the R2 of a regression of all axes on columns."""
    import numpy as np

    centred, design = axes - axes.mean(axis=0), columns - columns.mean(axis=0)
    fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    return float((fitted**2).sum() / (centred**2).sum())


def _adjusted(axes: Columns, columns: Columns) -> float | None:
    """Give the adjusted R2 of a regression of all axes on columns; None without freedom left."""
    size, rank = len(axes), _rank(columns)
    if size - rank - 1 < 1:
        return None
    return 1 - (1 - _explained(axes, columns)) * (size - 1) / (size - rank - 1)
