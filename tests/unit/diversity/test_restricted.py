"""PERMANOVA with permutations that the design allows, beside scikit-bio's statistic."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from skbio import DistanceMatrix
from skbio.stats.distance import permanova

from soilbio.diversity.restricted import in_blocks, shuffled


def matrix_of(points: dict[str, np.ndarray]) -> DistanceMatrix:
    values = np.array(list(points.values()))
    return DistanceMatrix(np.linalg.norm(values[:, None] - values[None], axis=2), list(points))


def ring(names: dict[str, tuple[str, str]], laboratory: float, soil: float) -> DistanceMatrix:
    """Points of libraries (laboratory, soil), apart by so much."""
    rng = np.random.default_rng(4)
    shifts = {one: rng.normal(0, laboratory, 3) for one in sorted({a for a, _ in names.values()})}
    shifts |= {one: rng.normal(0, soil, 3) for one in sorted({b for _, b in names.values()})}
    return matrix_of(
        {n: shifts[a] + shifts[b] + rng.normal(0, 1, 3) for n, (a, b) in names.items()}
    )


FULL = {f"{a}{b}": (a, b) for a in "ABC" for b in "123"}


def maps(names: dict[str, tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    return {n: a for n, (a, _) in names.items()}, {n: b for n, (_, b) in names.items()}


def test_groups_within_blocks_are_permuted_there_each_way_once():
    matrix = ring(FULL, 2, 5)
    laboratory, soil = maps(FULL)
    (row,) = in_blocks(matrix, "laboratory", laboratory, soil, (999, 1))
    own = permanova(matrix, [laboratory[n] for n in matrix.ids], permutations=0)["test statistic"]
    assert row["statistic"] == pytest.approx(own)
    others = []
    for way in product(permutations("ABC"), repeat=3):
        given = {f"{a}{b}": way[int(b) - 1]["ABC".index(a)] for a, b in FULL.values()}
        groups = [given[n] for n in matrix.ids]
        others.append(permanova(matrix, groups, permutations=0)["test statistic"])
    assert row["p_value"] == pytest.approx(np.mean(np.array(others) >= own - 1e-9))
    # Names of laboratories change in all soils together: one soil is left as it is.
    assert (row["permutations"], row["permuted"]) == (6**2, "within")
    assert row["least_p"] == pytest.approx(6 / 6**3)


@pytest.mark.parametrize(
    ("laboratories", "soils", "left_out", "is_exact"),
    [("ABC", 4, "", True), ("ABCDE", 2, "", True), ("ABCD", 3, "", True), ("ABCD", 3, "D0", False)],
)
def test_p_is_never_below_the_least_there_is(laboratories, soils, left_out, is_exact):
    names = {f"{a}{b}": (a, str(b)) for a in laboratories for b in range(soils)}
    names.pop(left_out, None)
    matrix = ring(names, 3, 30)
    laboratory, soil = maps(names)
    rows = [in_blocks(matrix, "laboratory", laboratory, soil, (999, n))[0] for n in range(20)]
    assert all(row["p_value"] >= row["least_p"] for row in rows)
    assert ("all" in rows[0]["note"]) == is_exact
    assert is_exact or rows[0]["least_p"] == pytest.approx(6 / (6 * 24**2))


def test_soils_that_differ_do_not_hide_that_laboratories_do():
    names = {f"{a}{b}": (a, str(b)) for a in "ABC" for b in range(6)}
    matrix = ring(names, 3, 30)
    laboratory, soil = maps(names)
    (row,) = in_blocks(matrix, "laboratory", laboratory, soil, (999, 1))
    assert row["p_value"] == pytest.approx(0.001)
    free = permanova(matrix, [laboratory[n] for n in matrix.ids], permutations=999, seed=1)
    assert free["p-value"] > 0.05  # as if libraries of one soil were independent


def test_what_differs_between_soils_is_permuted_with_all_libraries_of_each():
    names = {f"{a}{b}": (a, str(b)) for a in "ABC" for b in range(6)}
    matrix = ring(names, 0, 30)
    _, soil = maps(names)
    use = {n: "crop" if int(b) < 3 else "wood" for n, (_, b) in names.items()}
    (row,) = in_blocks(matrix, "use", use, soil, (999, 1))
    assert (row["permutations"], row["permuted"]) == (10, "whole")
    assert row["p_value"] >= 0.1  # of six soils, however many libraries they have
    assert row["n_libraries"] == 18


def test_soils_of_one_laboratory_are_tested_apart_from_those_of_several():
    names = {**FULL, **{f"D{b}": ("D", str(b)) for b in range(4, 8)}}
    names |= {f"E{b}": ("E", str(b)) for b in range(8, 12)}
    laboratory, soil = maps(names)
    inner, outer = in_blocks(ring(names, 2, 2), "laboratory", laboratory, soil, (99, 1))
    assert (inner["groups"], inner["permuted"]) == ("A (3), B (3), C (3)", "within")
    assert (outer["groups"], outer["permuted"]) == ("D (4), E (4)", "freely")


def test_a_laboratory_with_one_library_of_these_soils_is_left_out_and_told():
    names = {**FULL, "D1": ("D", "1")}
    laboratory, soil = maps(names)
    (row,) = in_blocks(ring(names, 2, 2), "laboratory", laboratory, soil, (99, 1))
    assert row["groups"] == "A (3), B (3), C (3)"
    assert row["note"].endswith("left out, with one library each: D")


def test_one_soil_of_three_laboratories_tests_nothing():
    names = {n: own for n, own in FULL.items() if own[1] == "1"}
    laboratory, soil = maps(names)
    (row,) = in_blocks(ring(names, 2, 2), "laboratory", laboratory, soil, (99, 1))
    assert row["note"].startswith("not tested: no two groups have two libraries each")
    assert "p_value" not in row


def test_chance_keeps_what_the_design_has():
    rng = np.random.default_rng(2)
    groups, blocks = [*"ABABCCDD"], [*"11223344"]
    for _ in range(20):
        found = shuffled(groups, blocks, rng)
        assert sorted(found[:2]) == sorted(found[2:4]) == ["A", "B"]
        assert {tuple(found[4:6]), tuple(found[6:])} == {("C", "C"), ("D", "D")}
