"""Fractions of variation, beside scikit-bio's redundancy analysis of the same coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from skbio import DistanceMatrix
from skbio.stats.ordination import rda

from soilbio.diversity.partition import partition, partition_of_repeated
from soilbio.diversity.restricted import shuffled


def explained(points: np.ndarray, *groups: list[str]) -> float:
    """Adjusted R2 (Peres-Neto et al. 2006) of groups, by redundancy analysis."""
    columns = pd.get_dummies(pd.DataFrame(dict(enumerate(groups))), drop_first=True, dtype=float)
    columns.columns = [str(name) for name in range(columns.shape[1])]
    found = rda(pd.DataFrame(points), columns)
    rank = columns.shape[1]
    squares = found.eigvals.to_numpy() ** 2  # rda gives singular values by that name
    share = squares[:rank].sum() / squares.sum()
    size = len(points)
    return 1 - (1 - share) * (size - 1) / (size - rank - 1)


def test_fractions_are_those_of_redundancy_analysis():
    rng = np.random.default_rng(5)
    laboratories = ["a"] * 9 + ["b"] * 9 + ["c"] * 6
    soils = ["crop", "grass", "wood"] * 8
    shift = {name: rng.normal(0, 2, 4) for name in {*laboratories, *soils}}
    points = np.array(
        [
            shift[one] + 0.5 * shift[other] + rng.normal(0, 1, 4)
            for one, other in zip(laboratories, soils, strict=True)
        ]
    )
    # Euclidean distances: their principal coordinates are the points themselves, turned.
    matrix = DistanceMatrix(np.linalg.norm(points[:, None] - points[None], axis=2))
    found = partition(matrix, laboratories, soils)
    both = explained(points, laboratories, soils)
    assert found["unexplained"] == pytest.approx(1 - both)
    assert found["laboratory_only"] == pytest.approx(both - explained(points, soils))
    assert found["soil_only"] == pytest.approx(both - explained(points, laboratories))
    assert found["note"] == ""


def test_too_few_libraries_are_not_parted():
    matrix = DistanceMatrix(np.ones((3, 3)) - np.eye(3))
    found = partition(matrix, ["a", "b", "c"], ["x", "y", "z"])
    assert found == {"note": "not parted: too few libraries for so many groups"}


def ring(laboratories: int, soils: int, *, of_laboratory: float, of_soil: float):
    """Laboratories that measured the same soils; distances are Euclidean, so it is plain ANOVA."""
    rng = np.random.default_rng(8)
    names = [(f"l{one}", f"s{other}") for one in range(laboratories) for other in range(soils)]
    shift = {name: rng.normal(0, of_laboratory, 5) for name in {one for one, _ in sorted(names)}}
    shift |= {name: rng.normal(0, of_soil, 5) for name in sorted({other for _, other in names})}
    points = np.array([shift[one] + shift[other] + rng.normal(0, 1, 5) for one, other in names])
    matrix = DistanceMatrix(np.linalg.norm(points[:, None] - points[None], axis=2))
    return points, matrix, [one for one, _ in names], [other for _, other in names]


def squares(points: np.ndarray, groups: list[str]) -> float:
    """Sum of squares between groups."""
    means = pd.DataFrame(points).groupby(groups).transform("mean").to_numpy()
    return float(((means - points.mean(axis=0)) ** 2).sum())


def test_fractions_of_a_ring_test_are_those_of_analysis_of_variance():
    points, matrix, laboratories, soils = ring(3, 8, of_laboratory=2, of_soil=1)
    land_use = ["crop" if int(soil[1:]) < 4 else "wood" for soil in soils]
    total = float(((points - points.mean(axis=0)) ** 2).sum())
    of_laboratory, of_soil = squares(points, laboratories), squares(points, soils)
    residual = (total - of_laboratory - of_soil) / (2 * 7)
    laboratory_only = pytest.approx((of_laboratory - 2 * residual) / total, abs=5e-3)
    rng = np.random.default_rng(1)
    chance = [
        (shuffled(laboratories, soils, rng), shuffled(soils, laboratories, rng)) for _ in range(400)
    ]
    found = partition_of_repeated(matrix, laboratories, soils, soils, chance)
    assert found["laboratory_only"] == laboratory_only
    assert found["soil_only"] == pytest.approx((of_soil - 7 * residual) / total, abs=5e-3)
    assert found["shared"] == pytest.approx(0, abs=1e-9)
    # The error of land use is that of soils within land uses, of which there are eight.
    chance = [
        (shuffled(laboratories, soils, rng), shuffled(land_use, soils, rng)) for _ in range(400)
    ]
    found = partition_of_repeated(matrix, laboratories, land_use, soils, chance)
    of_land_use = squares(points, land_use)
    error = (of_soil - of_land_use) / 6
    assert found["soil_only"] == pytest.approx((of_land_use - error) / total, abs=1e-2)
    assert found["laboratory_only"] == laboratory_only
