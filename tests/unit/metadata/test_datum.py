from __future__ import annotations

import pytest

from soilbio.errors import Problems
from soilbio.metadata.datum import check_datum, to_wgs84
from soilbio.metadata.slots import Cell


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ("EPSG:4326", None),
        ("epsg:4326", None),
        ("4326", None),
        ("WGS84", None),
        ("WGS 84", None),
        ("NAD27", None),
        ("ETRS89", None),
        ("unknown", None),
        ("not collected", None),
        ("", None),
        ("WSG84", "datum-unknown"),
        ("GPS", "datum-unknown"),
        ("EPSG:25832", "datum-grid"),
        ("EPSG:999999", "datum-unknown"),
    ],
)
def test_a_datum(datum, code):
    problems = Problems("samples.tsv")
    check_datum(Cell("geodetic_datum", datum, 2, problems))
    assert [problem.code for problem in problems.found] == ([code] if code else [])


def test_coordinates_of_wgs84_stay_as_they_were_written():
    assert to_wgs84("48.10", "11.2", "EPSG:4326") == ("48.10", "11.2")


def test_coordinates_of_an_old_datum_are_moved():
    # NGS: NAD27 to NAD83 in Colorado is about 50 m west.
    latitude, longitude = to_wgs84("40.00000", "-105.00000", "NAD27")
    assert float(latitude) == pytest.approx(40.0, abs=2e-4)
    assert float(longitude) == pytest.approx(-105.00055, abs=2e-4)


@pytest.mark.parametrize("datum", ["EPSG:25832", "WSG84"])
def test_nothing_is_guessed_of_a_grid_or_an_unknown_datum(datum):
    assert to_wgs84("48.1", "11.2", datum) is None
