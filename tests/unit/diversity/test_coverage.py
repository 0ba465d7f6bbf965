"""Against published values (spiders of Ellison et al. 2010, as in iNEXT) and against drawing."""

from __future__ import annotations

import numpy as np
import pytest

from soilbio.diversity.coverage import (
    coverage_at,
    coverage_of,
    hill_at,
    richness_at,
    size_at,
)

GIRDLED = np.array([46, 22, 17, 15, 15, 9, 8, 6, 6, 4, *[2] * 4, *[1] * 12])
LOGGED = np.array(
    [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, *[3] * 4, *[2] * 4, *[1] * 14]
)


@pytest.mark.parametrize(("counts", "published"), [(GIRDLED, 0.9289), (LOGGED, 0.9446)])
def test_coverage_is_that_of_inext(counts, published):
    assert coverage_of(counts) == pytest.approx(published, abs=5e-5)  # iNEXT prints four digits


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([], 0.0), ([5, 3], 1.0), ([1], 0.0), ([1, 1, 1], 1 / 3)],
)
def test_coverage_of_extremes(counts, expected):
    # Three singletons: no doubletons, so the bias-corrected form, 1 - 2 * 2 / (2 * 2 + 2).
    assert coverage_of(np.array(counts, dtype=np.int64)) == pytest.approx(expected)


def drawn(counts: np.ndarray, size: int, times: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.multivariate_hypergeometric(counts, size, times)


@pytest.mark.parametrize("size", [1, 20, 80, 167])
def test_hill_numbers_of_fewer_reads_are_those_of_drawing_them(size):
    samples = drawn(GIRDLED, size, 20_000)
    zero, one, two = hill_at(GIRDLED, size)
    assert zero == pytest.approx((samples > 0).sum(axis=1).mean(), rel=0.01)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = samples / size
        entropy = -np.nansum(np.where(shares > 0, shares * np.log(shares), 0), axis=1)
    # The estimator is the exponential of the expected entropy, not the mean of exponentials.
    assert one == pytest.approx(np.exp(entropy.mean()), rel=0.01)
    assert two == pytest.approx(1 / (shares**2).sum(axis=1).mean(), rel=0.01)


def test_hill_numbers_of_all_reads_are_their_definition():
    shares = GIRDLED / GIRDLED.sum()
    assert hill_at(GIRDLED, 168) == pytest.approx(
        (26, np.exp(-(shares * np.log(shares)).sum()), 1 / (shares**2).sum())
    )


def test_expected_coverage_is_that_of_drawing():
    """The share of the other reads whose feature a smaller draw has seen."""
    size, total = 60, int(GIRDLED.sum())
    samples = drawn(GIRDLED, size, 20_000)
    unseen = (np.where(samples == 0, GIRDLED, 0)).sum(axis=1) / (total - size)
    assert coverage_at(GIRDLED, size) == pytest.approx(1 - unseen.mean(), abs=0.005)


@pytest.mark.parametrize("coverage", [0.3, 0.7, 0.9])
def test_the_size_for_a_coverage_has_it(coverage):
    size = size_at(LOGGED, coverage)
    assert coverage_at(LOGGED, size) == pytest.approx(coverage, abs=0.03)
    here = abs(coverage_at(LOGGED, size) - coverage)
    assert here <= abs(coverage_at(LOGGED, size + 1) - coverage)


def test_more_coverage_than_there_is_takes_all_reads():
    assert size_at(GIRDLED, 0.99) == 168


def test_richness_of_one_read_is_one_and_of_all_reads_is_all():
    assert richness_at(GIRDLED, 1) == pytest.approx(1)
    assert richness_at(GIRDLED, 168) == 26
