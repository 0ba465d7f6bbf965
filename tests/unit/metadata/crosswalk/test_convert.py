from __future__ import annotations

import csv
import json
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from jsonschema import Draft201909Validator
from rdflib import Graph, URIRef

from soilbio.cli.main import main
from soilbio.metadata.assays import known_assays
from soilbio.metadata.crosswalk.convert import TARGETS, convert, read_back, target_named
from soilbio.metadata.crosswalk.files import files_of, from_tsv, report, tables_in, to_tsv
from soilbio.metadata.crosswalk.normal import normal
from soilbio.metadata.sheet_template import sample_columns
from soilbio.metadata.sheet_workbook import workbook_bytes

SAMPLE = {
    "samp_name": "S1",
    "samp_title": "A soil of Bavaria, 0-20 cm",
    "project_name": "meadows",
    "samp_taxon_id": "soil metagenome [NCBITaxon:410658]",
    "collection_date": "2024-05",
    "lat_lon": "48.10 11.2871",
    "geo_loc_name": "Germany: Bavaria, Eichmoos",
    "elev": "500",
    "depth": "0-0.2",
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
    "ph": "6.60",
    "ph_meth": "pHH2O_ratio1-5",
    "tot_org_carb": "13.2",
    "tot_nitro_content": "1.3",
    "clay": "20",
    "silt": "40",
    "sand": "40",
    "bulk_density": "1.3",
    "store_cond": "frozen;P2M",
    "samp_store_temp": "-80",
    "license": "CC-BY-4.0",
    "seq_meth": "Illumina MiSeq",
}


def one(target, **changes):
    return convert({2: {**SAMPLE, **changes}}, target)


def attributes(**changes):
    rows = one("ena", **changes).tables["attributes"]
    return {row["attribute"]: (row["value"], row["units"]) for row in rows}


def kinds(converted):
    return {loss.column: loss.kind for loss in converted.losses}


