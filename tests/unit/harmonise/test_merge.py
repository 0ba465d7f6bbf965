"""Nothing is lost, added up across partners or overwritten, and every row keeps its agreement."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from example_dataset import (
    AGREEMENTS,
    CLOSED,
    EXTRA_COLUMNS,
    PROVENANCE,
    PUBLIC,
    V4,
    example_tables,
    feature_id,
)

from soilbio.cli.main import main
from soilbio.dataset.history import HISTORY, ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.errors import InputError, Refused
from soilbio.exporters.redact import redacted_view
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.standards.materials import material_of

IDS = {
    **{"samples": ["sample_id"], "libraries": ["sample_id", "library_id"]},
    **{"counts": ["library_id"], "measurements": ["subject"]},
}


def renamed(prefix: str) -> dict[str, pl.DataFrame]:
    """Give the example's tables for other samples."""
    tables = example_tables()
    for table, columns in IDS.items():
        tables[table] = tables[table].with_columns(
            (pl.lit(prefix) + pl.col(one)).alias(one) for one in columns
        )
    return tables


def write(folder: Path, tables, agreements=AGREEMENTS, extra=EXTRA_COLUMNS) -> Path:
    write_dataset(tables, agreements, folder, extra_columns=extra, provenance=PROVENANCE)
    return folder


