from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from example_dataset import AGREEMENTS, CLOSED, PUBLIC, feature_id
from secrets_example import DAY, KEY, RESEARCH, agreement, make, named_tables, under, view_of

from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError, Refused
from soilbio.exporters import partner
from soilbio.exporters.pseudonyms import pseudonym
from soilbio.exporters.redact import redacted_view
from soilbio.standards.sharing_classes import SharingClass

ROOM = Path(__file__).resolve().parents[3] / "soilbio" / "exporters"
ALL = dict.fromkeys(SharingClass, "allow")
COARSE = {
    **ALL,
    "identity": "withhold",
    "location": '{generalise: "0.1"}',
    "region": "{generalise: country}",
    "time": "{generalise: month}",
}


def rows(view, table):
    return view.tables[table].collect().to_dicts()


def test_exporters_never_read_a_dataset_themselves():
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names += [f"{node.module}.{one.name}" for one in node.names]
            assert not any((name or "").startswith("soilbio.dataset.read") for name in names), path


def test_the_public_gets_coarse_places_and_no_names(view):
    (soil, _) = [row for row in rows(view("public"), "samples") if row["ph"]]
    found = {row["lat_lon"] for row in rows(view("public"), "samples") if row["ph"]}
    assert found == {"48.15 11.55", "48.45 11.95"}
    assert soil["geo_loc_name"] == "Germany"
    assert soil["collection_date"] == "2024-05"
    assert soil["elev"] == "400"
    assert soil["genotype"] == "wild type"
    assert int(soil["coordinate_uncertainty_m"]) > 6000
    for word in ("0.1 degrees", "100 m", "country", "month"):
        assert word in soil["dataGeneralizations"]
    assert "names of people" in soil["informationWithheld"]
    assert not {"farm_name", "plot name"} & set(soil)
    assert soil["sample_id"].startswith("p")


def test_the_consortium_gets_them_exactly(view):
    by_name = {row["sample_id"]: row for row in rows(view("consortium"), "samples")}
    soil = by_name["Kanarienacker-1"]
    assert soil["lat_lon"] == "48.1234 11.5678"
    assert soil["farm_name"] == "Huber-Hof"
    assert soil["coordinate_uncertainty_m"] == "5"
    assert soil["dataGeneralizations"] is None
    assert "Kanarienacker-3" not in by_name


@pytest.mark.parametrize("recipient", ["public", "consortium"])
def test_the_reasons_of_tools_are_never_shared(view, recipient):
    assert "status_reason" not in view(recipient).columns["libraries"]


def test_ids_still_join_the_tables_and_all_are_sorted(view):
    for recipient in ("public", "consortium"):
        tables = {name: frame.collect() for name, frame in view(recipient).tables.items()}
        samples, libraries = tables["samples"], tables["libraries"]
        assert set(libraries["sample_id"]) <= set(samples["sample_id"])
        assert set(tables["counts"]["library_id"]) <= set(libraries["library_id"])
        assert set(tables["counts"]["feature_id"]) == set(tables["features"]["feature_id"])
        assert set(tables["measurements"]["subject"]) <= set(samples["sample_id"])
        assert samples["sample_id"].is_sorted()
        assert tables["counts"].equals(tables["counts"].sort("library_id", "feature_id"))


def test_no_row_of_a_closed_agreement_is_there(view):
    for table in ("samples", "libraries", "counts", "measurements"):
        found = view("public").tables[table].collect()["agreement_id"]
        assert set(found) == {PUBLIC}
    assert set(view("public").tables["features"].collect()["agreement_ids"]) == {PUBLIC}
    assert set(view("public").tables["assays"].collect()["agreement_ids"]) == {PUBLIC}


def test_a_view_is_what_it_would_be_had_the_closed_rows_never_been(tmp_path, view):
    tables = named_tables()
    for name in ("samples", "libraries", "counts", "measurements"):
        tables[name] = tables[name].filter(pl.col("agreement_id") != CLOSED)
    for name in ("features", "assays"):
        tables[name] = tables[name].with_columns(pl.lit(PUBLIC).alias("agreement_ids"))
    alone = view_of(make(tmp_path / "d", tables, {PUBLIC: AGREEMENTS[PUBLIC]}))
    for name, frame in alone.tables.items():
        assert frame.collect().equals(view("public").tables[name].collect()), name