def schema_of_nmdc():
    try:
        found = distribution("nmdc-schema")
    except PackageNotFoundError:
        pytest.skip("nmdc-schema is not installed: pip install soilbio[nmdc]")
    path = found.locate_file("nmdc_schema/nmdc_materialized_patterns.schema.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("target", TARGETS)
def test_no_sample_and_one_with_a_name_alone_are_converted(target):
    assert convert({}, target).losses == []
    converted = convert({2: {"samp_name": "S1"}}, target)
    assert converted.losses == []
    assert read_back(target, tables_in(target, files_of(converted)))["S1"] == {"samp_name": "S1"}


@pytest.mark.parametrize("target", TARGETS)
def test_a_row_without_a_name_is_called_after_its_row(target):
    sample = {name: value for name, value in SAMPLE.items() if name != "samp_name"}
    assert "row7" in read_back(target, convert({7: sample}, target).tables)


def test_a_target_that_nobody_knows_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no target 'sra'"):
        convert({}, "sra")


@pytest.mark.parametrize("target", TARGETS)
def test_names_of_people_and_columns_of_one_s_own_go_nowhere(target):
    converted = one(target, landowner="Maria Huber", mycolumn="secret note")
    content = b"".join(files_of(converted).values())
    assert b"Huber" not in content
    assert b"secret" not in content
    assert kinds(converted)["landowner"] == "personal"
    assert kinds(converted)["mycolumn"] == "no-place"


def test_mixs_puts_what_its_class_does_not_carry_into_misc_param():
    (row,) = one("mixs").tables["mixs"]
    assert "bulk_density;1.3 g/cm3" in row["misc_param"].split("|")
    assert row["depth"] == "0-0.2 m"
    assert row["soil_texture"] == "40/40/20 % sand/silt/clay"
    assert row["ph"] == "6.60"


def test_ena_has_a_unit_beside_a_term_for_a_missing_value():
    found = attributes(lat_lon="restricted access", depth="not collected", elev="not provided")
    assert found["geographic location (latitude)"] == ("restricted access", "DD")
    assert found["depth"] == ("not collected", "m")
    assert found["elevation"] == ("not provided", "m")


def test_ena_has_no_missing_term_where_it_takes_none():
    converted = one("ena", tot_org_carb="not collected")
    assert kinds(converted)["tot_org_carb"] == "missing-term"
    assert "total organic carbon" not in attributes(tot_org_carb="not collected")


def test_a_depth_in_another_unit_is_no_depth_in_metres():
    assert attributes(depth="0-20 cm")["depth"] == ("0.1", "m")
    assert "depth" not in attributes(depth="the plough layer")


def test_more_decimals_than_the_archive_takes_are_reported():
    converted = one("ena", lat_lon="48.1234567891 11.2")
    (loss,) = [each for each in converted.losses if each.column == "lat_lon"]
    assert (loss.kind, loss.value) == ("less-precise", "48.1234567891 11.2")
    assert "48.12345679 11.2" in loss.reason


def test_a_place_on_another_datum_is_brought_to_wgs84():
    converted = one("dwc", geodetic_datum="EPSG:4267", lat_lon="40.00000 -100.00000")
    assert kinds(converted)["lat_lon"] == kinds(converted)["geodetic_datum"] == "transformed"
    assert converted.tables["event"][0]["decimalLongitude"] != "-100.00000"
    assert converted.tables["event"][0]["geodeticDatum"] == "EPSG:4326"


def test_the_datum_that_is_the_default_is_nothing_to_lose():
    assert "geodetic_datum" not in kinds(one("ena", geodetic_datum="EPSG:4326"))


def test_darwin_core_splits_place_and_depth_and_names_the_country():
    (event,) = one("dwc").tables["event"]
    assert event["countryCode"] == "DE"
    assert (event["stateProvince"], event["locality"]) == ("Bavaria", "Eichmoos")
    assert (event["minimumDepthInMeters"], event["maximumDepthInMeters"]) == ("0", "0.2")
    assert event["habitat"] == "cropland biome | agricultural field"


def test_darwin_core_has_the_method_beside_its_measurement():
    rows = one("dwc").tables["extendedmeasurementorfact"]
    (ph,) = [row for row in rows if row["measurementID"] == "S1:ph"]
    assert ph["measurementMethod"] == "pHH2O_ratio1-5"
    assert ph["measurementTypeID"].endswith("physioChemicalPropertyCode-pH")


def test_a_control_is_no_event():
    converted = one("dwc", samp_category="negative control")
    assert converted.tables["event"] == []
    assert [(each.column, each.kind) for each in converted.losses] == [("", "row-left-out")]


TARGETS_OF_VALUES = ["ena", "mixs", "nmdc", "dwc", "glosis"]


@pytest.mark.parametrize("target", TARGETS_OF_VALUES)
def test_decimal_commas_are_points_and_no_unit(target):
    commas = {"ph": "6,1", "elev": "520,5", "tot_nitro_content": "0,123 g/kg"}
    commas["lat_lon"] = "48,1304 11,2871"
    points = {name: value.replace(",", ".") for name, value in commas.items()}
    rows = [{2: {**SAMPLE, **own}} for own in (commas, points)]
    found, expected = (convert(own, target) for own in rows)
    assert found.tables == expected.tables
    told = {one.column for one in found.losses if "commas for points" in one.reason}
    assert told == set(commas)


@pytest.mark.parametrize(
    ("value", "number", "rest"),
    [("1,200", "1", ",200"), ("1'200", "1", "'200"), ("12*", "12", "*"), ("6,1,2", "6", ",1,2")],
)
@pytest.mark.parametrize("target", TARGETS_OF_VALUES)
def test_what_parts_digits_is_no_unit(target, value, number, rest):
    tables = convert({2: {**SAMPLE, "elev": value}}, target).tables
    cells = {str(cell) for table in tables.values() for row in table for cell in row.values()}
    assert {rest, f"{number} {rest}"}.isdisjoint(cells)


def test_nmdc_s_records_are_valid():
    schema = schema_of_nmdc()
    rows = {2: SAMPLE, 3: {**SAMPLE, "samp_name": "S2", "tillage": "no till", "ph": "6 to 7"}}
    document = json.loads(files_of(convert(rows, "nmdc"))["nmdc.json"])
    errors = [each.message[:200] for each in Draft201909Validator(schema).iter_errors(document)]
    assert errors == []


def test_nmdc_s_records_are_valid_with_every_example_of_the_template():
    schema = schema_of_nmdc()
    assay = known_assays()["16S-V4-515FY-806RB"]
    columns = sample_columns([assay], [*TARGETS], is_full=True)
    row = {column.name: column.example for column in columns if column.example}
    document = json.loads(files_of(convert({2: row}, "nmdc"))["nmdc.json"])
    errors = [each.message[:200] for each in Draft201909Validator(schema).iter_errors(document)]
    assert errors == []


def test_nmdc_takes_a_unit_of_its_own_and_keeps_what_was_stated():
    (record,) = one("nmdc").tables["biosample_set"]
    assert record["tot_nitro_content"]["has_raw_value"] == "1.3 g/kg"
    assert record["tot_nitro_content"]["has_unit"] == "%"
    assert record["tot_nitro_content"]["has_numeric_value"] == pytest.approx(0.13)


def test_nmdc_asserts_what_its_slots_cannot_hold():
    (record,) = one("nmdc").tables["biosample_set"]
    said = {each["has_attribute_label"]: each for each in record["misc_param"]}
    assert said["tot_org_carb"]["has_unit"] == "g/kg"
    assert said["tot_org_carb"]["has_attribute_id"] == "MIXS:0000533"


def test_faire_has_what_all_samples_share_once():
    rows = {2: SAMPLE, 3: {**SAMPLE, "samp_name": "S2", "license": "CC0-1.0"}}
    converted = convert(rows, "faire")
    project = {
        row["term_name"]: row["project_level"] for row in converted.tables["projectMetadata"]
    }
    assert project["project_name"] == "meadows"
    assert "license" not in project
    assert [loss.row for loss in converted.losses if loss.column == "license"] == [2, 3]


def test_glosis_is_turtle_that_can_be_read():
    graph = Graph().parse(data=files_of(one("glosis"))["glosis.ttl"], format="turtle")
    codes = "http://w3id.org/glosis/model/codelists/physioChemicalPropertyCode-"
    observed = URIRef("http://www.w3.org/ns/sosa/observedProperty")
    found = {str(value).removeprefix(codes) for value in graph.objects(None, observed)}
    assert {"pH", "Carorg", "Nittot", "BulDfine"} <= found
    procedure = URIRef("http://www.w3.org/ns/sosa/usedProcedure")
    assert any("pHH2O_ratio1-5" in str(value) for value in graph.objects(None, procedure))


def test_a_soil_sheet_goes_along_into_glosis(tmp_path):
    sheet, soil = tmp_path / "samples.tsv", tmp_path / "soil.tsv"
    sheet.write_bytes(to_tsv([SAMPLE]))
    soil.write_bytes(
        to_tsv(
            [
                {
                    "sample_id": "S1",
                    "profile": "P1",
                    "upper_depth": upper,
                    "lower_depth": lower,
                    "depth_unit": "cm",
                    "property": "tot_org_carb",
                    "value": value,
                    "unit": "%",
                    "procedure": "OrgC_dc",
                }
                for upper, lower, value in (("0", "20", "1.35"), ("20", "40", "<0.1"))
            ]
        )
    )
    words = ["metadata", "convert", str(sheet), "--to", "glosis", "--soil", str(soil)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    graph = Graph().parse(tmp_path / "out" / "glosis.ttl")
    profile = URIRef("urn:soilbio:profile/P1")
    of_profile = URIRef(
        "http://w3id.org/glosis/model/iso28258/2013/ProfileElement.elementOfProfile"
    )
    # The sample's own layer, and the two of the soil sheet.
    assert len(list(graph.subjects(of_profile, profile))) == 3
    values = graph.objects(None, URIRef("http://qudt.org/schema/qudt/numericValue"))
    assert "13.5" in {str(value) for value in values}
    plain = graph.objects(None, URIRef("http://www.w3.org/ns/sosa/hasSimpleResult"))
    assert "<0.1 %" in {str(value) for value in plain}


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_demanded_and_not_there_is_named(target):
    lacking = {each.field for each in convert({2: {"samp_name": "S1"}}, target).lacking}
    demanded = {each.field for each in target_named(target).DEMANDS} - {"samp_name"}
    assert demanded - {"alias", "eventID"} <= lacking


def test_a_missing_term_fills_a_field_only_where_the_target_takes_one():
    by_target = {
        target: {each.column for each in one(target, lat_lon="not collected").lacking}
        for target in ("ena", "dwc")
    }
    assert "lat_lon" not in by_target["ena"]
    assert "lat_lon" in by_target["dwc"]


def test_one_spelling_for_values_that_mean_the_same():
    row = {
        "sample_id": "S1",
        "decimal_latitude": "48.1",
        "decimal_longitude": "11.2",
        "depth_upper": "0 cm",
        "depth_lower": "20 cm",
        "country": "Germany",
        "region_locality": "Bavaria ,Eichmoos",
        "ph": "6.5 ",
        "tot_org_carb": "13 g kg-1",
        "samp_taxon_id": "410658",
        "empty": "",
    }
    assert normal(row) == {
        "samp_name": "S1",
        "lat_lon": "48.1 11.2",
        "depth": "0-20 cm",
        "geo_loc_name": "Germany: Bavaria, Eichmoos",
        "ph": "6.5",
        "tot_org_carb": "13",
        "samp_taxon_id": "soil metagenome [NCBITaxon:410658]",
    }


@pytest.mark.parametrize("cell", ["=1+1", "@x", "-", "'", "'=x", "+49 89", "-1.5", "48.1 -11.2"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_and_comes_back(cell):
    content = to_tsv([{"a": cell}])
    assert from_tsv(content) == [{"a": cell}]
    (written,) = [row[0] for row in csv.reader(content.decode().splitlines()[1:])]
    assert not written.startswith(("=", "@"))


def test_the_report_tells_equal_losses_once():
    rows = {number: {**SAMPLE, "samp_name": f"S{number}"} for number in range(2, 50)}
    text = report(convert(rows, "ena"), "sheet.tsv")
    assert "seq_meth (48 rows)" in text
    assert len(text.splitlines()) < 15


def write_sheet(path, rows):
    path.write_bytes(to_tsv(rows))
    return path


@pytest.mark.parametrize("target", TARGETS)
def test_the_command_writes_files_and_report(tmp_path, capsys, target):
    sheet = write_sheet(tmp_path / "samples.tsv", [SAMPLE])
    assert main(["metadata", "convert", str(sheet), "--to", target]) == 0
    folder = tmp_path / f"samples_{target}"
    names = {path.name for path in folder.iterdir()}
    assert {"losses.tsv", "lacking.tsv", "report.txt"} < names
    assert ("sample.xml" in names) == (target == "ena")
    assert (folder / "report.txt").read_text() in capsys.readouterr().out


def test_the_command_names_samples_without_a_name_and_those_that_are_there_twice(tmp_path, capsys):
    rows = [SAMPLE, {**SAMPLE, "samp_name": "s1"}, {**SAMPLE, "samp_name": ""}]
    sheet = write_sheet(tmp_path / "samples.tsv", rows)
    assert main(["metadata", "convert", str(sheet), "--to", "mixs"]) == 1
    told = capsys.readouterr().err
    assert "[id-duplicate]" in told
    assert "[value-missing]" in told


def test_a_filled_template_is_converted_for_all_archives(tmp_path):
    from openpyxl import load_workbook

    assay = known_assays()["16S-V4-515FY-806RB"]
    columns = sample_columns([assay], ["ena", "dwc", "nmdc"])
    path = tmp_path / "metadata.xlsx"
    path.write_bytes(workbook_bytes(columns, "a test"))
    book = load_workbook(path)
    for place, column in enumerate(columns, start=1):
        is_number = column.is_number and column.example
        value = float(column.example) if is_number else column.example
        book["samples"].cell(2, place, value)
    book.save(path)
    for target in ("ena", "dwc", "nmdc"):
        assert main(["metadata", "convert", str(path), "--to", target]) == 0
        lacking = from_tsv((tmp_path / f"metadata_{target}" / "lacking.tsv").read_bytes())
        assert [row for row in lacking if row["column"]] == []


def test_darwin_core_s_tables_are_an_archive_of_events_that_its_reader_reads(tmp_path):
    from dwca.read import DwCAReader

    sample = {**SAMPLE, "samp_name": 'a "b"', "permit_status": "Permit available"}
    for name, content in files_of(convert({2: sample}, "dwc")).items():
        (tmp_path / name).write_bytes(content)
    with DwCAReader(str(tmp_path)) as reader:
        (event,) = list(reader)
        assert event.id == 'a "b"'
        kinds = {one.rowtype.rpartition("/")[2] for one in event.extensions}
        assert kinds == {"ExtendedMeasurementOrFact", "Permit"}
        assert event.data["http://rs.tdwg.org/dwc/terms/eventDate"] == SAMPLE["collection_date"]