def column(frame: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(value.alias(name))


@pytest.fixture
def two(tmp_path):
    """Write the example, and the same of other samples after a change of its tables."""

    def make(change=lambda tables: None, **words) -> list[Path]:
        tables = renamed("x ")
        change(tables)
        return [write(tmp_path / "a", example_tables()), write(tmp_path / "b", tables, **words)]

    return make


def merge(folders, target: Path, level: str = "auto"):
    return harmonise(folders, target, level, read_rules())


def test_all_rows_are_there_once_with_their_agreements(two, tmp_path):
    folders = two()
    merge(folders, tmp_path / "c")
    assert main(["dataset", "validate", str(tmp_path / "c")]) == 0
    merged, parts = read_dataset(tmp_path / "c"), [read_dataset(one) for one in folders]
    for table in ("samples", "libraries", "counts", "measurements"):
        rows = [one.table(table) for one in parts]
        assert merged.table(table).height == sum(one.height for one in rows)
        agreed = (
            pl.concat([one["agreement_id"] for one in rows]).value_counts().sort("agreement_id")
        )
        found = merged.table(table)["agreement_id"].value_counts().sort("agreement_id")
        assert found.equals(agreed)
    assert merged.table("features").height == parts[0].table("features").height
    assert merged.table("assays").equals(parts[0].table("assays"))


def test_the_order_of_the_datasets_changes_no_byte(two, tmp_path):
    folders = two()
    merge(folders, tmp_path / "c")
    merge(folders[::-1], tmp_path / "d")
    assert files(tmp_path / "c") == files(tmp_path / "d")


def files(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_both_have_in_the_same_way_is_there_once(tmp_path):
    one = write(tmp_path / "a", example_tables())
    tables = example_tables()
    other = write(tmp_path / "b", tables, {**AGREEMENTS}, {**EXTRA_COLUMNS})
    with pytest.raises(InputError) as caught:
        merge([one, other], tmp_path / "c")
    assert [problem.code for problem in caught.value.problems] == ["harmonise-twice"]
    tables["measurements"] = tables["measurements"].head(1)
    other = write(tmp_path / "b", tables)
    merge([one, other], tmp_path / "c")
    merged = read_dataset(tmp_path / "c")
    for table in ("samples", "libraries", "counts", "measurements"):
        assert merged.table(table).equals(read_dataset(one).table(table))


def test_two_that_differ_of_one_name_are_all_listed_and_nothing_is_written(tmp_path):
    one = write(tmp_path / "a", example_tables())
    tables = example_tables()
    tables["samples"] = column(tables["samples"], "cur_land_use", pl.lit("swamp"))
    tables["libraries"] = column(tables["libraries"], "reads_raw", pl.col("reads_raw") + 1)
    other = write(tmp_path / "b", tables)
    with pytest.raises(InputError) as caught:
        merge([one, other], tmp_path / "c")
    problems = caught.value.problems
    assert {problem.code for problem in problems} == {"harmonise-conflict"}
    assert {problem.column for problem in problems} == {"cur_land_use", "reads_raw"}
    known = (
        example_tables()["samples"]["cur_land_use"].drop_nulls().len()
    )  # others take the other's value
    assert len(problems) == known + tables["libraries"].height
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("level", ["feature", "genus"])
def test_two_libraries_of_one_name_and_other_counts_are_a_conflict(tmp_path, level):
    """Rarefied tables have as many reads everywhere: what is said of a library can be the same."""
    one = write(tmp_path / "a", example_tables())
    tables = example_tables()
    is_first = pl.col("library_id") == tables["counts"]["library_id"][0]
    tables["counts"] = column(
        tables["counts"],
        *("count", pl.when(is_first).then(pl.col("count") + 1).otherwise(pl.col("count"))),
    )
    tables["measurements"] = tables["measurements"].head(1)
    other = write(tmp_path / "b", tables)
    with pytest.raises(InputError) as caught:
        merge([one, other], tmp_path / "c", level)
    found = [(problem.code, problem.column, problem.found) for problem in caught.value.problems]
    assert found == [("harmonise-conflict", "counts", tables["counts"]["library_id"][0])]
    assert not (tmp_path / "c").exists()


def test_a_lineage_is_what_all_sources_say_and_both_stay_verbatim(two, tmp_path):
    def other_phylum(tables):
        is_first = pl.col("feature_id") == feature_id("ACGTACGTAA")
        frame = tables["features"]
        for name, value in (("class", "Other"), ("verbatim_lineage", "d:Bacteria,c:Other")):
            frame = column(
                frame, name, pl.when(is_first).then(pl.lit(value)).otherwise(pl.col(name))
            )
        tables["features"] = frame
        tables["assays"] = column(tables["assays"], "reference", pl.lit("other"))

    merged = merge(two(other_phylum), tmp_path / "c")
    assert merged.notes["lineages_that_differ"] == 1
    rows = {
        row["feature_id"]: row for row in read_dataset(tmp_path / "c").table("features").to_dicts()
    }
    row = rows[feature_id("ACGTACGTAA")]
    # A class they dispute; what they agree on above and below it stays.
    assert (row["phylum"], row["class"], row["order"]) == ("Pseudomonadota", None, "Rhizobiales")
    assert "conflict-class" in row["flags"].split("|")
    assert row["verbatim_lineage"].count(" / ") == 1
    assert rows[feature_id("TTGGCCAATT")]["order"] == "Hypocreales"


def test_one_name_of_two_methods_becomes_two_assays(two, tmp_path):
    def other_method(tables):
        tables["assays"] = column(tables["assays"], "method_fingerprint", pl.lit("12" * 32))

    merge(two(other_method), tmp_path / "c")
    merged = read_dataset(tmp_path / "c")
    names = set(merged.table("assays")["assay_id"])
    assert {f"{V4}-efefefef", f"{V4}-12121212"} <= names
    assert set(merged.table("libraries")["assay_id"]) <= names


def test_counts_and_shares_of_one_method_stay_two_assays(two, tmp_path):
    def shares(tables):
        total = pl.col("count").sum().over("library_id")
        tables["counts"] = tables["counts"].with_columns(
            relative_abundance=pl.col("count") / total, count=pl.lit(None, pl.Int64)
        )

    merge(two(shares), tmp_path / "c")
    merged = read_dataset(tmp_path / "c")
    kinds = (
        merged.table("counts")
        .join(merged.table("libraries"), on="library_id")
        .group_by("assay_id")
        .agg(pl.col("count").is_null().unique())
    )
    kinds = dict(kinds.iter_rows())
    assert (kinds[V4], kinds[f"{V4}-shares"]) == ([False], [True])
    assert all(len(own) == 1 for own in kinds.values())


def other_region(tables):
    tables["assays"] = column(tables["assays"], "target_subfragment", pl.lit("V9"))
    tables["assays"] = column(tables["assays"], "method_fingerprint", pl.lit("12" * 32))


def test_where_only_lineages_can_be_compared_counts_are_of_lineages(two, tmp_path):
    folders = two(other_region)
    assert merge(folders, tmp_path / "c").level == "genus"
    merged = read_dataset(tmp_path / "c")
    assert set(merged.table("features")["sequence"]) == {None}
    assert merged.table("counts")["count"].sum() == 2 * sum(example_tables()["counts"]["count"])
    by_library = merged.table("counts").group_by("library_id").agg(pl.col("count").sum())
    assert dict(by_library.iter_rows())["x L1"] == 120 + 30 + 7
    flags = merged.table("features").filter(pl.col("class") == "Chloroplast")["flags"]
    assert flags.to_list() == ["chloroplast"]


def test_a_finer_level_than_is_sound_is_refused_with_the_reason(two, tmp_path):
    folders = two(other_region)
    with pytest.raises(Refused, match="sequences of two regions begin and end elsewhere"):
        merge(folders, tmp_path / "c", "feature")
    assert not (tmp_path / "c").exists()
    assert merge(folders, tmp_path / "c", "phylum").level == "phylum"


def test_an_unknown_method_is_refused_until_it_is_stated(two, tmp_path):
    def unknown(tables):
        tables["assays"] = column(tables["assays"], "target_gene", pl.lit(None, dtype=pl.String))

    with pytest.raises(Refused, match="is not stated"):
        merge(two(unknown), tmp_path / "c")


def test_two_texts_of_one_agreement_are_refused(two, tmp_path):
    texts = {**AGREEMENTS, PUBLIC: AGREEMENTS[PUBLIC].replace("Institute A", "Institute Z")}
    with pytest.raises(InputError) as caught:
        merge(two(agreements=texts), tmp_path / "c")
    assert [problem.code for problem in caught.value.problems] == ["agreement-differs"]


def test_one_column_of_two_sharing_classes_is_refused(two, tmp_path):
    with pytest.raises(InputError) as caught:
        merge(two(extra={**EXTRA_COLUMNS, "genotype": "identity"}), tmp_path / "c")
    assert [problem.code for problem in caught.value.problems] == ["harmonise-class"]


def test_a_view_of_the_merged_is_what_the_views_of_the_parts_are(two, tmp_path):
    folders = two()
    merge(folders, tmp_path / "c")
    asked = ("public", "DUO:0000042", date(2026, 1, 1), bytes(32))
    whole = redacted_view(read_dataset(tmp_path / "c"), *asked)
    parts = [redacted_view(read_dataset(one), *asked) for one in folders]
    for table in ("samples", "libraries", "counts", "measurements"):
        rows = pl.concat([one.tables[table].collect() for one in parts])
        found = whole.tables[table].collect()
        assert found.sort(found.columns).equals(rows.select(found.columns).sort(found.columns))
    assert CLOSED not in whole.agreements


def test_which_names_were_changed_in_each_is_kept_in_every_further_merging(two, tmp_path):
    folders = two()
    (folders[0] / "provenance" / "renamed.tsv").write_text("rank\tfrom\tto\n")
    merge(folders, tmp_path / "c")
    merge([tmp_path / "c", write(tmp_path / "e", renamed("y "))], tmp_path / "d")
    for name in "cd":
        (kept,) = (tmp_path / name / "provenance" / "sources").glob("*/renamed.tsv")
        assert kept.read_text() == "rank\tfrom\tto\n"


def test_the_terms_of_what_was_received_go_along(two, tmp_path):
    folders = two()
    terms = {"recipient": "consortium", "purpose": "DUO:0000042", "date": "2026-01-01"}
    terms |= {"until": "2026-06-01", "agreements": [PUBLIC]}
    (folders[0] / "provenance" / "shared.json").write_text(json.dumps([terms]))
    merge(folders, tmp_path / "c")
    merged = read_dataset(tmp_path / "c")
    assert merged.shared == [terms]
    day = date(2026, 7, 1)
    with pytest.raises(Refused, match="had it until 2026-06-01 only"):
        redacted_view(merged, "public", "DUO:0000042", day, bytes(32))


def test_each_partner_s_rows_are_held_until_its_own_agreement_ends(two, tmp_path):
    ending = AGREEMENTS[PUBLIC].replace("id: demo\nversion: 1.0.0", "id: ending\nversion: 1.0.0")
    ending = ending.replace("recipient: public\n", "recipient: public\n    until: 2027-01-31\n")

    def under_the_ending_one(tables):
        for name, table in tables.items():
            tag = pl.col("^agreement_ids?$").str.replace(PUBLIC, "ending@1.0.0", literal=True)
            tables[name] = table.with_columns(tag) if name != "assays" else table

    own = {**AGREEMENTS, "ending@1.0.0": ending}
    merge(two(under_the_ending_one, agreements=own), tmp_path / "c")
    asked = ["--recipient", "public", "--purpose", "DUO:0000042", "--date", "2026-12-01"]
    out = ["--out", str(tmp_path / "received")]
    assert main(["export", "partner", str(tmp_path / "c"), *asked, *out]) == 0
    received = read_dataset(tmp_path / "received" / "dataset")
    ends = {tuple(one["agreements"]): one["until"] for one in received.shared}
    assert ends == {(PUBLIC,): None, ("ending@1.0.0",): "2027-01-31"}
    libraries = [
        redacted_view(received, "public", "DUO:0000042", day, bytes(32)).tables["libraries"]
        for day in (date(2027, 1, 31), date(2027, 2, 1))
    ]
    before, after = (one.select(pl.len()).collect().item() for one in libraries)
    assert 0 < after < before


def test_the_commands_say_what_they_did_and_a_bad_path_is_no_traceback(two, tmp_path, capsys):
    folders = [str(one) for one in two(other_region)]
    assert main(["compare", *folders]) == 0
    assert "Together: genus" in capsys.readouterr().out
    assert main(["harmonise", *folders, "--out", str(tmp_path / "c")]) == 0
    assert "Merged by genus" in capsys.readouterr().out
    assert main(["harmonise", folders[0], str(tmp_path / "no"), "--out", str(tmp_path / "d")]) == 1
    assert "[dataset-missing]" in capsys.readouterr().err


def test_a_third_dataset_is_added_to_two_that_were_merged(two, tmp_path):
    one, other = two()
    third = write(tmp_path / "third", renamed("y "))
    merge([one, other, third], tmp_path / "at-once")
    merge([one, other], tmp_path / "first")
    merge([tmp_path / "first", third], tmp_path / "later")
    for name in ("counts", "features", "libraries", "samples", "measurements", "assays"):
        at_once, later = (
            (tmp_path / folder / f"{name}.parquet").read_bytes() for folder in ("at-once", "later")
        )
        assert at_once == later, name
    told = [
        json.loads((tmp_path / folder / "provenance/harmonised.json").read_text())
        for folder in ("at-once", "later")
    ]
    assert told[0]["libraries"] == told[1]["libraries"]
    assert told[0]["datasets"] == told[1]["datasets"]
    assert [history["level"] for history in told[1]["before"]] == ["feature"]


def test_what_was_merged_by_genus_is_merged_by_genus_ever_after(two, tmp_path):
    merge(two(other_region), tmp_path / "genus")
    third = write(tmp_path / "third", renamed("y "))
    merged = merge([tmp_path / "genus", third], tmp_path / "c")
    assert merged.level == "genus"
    because = [rule.name for pair in merged.pairs for rule in pair.rules]
    assert "merged-before" in because
    merge([*two(other_region), third], tmp_path / "at-once")
    for name in ("counts", "features"):
        assert (tmp_path / "c" / f"{name}.parquet").read_bytes() == (
            tmp_path / "at-once" / f"{name}.parquet"
        ).read_bytes()
    with pytest.raises(Refused):
        harmonise([tmp_path / "genus", third], tmp_path / "d", "feature", read_rules())


def of_gene(tables, gene: str) -> dict[str, pl.DataFrame]:
    """Keep what is of one gene's assay."""
    assays = tables["assays"].filter(pl.col("target_gene") == gene)
    libraries = tables["libraries"].join(assays, on="assay_id", how="semi")
    counts = tables["counts"].join(libraries, on="library_id", how="semi")
    samples = tables["samples"].join(libraries, on="sample_id", how="semi")
    subjects = [*samples["sample_id"], *libraries["library_id"]]
    return tables | {
        **{"assays": assays, "libraries": libraries, "counts": counts, "samples": samples},
        "features": tables["features"].join(counts, on="feature_id", how="semi"),
        "measurements": tables["measurements"].filter(pl.col("subject").is_in(subjects)),
    }


def test_what_was_merged_by_genus_stays_so_beside_another_gene(tmp_path):
    """Later it would be taken apart into sequences that its libraries have not."""
    (gene, other) = example_tables()["assays"].sort("assay_id")["target_gene"].to_list()
    one, two, late = (
        write(tmp_path / name, of_gene(renamed(f"{name} "), gene)) for name in ("a", "b", "late")
    )
    its = write(tmp_path / "its", of_gene(renamed("its "), other))
    merge([one, two], tmp_path / "first", "genus")
    assert merge([tmp_path / "first", its], tmp_path / "second").level == "genus"
    merge([tmp_path / "second", late], tmp_path / "third")
    features = read_dataset(tmp_path / "third").table("features")
    assert features["sequence"].null_count() == features.height
    with pytest.raises(Refused):
        merge([tmp_path / "first", its], tmp_path / "fine", "feature")


def test_what_does_not_name_a_rank_does_not_contradict_and_a_conflict_lasts(two, tmp_path):
    def orders(name):
        def change(tables):
            is_first = pl.col("feature_id") == feature_id("ACGTACGTAA")
            value = pl.when(is_first).then(pl.lit(name, pl.String)).otherwise(pl.col("order"))
            tables["features"] = column(tables["features"], "order", value)

        return change

    def order_of(*folders):
        target = tmp_path / "-".join(folder.name for folder in folders)
        merge(folders, target)
        rows = read_dataset(target).table("features").to_dicts()
        (row,) = [row for row in rows if row["feature_id"] == feature_id("ACGTACGTAA")]
        return target, row["order"], row["flags"]

    said = {"y ": "Rhizobiales", "z ": None, "w ": "Others"}
    for prefix, name in said.items():
        tables = renamed(prefix)
        orders(name)(tables)
        write(tmp_path / prefix.strip(), tables)
    agreed, order, _ = order_of(tmp_path / "y", tmp_path / "z")
    assert order == "Rhizobiales"
    disputed, order, flags = order_of(agreed, tmp_path / "w")
    assert order is None
    assert "conflict-order" in flags
    again = write(tmp_path / "v", renamed("v "))
    _, order, flags = order_of(disputed, again)
    assert order is None
    assert "conflict-order" in flags


def test_another_domain_leaves_no_name_below(two, tmp_path):
    def eukaryote(tables):
        is_first = pl.col("feature_id") == feature_id("ACGTACGTAA")
        value = pl.when(is_first).then(pl.lit("Eukaryota")).otherwise(pl.col("domain"))
        tables["features"] = column(tables["features"], "domain", value)

    merge(two(eukaryote), tmp_path / "c")
    rows = read_dataset(tmp_path / "c").table("features").to_dicts()
    (row,) = [row for row in rows if row["feature_id"] == feature_id("ACGTACGTAA")]
    assert [row[rank] for rank in ("domain", "phylum", "order")] == [None] * 3


def test_samples_of_one_material_are_listed_and_stay_apart(two, tmp_path):
    def of_material(tables):
        tables["samples"] = column(tables["samples"], "source_mat_id", pl.lit("SAMEA123"))

    one, other = two(of_material)
    third = renamed("y ")
    of_material(third)
    merged = merge([one, other, write(tmp_path / "third", third)], tmp_path / "c")
    listed = (tmp_path / "c/provenance/same_material.tsv").read_text().splitlines()
    samples = example_tables()["samples"].height
    assert merged.notes["samples_of_one_material"] == 2 * samples == len(listed) - 1
    assert merged.notes["samples_of_one_material_are_so_many_soils"] == 1
    assert read_dataset(tmp_path / "c").table("samples").height == 3 * samples


def tree_of(folder: Path) -> dict[str, bytes]:
    names = [*(f"{name}.parquet" for name in IDS), "features.parquet", "assays.parquet", ORIGINS]
    return {name: (folder / name).read_bytes() for name in names}


def laboratory(folder: Path, prefix: str, sequences, ranks) -> Path:
    """Write the example of other samples, with one feature's sequence and names changed."""
    tables = renamed(prefix)
    old = feature_id("ACGTACGTAA")
    new = feature_id(sequences)
    is_first = pl.col("feature_id") == old
    features = column(tables["features"], "genus", pl.lit(None, pl.String))
    for name, value in {"sequence": sequences, "length_bp": len(sequences), **ranks}.items():
        features = column(
            features, name, pl.when(is_first).then(pl.lit(value)).otherwise(pl.col(name))
        )
    for table, frame in {"features": features, "counts": tables["counts"]}.items():
        tables[table] = frame.with_columns(pl.col("feature_id").replace({old: new}))
    return write(folder, tables)


def test_adding_is_merging_all_at_once_by_ends_and_names(tmp_path):
    """Which ends are one, and which names all give, is decided anew by what each dataset said."""
    whole = "".join(random.Random(3).choice("ACGT") for _ in range(250))
    own = {
        "a": (whole[:-8], {"family": "F", "genus": "G", "order": None}),
        "b": (whole[:-4], {"family": "F", "genus": "G", "order": "Others"}),
        "c": (whole, {"family": "F", "genus": "G"}),
        "d": (whole[:-4], {"family": "F", "genus": None, "class": "Else"}),
    }
    folders = {name: laboratory(tmp_path / name, f"{name} ", *said) for name, said in own.items()}
    merge(folders.values(), tmp_path / "at-once")
    merge([folders["a"], folders["b"]], tmp_path / "two")
    merge([tmp_path / "two", folders["c"]], tmp_path / "three")
    merge([folders["d"], tmp_path / "three"], tmp_path / "four")
    merge([folders["c"], folders["d"]], tmp_path / "others")
    merge([tmp_path / "others", tmp_path / "two"], tmp_path / "pairs")
    at_once = tree_of(tmp_path / "at-once")
    for name in ("four", "pairs"):
        assert tree_of(tmp_path / name) == at_once, name


def test_what_each_dataset_said_stays_after_merging_by_name(two, tmp_path):
    folders = two(other_region)
    merge(folders, tmp_path / "c", "genus")
    kept = pl.read_parquet(tmp_path / "c" / ORIGINS)
    said = pl.concat([read_dataset(one).table("features") for one in folders])
    for name in ("sequence", "verbatim_lineage", "classifier"):
        assert kept[name].sort().to_list() == said[name].sort().to_list()
    assert set(kept["feature_id"]) == set(
        read_dataset(tmp_path / "c").table("features")["feature_id"]
    )


def stating(folder: Path, prefix: str, **words: str) -> Path:
    tables = renamed(prefix)
    tables["assays"] = tables["assays"].with_columns(
        pl.lit(value).alias(name) for name, value in words.items()
    )
    return write(folder, tables)


@pytest.mark.parametrize(
    "words", [{"method_fingerprint": "12" * 32}, {"abundance": "taxonomic"}, {"read_length": "9"}]
)
def test_assays_have_the_names_of_merging_all_at_once(tmp_path, words):
    """What is one method is one assay, whichever dataset it was merged with first."""
    a, c = stating(tmp_path / "a", "a "), stating(tmp_path / "c", "c ")
    b = stating(tmp_path / "b", "b ", **words)
    merge([a, b, c], tmp_path / "all")
    merge([a, b], tmp_path / "first")
    merge([tmp_path / "first", c], tmp_path / "later")
    merge([b, c], tmp_path / "others")
    merge([tmp_path / "first", tmp_path / "others"], tmp_path / "both")
    expected = read_dataset(tmp_path / "all")
    for name in ("later", "both"):
        found = read_dataset(tmp_path / name)
        for table in ("assays", "libraries"):
            assert found.table(table).equals(expected.table(table)), (name, table)
    values = expected.table("assays").filter(pl.col("assay_id").str.starts_with(V4))
    assert values.height == 2
    (name,) = words
    assert values[name].n_unique() == 2


def test_libraries_that_were_there_already_are_told(tmp_path, capsys):
    a, b = stating(tmp_path / "a", "a "), stating(tmp_path / "b", "b ")
    merge([a, b], tmp_path / "m")
    merged = merge([tmp_path / "m", a], tmp_path / "again", "genus")
    rows = {row["dataset"]: row for row in merged.told.losses}
    known = read_dataset(a).table("libraries").height
    assert sorted(row["libraries_of_others"] for row in rows.values()) == [0, known]
    assert main(["harmonise", str(tmp_path / "m"), str(a), "--out", str(tmp_path / "d")]) == 0
    assert f"{known} libraries were there already" in capsys.readouterr().out


def sheet(folder: Path, prefix: str, ph: dict[str, tuple[str, str]], **cells: str | None) -> Path:
    """Write the example with a pH and its method for some samples, as an import does."""
    tables = example_tables()
    for table in ("libraries", "counts"):
        tables[table] = column(tables[table], "library_id", pl.lit(prefix) + pl.col("library_id"))
    names = pl.col("sample_id")
    for place, name in enumerate(("ph", "ph_meth")):
        texts = {sample: own[place] for sample, own in ph.items()}
        value = names.replace_strict(texts, default=None, return_dtype=pl.String)
        tables["samples"] = column(tables["samples"], name, value)
    for name, text in cells.items():  # of soils: nothing says that two blanks of a name are one
        value = pl.when(pl.col("lat_lon") != "").then(pl.lit(text, pl.String))
        tables["samples"] = column(tables["samples"], name, value)
    measured = tables["measurements"].filter(pl.col("subject").is_in(list(ph)))
    text, method = (
        pl.col("subject").replace_strict({name: own[at] for name, own in ph.items()})
        for at in (0, 1)
    )
    tables["measurements"] = measured.unique("subject").with_columns(
        value=text.cast(pl.Float64), verbatim_value=text, method=method
    )
    return write(folder, tables)


def test_a_sample_of_two_datasets_has_what_either_says_and_both_soil_properties(tmp_path):
    first, second = example_tables()["measurements"]["subject"].unique().sort().to_list()[:2]
    a = sheet(tmp_path / "a", "a ", {first: ("6.1", "water"), second: ("6.3", "water")}, elev=None)
    b = sheet(tmp_path / "b", "b ", {first: ("5.6", "CaCl2"), second: ("6.4", "water")}, elev="300")
    c = sheet(tmp_path / "c", "c ", {first: ("6.1", "water")}, elev="not collected")
    merged = merge([a, b, c], tmp_path / "all")
    assert merged.notes["values_of_samples_that_differ"] == 3
    found = read_dataset(tmp_path / "all")
    samples = {row["sample_id"]: row for row in found.table("samples").to_dicts()}
    assert {samples[name]["elev"] for name in (first, second)} == {"300"}
    assert (samples[first]["ph"], samples[first]["ph_meth"]) == (None, None)
    assert (samples[second]["ph"], samples[second]["ph_meth"]) == (None, "water")
    rows = found.table("measurements").filter(pl.col("property") == "ph")
    told = set(rows.select("subject", "value", "method").iter_rows())
    assert told == {
        *((first, 6.1, "water"), (first, 5.6, "CaCl2")),
        *((second, 6.3, "water"), (second, 6.4, "water")),
    }
    assert merged.notes["samples_of_one_material"] == 0  # it is one sample, not two of a material
    listed = (tmp_path / "all" / "provenance" / "conflicts.tsv").read_text()
    assert f"{first}\tph_meth\t\t\t\tb\tCaCl2" in listed
    merge([a, b], tmp_path / "first")
    merge([tmp_path / "first", c], tmp_path / "later")
    assert read_dataset(tmp_path / "later").table("samples").equals(found.table("samples"))


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("SAMN0123", "samn0123 ", True),
        ("SAMEA12", "https://www.ebi.ac.uk/ena/browser/view/SAMEA12", True),
        ("biosample:SAMD77", "https://www.ncbi.nlm.nih.gov/biosample/?term=SAMD77", True),
        ("ERS123456", "https://www.ebi.ac.uk/ena/browser/view/ers123456/", True),
        ("IGSN:AU1234", "http://igsn.org/au1234", True),
        ("igsn: 10273/AU1234", "IGSN:AU1234", True),
        ("Core  A", "core a", True),
        ("SAMN0123", "SAMN01234", False),
        ("SAMN0123", "SAMN0123_coreA", False),
        ("SAMN0123 0-10 cm", "SAMN0123 10-20 cm", False),
        ("SAMN0123;SAMN0124", "SAMN0123", False),
        ("https://www.ebi.ac.uk/ena/browser/view/SAMN0123", "https://doi.org/10.5/SAMN01", False),
        ("http://example.org/soils/1", "https://www.example.org/Soils/1/", True),
        ("plot:3", "site:3", False),
        ("not collected", "not collected", False),
        *((one, one, False) for one in ("PRJNA123456", "ERR1234567", "SRP012345", "DRX000001")),
        *((one, one, False) for one in ("1", "n/a", "NA", "unknown", "None", "-")),
        ("https://www.ebi.ac.uk/ena/browser/view/PRJEB123", "PRJEB123", False),
    ],
)
def test_a_material_is_one_however_its_id_is_written(one, other, is_one):
    first, second = material_of(one)[0], material_of(other)[0]
    assert (first == second != "") == is_one


