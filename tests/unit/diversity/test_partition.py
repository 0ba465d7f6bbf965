"""Fractions of variation, beside scikit-bio's redundancy analysis of the same coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from skbio import DistanceMatrix
from skbio.stats.ordination import rda

from soilbio.diversity.laboratories import partition


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
