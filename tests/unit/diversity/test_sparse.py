"""Vectorised measures are scikit-bio's, to 1e-9, whatever the counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from skbio.diversity import alpha_diversity, beta_diversity
from skbio.stats import subsample_counts

from soilbio.diversity.sparse import bray_curtis, indices_of, rarefied

NAMES = {
    "shannon": ("shannon", {"base": np.e}),
    "simpson": ("simpson", {}),
    "pielou": ("pielou_e", {}),
    "chao1": ("chao1", {}),
    "goods_coverage": ("goods_coverage", {}),
}
COUNTS = arrays(
    np.int64, st.tuples(st.integers(2, 7), st.integers(1, 9)), elements=st.integers(0, 4)
)


@pytest.mark.filterwarnings("ignore")
@given(COUNTS)
def test_indices_are_those_of_scikit_bio(dense):
    found = indices_of(csr_array(dense))
    for place, row in enumerate(dense):
        if not row.sum():
            assert all(np.isnan(values[place]) for values in found.values())
            continue
        for name, (measure, options) in NAMES.items():
            expected = alpha_diversity(measure, [row], ids=["x"], **options)["x"]
            if name == "pielou" and (row > 0).sum() == 1:
                assert np.isnan(found[name][place])
            else:
                assert found[name][place] == pytest.approx(expected, abs=1e-9), name


@given(COUNTS)
def test_bray_curtis_is_that_of_scikit_bio(dense):
    kept = dense[dense.sum(axis=1) > 0]
    if len(kept) < 2:
        return
    expected = beta_diversity("braycurtis", kept, ids=[str(n) for n in range(len(kept))]).data
    np.testing.assert_allclose(bray_curtis(csr_array(kept)), expected, atol=1e-9)


def test_an_empty_library_is_as_far_as_can_be_from_others_and_not_from_its_like():
    found = bray_curtis(csr_array(np.array([[3, 0], [0, 0], [0, 0]])))
    assert found.tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]


def test_what_is_drawn_of_a_library_does_not_depend_on_the_others():
    dense = np.random.default_rng(1).integers(0, 30, (5, 40))
    names = [f"L{place}" for place in range(5)]
    drawn = rarefied(csr_array(dense), names, 100, 7).toarray()
    assert (drawn.sum(axis=1) == 100).all()
    assert (drawn <= dense).all()
    alone = rarefied(csr_array(dense[3:4]), ["L3"], 100, 7).toarray()
    assert (alone[0] == drawn[3]).all()
    assert subsample_counts(dense[0], 100, seed=1).sum() == 100


@pytest.mark.parametrize("most", [4, 3_000, 300_000])
@pytest.mark.parametrize("share", [-1.0, 0.12, 1e9], ids=["cells", "both", "entries"])
def test_whichever_way_is_faster_gives_the_same(share, most, monkeypatch):
    monkeypatch.setattr("soilbio.diversity.minima.DENSE_SHARE", share)
    rng = np.random.default_rng(3)
    dense = rng.integers(0, most, (150, 60)) * (rng.random((150, 60)) < rng.random(60))
    expected = beta_diversity("braycurtis", dense, ids=[str(n) for n in range(150)]).data
    np.testing.assert_allclose(bray_curtis(csr_array(dense)), expected, atol=1e-12)
    shares = dense / dense.sum(axis=1, keepdims=True)
    expected = beta_diversity("braycurtis", shares, ids=[str(n) for n in range(150)]).data
    np.testing.assert_allclose(bray_curtis(csr_array(shares)), expected, atol=1e-12)
