from __future__ import annotations

import csv
import json
from hashlib import md5, sha256

import pytest
from example_dataset import CLOSED, PUBLIC
from secrets_example import (
    IDENTITY,
    NEVER,
    OF_CLOSED,
    PLACES,
    agreement,
    bytes_of,
    make,
    named_tables,
    under,
    view_of,
)

from soilbio.errors import InputError, Refused
from soilbio.exporters.package import write_package
from soilbio.exporters.pseudonyms import read_key
from soilbio.exporters.registry import OF_TABLES, TARGETS, writer_of
from soilbio.standards.sharing_classes import SharingClass

OPEN = dict.fromkeys(SharingClass, "allow")
OF_SAMPLES = ("mixs", "ena", "nmdc", "glosis")
OF_ARCHIVES = ("dwca", "dwc-dp")


@pytest.mark.parametrize("target", OF_TABLES)
def test_the_public_export_holds_no_withheld_value_anywhere(target, view, tmp_path):
    write_package(view("public"), target, tmp_path / "out")
    content = bytes_of(tmp_path)
    for secret in (*IDENTITY, *PLACES, *OF_CLOSED, *NEVER, "Finkenlauf"):
        assert secret.encode() not in content, secret


@pytest.mark.parametrize("target", [name for name in OF_TABLES if name != "summary"])
def test_the_consortium_export_holds_them_but_not_what_is_closed(target, view, tmp_path):
    write_package(view("consortium"), target, tmp_path / "out")
    content = bytes_of(tmp_path)
    wanted = ("Kanarienacker-1", "48.1234", "11.5678", "2024-05-11")
    # What is for samples has no libraries; what is for everybody, no names of people and farms.
    libraries = () if target in OF_SAMPLES else ("Zeisigbibliothek-L1",)
    more = () if target in (*OF_SAMPLES, *OF_ARCHIVES) else ("Huber-Hof", "Finkenlauf", "Größe/1")
    for value in (*wanted, *libraries, *more):
        assert value.encode() in content, value
    for secret in (*OF_CLOSED, *NEVER):
        assert secret.encode() not in content, secret


@pytest.mark.parametrize("target", OF_TABLES)
def test_withheld_sequences_and_their_ids_are_nowhere(target, tmp_path):
    made = under(tmp_path / "d", {**OPEN, "sequences": "withhold"}, None)
    write_package(made, target, tmp_path / "out")
    content = bytes_of(tmp_path / "out")
    for sequence in ("ACGTACGTAA", "TTGGCCAATT"):
        assert sequence.encode() not in content
        assert md5(sequence.encode()).hexdigest().encode() not in content


@pytest.mark.parametrize("target", OF_TABLES)
def test_the_same_request_gives_the_same_bytes(target, dataset, tmp_path):
    for name in ("one", "two"):
        write_package(view_of(dataset), target, tmp_path / name)
    found = {
        name: {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in sorted((tmp_path / name).rglob("*"))
            if path.is_file()
        }
        for name in ("one", "two")
    }
    assert found["one"] == found["two"]


def test_the_decision_tells_what_was_asked_decided_and_written(view, tmp_path):
    folder = tmp_path / "out"
    write_package(view("public"), "tsv", folder)
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    assert (decision["recipient"], decision["purpose"]) == ("public", "DUO:0000042")
    assert decision["date"] == "2026-01-01"
    assert [one["agreement"] for one in decision["agreements"]] == [PUBLIC, CLOSED]
    (open_one,) = [one for one in decision["decisions"] if one["agreements"] == [PUBLIC]]
    assert open_one["classes"]["location"]["outcome"] == "generalise"
    assert open_one["classes"]["location"]["how"] == "0.1"
    assert decision["values"]["location"]["generalised"] > 0
    assert decision["rows"]["counts"] == {"shared": 8, "withheld": 2}
    listed = {one["name"]: one["sha256"] for one in decision["files"]}
    there = {path.name: path for path in folder.iterdir() if path.name != "decision.json"}
    assert listed.keys() == there.keys()
    for name, path in there.items():
        assert listed[name] == sha256(path.read_bytes()).hexdigest()


def test_the_duties_are_in_plain_words(view, tmp_path):
    write_package(view("public"), "tsv", tmp_path / "out")
    text = (tmp_path / "out" / "DUTIES.txt").read_text(encoding="utf-8")
    for part in ("CC-BY-4.0", "Soils of the demo, Institute A", "data@institute.example"):
        assert part in text