def test_pseudonyms_are_stable_per_recipient_and_not_linkable_between_them():
    assert pseudonym(KEY, "public", "a") == pseudonym(KEY, "public", "a")
    assert pseudonym(KEY, "public", "a") != pseudonym(KEY, "consortium", "a")
    assert pseudonym(KEY, "public", "a") != pseudonym(KEY, "public", "b")
    assert pseudonym(bytes(32), "public", "a") != pseudonym(KEY, "public", "a")


def test_without_sequences_an_md5_is_a_pseudonym_too(tmp_path):
    made = under(tmp_path / "d", {**COARSE, "sequences": "withhold"}, None)
    features = made.tables["features"].collect()
    assert "sequence" not in features.columns
    assert "length_bp" not in features.columns
    assert not any(len(name) == 32 for name in features["feature_id"])
    assert set(made.tables["counts"].collect()["feature_id"]) == set(features["feature_id"])
    assert "Bacillaceae" in features["family"].to_list()


def test_a_shared_feature_is_as_closed_as_its_strictest_shared_agreement(tmp_path):
    made = under(tmp_path / "d", COARSE, {**COARSE, "sequences": "withhold"})
    by_agreement = {
        key: frame for (key,), frame in made.tables["features"].collect().group_by("agreement_ids")
    }
    both = f"{PUBLIC}|{CLOSED}" if PUBLIC < CLOSED else f"{CLOSED}|{PUBLIC}"
    assert set(by_agreement) == {PUBLIC, both}
    assert by_agreement[both]["sequence"].null_count() == by_agreement[both].height == 2
    assert by_agreement[PUBLIC]["sequence"].null_count() == 0
    assert feature_id("ACGTACGTCC") not in made.tables["counts"].collect()["feature_id"].to_list()


def test_counts_are_there_only_where_the_agreement_allows_them(tmp_path):
    made = under(tmp_path / "d", COARSE, {**COARSE, "counts": "withhold"})
    assert set(made.tables["counts"].collect()["agreement_id"]) == {PUBLIC}
    libraries = made.tables["libraries"].collect()
    assert libraries.filter(pl.col("agreement_id") == CLOSED)["reads_raw"].null_count() == 1
    assert set(made.tables["features"].collect()["agreement_ids"]) == {PUBLIC}


def test_without_controls_neither_they_nor_their_counts_and_samples_are_there(tmp_path):
    made = under(tmp_path / "d", {**COARSE, "controls": "withhold"}, None)
    assert made.tables["libraries"].collect().height == 3
    assert "control_type" not in made.columns["libraries"]
    assert made.tables["samples"].collect().height == 2
    assert 200 not in made.tables["counts"].collect()["count"].to_list()


def test_a_place_name_tells_no_more_than_the_coordinates_may(tmp_path):
    made = under(tmp_path / "d", {**COARSE, "region": "allow"}, None)
    names = made.tables["samples"].collect()["geo_loc_name"].drop_nulls()
    assert set(names) == {"Germany"}


def test_a_place_that_is_withheld_takes_the_height_along(tmp_path):
    made = under(tmp_path / "d", {**COARSE, "location": "withhold"}, None)
    held = {"lat_lon", "elev", "coordinate_uncertainty_m", "plot name"}
    assert not held & set(made.columns["samples"])


def test_a_place_cannot_leave_as_a_measurement(tmp_path):
    tables = named_tables()
    measured = tables["measurements"]
    others = [
        measured.with_columns(pl.lit(name).alias("property"))
        for name in ("elev", "plot name", "unheard_of", "farm_name")
    ]
    tables["measurements"] = pl.concat([measured, *others])
    made = view_of(make(tmp_path / "d", tables))
    assert set(made.tables["measurements"].collect()["property"]) == {"ph"}


def test_what_nobody_gave_a_class_is_not_copied(dataset):
    samples = dataset.tables["samples"].with_columns(pl.lit("x").alias("notes"))
    other = replace(dataset, tables={**dataset.tables, "samples": samples})
    made = redacted_view(other, "consortium", RESEARCH, DAY, KEY)
    assert "notes" not in made.tables["samples"].collect_schema().names()


