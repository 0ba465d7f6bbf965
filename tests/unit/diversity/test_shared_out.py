"""Laboratories are compared by shares of what has a name, where reads cannot be drawn."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from example_dataset import AGREEMENTS, EXTRA_COLUMNS, PROVENANCE, example_tables
from scipy.spatial.distance import braycurtis

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset

SPECIES = {"Bacillus subtilis": 1423, "Nitrospira moscoviensis": 42253, "Gaiella occulta": 1002870}
# Shares of the species in the soils, which are the same in both laboratories.
SOILS = ((0.6, 0.3, 0.1), (0.2, 0.5, 0.3), (0.1, 0.2, 0.7), (0.4, 0.4, 0.2))


def laboratory(folder: Path, unnamed: float, *, are_counts: bool, strategy: str = "WGS") -> Path:
    """Make profiles of the soils, of which a part of the reads has no name."""
    tables = example_tables()
    agreement = next(iter(AGREEMENTS))
    names = [f"{folder.name}{n}" for n in range(len(SOILS))]
    assay = tables["assays"].filter(pl.col("target_gene") == "16S rRNA").head(1)
    if strategy == "WGS":
        of_amplicons = [name for name in assay.columns if name.startswith(("target_", "pcr_"))]
        assay = assay.with_columns(
            *(pl.lit(None, assay.schema[name]).alias(name) for name in of_amplicons),
            library_strategy=pl.lit(strategy),
            abundance=pl.lit("taxonomic"),
        )
    sample, library = tables["samples"].head(1), tables["libraries"].head(1)
    sample, library = (
        one.with_columns(agreement_id=pl.lit(agreement)) for one in (sample, library)
    )
    ids = {name: f"ncbi:{taxid}" for name, taxid in SPECIES.items()} | {None: "ncbi:0"}
    features = [
        {
            **{"feature_id": one, "domain": "Bacteria" if name else None, "species": name},
            **{"genus": name.split()[0] if name else None, "agreement_ids": agreement},
            **{"taxon_rank": "species" if name else None, "verbatim_lineage": name or "none"},
            **{"flags": "" if name else "unclassified", "classifier": "kraken2"},
        }
        for name, one in ids.items()
    ]
    shares = [
        dict(zip(ids.values(), (*((1 - unnamed) * one for one in own), unnamed), strict=True))
        for own in SOILS
    ]
    counts = [
        {
            **{"library_id": name, "feature_id": one, "agreement_id": agreement},
            "count": round(10_000 * share) if are_counts else None,
            "relative_abundance": None if are_counts else share,
        }
        for name, own in zip(names, shares, strict=True)
        for one, share in own.items()
    ]
    write_dataset(
        {
            "samples": pl.concat(sample.with_columns(sample_id=pl.lit(one)) for one in names),
            "assays": assay.with_columns(agreement_ids=pl.lit(agreement)),
            "libraries": pl.concat(
                library.with_columns(
                    *(pl.lit(one).alias(column) for column in ("library_id", "sample_id")),
                    assay_id=pl.lit(assay["assay_id"][0]),
                    control_type=pl.lit(""),
                )
                for one in names
            ),
            "features": pl.DataFrame(features, infer_schema_length=None),
            "counts": pl.DataFrame(counts, infer_schema_length=None),
            "measurements": tables["measurements"].clear(),
        },
        {agreement: AGREEMENTS[agreement]},
        folder,
        extra_columns=EXTRA_COLUMNS,
        provenance=PROVENANCE,
    )
    return folder


def compared(tmp_path: Path, one: Path, other: Path) -> Path:
    merged, out = tmp_path / "m", tmp_path / "out"
    assert main(["harmonise", str(one), str(other), "--out", str(merged)]) == 0
    assert main(["laboratories", str(merged), "--out", str(out)]) == 0
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return folder


@pytest.mark.parametrize("are_counts", [True, False], ids=["reads", "shares"])
def test_reads_without_a_name_drive_nothing(are_counts, tmp_path):
    """One laboratory names a tenth of its reads, the other 70 %; the communities are the same."""
    labs = [
        laboratory(tmp_path / name, unnamed, are_counts=are_counts)
        for name, unnamed in (("a", 0.9), ("b", 0.3))
    ]
    folder = compared(tmp_path, *labs)
    tests = pl.read_csv(folder / "tests.tsv", separator="\t").filter(column="laboratory")
    assert tests["r2"][0] == pytest.approx(0, abs=1e-6)
    assert tests["n_libraries"][0] == 8
    overlap = pl.read_csv(folder / "overlap.tsv", separator="\t")
    assert set(overlap["features"]) == set(overlap["genera"]) == {3}
    taken = pl.read_parquet(folder / "comparable_counts.parquet")
    assert set(taken["feature_id"]) == set(SPECIES)
    sums = taken.group_by("library_id").agg(pl.col("relative_abundance").sum())
    assert sums["relative_abundance"].to_list() == pytest.approx([1] * 8)
    notes = json.loads((folder.parent / "settings.json").read_text())["genes"]["WGS"]["notes"]
    assert any(note.startswith("of a, 10.0% to 10.0% of a library is of species") for note in notes)


def test_shares_of_amplicons_are_compared_feature_by_feature(tmp_path):
    labs = [
        laboratory(tmp_path / name, 0.2, are_counts=False, strategy="AMPLICON") for name in "ab"
    ]
    folder = compared(tmp_path, *labs)
    taken = pl.read_parquet(folder / "comparable_counts.parquet")
    rows = [
        taken.filter(library_id=name).sort("feature_id")["relative_abundance"].to_list()
        for name in ("a0", "a1")
    ]
    expected = [[0.8 * one for one in own] + [0.2] for own in SOILS[:2]]
    assert braycurtis(*rows) == pytest.approx(braycurtis(*expected))
    overlap = pl.read_csv(folder / "overlap.tsv", separator="\t")
    assert set(overlap["features"]) == {3}


def test_what_was_merged_by_a_wider_rank_is_compared_by_that(tmp_path, capsys):
    labs = [laboratory(tmp_path / name, 0.2, are_counts=True) for name in "ab"]
    merged, out = tmp_path / "m", tmp_path / "out"
    words = ["harmonise", *map(str, labs), "--level", "genus", "--out", str(merged)]
    assert main(words) == 0
    assert main(["laboratories", str(merged), "--out", str(out)]) == 0
    assert "numbers are shares of genera, made up to 1" in capsys.readouterr().out
    taken = pl.read_parquet(out / "WGS" / "comparable_counts.parquet")
    assert set(taken["feature_id"]) == {name.split()[0] for name in SPECIES}
    assert read_dataset(merged).table("features").height == 4
