from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from skbio import DistanceMatrix, TreeNode

from soilbio.diversity.alpha import alpha_rows, common_coverage, rarefaction_rows
from soilbio.diversity.beta import distances, ordinate, rarefied
from soilbio.diversity.community import Community, Depth, choose_depth
from soilbio.diversity.coverage import richness_at
from soilbio.diversity.permutation import one_per_sample, rows_of_column


def community(rows: dict[str, list[int]], *, controls: tuple[str, ...] = (), samples=None):
    names = sorted(rows)
    values = np.array([rows[name] for name in names], dtype=np.int64)
    matrix = csr_array(values.reshape(len(names), -1) if names else (0, 0))
    return Community(
        names,
        [f"f{n}" for n in range(matrix.shape[1])],
        matrix,
        samples or {name: name for name in names},
        {name: name in controls for name in names},
        0,
    )


TREE = TreeNode.read(["((f0:1,f1:1):1,(f2:1,f3:2):1);"])
FOUR = {"a": [10, 10, 0, 0], "b": [5, 15, 0, 0], "c": [0, 0, 12, 8], "d": [0, 1, 9, 10]}


def test_alpha_measures_are_their_definitions():
    (row,) = alpha_rows(community({"a": [10, 10, 0, 0]}), 1.0, TREE)
    assert row["observed"] == 2
    assert row["shannon"] == pytest.approx(np.log(2))
    assert (row["simpson"], row["pielou"]) == (pytest.approx(0.5), pytest.approx(1))
    assert row["faith_pd"] == pytest.approx(3)  # 1 + 1 + the branch to the root
    assert (row["hill_q0"], row["hill_q1"], row["hill_q2"]) == pytest.approx((2, 2, 2))


def test_chao1_and_good_are_their_formulas():
    (row,) = alpha_rows(community({"a": [5, 2, 2, 1, 1, 1]}), None, None)
    assert row["chao1"] == pytest.approx(6 + 3 * 2 / (2 * 3))
    assert row["goods_coverage"] == pytest.approx(1 - 3 / 12)
    assert row["faith_pd"] is None


def test_a_library_without_reads_has_a_row_without_measures():
    rows = alpha_rows(community({"a": [3, 4], "empty": [0, 0]}), 1.0, None)
    assert rows[1] == {"library_id": "empty", "reads": 0, "observed": 0}


def test_a_library_below_the_common_coverage_has_no_hill_numbers():
    two = community({"deep": [50, 50], "thin": [1, 1]})
    deep, thin = alpha_rows(two, common_coverage(two, ["deep"]), None)
    assert "hill_q0" in deep
    assert "hill_q0" not in thin


def test_a_library_somewhat_below_the_common_coverage_is_extrapolated():
    two = community({"deep": [40, 30, 20, 8, 2, 0], "thin": [9, 6, 4, 2, 1, 1]})
    coverage = common_coverage(two, ["deep"])
    assert coverage == 1
    _, thin = alpha_rows(two, 0.97, None)
    assert 23 < thin["hill_reads"] <= 46
    assert thin["hill_q0"] > 6
    assert thin["coverage"] == 0.97


def test_nothing_is_extrapolated_from_a_handful_of_reads():
    """Of these five, richness would come out below the Hill number of order 1."""
    (row,) = alpha_rows(community({"a": [2, 2, 1]}), 0.97, None)
    assert "hill_q0" not in row


def test_rarefaction_ends_with_what_was_seen():
    rows = rarefaction_rows(community({"a": [10, 5, 1], "empty": [0, 0, 0]}))
    assert rows[-1] == {"library_id": "a", "depth": 16, "observed": 3.0}
    assert {row["library_id"] for row in rows} == {"a"}
    seen = [row["observed"] for row in rows]
    assert seen == sorted(seen)


def test_the_automatic_depth_leaves_out_controls_and_thin_libraries():
    rows = {"a": [900, 100], "b": [500, 500], "c": [2000, 0], "thin": [3, 0], "blank": [90, 0]}
    depth = choose_depth(community(rows, controls=("blank",)), "auto")
    assert (depth.reads, depth.libraries) == (1000, ["a", "b", "c"])
    assert set(depth.left_out) == {"thin", "blank"}
    assert choose_depth(community(rows), 1500).libraries == ["c"]
    assert choose_depth(community({}), "auto") == Depth(0, [], {})


def test_rarefying_gives_every_library_the_same_reads_and_the_seed_repeats_it():
    four = community(FOUR)
    depth = choose_depth(four, 10)
    one, two = rarefied(four, depth, 1), rarefied(four, depth, 1)
    assert (one == two).all()
    assert (one.sum(axis=1) == 10).all()
    assert (one <= four.dense(four.libraries)).all()
    assert not (one == rarefied(four, depth, 2)).all()


def test_what_is_drawn_of_a_library_does_not_depend_on_the_others():
    alone = rarefied(community({"c": FOUR["c"]}), Depth(10, ["c"], {}), 1)
    among = rarefied(community(FOUR), Depth(10, sorted(FOUR), {}), 1)
    assert (alone[0] == among[2]).all()


def test_distances_are_their_definitions():
    found = dict(distances(community(FOUR), Depth(20, sorted(FOUR), {}), 1, TREE))
    assert found["bray_curtis"]["a", "b"] == pytest.approx(5 / 20)
    assert found["bray_curtis"]["a", "c"] == pytest.approx(1)
    assert found["jaccard"]["a", "d"] == pytest.approx(1 - 1 / 4)
    assert found["unweighted_unifrac"]["a", "b"] == pytest.approx(0)
    # a: log-ratios 0, 0; b: log(5), log(15) less their mean.
    half = np.log(3) / 2
    assert found["robust_aitchison"]["a", "b"] == pytest.approx(np.sqrt(2) * half)
    assert all(0 <= value <= 1 for value in found["weighted_unifrac"].condensed_form())


