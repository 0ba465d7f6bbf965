from __future__ import annotations

import errno
import random
import string
from pathlib import Path

import polars as pl
import pytest
from example_dataset import (
    AGREEMENTS,
    EXTRA_COLUMNS,
    PROVENANCE,
    PUBLIC,
    V4,
    example_dataset,
    example_tables,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from soilbio.dataset import parquet, write
from soilbio.dataset.package import checksums
from soilbio.dataset.read import read_dataset
from soilbio.dataset.tables import RANKS, TABLES
from soilbio.dataset.write import write_dataset, write_tables
from soilbio.errors import InputError

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8
)
IDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
CELLS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def tables_of_any_content(draw):
    """Datasets that keep the invariants, with whatever text and numbers fit in."""
    samples = draw(st.lists(NAMES, unique=True, max_size=4))
    assays = draw(st.lists(IDS, unique=True, min_size=1, max_size=2))
    names = draw(st.lists(NAMES, unique=True, max_size=5)) if samples else []
    features = draw(st.lists(NAMES, unique=True, max_size=5))
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(names), st.sampled_from(features)), unique=True)
        if names and features
        else st.just([])
    )
    rows = {
        "samples": [
            {"sample_id": name, "agreement_id": PUBLIC, "ph": draw(CELLS), "own": draw(CELLS)}
            for name in samples
        ],
        "assays": [
            {
                "assay_id": name,
                "library_strategy": "WGS",
                "engine": "e",
                "confidence_cutoff": draw(NUMBERS),
                "agreement_ids": PUBLIC,
            }
            for name in assays
        ],
        "libraries": [
            {
                "library_id": name,
                "sample_id": draw(st.sampled_from(samples)),
                "assay_id": draw(st.sampled_from(assays)),
                "run_id": "r",
                "control_type": draw(st.sampled_from(["", "mock", None])),
                "status": "ok",
                "reads_raw": draw(st.none() | st.integers(0, 2**62)),
                "agreement_id": PUBLIC,
            }
            for name in names
        ],
        "features": [
            {
                "feature_id": name,
                "genus": draw(CELLS),
                "confidence": draw(NUMBERS),
                "agreement_ids": PUBLIC,
            }
            for name in features
        ],
        "counts": [
            {
                "library_id": library,
                "feature_id": feature,
                "count": draw(st.integers(1, 2**52)),
                "agreement_id": PUBLIC,
            }
            for library, feature in pairs
        ],
        "measurements": [
            {
                "subject": name,
                "property": draw(NAMES),
                "value": draw(NUMBERS),
                "upper_depth_m": draw(NUMBERS),
                "agreement_id": PUBLIC,
            }
            for name in samples
        ],
    }
    return {name: frame_of(name, content) for name, content in rows.items()}


def frame_of(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64}
    schema = {column.name: types[column.type] for column in TABLES[name].columns}
    if name == "samples":
        schema |= {"own": pl.String, "ph": pl.String}
    return pl.DataFrame(rows, schema=schema)


@settings(max_examples=40, deadline=None)
@given(tables=tables_of_any_content())
def test_what_is_read_is_what_was_written(tables, tmp_path_factory):
    target = tmp_path_factory.mktemp("any") / "dataset"
    write_dataset(tables, AGREEMENTS, target, extra_columns={"own": "time"}, provenance={})
    dataset = read_dataset(target)
    for name, table in TABLES.items():
        assert_frame_equal(dataset.table(name), tables[name].sort(table.key), check_exact=True)
    assert dataset.agreements == AGREEMENTS
    assert dataset.extra_columns == {"own": "time"}


@pytest.mark.parametrize("seed", range(3))
def test_rows_and_columns_in_any_order_give_the_same_bytes(seed, written, tmp_path):
    rng = random.Random(seed)
    shuffled = {}
    for name, frame in rng.sample(list(example_tables().items()), 6):
        columns = rng.sample(frame.columns, frame.width)
        shuffled[name] = frame.sample(fraction=1, shuffle=True, seed=seed).select(columns).lazy()
    write_dataset(
        shuffled,
        dict(reversed(AGREEMENTS.items())),
        tmp_path / "other",
        extra_columns=dict(reversed(EXTRA_COLUMNS.items())),
        provenance=PROVENANCE,
        files={f"trees/{V4}.nwk": written / "trees" / f"{V4}.nwk"},
    )
    assert checksums(tmp_path / "other") == checksums(written)


