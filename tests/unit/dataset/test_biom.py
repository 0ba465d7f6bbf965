from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import polars as pl
import pytest
import skbio
from example_dataset import EXTRA_COLUMNS, V4

from soilbio.dataset import biom
from soilbio.dataset.biom import values_of, write_biom
from soilbio.dataset.read import read_dataset

CREATED = "2024-06-01T00:00:00"


def frames(
    features: int, libraries: int, values: dict[tuple[int, int], float]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.LazyFrame]:
    """Make the three tables; `values` by place of feature and of library."""
    rows = sorted((f"L{place[1]:02}", f"f{place[0]:02}", value) for place, value in values.items())
    schema = {"library_id": pl.String, "feature_id": pl.String, "relative_abundance": pl.Float64}
    counts = pl.DataFrame(rows, schema=schema, orient="row")
    return (
        pl.DataFrame({"feature_id": [f"f{place:02}" for place in range(features)]}).cast(pl.String),
        pl.DataFrame({"library_id": [f"L{place:02}" for place in range(libraries)]}).cast(
            pl.String
        ),
        counts.with_columns(pl.lit(None, dtype=pl.Int64).alias("count")).lazy(),
    )


def validate(path: Path) -> str:
    command = [str(Path(sys.executable).with_name("biom")), "validate-table", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_biom_format_and_scikit_bio_read_the_views(written):
    dataset = read_dataset(written)
    for view in sorted((written / "views").glob("*.biom")):
        assert "is a valid BIOM-formatted file" in validate(view)
        table = skbio.Table.read(str(view))
        expected = dataset.table("counts").join(
            dataset.table("libraries").filter(pl.col("assay_id") == view.stem),
            on="library_id",
            how="semi",
        )
        found = {
            (library, feature, value)
            for library in table.ids()
            for feature, value in zip(table.ids("observation"), table.data(library), strict=True)
            if value
        }
        assert found == set(expected.select("library_id", "feature_id", "count").iter_rows())


def test_metadata_of_samples_and_features_come_along(written):
    table = skbio.Table.read(str(written / "views" / f"{V4}.biom"))
    assert "L-blank" in table.ids()
    soil = table.metadata("L3")
    assert (soil["lat_lon"], soil["agreement_id"]) == ("-1.2921 36.8219", "farm-network@2.1.0")
    assert soil["plot name"] == "=Größe/1"
    assert set(EXTRA_COLUMNS) <= set(soil)
    assert soil["reads_raw"] == 54
    lineages = [row["taxonomy"] for row in table.metadata(axis="observation")]
    assert {len(lineage) for lineage in lineages} == {8}
    assert ["d__Archaea", "k__", "p__Thermoproteota", "c__", "o__", "f__", "g__", "s__"] in lineages


@pytest.mark.parametrize(
    ("features", "libraries", "values"),
    [
        (1, 1, {(0, 0): 0.5}),
        (2, 3, {}),
        (0, 0, {}),
        (0, 2, {}),
        (3, 4, {(2, 1): 0.25, (0, 1): 0.5, (2, 3): 1.0}),
    ],
)
def test_any_shape_is_a_valid_file_that_reads_back(features, libraries, values, tmp_path):
    path = tmp_path / "x.biom"
    tables = frames(features, libraries, values)
    write_biom(path, *tables, created=CREATED)
    if features and libraries:  # biom-format itself takes no empty axis
        assert "is a valid BIOM-formatted file" in validate(path)
        dense = skbio.Table.read(str(path)).matrix_data.toarray()
        assert {place: dense[place] for place in zip(*np.nonzero(dense), strict=True)} == values
    found = pl.concat(
        [pl.DataFrame(schema={"value": pl.Float64}), *values_of(path)], how="diagonal"
    )
    assert found["value"].to_list() == tables[2].collect()["relative_abundance"].to_list()


def test_both_matrices_hold_the_same_values_however_small_the_blocks(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    values = {
        (int(f), int(s)): 0.5 for f, s in zip(*np.nonzero(rng.random((40, 30)) > 0.7), strict=True)
    }
    tables = frames(40, 30, values)
    write_biom(tmp_path / "whole.biom", *tables, created=CREATED)
    monkeypatch.setattr(biom, "_BLOCK", 30)
    monkeypatch.setattr(biom, "_ROWS", 7)
    write_biom(tmp_path / "parts.biom", *tables, created=CREATED)
    assert (tmp_path / "whole.biom").read_bytes() == (tmp_path / "parts.biom").read_bytes()
    with h5py.File(tmp_path / "parts.biom") as file:
        for axis, length in (("observation", 40), ("sample", 30)):
            assert len(file[f"{axis}/matrix/indptr"]) == length + 1
            assert file.attrs["nnz"] == file[f"{axis}/matrix/indptr"][-1] == len(values)
    dense = skbio.Table.read(str(tmp_path / "parts.biom")).matrix_data.toarray()
    assert set(zip(*np.nonzero(dense), strict=True)) == set(values)
    by_feature = [
        set(part) for part in skbio.Table.read(str(tmp_path / "parts.biom")).ids("observation")
    ]
    assert len(by_feature) == 40


def test_the_observation_matrix_is_the_sample_matrix_turned(written):
    with h5py.File(written / "views" / f"{V4}.biom") as file:
        found = {}
        for axis in ("observation", "sample"):
            matrix = file[f"{axis}/matrix"]
            pointers = matrix["indptr"][...]
            found[axis] = {
                (row, int(matrix["indices"][place])): float(matrix["data"][place])
                for row in range(len(pointers) - 1)
                for place in range(pointers[row], pointers[row + 1])
            }
    assert found["observation"] == {(f, s): value for (s, f), value in found["sample"].items()}
