from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soilbio.metadata.soil.depths import at_point, mass_preserving, weighted_mean

BOTH = pytest.mark.parametrize("method", [weighted_mean, mass_preserving])
PROFILE = [(0.0, 0.1, 30.0), (0.1, 0.3, 20.0), (0.3, 0.6, 5.0)]


def test_layers_count_by_their_thickness_within_the_depth():
    found = weighted_mean(PROFILE, 0.05, 0.2)
    # 5 cm of 30 and 10 cm of 20.
    assert found.value == pytest.approx((5 * 30 + 10 * 20) / 15)
    assert (found.coverage, found.layers) == (1.0, 2)


@BOTH
def test_half_of_the_depth_is_enough_and_less_is_not(method):
    assert method([(0.0, 0.1, 30.0)], 0.0, 0.2).coverage == 0.5
    assert method([(0.0, 0.0999, 30.0)], 0.0, 0.2) is None


@BOTH
def test_the_coverage_counts_gaps_and_what_lies_above_and_below(method):
    found = method([(0.0, 0.05, 10.0), (0.1, 0.15, 20.0)], 0.0, 0.2)
    assert found.coverage == 0.5
    assert found.value == pytest.approx(15)


@BOTH
def test_overlapping_layers_give_no_value(method):
    assert method([(0.0, 0.1, 10.0), (0.0, 0.3, 20.0)], 0.0, 0.2) is None


@BOTH
def test_no_layers_or_no_depth_give_no_value(method):
    assert method([], 0.0, 0.2) is None
    assert method(PROFILE, 0.2, 0.2) is None


def test_a_point_has_the_value_of_its_layer_and_the_lower_one_at_a_limit():
    assert at_point(PROFILE, 0.1).value == 20
    assert at_point(PROFILE, 0.0).value == 30
    assert at_point(PROFILE, 0.6) is None


@st.composite
def profiles(draw):
    thicknesses = draw(st.lists(st.floats(0.01, 0.5), min_size=1, max_size=8))
    values = draw(st.lists(st.floats(0, 500), min_size=len(thicknesses), max_size=len(thicknesses)))
    top, layers = 0.0, []
    for thickness, value in zip(thicknesses, values, strict=True):
        layers.append((top, top + thickness, value))
        top += thickness
    return layers


@settings(deadline=None)
@given(profiles(), st.data())
def test_a_curve_keeps_the_amount_of_every_layer(layers, data):
    upper, lower, value = data.draw(st.sampled_from(layers))
    assert mass_preserving(layers, upper, lower).value == pytest.approx(value, rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(profiles())
def test_both_methods_agree_on_the_whole_profile(layers):
    whole = (layers[0][0], layers[-1][1])
    mean, curve = weighted_mean(layers, *whole), mass_preserving(layers, *whole)
    assert curve.value == pytest.approx(mean.value, rel=1e-6, abs=1e-9)


@settings(deadline=None)
@given(profiles(), st.floats(0, 1), st.floats(0, 1))
def test_a_mean_lies_within_the_values_and_a_curve_is_never_negative(layers, a, b):
    bottom = layers[-1][1]
    upper, lower = sorted((a * bottom, b * bottom))
    mean, curve = weighted_mean(layers, upper, lower), mass_preserving(layers, upper, lower)
    if mean is None:
        return
    values = [value for _, _, value in layers]
    assert min(values) - 1e-9 <= mean.value <= max(values) + 1e-9
    # The amounts are summed from the top, so tiny depths have the rounding of the whole.
    assert curve.value * (lower - upper) >= -1e-9 * (1 + sum(values))


@settings(deadline=None)
@given(profiles(), st.permutations(range(8)))
def test_the_order_of_the_layers_does_not_matter(layers, order):
    shuffled = [layers[n] for n in order if n < len(layers)]
    bottom = layers[-1][1]
    assert weighted_mean(shuffled, 0, bottom / 2) == weighted_mean(layers, 0, bottom / 2)
    assert mass_preserving(shuffled, 0, bottom / 2) == mass_preserving(layers, 0, bottom / 2)