def test_a_sample_that_goes_by_its_accession_is_of_that_material(tmp_path):
    tables = renamed("x ")
    sample = example_tables()["samples"]["sample_id"][0]
    for table, names in IDS.items():
        for one in {"sample_id", "subject"} & set(names):
            tables[table] = tables[table].with_columns(
                pl.col(one).replace(f"x {sample}", "SAMN0987")
            )
    other = example_tables()
    is_it = pl.col("sample_id") == sample
    url = "https://www.ebi.ac.uk/biosamples/samples/samn0987"
    other["samples"] = column(other["samples"], "source_mat_id", pl.when(is_it).then(pl.lit(url)))
    tables["samples"] = column(tables["samples"], "source_mat_id", pl.lit(None, pl.String))
    merge([write(tmp_path / "a", tables), write(tmp_path / "b", other)], tmp_path / "c")
    listed = (tmp_path / "c" / "provenance" / "same_material.tsv").read_text().splitlines()[1:]
    assert sorted(listed) == ["SAMN0987\ta\tSAMN0987", f"SAMN0987\tb\t{sample}"]


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"level": "genus"}', '{"level": "x"}', "\xff", "null"]
)
def test_a_damaged_record_of_merging_is_told(two, tmp_path, capsys, text):
    """It must not be taken for a dataset that was not merged, either."""
    merge(two(), tmp_path / "c")
    (tmp_path / "c" / HISTORY).write_bytes(text.encode("latin-1"))
    other = stating(tmp_path / "d", "d ")
    folder = str(tmp_path / "c")
    for command in (
        ["compare", folder, str(other)],
        ["harmonise", folder, str(other), "--out", str(tmp_path / "e")],
        ["methods", folder],
        ["laboratories", folder, "--out", str(tmp_path / "f")],
        [
            *("export", "tsv", folder, "--recipient", "public", "--purpose", "DUO:0000042"),
            *("--out", str(tmp_path / "g")),
        ],
    ):
        assert main(command) == 1, command
        assert "[provenance-missing]" in capsys.readouterr().err, command


