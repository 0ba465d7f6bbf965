from __future__ import annotations

import pytest

from soilbio.standards.insdc import COUNTRIES, OTHER_NAMES, country_named, is_missing, iso_code


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Germany", "Germany"),
        (" germany ", "Germany"),
        ("DE", "Germany"),
        ("DEU", "Germany"),
        ("de", ""),
        ("Deutschland", "Germany"),
        ("The Netherlands", "Netherlands"),
        ("US", "USA"),
        ("United States", "USA"),
        ("XK", "Kosovo"),
        ("CZ", "Czechia"),
        ("Korea, Republic  of", "South Korea"),
        ("North Sea", "North Sea"),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_its_names_and_codes(text, country):
    assert country_named(text) == country


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("Germany", "DE"),
        ("USA", "US"),
        ("Czech Republic", "CZ"),
        ("Cote d'Ivoire", "CI"),
        ("Turkey", "TR"),
        ("Jan Mayen", "SJ"),
        ("North Sea", ""),
        ("Deutschland", ""),
    ],
)
def test_darwin_cores_country_code_is_that_of_iso_3166(country, code):
    assert iso_code(country) == code


def test_all_but_seas_and_disputed_islands_have_a_code():
    assert {country for country in COUNTRIES if not iso_code(country)} == {
        *("Arctic Ocean", "Atlantic Ocean", "Baltic Sea", "Indian Ocean", "Mediterranean Sea"),
        *("North Sea", "Pacific Ocean", "Ross Sea", "Southern Ocean", "Tasman Sea"),
        *("Borneo", "Paracel Islands", "Spratly Islands"),
    }


def test_every_code_leads_back_to_its_country():
    for country in COUNTRIES:
        code = iso_code(country)
        assert not code or iso_code(country_named(code)) == code or code == "UM"


def test_other_names_are_written_as_they_are_looked_up():
    assert all(name == name.casefold() for name in OTHER_NAMES)
    assert not {name.casefold() for name in COUNTRIES} & OTHER_NAMES.keys()


def test_a_missing_value_is_known_whatever_its_capitals():
    assert is_missing(" Not Collected ")
    assert not is_missing("na")
