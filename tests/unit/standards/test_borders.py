from __future__ import annotations

import pytest

from soilbio.standards.borders import country_at, is_in
from soilbio.standards.insdc import COUNTRIES

PLACES = [
    ("Germany", 48.1364, 11.2871),
    ("USA", 19.6, -155.5),
    ("USA", 18.2, -66.5),
    ("Chile", -27.1, -109.35),
    ("Ecuador", 0.0, -78.5),
    ("Portugal", 37.8, -25.5),
    ("Australia", -31.55, 159.08),
    ("Norway", 78.2, 15.6),
    ("Svalbard", 78.2, 15.6),
    ("Reunion", -21.1, 55.5),
    ("French Guiana", 4.0, -53.0),
    ("Fiji", -16.9, -179.9),
    ("Russia", 66.0, -170.0),
    ("Antarctica", -77.85, 166.67),
    ("Singapore", 1.35, 103.8),
    ("Sao Tome and Principe", 0.2, 6.6),
    ("Czech Republic", 49.8, 15.5),
    ("Viet Nam", 21.0, 105.8),
    # In dispute: each name in use is right.
    ("Ukraine", 45.0, 34.0),
    ("Russia", 45.0, 34.0),
    ("India", 34.1, 74.8),
    ("Pakistan", 35.9, 74.3),
    ("Morocco", 24.5, -13.0),
    ("Western Sahara", 24.5, -13.0),
]


@pytest.mark.parametrize(("country", "latitude", "longitude"), PLACES)
def test_a_place_is_in_its_country(country, latitude, longitude):
    assert is_in(country, latitude, longitude)


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [("Germany", 11.2871, 48.1364), ("France", 48.1364, 11.2871), ("Chile", 0.0, 0.0)],
)
def test_a_place_elsewhere_is_not(country, latitude, longitude):
    assert is_in(country, latitude, longitude) is False


def test_a_few_kilometres_across_the_border_are_within_what_outlines_can_tell():
    assert is_in("Germany", 47.55, 7.55)
    assert is_in("France", 47.56, 7.62)


@pytest.mark.parametrize("name", ["Baltic Sea", "Tuvalu", "Atlantis", ""])
def test_nothing_is_said_where_there_is_no_outline(name):
    assert is_in(name, 0.0, 0.0) is None


def test_a_place_is_named_as_the_archives_name_it():
    assert country_at(40.0, -100.0) == "USA"
    assert country_at(21.0, 105.8) == "Viet Nam"
    assert country_at(41.6, 21.7) == "North Macedonia"
    assert country_at(60.0, 10.0) == "Norway"
    assert country_at(45.5, -30.5) == ""


def test_nearly_all_countries_of_the_archives_have_an_outline():
    lacking = {name for name in COUNTRIES if is_in(name, 0.0, 0.0) is None}
    land = {name for name in lacking if not name.endswith(("Ocean", "Sea"))}
    small = ("Island", "Islands", "Atoll", "Reef", "Tokelau", "Tuvalu", "Gibraltar", "India")
    assert all(name.endswith(small) for name in land)
