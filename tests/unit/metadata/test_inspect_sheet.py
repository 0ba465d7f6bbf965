"""A laboratory's sheet: columns recognised, all that is wrong told, safe things corrected."""

from __future__ import annotations

import pytest

from soilbio.metadata.fix import corrections_of, iso_date
from soilbio.metadata.inspect_sheet import inspect

SOUND = {
    "sample_id": "S1",
    "lat_lon": "48.1364 11.2871",
    "geo_loc_name": "Germany: Bavaria, Eichmoos",
    "collection_date": "2024-04-16",
    "depth": "0-0.2",
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
    "ph": "6.5",
}


def sheet(tmp_path, *rows, header=None):
    """Write rows, each a change of the sound one; a value of None leaves the column out."""
    full = [{**SOUND, **row} for row in rows]
    names = header or [name for name in full[0] if full[0][name] is not None]
    lines = ["\t".join(names), *("\t".join(row[name] or "" for name in names) for row in full)]
    path = tmp_path / "sheet.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


def codes(found) -> list[tuple[str, int | None, str | None]]:
    return [(one.code, one.row, one.column) for one in found.problems]


def test_a_sound_sheet_has_no_problem(tmp_path):
    found = inspect(sheet(tmp_path, {}))
    assert codes(found) == []
    assert found.rows[2]["samp_name"] == "S1"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("lat_lon", "11.2871 48.1364", "place-swapped"),
        ("lat_lon", "48.1364 -11.2871", "place-sign"),
        ("lat_lon", "0 0", "place-zero"),
        ("lat_lon", "48°8'11\"N 11°17'14\"E", "place-format"),
        ("lat_lon", "48 11", "place-coarse"),
        ("lat_lon", "48.123456789012 11.28", "place-digits"),
        ("lat_lon", "95.1 11.2", "place-range"),
        ("lat_lon", "52.5 13.4x", "place-format"),
        ("lat_lon", "40.71 -74.01", "place-country"),
        ("geo_loc_name", "Deutschland: Bayern", "country-unknown"),
        ("collection_date", "2024-02-30", "date-calendar"),
        ("collection_date", "03/04/2021", "date-ambiguous"),
        ("collection_date", "3.4.21", "date-ambiguous"),
        ("collection_date", "16.04.24", "date-ambiguous"),
        ("collection_date", "16.04.2024", "date-format"),
        ("collection_date", "04/16/2024", "date-format"),
        ("collection_date", "2024/04/03", "date-format"),
        ("collection_date", "45.13.2024", "date-format"),
        ("collection_date", "44197", "date-serial"),
        ("collection_date", "2142-01-01", "date-future"),
        ("depth", "20-10", "depth-order"),
        ("depth", "10-20 parsec", "depth-format"),
        ("depth", "5-10", "depth-unit"),
        ("depth", "15 m", "depth-unit"),
        ("depth", "30-60", "number-range"),
        ("depth", "20-Oct", "value-date"),
        ("ph", "15", "number-range"),
        ("ph", "about 6", "number-format"),
        ("env_medium", "cropland biome [ENVO:01000245]", "term-branch"),
        ("env_broad_scale", "agricultural soil", "term-branch"),
        ("env_medium", "soyl", "term-format"),
        ("sample_id", "1-Mar", "value-date"),
    ],
)
def test_a_wrong_value_is_told_at_its_cell(tmp_path, column, value, code):
    found = inspect(sheet(tmp_path, {}, {"sample_id": "S2", "ph": "6.6", column: value}))
    wrong = [one for one in found.problems if one.row == 3]
    assert code in {one.code for one in wrong}
    assert column in {one.column for one in wrong}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("collection_date", "2021"),
        ("collection_date", "2021-04/2021-05"),
        ("collection_date", "not collected"),
        ("lat_lon", "restricted access"),
        ("depth", "0.1"),
        ("ph", ""),
        ("geo_loc_name", "Germany"),
    ],
)
def test_what_the_standard_allows_is_no_problem(tmp_path, column, value):
    assert codes(inspect(sheet(tmp_path, {column: value}))) == []


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("Deutschland: Bayern", "Write 'Germany' for 'Deutschland'"),
        ("germany: Bavaria", "Write 'Germany' for 'germany'"),
        ("Bavaria", "Write 'Germany: Bavaria', if that is meant"),
        ("bavaria: Freising", "Write 'Germany: bavaria, Freising', if that is meant"),
        ("Germny", "Did you mean 'Germany'? Begin with the country's English name"),
        ("the far end", "Begin with the country's English name"),
    ],
)
def test_a_country_is_proposed_for_what_is_none(tmp_path, value, fix):
    (problem,) = inspect(sheet(tmp_path, {"geo_loc_name": value})).problems
    assert (problem.code, problem.fix) == ("country-unknown", fix)


