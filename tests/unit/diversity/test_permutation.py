"""Against the definition, counted by hand or by brute force."""

from __future__ import annotations

from itertools import combinations
from itertools import permutations as orders

import numpy as np
import pytest
from scipy.stats import f_oneway
from skbio import DistanceMatrix

from soilbio.diversity.permutation import rows_of_column
from soilbio.diversity.ways import partitions, ways_to_part

SIX = {name: "x" if name < "d" else "y" for name in "abcdef"}


def matrix(points: np.ndarray) -> DistanceMatrix:
    gaps = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    return DistanceMatrix((gaps + gaps.T) / 2, list("abcdefghijklmnopqrst")[: len(points)])


def measured(points: np.ndarray, group_of, settings=(999, 1)):
    rows = rows_of_column({"euclid": matrix(points)}, "land", group_of, settings)
    return {row["test"]: row for row in rows}


def apart(seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).normal(0, 1, (6, 4))
    points[3:] += 8
    return points


@pytest.mark.parametrize(
    ("sizes", "ways"),
    [
        ([3, 3], 10),
        ([2, 4], 15),
        ([2, 2, 2], 15),
        ([2, 2, 3], 105),
        ([6, 6], 462),
        ([2, 3, 4], 1260),
    ],
)
def test_every_way_to_part_is_given_once(sizes, ways):
    assert ways_to_part(sizes) == ways
    found = list(partitions(sizes))
    assert len(found) == ways
    as_sets = {
        frozenset(frozenset(np.flatnonzero(np.array(way) == group).tolist()) for group in way)
        for way in found
    }
    assert len(as_sets) == ways
    assert all(sorted(map(len, parts)) == sorted(sizes) for parts in as_sets)


@pytest.mark.parametrize("seed", range(5))
def test_of_three_against_three_p_is_a_tenth_at_the_least(seed):
    """Rounding must not part equal statistics: swapped groups would halve p."""
    rows = measured(apart(seed), SIX)
    assert rows["permanova"]["p_value"] == pytest.approx(0.1)
    assert rows["permdisp"]["p_value"] >= 1 / 11
    for row, least in ((rows["permanova"], "0.1"), (rows["permdisp"], "0.0909")):
        assert row["permutations"] == 10
        tried = "all 10 ways to part the libraries tried"
        assert row["note"] == f"{tried}; p is {least} at the least"


def test_an_exact_p_is_that_of_all_orders():
    points = np.random.default_rng(9).normal(0, 1, (6, 2))
    points[3:] += 0.7
    gaps = matrix(points).data ** 2

    def pseudo_f(labels: np.ndarray) -> float:
        within = sum(gaps[np.ix_(labels == g, labels == g)].sum() / 2 / 3 for g in (0, 1))
        return (gaps.sum() / 2 / 6 - within) / (within / 4)

    labels = np.array([0, 0, 0, 1, 1, 1])
    everything = np.array([pseudo_f(labels[list(order)]) for order in orders(range(6))])
    row = measured(points, SIX)["permanova"]
    assert row["statistic"] == pytest.approx(pseudo_f(labels))
    assert row["p_value"] == pytest.approx((everything >= pseudo_f(labels) - 1e-9).mean())
    assert 0.1 < row["p_value"] < 1


def test_with_many_ways_permutations_are_drawn_with_the_seed():
    points = np.random.default_rng(2).normal(0, 1, (16, 3))
    points[8:] *= 4
    group_of = {name: "x" if name < "i" else "y" for name in "abcdefghijklmnop"}
    one, two = measured(points, group_of, (199, 1)), measured(points, group_of, (199, 1))
    assert one == two
    assert one["permdisp"]["p_value"] < 0.05
    assert one["permanova"]["permutations"] == 199
    assert one["permanova"]["note"] == "p is 0.005 at the least"
    assert one != measured(points, group_of, (199, 2))


def test_dispersion_is_the_analysis_of_variance_of_distances_to_the_middle():
    """In one dimension, an odd number of points has its median as middle."""
    values = np.array([1.0, 2, 6, 20, 30, 60])
    row = measured(values[:, None], SIX)["permdisp"]
    spread = [np.array([1.0, 0, 4]), np.array([10.0, 0, 30])]
    means = [one.mean() for one in spread]
    between = 3 * np.var(means) * 2
    within = sum(((one - mean) ** 2).sum() for one, mean in zip(spread, means, strict=True))
    # The spatial median is found by iteration.
    assert row["statistic"] == pytest.approx(between / (within / 4), rel=1e-4)