def test_no_column_is_named_that_only_withheld_rows_have(tmp_path):
    """What a trial is of, or whose it is, its name tells without a value."""
    tables = named_tables()
    of_closed = pl.col("agreement_id") == CLOSED
    for table, columns in {
        "samples": {"genotype": "Bt maize", "previous_land_use": "mine"},
        "libraries": {"removed_by_genome": "maize:7"},
        "measurements": {"method": "ISO 10390"},
    }.items():
        tables[table] = tables[table].with_columns(
            pl.when(of_closed).then(pl.lit(text)).alias(name) for name, text in columns.items()
        )
    of_controls = pl.when(pl.col("ph").is_null()).then(pl.lit("blank"))
    tables["samples"] = tables["samples"].with_columns(of_controls.alias("samp_category"))
    tables["assays"] = tables["assays"].with_columns(
        pl.when(pl.col("target_gene") == "ITS").then(pl.lit("2 x 300")).alias("read_length")
    )
    tables["libraries"] = tables["libraries"].with_columns(
        pl.when(pl.col("library_id").str.ends_with("F1"))
        .then(pl.lit(CLOSED))
        .otherwise("agreement_id")
        .alias("agreement_id")
    )
    texts = {**AGREEMENTS, PUBLIC: agreement(PUBLIC, {**COARSE, "controls": "withhold"})}
    made = view_of(make(tmp_path / "d", tables, texts))
    withheld = {"genotype", "previous_land_use", "samp_category", "removed_by_genome", "method"}
    withheld |= {"read_length", "control_type"}
    for table, frame in made.tables.items():
        named = {*made.columns[table], *frame.collect_schema().names()}
        assert withheld & named == set(), table
    assert "depth" in made.columns["samples"]
    partner.write(made, tmp_path)
    folder = tmp_path / partner.FOLDER
    assert "genotype" not in (folder / "columns.json").read_text()
    assert "genotype" not in (folder / "datapackage.json").read_text()
    assert read_dataset(folder).table("libraries")["removed_by_genome"].null_count() == 1


def test_what_is_not_yet_or_no_longer_granted_is_refused_with_the_clauses(tmp_path):
    text = agreement(PUBLIC, COARSE).replace("    classes:", "    from: 2026-01-02\n    classes:")
    with pytest.raises(Refused) as caught:
        view_of(make(tmp_path / "d", agreements={**AGREEMENTS, PUBLIC: text}))
    assert PUBLIC in str(caught.value)
    assert CLOSED in str(caught.value)


def test_what_its_own_metadata_call_a_control_is_withheld_as_one(tmp_path):
    tables = named_tables()
    is_second = pl.col("sample_id") == "Kanarienacker-2"
    tables["samples"] = tables["samples"].with_columns(
        pl.when(is_second).then(pl.lit("negative control")).alias("samp_category")
    )
    outcomes = {**COARSE, "controls": "withhold"}
    texts = {**AGREEMENTS, PUBLIC: agreement(PUBLIC, outcomes)}
    made = view_of(make(tmp_path / "d", tables, texts))
    assert made.tables["samples"].collect().height == 1
    assert made.tables["libraries"].collect().height == 2


def test_raw_reads_alone_are_nothing_that_a_dataset_holds(tmp_path):
    with pytest.raises(Refused):
        under(tmp_path / "d", {"raw_reads": "allow"}, None)


@pytest.mark.parametrize(
    ("recipient", "purpose", "code"),
    [
        ("https://ror.org/0zzzzzz09", RESEARCH, "recipient-unknown"),
        ("public", "DUO:0000006", "purpose-unknown"),
    ],
)
def test_who_and_what_for_must_be_known(dataset, recipient, purpose, code):
    with pytest.raises(InputError) as caught:
        redacted_view(dataset, recipient, purpose, DAY, KEY)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert "consortium" in str(caught.value) or "DUO:0000042" in str(caught.value)


def test_an_agreement_under_another_name_is_a_problem(dataset):
    misfiled = {**dataset.agreements, CLOSED: dataset.agreements[PUBLIC]}
    with pytest.raises(InputError) as caught:
        redacted_view(replace(dataset, agreements=misfiled), "public", RESEARCH, DAY, KEY)
    assert [problem.code for problem in caught.value.problems] == ["agreement-misfiled"]


def test_every_value_is_accounted_for(dataset, view):
    for recipient in ("public", "consortium"):
        evidence = view(recipient).evidence
        for name, frame in dataset.tables.items():
            numbers = evidence.by_table()[name]
            assert sum(numbers.values()) == frame.collect().height, name
            assert numbers["shared"] == view(recipient).tables[name].collect().height, name
        counted = sum(evidence.by_class()["counts"].values())
        assert counted == 10 + 6 * 6  # counts; six numbers of reads for six libraries
