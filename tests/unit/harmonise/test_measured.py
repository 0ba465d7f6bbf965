"""One value in two units is one measurement; what differs stays, under no name of a dataset."""

from __future__ import annotations

from itertools import permutations

import polars as pl
import pytest
from example_dataset import example_tables
from unit.harmonise.test_merge import column, merge, renamed, write

from soilbio.assemble.rows import measurement_rows
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.harmonise.compare import compare
from soilbio.harmonise.rules import fields_of, read_rules
from soilbio.harmonise.sources import assays_of, read_sources

MATERIAL = {"source_mat_id": "SAMEA12"}
CARBON = {"ph": None, "depth": "0-0.1"}


def laboratory(folder, **cells: str | None):
    """Write the first soil of the example with cells of its own, measured as an import does."""
    tables = example_tables()
    prefix = pl.lit(f"{folder.name} ")
    for table in ("libraries", "counts"):
        tables[table] = column(tables[table], "library_id", prefix + pl.col("library_id"))
    is_it = pl.col("sample_id") == "soil 1"
    for name, text in {**MATERIAL, **cells}.items():
        samples = tables["samples"]
        old = pl.col(name) if name in samples.columns else pl.lit(None, pl.String)
        value = pl.when(is_it).then(pl.lit(text, pl.String)).otherwise(old)
        tables["samples"] = column(samples, name, value)
    schema = tables["measurements"].schema
    rows = measurement_rows(tables["samples"].filter(is_it).to_dicts())
    tables["measurements"] = pl.DataFrame(rows, schema=schema)
    return write(folder, tables)


def measured(folder) -> list[tuple]:
    rows = read_dataset(folder).table("measurements")
    return list(rows.select("property", "value", "method", "source").sort(pl.all()).iter_rows())


def soil(folder) -> dict[str, str | None]:
    return read_dataset(folder).table("samples").filter(sample_id="soil 1").to_dicts()[0]


def listed(folder, name: str) -> list[list[str]]:
    path = folder / "provenance" / name
    return [line.split("\t") for line in path.read_text().splitlines()[1:]] if path.exists() else []


def test_one_value_in_two_units_is_one_measurement_and_no_conflict(tmp_path):
    a = laboratory(tmp_path / "a", **CARBON, tot_org_carb="12 g/kg")
    b = laboratory(tmp_path / "b", **CARBON, tot_org_carb="1.2 %")
    merged = merge([a, b], tmp_path / "c")
    assert measured(tmp_path / "c") == [("tot_org_carb", 12.0, "", "samples")]
    assert soil(tmp_path / "c")["tot_org_carb"] == "1.2 %"
    assert merged.notes["values_of_samples_that_differ"] == 0
    assert merged.notes["measurements_that_differ"] == 0
    assert listed(tmp_path / "c", "conflicts.tsv") == []
    assert listed(tmp_path / "c", "written_otherwise.tsv") == [
        ["soil 1", "tot_org_carb", "a", "12 g/kg"],
        ["soil 1", "tot_org_carb", "b", "1.2 %"],
    ]


def test_place_depth_and_date_in_other_words_are_the_same_and_make_a_sample_one(tmp_path):
    """Of what says that they are one sample, too, nothing else is left."""
    words = {"source_mat_id": None, "collection_date": "2024-05-11T10:00Z"}
    a = laboratory(tmp_path / "a", **words, depth="0-0.1", lat_lon="48.1234 N 11.5678 E")
    words["collection_date"] = "2024-05-11T12:00:00+02:00"
    b = laboratory(
        tmp_path / "b", **words, depth="0.0-0.10", lat_lon="48.12340 11.5678", elev="300"
    )
    merged = merge([a, b], tmp_path / "c")
    assert soil(tmp_path / "c")["elev"] == "300"
    assert merged.notes["values_in_other_words"] == 3
    assert {
        row["upper_depth_m"]
        for row in read_dataset(tmp_path / "c").table("measurements").to_dicts()
    } == {0.0}
    later = merge(
        [tmp_path / "c", laboratory(tmp_path / "d", **words, depth="0-0.1")], tmp_path / "e"
    )
    assert later.notes["values_of_samples_that_differ"] == 0
    assert ["soil 1", "depth", "a", "0-0.1"] in listed(tmp_path / "e", "written_otherwise.tsv")


def test_another_place_is_a_conflict_still(tmp_path):
    a = laboratory(tmp_path / "a", lat_lon="48.1234 11.5678")
    b = laboratory(tmp_path / "b", lat_lon="48.1235 11.5678")
    with pytest.raises(InputError) as caught:
        merge([a, b], tmp_path / "c")
    assert [problem.column for problem in caught.value.problems] == ["lat_lon"]


def test_values_that_differ_stay_once_each_in_every_order_and_name_no_dataset(tmp_path):
    ph = {"a": "6.1", "b": "5.6", "c": "5.60", "d": "5.6"}
    folders = [laboratory(tmp_path / name, ph=text) for name, text in ph.items()]
    merged = merge(folders, tmp_path / "all")
    expected = [("ph", 5.6, "", "samples"), ("ph", 6.1, "", "samples; value 2")]
    assert measured(tmp_path / "all") == expected
    assert merged.notes["measurements_that_differ"] == 1
    told = {(line[5], line[6]) for line in listed(tmp_path / "all", "conflicts.tsv") if line[1]}
    assert {("a", "6.1"), ("b", "5.6"), ("c", "5.6"), ("d", "5.6")} <= told
    for number, order in enumerate(permutations(folders[:3])):
        merge(order[:2], tmp_path / f"first {number}")
        merge([tmp_path / f"first {number}", order[2]], tmp_path / f"later {number}")
        assert measured(tmp_path / f"later {number}") == expected