def test_p_of_dispersion_is_that_of_deviations_in_other_orders():
    """The distances' deviations from their group's mean are exchanged, not the libraries."""
    values = np.array([1.0, 2, 6, 9, 20, 30, 34, 60, 61, 90])
    labels = np.repeat([0, 1], 5)
    row = measured(values[:, None], dict(zip("abcdefghij", "xxxxxyyyyy", strict=True)))["permdisp"]
    middles = np.array([np.median(values[labels == group]) for group in (0, 1)])
    distances = np.abs(values - middles[labels])
    deviations = distances - np.array([distances[labels == g].mean() for g in (0, 1)])[labels]
    own = f_oneway(distances[:5], distances[5:]).statistic
    ways = [list(way) for way in combinations(range(10), 5)]
    others = np.array(
        [f_oneway(deviations[way], np.delete(deviations, way)).statistic for way in ways]
    )
    # Which group is called which is no other way.
    hits, number = (others >= own - 1e-9).sum() / 2, len(ways) / 2
    assert row["statistic"] == pytest.approx(own, rel=1e-4)
    assert row["p_value"] == pytest.approx((hits + 1) / (number + 1))


@pytest.mark.parametrize(("spread", "few", "most"), [(1, 0, 6), (4, 20, 40)])
def test_groups_that_lie_apart_differ_in_spread_only_if_they_do(spread, few, most):
    """Forty draws of two groups far apart: of one spread, one in twenty may seem to differ."""
    group_of = {name: "x" if name < "i" else "y" for name in "abcdefghijklmnop"}
    found = 0
    for seed in range(40):
        points = np.random.default_rng(seed).normal(0, 1, (16, 10))
        points[8:] *= spread
        points[8:, 0] += 30
        found += measured(points, group_of, (199, 1))["permdisp"]["p_value"] <= 0.05
    assert few <= found <= most


def test_libraries_as_far_from_their_middles_as_each_other_are_not_tested():
    """The corners of squares: nothing varies within a group."""
    square = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    points = np.vstack([square, square * 3 + 20])
    row = measured(points, dict(zip("abcdefgh", "xxxxyyyy", strict=True)))["permdisp"]
    assert "equally far from its middle" in row["note"]
    assert "p_value" not in row


@pytest.mark.parametrize(
    ("group_of", "note"),
    [
        (None, "no such column in samples"),
        ({}, "fewer than two groups"),
        (dict.fromkeys("abcdef", "x"), "fewer than two groups"),
        ({name: str(5 + place / 4) for place, name in enumerate("abcdef")}, "a value of its own"),
        (SIX | {"f": "z"}, "fewer than two libraries in z"),
    ],
)
def test_columns_that_make_no_groups_say_so(group_of, note):
    for row in measured(apart(1), group_of).values():
        assert note in row["note"]
        assert not {"statistic", "p_value", "permutations"} & set(row)


@pytest.mark.parametrize(
    ("points", "note"),
    [
        (np.zeros((6, 2)), "equally far apart"),
        (np.eye(6), "equally far apart"),
        (np.repeat([[0.0, 1], [3, 4]], 3, axis=0), "libraries of any group"),
    ],
)
def test_libraries_that_do_not_differ_are_not_tested(points, note):
    for row in measured(points, SIX).values():
        assert note in row["note"]
        assert "p_value" not in row


def test_equal_libraries_in_several_groups_are_tested_without_a_warning():
    """Some ways to part them leave no distance within groups: an infinite statistic there."""
    points = np.array([[0.0], [5], [0], [5], [0], [5]])
    rows = measured(points, SIX)
    assert rows["permanova"]["p_value"] == 1


def test_dispersion_of_pairs_is_not_tested():
    rows = measured(apart(1)[:4], {"a": "x", "b": "x", "c": "y", "d": "y"})
    assert rows["permanova"]["p_value"] >= 1 / 3
    assert "three libraries" in rows["permdisp"]["note"]


@pytest.mark.parametrize(
    ("values", "is_said"),
    [(("1", "2"), True), (("5.5", "-7e1"), True), (("1", "b"), False), (("x", "y"), False)],
)
def test_numbers_are_tested_as_names_of_groups_and_that_is_said(values, is_said):
    group_of = {name: values[name > "c"] for name in "abcdef"}
    for row in measured(apart(1), group_of).values():
        assert row["p_value"] >= 0.1
        assert ("numbers are taken as names of groups" in row["note"]) == is_said