@pytest.mark.parametrize("column", ["lat_lon", "geo_loc_name", "collection_date"])
def test_a_sample_needs_place_and_time_and_a_control_does_not(tmp_path, column):
    found = inspect(sheet(tmp_path, {column: ""}))
    assert codes(found) == [("sample-incomplete", 2, column)]
    control = {column: "", "samp_category": "negative control"}
    assert codes(inspect(sheet(tmp_path, control))) == []


def test_columns_are_known_in_any_standards_words_and_units_convert(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text(
        "Sample Name;decimalLatitude;decimalLongitude;country;eventDate;Depth (cm);my note\n"
        "S1;48,1364;11,2871;Germany;2024-04-16;10-20;wet\n"
    )
    found = inspect(path)
    assert {one.header: one.column for one in found.taken} == {
        "Sample Name": "samp_name",
        "decimalLatitude": "decimal_latitude",
        "decimalLongitude": "decimal_longitude",
        "country": "country",
        "eventDate": "collection_date",
        "Depth (cm)": "depth",
        "my note": "",
    }
    assert found.rows[2]["depth"] == "0.1-0.2"
    assert found.rows[2]["decimal_latitude"] == "48.1364"
    assert {code for code, _, _ in codes(found)} == {"number-comma", "column-own"}
    assert all(one.is_warning for one in found.problems)


def test_a_unit_that_measures_something_else_is_told(tmp_path):
    path = sheet(tmp_path, {})
    path.write_text(path.read_text().replace("\tdepth\t", "\tdepth (g)\t"))
    assert ("unit-alien", 1, "depth (g)") in codes(inspect(path))


def test_samples_that_differ_by_name_only_are_told(tmp_path):
    twin = {"tot_nitro_content": "1.4"}
    found = inspect(sheet(tmp_path, twin, {**twin, "sample_id": "S2"}))
    assert codes(found) == [("sample-twin", 3, "sample_id")]
    other = {"tot_nitro_content": "1.5", "sample_id": "S2"}
    assert codes(inspect(sheet(tmp_path, twin, other))) == []


def test_names_that_come_twice_or_not_at_all_are_told(tmp_path):
    found = inspect(
        sheet(tmp_path, {}, {"sample_id": "s1", "ph": "7"}, {"sample_id": "", "ph": "8"})
    )
    assert codes(found) == [("id-duplicate", 3, "sample_id"), ("value-missing", 4, "sample_id")]


def test_what_a_target_demands_and_lacks_is_told_with_the_rows(tmp_path):
    found = inspect(sheet(tmp_path, {}, {"sample_id": "S2", "ph": "7"}), ["ena", "gbif", "nmdc"])
    assert set(found.lacking) == {"ena", "gbif", "nmdc"}
    lacks = {one.field: one.rows for one in found.lacking["ena"]}
    assert lacks["project name"] == (2, 3)
    assert "collection date" not in lacks
    assert found.errors_for(["ena"]) == len(found.lacking["ena"])


def test_how_much_a_problem_matters_depends_on_the_target(tmp_path):
    found = inspect(sheet(tmp_path, {"ph": "15", "my_column": "x"}), ["ena", "gbif", "nmdc"])
    (wrong,) = [one for one in found.problems if one.code == "number-range"]
    assert found.severities(wrong)["nmdc"] == "error"
    (own,) = [one for one in found.problems if one.code == "column-own"]
    assert set(found.severities(own).values()) == {"none"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021/4/3", "2021-04-03"),
        ("2021.04.03", "2021-04-03"),
        ("31.12.2021", "2021-12-31"),
        ("12/31/2021", "2021-12-31"),
        ("4/4/2021", "2021-04-04"),
        ("3 April 2021", "2021-04-03"),
        ("3-Apr-2021", "2021-04-03"),
        ("April 3, 2021", "2021-04-03"),
        ("2021/04/03 00:00:00", "2021-04-03"),
        ("03/04/2021", None),
        ("31.02.2021", None),
        ("13/13/2021", None),
        ("3 Foo 2021", None),
        ("3.4.21", None),
    ],
)
def test_a_date_is_corrected_only_where_it_has_one_meaning(text, day):
    assert iso_date(text) == day


def test_only_what_is_safe_is_corrected(tmp_path):
    path = sheet(
        tmp_path,
        {"collection_date": "16.4.2024", "env_medium": "agricultural soil", "ph": "n/a"},
        {
            "sample_id": "S2",
            "collection_date": "03/04/2021",
            "env_medium": "soyl",
            "depth": "0-0.2 m",
            "ph": "6.5",
        },
    )
    found = inspect(path)
    made = corrections_of(found.table, found.taken, found.with_commas)
    assert [(one.row, one.column, one.after) for one in made] == [
        (2, "collection_date", "2024-04-16"),
        (2, "env_medium", "agricultural soil [ENVO:00002259]"),
        (2, "ph", "not provided"),
        (3, "depth", "0-0.2"),
    ]
