from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soilbio.errors import Problems
from soilbio.metadata.check import check_project
from soilbio.metadata.places import check_place, check_places, read_place
from soilbio.metadata.positions import to_decimal, to_decimal_degrees


def codes(lat_lon, country="Germany: Bavaria", **more):
    problems = Problems("samples.tsv")
    check_place({"lat_lon": lat_lon, "geo_loc_name": country, **more}, 2, problems)
    return [problem.code for problem in problems.found]


@pytest.mark.parametrize(
    ("lat_lon", "country", "code"),
    [
        ("48.1364 11.2871", "Germany: Bavaria", None),
        ("48.1364, 11.2871", "Germany", None),
        ("48.1364 N 11.2871 E", "Germany", None),
        ("33.86 S 151.21 E", "Australia: Sydney", None),
        ("48.12345678 11.28", "Germany", None),
        ("48.1 11.28", "Germany", None),
        ("54.5 -30.25", "Atlantic Ocean", None),
        ("48.1364 11.2871", "", None),
        ("48.1364 11.2871", "not collected", None),
        ("48.1364 11.2871", "Atlantis", None),
        ("restricted access", "Germany", None),
        ("48,1364 11,2871", "Germany", None),
        ("0 0", "Germany", "place-zero"),
        ("0.000 -0.0", "", "place-zero"),
        ("11.2871 48.1364", "Germany", "place-swapped"),
        ("48.1364 -11.2871", "Germany", "place-sign"),
        ("33.8688 151.2093", "Australia", "place-sign"),
        ("33.4489 70.6693", "Chile", "place-sign"),
        ("48.1364 11.2871", "France: Alsace", "place-country"),
        ("48.1364 11.2871", "Deutschland", None),
        ("48.123456789 11.28", "Germany", "place-digits"),
        ("48.1 11.3", "Germany", "place-coarse"),
        ("48 11", "Germany", "place-coarse"),
    ],
)
def test_a_place_and_its_country(lat_lon, country, code):
    assert codes(lat_lon, country) == ([code] if code else [])


def test_two_columns_are_as_good_as_one():
    row = {"decimal_latitude": "11.2871", "decimal_longitude": "48.1364", "country": "Germany"}
    problems = Problems("samples.tsv")
    check_place(row, 2, problems)
    (problem,) = problems.found
    assert (problem.code, problem.column) == ("place-swapped", "decimal_latitude")
    assert problem.found == "11.2871 48.1364"


def test_a_place_that_is_generalised_on_purpose_may_be_coarse():
    assert codes("48.1 11.3", coordinate_uncertainty_m="7860") == []


def test_nowhere_is_excused_for_controls():
    rows = {2: {"sample_id": "blank", "lat_lon": "0 0"}}
    problems = Problems("samples.tsv")
    check_places(rows, problems, frozenset({"blank"}))
    assert problems.found == []


@pytest.mark.parametrize("row", [{}, {"lat_lon": ""}, {"lat_lon": "91 0"}, {"lat_lon": "x y"}])
def test_no_place_is_read_where_there_is_none(row):
    assert read_place(row) is None


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("48°08'11\"N 11°17'14\"E", "48.1364 11.2872"),
        ("48°08\u203211\u2033N, 11°17\u203214\u2033E", "48.1364 11.2872"),
        ("48° 8.18' N, 11° 17.2' E", "48.1363 11.287"),
        ("N48°08'11'' E011°17'13''", "48.1364 11.2869"),
        ("11°17'13\"E 48°08'11\"N", "48.1364 11.2869"),
        ("48.1364°N 11.2871°E", "48.1364 11.2871"),
        ("48,1364° N; 11,2871° E", "48.1364 11.2871"),
        ("48deg 8min N 11deg 5min W", "48.13 -11.08"),
        ("\u221233°51' 151°12'", "-33.85 151.20"),
        ("33°52'7.7\"S 151°12'33\"E", "-33.86881 151.2092"),
        ("48°70'N 11°E", None),
        ("48°N 11°N", None),
        ("48°N 11°", None),
        ("-33°S 151°E", None),
        ("48°08'11\"N", None),
        ("48 8 11 N 11 17 13 E", None),
        ("95°N 11°E", None),
        ("48°08'11\"N 11°17'14\"O", None),
        ("", None),
        ("48°" * 1000, None),
    ],
)
def test_degrees_and_minutes_become_decimal_degrees_or_nothing(text, decimal):
    assert to_decimal_degrees(text) == decimal


def test_one_coordinate_is_read_alone():
    assert to_decimal("11°17'14\"W") == "-11.2872"
    assert to_decimal("11.2871") is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_is_written_in_seconds_is_read_back_to_a_second(latitude, longitude):
    def written(value, letters):
        seconds = round(abs(value) * 3600)
        degrees, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
        return f"{degrees}°{minutes}'{rest}\"{letters[value < 0]}"

    read = to_decimal_degrees(f"{written(latitude, 'NS')} {written(longitude, 'EW')}")
    parts = [float(part) for part in read.split()]
    assert parts == pytest.approx([latitude, longitude], abs=0.5 / 3600 + 5.1e-5)


def test_a_check_of_a_project_tells_places_terms_and_taxa_of_samples(project):
    header, *rows = project.samples.read_text().splitlines()
    names = header.split("\t")
    more = ["env_broad_scale", "samp_taxon_id"]
    assert not set(more) & set(names)
    cells = [row.split("\t") for row in rows]
    at = names.index("lat_lon")
    cells[0][at] = " ".join(reversed(cells[0][at].split()))
    cells = [[*row, "soil [ENVO:00001998]", "Zea mays [NCBITaxon:4577]"] for row in cells]
    lines = ["\t".join(row) for row in [[*names, *more], *cells]]
    project.samples.write_text("\n".join(lines) + "\n")
    found = {problem.code for problem in check_project(project.config)}
    assert found >= {"place-swapped", "term-branch", "taxon-metagenome"}
