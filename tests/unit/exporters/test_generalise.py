from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from soilbio.exporters import generalise

GRIDS = ("0.001", "0.01", "0.1", "1")


@pytest.mark.parametrize(
    ("place", "grid", "centre"),
    [
        ("48.1234 11.5678", "0.1", ("48.15", "11.55")),
        ("48.1234 11.5678", "1", ("48.5", "11.5")),
        ("48.1234 11.5678", "0.001", ("48.1235", "11.5675")),
        ("48.3 11.6", "0.1", ("48.35", "11.65")),  # 48.3 / 0.1 is 482.99… in binary
        ("-1.2921 36.8219", "0.1", ("-1.25", "36.85")),
        ("-0.01 -0.01", "0.1", ("-0.05", "-0.05")),
        ("0 0", "1", ("0.5", "0.5")),
        ("90 180", "1", ("89.5", "179.5")),
        ("-90 -180", "0.1", ("-89.95", "-179.95")),
        ("48.12 N 11.57 W", "0.01", ("48.125", "-11.565")),
    ],
)
def test_a_place_becomes_the_centre_of_its_cell(place, grid, centre):
    cell = generalise.cell_of(place, grid)
    assert (cell.latitude, cell.longitude) == centre


@pytest.mark.parametrize("text", ["", "field behind the church", "91 10", "48,1 11,5"])
def test_what_is_no_place_has_no_cell(text):
    assert generalise.cell_of(text, "0.1") is None


def test_the_uncertainty_is_the_half_diagonal_plus_the_places_own():
    cell = generalise.cell_of("0.02 0.02", "0.1")
    # WGS 84 at the equator: a degree is 110,574 m north and 111,320 m east.
    assert cell.uncertainty_m == pytest.approx(math.hypot(5528.7, 5566.0), rel=1e-3)
    assert generalise.cell_of("0.02 0.02", "0.1", "30").uncertainty_m == cell.uncertainty_m + 30
    assert generalise.cell_of("0.02 0.02", "0.1", "near").uncertainty_m == cell.uncertainty_m


@settings(deadline=None, max_examples=60)
@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(GRIDS))
def test_the_true_place_lies_within_the_uncertainty(latitude, longitude, grid):
    from pyproj import Geod

    place = f"{latitude:.7f} {longitude:.7f}"
    cell = generalise.cell_of(place, grid)
    here = [float(text) for text in place.split()]
    there = float(cell.latitude), float(cell.longitude)
    _, _, distance = Geod(ellps="WGS84").inv(here[1], here[0], there[1], there[0])
    assert distance <= cell.uncertainty_m
    for centre in there:
        assert (Decimal(str(centre)) / Decimal(grid)) % 1 in (Decimal("0.5"), Decimal("-0.5"))


@pytest.mark.parametrize(
    ("text", "coarse"),
    [
        ("431.7", "400"),
        ("450", "400"),
        ("451 m", "500"),
        ("-12", "0"),
        ("4-5", None),
        ("high", None),
    ],
)
def test_heights_are_rounded_to_100_m(text, coarse):
    assert generalise.elevation(text) == coarse


@pytest.mark.parametrize(
    ("text", "coarse"),
    [
        ("Germany: Bavaria, Freising", "Germany"),
        ("Germany", "Germany"),
        ("Freising, Huber farm", None),
        ("Huber farm: Germany", None),
    ],
)
def test_of_a_place_name_only_a_known_country_stays(text, coarse):
    assert generalise.country(text) == coarse


@pytest.mark.parametrize(
    ("text", "month", "year"),
    [
        ("2024-05-11", "2024-05", "2024"),
        ("2024-05-11T10:30:00Z", "2024-05", "2024"),
        ("2024-05", "2024-05", "2024"),
        ("2024", "2024", "2024"),
        ("2024-05-11/2024-05-13", "2024-05", "2024"),
        ("2024-05-31/2024-06-01", "2024-05/2024-06", "2024"),
        ("2024-12-31/2025-01-01", "2024-12/2025-01", "2024/2025"),
        ("11 May 2024", None, None),
        ("2024-05-11/13", None, None),
        ("2024-05-11 at noon", None, None),
    ],
)
def test_dates_and_intervals_are_cut(text, month, year):
    assert generalise.moment(text, "month") == month
    assert generalise.moment(text, "year") == year