@pytest.mark.parametrize(
    ("table", "name", "text"),
    [
        ("samples", "samp_category", "negative control"),
        ("libraries", "control_type", "extraction_blank"),
        ("libraries", "reads_raw", None),
    ],
)
def test_what_makes_a_control_is_not_taken_from_another_dataset(tmp_path, table, name, text):
    """It sets what is shared; nor do cells of libraries, which nobody measured twice, fill."""
    one, other = example_tables(), example_tables()
    sample = one["measurements"]["subject"][0]
    is_it = pl.col("sample_id") == sample
    if name not in other[table].columns:
        one[table] = column(one[table], name, pl.lit(None, pl.String))
        other[table] = column(other[table], name, pl.lit(None, pl.String))
    other[table] = column(
        other[table], name, pl.when(is_it).then(pl.lit(text)).otherwise(pl.col(name))
    )
    other["measurements"] = other["measurements"].head(1)
    folders = [write(tmp_path / "a", one), write(tmp_path / "b", other)]
    with pytest.raises(InputError) as caught:
        merge(folders, tmp_path / "c")
    assert {problem.code for problem in caught.value.problems} == {"harmonise-conflict"}


def test_a_sample_that_is_a_control_for_one_only_is_a_conflict(tmp_path):
    """Its sheet, which may not be shared, would fill the cells of one that may be."""
    one, other = example_tables(), renamed("")
    soil = one["measurements"]["subject"][0]
    for table in ("libraries", "counts"):
        other[table] = column(other[table], "library_id", "x " + pl.col("library_id"))
    is_it = pl.col("sample_id") == soil
    other["libraries"] = column(
        other["libraries"],
        "control_type",
        pl.when(is_it).then(pl.lit("extraction_blank")).otherwise(pl.col("control_type")),
    )
    with pytest.raises(InputError) as caught:
        merge([write(tmp_path / "a", one), write(tmp_path / "b", other)], tmp_path / "c")
    (problem,) = caught.value.problems
    assert (problem.column, problem.found) == ("control_type", soil)


