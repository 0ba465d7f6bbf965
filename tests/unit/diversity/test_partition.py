"""Fractions of variation, beside scikit-bio's redundancy analysis of the same coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from skbio import DistanceMatrix
from skbio.stats.ordination import rda

from soilbio.diversity.partition import partition, partition_of_repeated
from soilbio.diversity.restricted import every_whole, shuffled

PARTS = ("laboratory_only", "soil_only", "shared", "unexplained")


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
    laboratory_only = pytest.approx((of_laboratory - 2 * residual) / total)
    found = partition_of_repeated(matrix, laboratories, soils, soils, ([], []), laboratories)
    assert found["laboratory_only"] == laboratory_only
    assert found["soil_only"] == pytest.approx((of_soil - 7 * residual) / total)
    assert found["shared"] == pytest.approx(0, abs=1e-9)
    # The error of land use is that of soils within land uses, of which there are eight.
    ways = [], every_whole(land_use, soils)
    assert len(ways[1]) == 35
    found = partition_of_repeated(matrix, laboratories, land_use, soils, ways)
    of_land_use = squares(points, land_use)
    error = (of_soil - of_land_use) / 6
    assert found["soil_only"] == pytest.approx((of_land_use - error) / total, abs=1e-9)
    assert found["laboratory_only"] == laboratory_only


CHAIN = [(one, (2 * one + place) % 16) for one in range(8) for place in range(5)]


def incomplete(kind_of: dict[int, int], seed: int, names: list[tuple[int, int]] = CHAIN, alike=0.3):
    """Laboratories with some soils each; those of one kind differ by `alike`, and kinds by 3."""
    rng = np.random.default_rng(seed)
    of_laboratory, of_soil = rng.normal(0, 0.3, (8, 5)), rng.normal(0, 1, (16, 5))
    kinds = 3 * rng.normal(0, 1, (2, 5))
    if kind_of:
        of_soil = alike * of_soil + [kinds[kind_of[soil]] for soil in range(16)]
    noise = rng.normal(0, 0.3, (len(names), 5))
    points = np.array([of_laboratory[one] + of_soil[other] for one, other in names]) + noise
    matrix = DistanceMatrix(np.linalg.norm(points[:, None] - points[None], axis=2))
    laboratories, soils = [f"l{one}" for one, _ in names], [f"s{other:02}" for _, other in names]
    share = {"laboratory_only": points * 0, "soil_only": points * 0}
    share["laboratory_only"] += [of_laboratory[one] for one, _ in names]
    share["soil_only"] += [of_soil[other] for _, other in names]
    total = ((points - points.mean(axis=0)) ** 2).sum()
    true = {
        key: ((own - own.mean(axis=0)) ** 2).sum() / total for key, own in sorted(share.items())
    }
    return matrix, laboratories, soils, true


def test_what_each_laboratory_has_some_soils_of_is_not_shared_by_that():
    parts, truths = [], []
    for seed in range(25):
        matrix, laboratories, soils, true = incomplete({}, seed)
        parts.append(
            partition_of_repeated(matrix, laboratories, soils, soils, ([], []), laboratories)
        )
        truths.append(true)
        assert sum(parts[-1][name] for name in PARTS) == pytest.approx(1)
    found = {name: np.mean([part[name] for part in parts]) for name in PARTS}
    # Which soils a laboratory has says nothing of them; a fifth of them would seem to be shared.
    assert found["shared"] == pytest.approx(0, abs=0.03)
    for name in ("laboratory_only", "soil_only"):
        assert found[name] == pytest.approx(np.mean([true[name] for true in truths]), abs=0.03)


def test_soils_of_one_kind_in_one_laboratory_stay_shared():
    # Three laboratories have the first eight soils only, two the other seven: each has one kind.
    kind_of = {soil: int(soil > 8) for soil in range(16)}
    matrix, laboratories, soils, _ = incomplete(kind_of, 3)
    kinds = [str(kind_of[int(soil[1:])]) for soil in soils]
    rng = np.random.default_rng(2)
    ways = [], [shuffled(kinds, soils, rng) for _ in range(200)]
    found = partition_of_repeated(matrix, laboratories, kinds, soils, ways)
    assert found["shared"] > 0.3


@pytest.mark.parametrize(
    ("number", "of_each", "more"),
    [(8, 3, []), (8, 5, []), (6, 4, []), (6, 3, []), (8, 3, [(0, 9)]), (8, 3, [(5, 9), (6, 10)])],
)
def test_laboratories_that_have_some_soils_each_explain_no_more_for_that(
    number: int, of_each: int, more: list[tuple[int, int]]
):
    # As many soils as laboratories, each in `of_each`; `more` are of one laboratory each.
    names = [(one, (one + place) % number) for one in range(number) for place in range(of_each)]
    kind_of = {soil: soil % 2 for soil in range(16)}
    rng = np.random.default_rng(4)
    found, true = [], []
    for seed in range(12):
        matrix, laboratories, soils, truth = incomplete(kind_of, seed, names + more, alike=2)
        kinds = [str(kind_of[int(soil[1:])]) for soil in soils]
        ways = [[shuffled(own, soils, rng) for _ in range(40)] for own in (laboratories, kinds)]
        found.append(partition_of_repeated(matrix, laboratories, kinds, soils, ways))
        true.append(truth["laboratory_only"])
        assert sum(found[-1][name] for name in PARTS) == pytest.approx(1)
    explained_alone = np.mean([part["laboratory_only"] for part in found])
    assert explained_alone == pytest.approx(np.mean(true), abs=0.01)