def test_a_folder_with_anything_else_in_it_is_left_alone(view, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as caught:
        write_package(view("public"), "tsv", tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["export-folder"]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_that_somebody_put_into_an_earlier_export_is_not_lost(view, tmp_path):
    write_package(view("public"), "tsv", tmp_path / "out")
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as caught:
        write_package(view("public"), "tsv", tmp_path / "out")
    assert [problem.found for problem in caught.value.problems] == ["thesis.txt"]
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_an_export_whose_decision_was_removed_is_still_known_as_one(view, tmp_path):
    write_package(view("public"), "biom", tmp_path / "out")
    (tmp_path / "out" / "decision.json").unlink()
    write_package(view("public"), "tsv", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.biom"))


def test_an_earlier_export_is_replaced_as_a_whole(view, tmp_path):
    write_package(view("public"), "tsv", tmp_path / "out")
    write_package(view("public"), "dwca", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"decision.json", "DUTIES.txt", "losses.tsv", "dwca.zip", "events.zip"}


@pytest.mark.parametrize("target", [name for name in OF_TABLES if TARGETS[name].needs])
def test_formats_of_counts_are_refused_without_counts(target, tmp_path):
    made = under(tmp_path / "d", {**OPEN, "counts": "withhold"}, None)
    with pytest.raises(Refused) as caught:
        write_package(made, target, tmp_path / "out")
    assert PUBLIC in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_an_archive_for_the_public_has_a_licence_that_gbif_takes(tmp_path):
    texts = {PUBLIC: agreement(PUBLIC, OPEN, "CC-BY-SA-4.0"), CLOSED: agreement(CLOSED, OPEN)}
    made = view_of(make(tmp_path / "d", agreements=texts))
    with pytest.raises(Refused) as caught:
        write_package(made, "dwca", tmp_path / "out")
    assert "CC-BY-SA-4.0" in str(caught.value)
    write_package(made, "tsv", tmp_path / "out")


def test_every_target_has_a_writer():
    assert all(callable(writer_of(name)) for name in TARGETS)


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(view, tmp_path):
    write_package(view("consortium"), "tsv", tmp_path / "out")
    text = (tmp_path / "out" / "samples.tsv").read_text(encoding="utf-8")
    samples = [row for row in csv.DictReader(text.splitlines(), delimiter="\t") if row["ph"]]
    assert {row["plot name"] for row in samples} == {"'=Größe/1"}
    assert {row["soil_type"] for row in samples} == {"'=HYPERLINK(1)"}
    assert {row["annual_temp"] for row in samples} == {"-4.5"}
    decision = json.loads((tmp_path / "out" / "decision.json").read_text(encoding="utf-8"))
    assert decision["notes"]["formulas_made_harmless"] == 4


@pytest.mark.parametrize("text", ["+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "=1"])
def test_each_way_to_begin_a_formula_is_known(text, tmp_path):
    import polars as pl

    tables = named_tables()
    tables["samples"] = tables["samples"].with_columns(pl.lit(text).alias("soil_type"))
    made = view_of(make(tmp_path / "d", tables))
    writer_of("tsv")(made, tmp_path)
    assert f"'{text}".encode() in (tmp_path / "samples.tsv").read_bytes()


def test_every_column_is_in_the_dictionary(view, tmp_path):
    write_package(view("public"), "tsv", tmp_path / "out")
    text = (tmp_path / "out" / "data-dictionary.tsv").read_text(encoding="utf-8")
    described = {
        (row["table"], row["column"]) for row in csv.DictReader(text.splitlines(), delimiter="\t")
    }
    for table in ("samples", "assays", "libraries", "features", "counts", "measurements"):
        header = (tmp_path / "out" / f"{table}.tsv").read_text(encoding="utf-8").splitlines()[0]
        assert {(table, name) for name in header.split("\t")} <= described


def test_biom_is_read_by_biom_and_scikit_bio(view, tmp_path):
    import biom
    import skbio
    from biom.cli.table_validator import _validate_table

    write_package(view("public"), "biom", tmp_path / "out")
    (its, bacteria) = sorted((tmp_path / "out").glob("*.biom"), reverse=True)
    for path, total in ((its, 82), (bacteria, 120 + 30 + 7 + 15 + 60 + 200)):
        valid, report = _validate_table(str(path))
        assert valid, report
        table = biom.load_table(str(path))
        assert table.sum() == total
        assert skbio.Table.read(str(path), format="biom").sum() == total
    metadata = table.metadata(axis="sample")[0]
    assert metadata["assay_id"].startswith("16S")


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "pseudonym.key"
    key = read_key(path)
    assert len(key) == 32
    assert read_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("content", ["", "a secret", "0" * 63, "\xff"])
def test_what_is_no_key_is_not_taken_for_one(content, tmp_path):
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_key(path)
    assert [problem.code for problem in caught.value.problems] == ["pseudonym-key"]
    assert path.read_text(encoding="utf-8") == content


def test_a_key_cannot_be_made_where_there_is_no_folder(tmp_path):
    with pytest.raises(InputError):
        read_key(tmp_path / "absent" / "key")


@pytest.mark.parametrize(
    "closed",
    [("taxonomy", "sequences"), ("counts",), ("counts", "method"), ("environment", "method")],
)
def test_tables_are_whole_whatever_is_withheld(closed, tmp_path):
    made = under(tmp_path / "d", {**OPEN, **dict.fromkeys(closed, "withhold")}, None)
    write_package(made, "tsv", tmp_path / "tsv")
    assert (tmp_path / "tsv" / "decision.json").is_file()
    for name, frame in made.tables.items():
        assert frame.collect().columns == frame.collect_schema().names(), name
    if "counts" not in closed:
        write_package(made, "biom", tmp_path / "biom")
        assert list((tmp_path / "biom").glob("*.biom"))
