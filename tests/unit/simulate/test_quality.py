import numpy as np
import pytest

from soilbio.simulate.design import Errors
from soilbio.simulate.quality import (
    BEST,
    READ_1,
    READ_2,
    SUBSTITUTIONS,
    WORST,
    add_errors,
    draw_qualities,
    error_probability,
    to_bins,
)


def qualities(model, n_reads=4000, length_bp=250, seed=1):
    return draw_qualities(n_reads, length_bp, model, np.random.default_rng(seed))


def test_qualities_fall_along_the_read_and_more_so_in_the_second():
    means = [qualities(model).mean(axis=0) for model in (READ_1, READ_2)]
    for mean in means:
        windows = mean[10:250].reshape(-1, 40).mean(axis=1)
        assert (np.diff(windows) < 0).all()
    assert (means[1] < means[0]).all()
    assert means[1][-1] < means[0][-1] - 1


def test_neighbours_are_alike():
    values = qualities(READ_1)[:, 100:200].astype(float)
    near = np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]
    far = np.corrcoef(values[:, :-40].ravel(), values[:, 40:].ravel())[0, 1]
    assert near > 0.5 > far > 0.05


def test_qualities_stay_within_their_range():
    values = qualities(READ_2, length_bp=600)
    assert values.shape == (4000, 600)
    assert values.min() >= WORST
    assert values.max() <= BEST
    assert draw_qualities(0, 50, READ_1, np.random.default_rng(1)).shape == (0, 50)


@pytest.mark.parametrize(
    ("calibration", "floor"), [(0.0, 0.0), (1.0, 0.0), (3.0, 0.0), (1.0, 0.01)]
)
def test_errors_are_as_frequent_as_the_qualities_say(calibration, floor):
    """Within 4 standard deviations of a sum of independent draws, at low, middle, high quality."""
    rng = np.random.default_rng(3)
    values = qualities(READ_2)
    codes = np.zeros(values.shape, np.uint8)
    add_errors(codes, values, Errors(calibration, floor), rng)
    for low, high in ((2, 14), (15, 29), (30, 38)):
        here = (values >= low) & (values <= high)
        chances = np.array([error_probability(q, calibration, floor) for q in range(94)])[
            values[here]
        ]
        tolerance = 4 * np.sqrt((chances * (1 - chances)).sum())
        assert abs((codes[here] != 0).sum() - chances.sum()) <= tolerance


def test_substitutions_are_as_biased_as_stated():
    rng = np.random.default_rng(3)
    for base, shares in enumerate(SUBSTITUTIONS):
        codes = np.full((1000, 100), base, np.uint8)
        add_errors(codes, np.full(codes.shape, 2, np.uint8), Errors(), rng)
        counts = np.bincount(codes.ravel(), minlength=4).astype(float)
        counts[base] = 0
        assert np.allclose(100 * counts / counts.sum(), shares, atol=1)


def test_bins_are_those_of_two_colour_instruments():
    values = np.arange(2, 39, dtype=np.uint8)
    assert sorted(set(to_bins(values).tolist())) == [2, 12, 23, 37]
    assert to_bins(np.array([2, 3, 14, 15, 30, 31, 38], np.uint8)).tolist() == [
        2, 12, 12, 23, 23, 37, 37,
    ]  # fmt: skip