@pytest.mark.parametrize("lacking", ["history", "origins", "lots"])
def test_what_does_not_tell_how_it_was_merged_is_not_merged_again(two, tmp_path, lacking):
    merge(two(), tmp_path / "c")
    if lacking == "lots":
        history = json.loads((tmp_path / "c" / HISTORY).read_text())
        history.pop("lots")
        (tmp_path / "c" / HISTORY).write_text(json.dumps(history))
    else:
        (tmp_path / "c" / {"history": HISTORY, "origins": ORIGINS}[lacking]).unlink()
    with pytest.raises(InputError) as caught:
        merge([tmp_path / "c", stating(tmp_path / "d", "d ")], tmp_path / "e")
    assert [problem.code for problem in caught.value.problems] == ["provenance-missing"]


@pytest.mark.parametrize(
    "changed",
    [
        {"pairs": [{"one": 1}]},
        {"assays": {}},
        {"assays": {"a": 3}},
        {"libraries": {"a": 3}},
        {"notes": {"x": "y"}},
        {"programs": {"vsearch": 2}},
        {"reference": {"name": "genes.fasta"}},
        {"common_regions": {"16S rRNA": {}}},
        {"parts": {"a": ["nobody"]}},
        {"before": [{"level": "genus"}]},
    ],
)
def test_a_record_of_merging_with_damaged_insides_is_no_bug_of_ours(two, tmp_path, capsys, changed):
    """It comes from partners."""
    merge(two(), tmp_path / "c")
    history = json.loads((tmp_path / "c" / HISTORY).read_text())
    (tmp_path / "c" / HISTORY).write_text(json.dumps({**history, **changed}))
    found = main(["laboratories", str(tmp_path / "c"), "--out", str(tmp_path / "f")])
    told = capsys.readouterr().err
    assert found == 1
    assert "[provenance-missing]" in told or "[laboratories-unknown]" in told