def test_faith_s_diversity_is_the_same_in_blocks_of_libraries(monkeypatch):
    whole = alpha_rows(community(FOUR | {"empty": [0, 0, 0, 0]}), None, TREE)
    monkeypatch.setattr("soilbio.diversity.alpha._DENSE_CELLS", 12)  # three libraries at a time
    assert alpha_rows(community(FOUR | {"empty": [0, 0, 0, 0]}), None, TREE) == whole
    assert [row.get("faith_pd") for row in whole] == [3, 3, 4, 6, None]


def test_without_a_tree_there_is_no_unifrac_and_one_library_has_no_distance():
    four = community(FOUR)
    assert set(dict(distances(four, Depth(20, sorted(FOUR), {}), 1, None))) == {
        "bray_curtis",
        "jaccard",
        "robust_aitchison",
    }
    assert list(distances(four, Depth(20, ["a"], {}), 1, None)) == []


def test_ordination_keeps_the_distances_and_has_a_fixed_direction():
    points = np.array([[0.0, 0], [3, 0], [0, 4], [3, 4]])
    gaps = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    coordinates, explained = ordinate(DistanceMatrix(gaps, list("abcd")))
    again = np.sqrt(((coordinates[:, None] - coordinates[None]) ** 2).sum(axis=2))
    assert again == pytest.approx(gaps, abs=1e-9)
    assert explained[:2] == pytest.approx([16 / 25, 9 / 25])
    for axis in coordinates.T[:2]:
        assert axis[np.argmax(np.abs(axis).round(9))] > 0


def test_two_libraries_or_no_differences_have_no_ordination():
    assert ordinate(DistanceMatrix([[0, 1], [1, 0]], list("ab"))) is None
    assert ordinate(DistanceMatrix(np.zeros((3, 3)), list("abc"))) is None


def test_a_coordinate_of_nothing_has_no_sign():
    points = np.array([-1.0, 0, 1])
    coordinates, _ = ordinate(DistanceMatrix(abs(points[:, None] - points), list("abc")))
    assert not np.signbit(coordinates[coordinates == 0]).any()
    assert coordinates[1, 0] == 0


def test_many_libraries_are_ordinated_without_a_warning():
    points = np.random.default_rng(1).random((14, 5))
    gaps = np.abs(points[:, None] - points[None]).sum(axis=2) ** 1.5  # negative eigenvalues, too
    coordinates, explained = ordinate(DistanceMatrix((gaps + gaps.T) / 2))
    assert coordinates.shape == (14, 3)
    assert 0 < explained.sum() <= 1
    assert (np.diff(explained) <= 0).all()


def test_an_axis_of_rounding_is_nothing():
    line = np.abs(np.subtract.outer(np.arange(5.0) ** 2, np.arange(5.0) ** 2))
    coordinates, explained = ordinate(DistanceMatrix(line))
    assert explained.tolist() == [pytest.approx(1), 0, 0]
    assert not coordinates[:, 1:].any()


def test_rarefying_draws_as_many_features_as_hurlbert_expects():
    one = community({"a": [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 1, 1, 1, 1]})
    depth = Depth(60, ["a"], {})
    seen = [(rarefied(one, depth, seed) > 0).sum() for seed in range(2000)]
    assert np.mean(seen) == pytest.approx(richness_at(one.reads_of(0), 60), rel=0.01)


def test_permanova_is_anderson_s_formula():
    rng = np.random.default_rng(3)
    points = np.vstack([rng.normal(0, 1, (5, 3)), rng.normal(2, 1, (5, 3))])
    gaps = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    names = [f"s{n}" for n in range(10)]
    group_of = {name: "x" if n < 5 else "y" for n, name in enumerate(names)}
    first, _ = rows_of_column({"euclid": DistanceMatrix(gaps, names)}, "land", group_of, (199, 1))
    total = (gaps**2).sum() / 2 / 10
    within = ((gaps[:5, :5] ** 2).sum() + (gaps[5:, 5:] ** 2).sum()) / 2 / 5
    assert first["statistic"] == pytest.approx((total - within) / (within / 8))
    assert first["r2"] == pytest.approx(1 - within / total)
    assert first["p_value"] <= 0.05
    assert "126 ways" in str(first["note"])


@pytest.mark.parametrize(
    ("groups", "note"),
    [
        ({"a": "x", "b": "x", "c": "x", "d": "x"}, "fewer than two groups"),
        ({"a": "x", "b": "x", "c": "y"}, "fewer than two libraries in y"),
        ({}, "fewer than two groups"),
    ],
)
def test_what_cannot_be_tested_says_why(groups, note):
    matrix = dict(distances(community(FOUR), Depth(20, sorted(FOUR), {}), 1, None))["bray_curtis"]
    for row in rows_of_column({"bray_curtis": matrix}, "land", groups, (99, 1)):
        assert note in str(row["note"])
        assert row.get("p_value") is None


def test_libraries_of_one_sample_are_no_replicates():
    rows = {"a1": [5, 5], "a2": [9, 9], "b": [7, 7]}
    three = community(rows, samples={"a1": "A", "a2": "A", "b": "B"})
    assert one_per_sample(three, ["a1", "a2", "b"]) == ["a2", "b"]
