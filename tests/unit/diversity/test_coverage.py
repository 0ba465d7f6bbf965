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


@pytest.mark.parametrize("coverage", [0.3, 0.7, 0.9, 0.9289])
def test_the_size_for_a_coverage_lies_between_whole_numbers_that_enclose_it(coverage):
    size = size_at(LOGGED, coverage)
    below, above = int(size), int(size) + 1
    ends = coverage_at(LOGGED, below), coverage_at(LOGGED, above)
    assert ends[0] <= coverage <= ends[1]
    assert np.interp(size, [below, above], ends) == pytest.approx(coverage)


def test_extrapolation_is_that_of_inext():
    # estimateD(spider$Girdled, level = 300) of iNEXT 3 prints seven and more digits.
    assert coverage_at(GIRDLED, 300) == pytest.approx(0.9579518, abs=5e-8)
    assert hill_at(GIRDLED, 300) == pytest.approx((33.317733, 12.869603, 7.983882), abs=5e-7)
    assert size_at(GIRDLED, 0.9579518) == pytest.approx(300, abs=1e-3)


@pytest.mark.parametrize(
    ("counts", "published"),
    [(GIRDLED, (43.892857, 13.826253, 8.174825)), (LOGGED, (61.402778, 16.337069, 6.920350))],
)
def test_far_extrapolation_tends_to_the_asymptotes_of_inext(counts, published):
    """Its table AsyEst, six decimals; a hundred million reads are nearly all."""
    assert hill_at(counts, 10**8) == pytest.approx(published, rel=1e-6)


def test_hill_numbers_have_no_jump_where_interpolation_ends():
    steps = np.diff([hill_at(GIRDLED, size) for size in (167, 168, 169)], axis=0)
    assert steps[0] == pytest.approx(steps[1], rel=0.02)
    assert (steps > 0).all()


def test_between_whole_numbers_of_reads_there_is_a_straight_line():
    middle = np.mean([hill_at(GIRDLED, 50), hill_at(GIRDLED, 51)], axis=0)
    assert hill_at(GIRDLED, 50.5) == pytest.approx(middle)


@pytest.mark.parametrize(
    ("counts", "coverage", "size"),
    [
        ([10, 10], 1.0, 20),  # without singletons all reads, not the fewest that seem to do
        ([5, 1], 0.9, np.inf),  # one singleton, no doubleton: no more is known
        ([1], 0.0, 1),
        ([1], 0.5, np.inf),
        ([46, 2, 1], 1.0, np.inf),
        ([50, 50], 0.01, 1),  # one read has more
    ],
)
def test_sizes_at_extremes(counts, coverage, size):
    assert size_at(np.array(counts), coverage) == size


@pytest.mark.parametrize("counts", [[1], [3], [1, 1], [100_000, 1]])
def test_one_read_is_one_feature_whatever_the_library(counts):
    assert hill_at(np.array(counts), 1) == pytest.approx((1, 1, 1))


def test_a_deep_library_takes_no_time_and_agrees_with_scipy():
    """The sum over hypergeometric chances is cut far from the mean; scipy's is not."""
    from scipy.stats import hypergeom

    counts = np.array([90_000, 7_000, 2_900, 95, 3, 1, 1])
    size, total, entropy = 20_000, int(counts.sum()), 0.0
    for count in counts.tolist():
        drawn = np.arange(1, min(count, size) + 1)
        shares = drawn / size
        entropy -= (hypergeom.pmf(drawn, total, count, size) * shares * np.log(shares)).sum()
    # Logarithms of factorials of 100,000 cost six of the sixteen digits.
    assert hill_at(counts, size)[1] == pytest.approx(np.exp(entropy), rel=1e-8)


def test_richness_of_one_read_is_one_and_of_all_reads_is_all():
    assert richness_at(GIRDLED, 1) == pytest.approx(1)
    assert richness_at(GIRDLED, 168) == 26
