"""Controls are told with what is in them, whether that is reads or shares."""

from __future__ import annotations

import polars as pl
import pytest
from example_dataset import AGREEMENTS, EXTRA_COLUMNS, PROVENANCE, example_tables

from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.diversity.presence import _meant, controls_of


def controls(folder, tables) -> list[dict]:
    write_dataset(tables, AGREEMENTS, folder, extra_columns=EXTRA_COLUMNS, provenance=PROVENANCE)
    dataset = read_dataset(folder)
    libraries = dataset.table("libraries")["library_id"]
    return controls_of(dataset, dict.fromkeys(libraries, "we"))


def test_a_control_of_shares_holds_features_and_no_reads(tmp_path):
    tables = example_tables()
    counted = controls(tmp_path / "counts", tables)
    of_library = pl.col("count") / pl.col("count").sum().over("library_id")
    tables["counts"] = tables["counts"].with_columns(
        pl.lit(None, pl.Int64).alias("count"), of_library.alias("relative_abundance")
    )
    shares = controls(tmp_path / "shares", tables)
    assert max(row["features"] for row in counted) > 0
    for name in ("features", "most_abundant"):
        assert [row[name] for row in shares] == [row[name] for row in counted]
    assert [row["reads"] for row in shares if row["features"]] == [
        None for row in counted if row["features"]
    ]
    assert all(row["reads"] == pytest.approx(0) for row in counted if not row["features"])


def test_unclassified_reads_are_no_feature_of_a_control(tmp_path):
    tables = example_tables()
    before = controls(tmp_path / "before", tables)
    most = tables["counts"].join(
        tables["libraries"].filter(pl.col("control_type").fill_null("") != ""), on="library_id"
    )
    most = most.sort("count", "feature_id", descending=True).row(0, named=True)
    unclassified = pl.when(pl.col("feature_id") == most["feature_id"]).then(pl.lit("unclassified"))
    for name in ("counts", "features"):
        tables[name] = tables[name].with_columns(
            unclassified.otherwise(pl.col("feature_id")).alias("feature_id")
        )
    after = {row["library_id"]: row for row in controls(tmp_path / "after", tables)}
    own = after[most["library_id"]]
    (was,) = [row for row in before if row["library_id"] == most["library_id"]]
    assert (was["reads_unclassified"], own["reads_unclassified"]) == (0, most["count"])
    assert (own["reads"], own["features"]) == (was["reads"], was["features"] - 1)
    assert own["most_abundant"] != was["most_abundant"]


@pytest.mark.parametrize(
    ("gene", "others", "expected"),
    [
        ("WGS", [("16S rRNA", "ICNP: Bacillus")], "ICNP: Bacillus"),
        ("16S rRNA", [], "ICNP: Bacillus"),
        ("ITS", [("16S rRNA", "ICNP: Bacillus")], None),
        ("ITS", [("18S rRNA", "ICN: Bacillus")], "ICN: Bacillus"),
        ("WGS", [("COI", "ICZN: Bacillus")], None),
        ("WGS", [("WGS", "ICZN: Bacillus")], "ICZN: Bacillus"),
        ("WGS", [("COI", "ICZN: Bacillus"), ("16S rRNA", "ICNP: Bacillus")], None),
        ("WGS", [("16S rRNA", ": Bacillus")], "ICNP: Bacillus"),
        ("WGS", [], None),
    ],
)
def test_a_genus_of_no_code_is_what_others_mean_who_might_have_found_it(gene, others, expected):
    assert _meant([(gene, ": Bacillus"), *others]).get((gene, ": Bacillus")) == expected