@pytest.mark.parametrize(
    ("text", "season"),
    [
        ("2024-05-11", "2024-03/2024-05"),
        ("2024-12-31T10:00", "2024-12/2025-02"),
        ("2024-02", "2023-12/2024-02"),
        ("2024", "2024"),
        ("2024-05-11/2024-05-30", "2024-03/2024-05"),
        ("2024-05-11/2024-07-01", "2024-03/2024-08"),
        ("2023-12/2024", "2023-12/2024"),
        ("in May", None),
    ],
)
def test_a_season_is_three_months_from_december_on(text, season):
    assert generalise.moment(text, "season") == season


@given(st.dates())
def test_a_season_holds_its_day_and_tells_no_more_than_the_month_does(day):
    first, last = generalise.moment(day.isoformat(), "season").split("/")
    assert first <= day.isoformat()[:7] <= last
    assert generalise.moment(day.isoformat()[:7], "season") == f"{first}/{last}"


@pytest.mark.parametrize(
    ("country", "place", "other"),
    [
        ("Germany", "48.1 11.5", "53.5 9.9"),
        ("Kenya", "-1.29 36.82", "3.1 35.6"),
        ("Fiji", "-17.8 178.0", "-16.6 179.3"),
        ("Russia", "61 90", "55.7 37.6"),
    ],
)
def test_one_point_stands_for_a_country_with_the_distance_to_its_border(country, place, other):
    from soilbio.standards.borders import is_in

    cell = generalise.cell_of(place, "country")
    latitude, longitude = float(cell.latitude), float(cell.longitude)
    assert is_in(country, latitude, longitude)
    north, east = map(float, place.split())
    distance = Geod(ellps="WGS84").inv(longitude, latitude, east, north)[2]
    assert distance <= cell.uncertainty_m
    assert generalise.cell_of(other, "country") == cell
    assert generalise.cell_of(f"{cell.latitude} {cell.longitude}", "country") == cell


def test_the_sea_has_no_country():
    assert generalise.cell_of("0 -30", "country") is None


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Germany: Bavaria, Freising", "48.4 11.7"),
        ("Germany: bavaria", "50.4 11.9"),
        ("Germany: Baden-Württemberg", "48.5 9.1"),
        ("Brazil: Mato Grosso", "-12.6 -55.7"),
        ("Kenya: Rift Valley, Nakuru", "-0.3 36.1"),
    ],
)
def test_the_middle_of_a_region_stands_for_its_places(name, place):
    cell = generalise.cell_of(place, "region", "5", name)
    latitude, longitude = float(cell.latitude), float(cell.longitude)
    north, east = map(float, place.split())
    distance = Geod(ellps="WGS84").inv(longitude, latitude, east, north)[2]
    assert distance <= cell.uncertainty_m
    assert cell.uncertainty_m > 78_000  # no nearer than a cell of one degree
    assert generalise.cell_of(f"{latitude} {longitude}", "region", "", name) == cell


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Germany", "48.4 11.7"),
        ("Germany: somewhere", "48.4 11.7"),
        ("Bavaria", "48.4 11.7"),
        ("Germany: Bavaria", "54.4 10.1"),  # it says Bavaria, and is far from it
    ],
)
def test_without_a_region_that_is_known_and_fits_there_is_no_place(name, place):
    assert generalise.cell_of(place, "region", "", name) is None


def test_a_small_region_tells_no_more_than_a_cell_of_one_degree():
    place = "52.5163 13.3777"
    small = generalise.cell_of(place, "region", "", "Germany: Berlin")
    assert small == generalise.cell_of(place, "1")