@pytest.mark.parametrize("chunk_rows", [1, 3, 7, 10_000])
def test_a_table_that_is_sorted_in_parts_is_the_same_as_one_sorted_whole(chunk_rows, tmp_path):
    rng = random.Random(1)
    rows = sorted({(rng.randint(0, 9), rng.randint(0, 30)) for _ in range(200)})
    frame = pl.DataFrame(rows, schema=["library_id", "feature_id"], orient="row")
    frame = frame.with_columns(pl.all().cast(pl.String)).vstack(
        pl.DataFrame({"library_id": [None], "feature_id": ["0"]})
    )
    shuffled = frame.sample(fraction=1, shuffle=True, seed=1).lazy()
    target = tmp_path / "sorted.parquet"
    parquet.write_sorted(
        shuffled, ("library_id", "feature_id"), target, metadata={}, chunk_rows=chunk_rows
    )
    assert_frame_equal(pl.read_parquet(target), frame.sort("library_id", "feature_id"))
    assert [path.name for path in tmp_path.iterdir()] == ["sorted.parquet"]


def test_tables_say_which_schema_they_follow_and_how_they_are_sorted(written):
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(written / "counts.parquet")
    assert metadata.metadata == {b"soilbio:table": b"counts", b"soilbio:schema_version": b"1.1.0"}
    assert [one.column_index for one in metadata.row_group(0).sorting_columns] == [0, 1]
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_absent_columns_become_empty_ones_of_their_type(written):
    features = read_dataset(written).table("features")
    assert features.schema["species"] == pl.String
    assert features["species"].null_count() == features.height
    assert set(RANKS) < set(features.columns)


def test_tables_without_rows_or_columns_are_empty_tables(tmp_path):
    write_tables({name: pl.DataFrame() for name in TABLES}, {}, tmp_path / "d")
    assert [read_dataset(tmp_path / "d").table(name).height for name in TABLES] == [0] * 6


def test_an_agreement_keeps_its_very_bytes(tmp_path):
    text = "id: demo\r\nversion: 1.0.0\ntitle: Böden\r"
    tables = {
        name: frame.clear() if frame.width else frame for name, frame in example_tables().items()
    }
    write_tables(tables, {PUBLIC: text}, tmp_path / "d", extra_columns=EXTRA_COLUMNS)
    assert read_dataset(tmp_path / "d").agreements == {PUBLIC: text}


def test_a_refused_dataset_leaves_the_old_one_as_it_was(tmp_path):
    target = example_dataset(tmp_path)
    before = checksums(target)
    tables = example_tables()
    tables["counts"] = pl.concat([tables["counts"], tables["counts"]])
    with pytest.raises(InputError):
        write_tables(tables, AGREEMENTS, target, extra_columns=EXTRA_COLUMNS)
    assert checksums(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        pl.exceptions.ComputeError("No space left on device (os error 28)"),
        OSError("Can't write data (file write failed: errno = 28, error message = 'No space')"),
    ],
)
def test_a_full_disk_is_named_and_its_room_given_back(error, tmp_path, monkeypatch):
    target = example_dataset(tmp_path)
    before = checksums(target)

    def fail(folder: Path) -> None:
        raise error

    monkeypatch.setattr(write, "write_views", fail)
    with pytest.raises(InputError) as caught:
        example_dataset(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["disk-full"]
    assert checksums(target) == before
    assert not list(tmp_path.glob(".*"))


def test_a_dataset_of_before_a_column_came_has_it_empty(written):
    for name, later in (("features", ["ncbi_taxid", "gtdb_species"]), ("assays", ["abundance"])):
        path = written / f"{name}.parquet"
        pl.read_parquet(path).drop(later).write_parquet(path)
        table = read_dataset(written).table(name)
        assert all(table[one].null_count() == table.height for one in later)
