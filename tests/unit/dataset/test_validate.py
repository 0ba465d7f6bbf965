from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import polars as pl
import pytest
from example_dataset import PROVENANCE, V4

from soilbio.dataset.package import write_package
from soilbio.dataset.validate import check_dataset
from soilbio.dataset.views import write_views
from soilbio.errors import Problems


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "dataset"))


def codes(folder: Path) -> set[str]:
    problems = Problems(str(folder))
    check_dataset(folder, problems)
    return {problem.code for problem in problems.found}


def renewed(spoil: Callable[[Path], None]) -> Callable[[Path], None]:
    """Spoil a file, and describe it as if it had always been so."""

    def spoiled(folder: Path) -> None:
        spoil(folder)
        write_package(folder, PROVENANCE)

    return spoiled


def replace(name: str, before: bytes, after: bytes) -> Callable[[Path], None]:
    def spoiled(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert before in content
        (folder / name).write_bytes(content.replace(before, after, 1))

    return spoiled


def append(name: str, text: str) -> Callable[[Path], None]:
    def spoiled(folder: Path) -> None:
        path = folder / name
        path.write_bytes((path.read_bytes() if path.exists() else b"") + text.encode())

    return spoiled


def change_biom(folder: Path) -> None:
    with h5py.File(folder / "views" / f"{V4}.biom", "r+") as file:
        file["sample/matrix/data"][0] = 7


def change_table(folder: Path) -> None:
    """Change a value that no invariant forbids, in the table only."""
    path = folder / "samples.parquet"
    frame = pl.read_parquet(path).with_columns(pl.col("ph").str.replace("5", "6"))
    frame.write_parquet(path)


def break_table(folder: Path) -> None:
    path = folder / "counts.parquet"
    pl.read_parquet(path).with_columns(pl.lit(0, dtype=pl.Int64).alias("count")).write_parquet(path)
    write_views(folder)


CASES = {
    "as it is": (lambda _: None, set()),
    "described again": (renewed(lambda _: None), set()),
    "a changed file": (append("agreements/demo@1.0.0.yaml", "#"), {"file-changed"}),
    "a lost tree": (lambda f: (f / "trees" / f"{V4}.nwk").unlink(), {"file-missing"}),
    "a lost view": (
        lambda f: (f / "views" / "counts.tsv").unlink(),
        {"file-missing", "view-missing"},
    ),
    "a file too many": (append("notes.txt", "x"), {"file-unlisted"}),
    "no package": (
        lambda f: (f / "datapackage.json").unlink(),
        {"package-missing", "file-missing"},
    ),
    "no crate": (lambda f: (f / "ro-crate-metadata.json").unlink(), {"package-missing"}),
    "a package that is no JSON": (
        append("datapackage.json", "}"),
        {"package-unreadable", "file-changed"},
    ),
    "a changed table": (change_table, {"file-changed", "view-differs"}),
    "a broken table": (renewed(break_table), {"count-invalid"}),
    "a cut table": (
        lambda f: (f / "counts.parquet").write_bytes(b"PAR1"),
        {"file-changed", "table-unreadable"},
    ),
    "a view of other values": (
        renewed(replace("views/counts.tsv", b"\t120\t", b"\t121\t")),
        {"view-differs"},
    ),
    "a view with a row less": (
        renewed(lambda f: _cut_last_line(f / "views" / "counts.tsv")),
        {"view-differs"},
    ),
    "a view with text for numbers": (
        renewed(replace("views/counts.tsv", b"\t120\t", b"\tmany\t")),
        {"view-differs"},
    ),
    "a BIOM of other values": (renewed(change_biom), {"view-differs"}),
    "a BIOM that is none": (
        renewed(lambda f: (f / "views" / f"{V4}.biom").write_bytes(b"x")),
        {"view-differs"},
    ),
    "two checksums of a file": (
        replace("datapackage.json", b"sha256:", b"sha256:0"),
        {"checksum-contradiction", "file-changed"},
    ),
    "columns.json that is no map": (
        lambda f: (f / "columns.json").write_bytes(b"[]"),
        {"file-changed", "columns-unreadable"},
    ),
    "own columns without class": (
        lambda f: (f / "columns.json").unlink(),
        {"file-missing", "column-unknown"},
    ),
}


def _cut_last_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(("spoil", "expected"), CASES.values(), ids=CASES.keys())
def test_each_fault_of_a_folder_is_found(spoil, expected, copy):
    spoil(copy)
    assert codes(copy) == expected


def test_a_package_of_a_stranger_cannot_make_us_look_outside(copy):
    secret = copy.parent / "secret"
    secret.write_text("x")
    replace("datapackage.json", b'"samples.parquet"', b'"../secret"')(copy)
    assert codes(copy) == {"file-changed"}


def test_a_folder_that_is_no_dataset_is_said_to_be_none(tmp_path):
    assert codes(tmp_path) == {"dataset-missing", "package-missing"}