def test_what_one_dataset_says_without_the_method_is_no_second_measurement(tmp_path):
    a = laboratory(tmp_path / "a", ph="6.1", ph_meth="water", depth="0-0.1")
    b = laboratory(tmp_path / "b", ph="6.1", depth=None)
    merged = merge([a, b], tmp_path / "c")
    assert measured(tmp_path / "c") == [("ph", 6.1, "water", "samples")]
    assert merged.notes["measurements_that_another_dataset_tells_more_of"] == 1
    c = laboratory(tmp_path / "c2", ph="6.2", depth=None)
    merge([a, c], tmp_path / "d")
    assert len(measured(tmp_path / "d")) == 2


def test_a_depth_in_other_words_is_no_other_sampling_depth(tmp_path):
    a = laboratory(tmp_path / "a", depth="0-0.1")
    b = laboratory(tmp_path / "b", depth="0.0-0.10")
    rules = read_rules()
    pairs = compare(assays_of(read_sources([a, b]), fields_of(rules)), rules)
    told = [rule.because for pair in pairs for rule in pair.rules]
    assert told
    assert not any("depth" in because.split(":")[-1] for because in told)


def test_what_was_found_before_is_listed_when_one_more_is_added(tmp_path):
    """As at once, the first datasets by their names; the third has nothing to say of it."""
    a = laboratory(tmp_path / "a", ph="6.1", ph_meth="water", tot_org_carb="12 g/kg")
    b = laboratory(tmp_path / "b", ph="6.5", ph_meth="water", tot_org_carb="1.2 %")
    c = laboratory(tmp_path / "c", ph=None)
    once = merge([a, b, c], tmp_path / "once")
    merge([a, b], tmp_path / "first")
    later = merge([tmp_path / "first", c], tmp_path / "later")
    for name in ("conflicts.tsv", "written_otherwise.tsv"):
        assert len(listed(tmp_path / "once", name)) in (2, 4)
        assert listed(tmp_path / "later", name) == listed(tmp_path / "once", name)
    for note in ("measurements_that_differ", "values_of_samples_that_differ"):
        assert once.notes[note] == later.notes[note] == 1
    # Who says one of the values later is listed beside those who said it first.
    d = laboratory(tmp_path / "d", ph="6.5", ph_meth="water")
    merge([tmp_path / "first", d], tmp_path / "more")
    told = [line[5] for line in listed(tmp_path / "more", "conflicts.tsv") if line[2] == "water"]
    assert told == ["a", "b", "d"]


def test_samples_of_one_material_are_listed_when_one_more_is_added(tmp_path):
    folders = []
    for name in ("a", "b", "c"):
        tables = renamed(f"{name} ")
        own = pl.when(pl.col("sample_id").str.ends_with("soil 1")).then(pl.lit("SAMEA12"))
        tables["samples"] = column(tables["samples"], "source_mat_id", own)
        folders.append(write(tmp_path / name, tables))
    once = merge(folders, tmp_path / "once")
    merge(folders[:2], tmp_path / "first")
    later = merge([tmp_path / "first", folders[2]], tmp_path / "later")
    expected = [["SAMEA12", name, f"{name} soil 1"] for name in ("a", "b", "c")]
    assert listed(tmp_path / "later", "same_material.tsv") == expected
    assert listed(tmp_path / "once", "same_material.tsv") == expected
    assert once.notes["samples_of_one_material"] == later.notes["samples_of_one_material"] == 3


def test_a_value_below_detection_is_a_measurement_where_another_has_a_number(tmp_path):
    a = laboratory(tmp_path / "a", ph=None, tot_org_carb="12 g/kg", tot_org_c_meth="dry combustion")
    b = laboratory(tmp_path / "b", ph=None, tot_org_carb="<0.02 g/kg", tot_org_c_meth="Walkley")
    merged = merge([a, b], tmp_path / "c")
    assert merged.notes["values_of_samples_that_differ"] == 2
    assert soil(tmp_path / "c")["tot_org_carb"] is None
    rows = read_dataset(tmp_path / "c").table("measurements")
    told = rows.select("value", "verbatim_value", "method").iter_rows()
    assert set(told) == {(12.0, "12 g/kg", "dry combustion"), (None, "<0.02 g/kg", "Walkley")}
    # The same again adds nothing, and where none differs no measurement is made of it.
    d = laboratory(tmp_path / "d", ph=None, tot_org_carb="<0.02 g/kg", tot_org_c_meth="Walkley")
    merge([tmp_path / "c", d], tmp_path / "later")
    assert read_dataset(tmp_path / "later").table("measurements").height == 2
    merge([b, d], tmp_path / "same")
    assert measured(tmp_path / "same") == []
    assert soil(tmp_path / "same")["tot_org_carb"] == "<0.02 g/kg"
