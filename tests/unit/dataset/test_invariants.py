from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from example_dataset import AGREEMENTS, CLOSED, EXTRA_COLUMNS, PUBLIC, V4, example_tables

from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_tables
from soilbio.errors import InputError

Tables = dict[str, pl.DataFrame]


def change(table: str, **columns: object) -> Callable[[Tables], Tables]:
    """Set columns of all rows of a table."""

    def changed(tables: Tables) -> Tables:
        new = tables[table].with_columns(
            value if isinstance(value, pl.Expr) else pl.lit(value).alias(name)
            for name, value in columns.items()
        )
        return {**tables, table: new}

    return changed


def first_row(column: str, value: object) -> pl.Expr:
    is_first = pl.int_range(pl.len()) == 0
    return pl.when(is_first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)


def repeat_row(table: str) -> Callable[[Tables], Tables]:
    return lambda tables: {**tables, table: pl.concat([tables[table], tables[table].head(1)])}


def rename_assay(name: str) -> Callable[[Tables], Tables]:
    def changed(tables: Tables) -> Tables:
        return {
            key: table.with_columns(pl.col("assay_id").replace(V4, name))
            if "assay_id" in table.columns
            else table
            for key, table in tables.items()
        }

    return changed


def without_row(table: str, column: str, value: str) -> Callable[[Tables], Tables]:
    return lambda tables: {**tables, table: tables[table].filter(pl.col(column) != value)}


def shares(*values: float) -> Callable[[Tables], Tables]:
    """Give the library L1, which has three counts, relative abundances instead."""

    def changed(tables: Tables) -> Tables:
        counts = tables["counts"].filter(pl.col("library_id") == "L1")
        counts = counts.with_columns(
            pl.lit(None, dtype=pl.Int64).alias("count"),
            pl.Series("relative_abundance", values),
        )
        return {**tables, "counts": counts}

    return changed


CASES = [
    ("as it is", lambda tables: tables, set()),
    ("no rows at all", lambda tables: {k: t.clear() for k, t in tables.items()}, set()),
    ("shares that sum to one", shares(0.5, 0.25, 0.25), set()),
    ("shares above one", shares(0.5, 0.5, 0.25), {"abundance-sum"}),
    ("a share above one", shares(1.5, 0.1, 0.1), {"count-invalid", "abundance-sum"}),
    ("a share of zero", shares(0.0, 0.1, 0.1), {"count-invalid"}),
    ("count and share", change("counts", relative_abundance=0.01), {"count-invalid"}),
    (
        "neither count nor share",
        change("counts", count=pl.lit(None, dtype=pl.Int64).alias("count")),
        {"count-invalid"},
    ),
    ("count of zero", change("counts", count=first_row("count", 0)), {"count-invalid"}),
    ("negative count", change("counts", count=first_row("count", -1)), {"count-invalid"}),
    ("a sample twice", repeat_row("samples"), {"key-duplicate"}),
    ("a count twice", repeat_row("counts"), {"key-duplicate"}),
    ("a measurement twice, its depth empty", repeat_row("measurements"), {"key-duplicate"}),
    ("a library without sample", without_row("samples", "sample_id", "mock"), None),
    ("a library without assay", without_row("assays", "assay_id", V4), None),
    ("a count without library", without_row("libraries", "library_id", "L1"), None),
    (
        "a count without feature",
        lambda tables: {**tables, "features": tables["features"].head(3)},
        None,
    ),
    ("a measurement of nothing", change("measurements", x=first_row("subject", "soil 9")), None),
    ("no id", change("samples", x=first_row("sample_id", "")), {"value-missing"}),
    ("no agreement", change("counts", agreement_id=""), {"value-missing"}),
    ("an absent agreement", change("counts", agreement_id="x@1"), {"agreement-unknown"}),
    (
        "one of several absent",
        change("features", agreement_ids=f"{PUBLIC}|x@1"),
        {"agreement-unknown"},
    ),
    ("unknown kind of control", change("libraries", control_type="blnk"), {"value-not-listed"}),
    ("unknown status", change("libraries", status="done"), {"value-not-listed"}),
    ("negative reads", change("libraries", reads_raw=-1), {"value-negative"}),
    ("no number", change("features", confidence=float("nan")), {"value-infinite"}),
    ("infinite", change("measurements", value=float("inf")), {"value-infinite"}),
    ("a column without class", change("samples", secret="x"), {"column-unknown"}),
    ("a slot in another table", change("libraries", ph="7"), {"column-unknown"}),
    ("text for a number", change("libraries", reads_raw="many"), {"column-type"}),
    ("an assay that leaves the folder", rename_assay("../x"), {"assay-name"}),
    ("a table too many", lambda t: {**t, "taxa": t["samples"]}, {"table-unknown"}),
    (
        "a table too few",
        lambda t: {k: v for k, v in t.items() if k != "assays"},
        {"table-missing"},
    ),
]


@pytest.mark.parametrize(
    ("change", "codes"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_each_breach_of_an_invariant_is_named_and_nothing_is_written(change, codes, tmp_path):
    codes = {"reference-unresolved"} if codes is None else codes
    target = tmp_path / "dataset"
    if not codes:
        write_tables(change(example_tables()), AGREEMENTS, target, extra_columns=EXTRA_COLUMNS)
        read_dataset(target)
        return
    with pytest.raises(InputError) as caught:
        write_tables(change(example_tables()), AGREEMENTS, target, extra_columns=EXTRA_COLUMNS)
    assert {problem.code for problem in caught.value.problems} == codes
    assert all(problem.source.startswith(str(target)) for problem in caught.value.problems)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"other": "secret"}, "sharing-class-unknown"),
        ({"lat_lon": "environment"}, "sharing-class-fixed"),
        ({"sample_id": "environment"}, "sharing-class-fixed"),
        ({"a\nb": "environment"}, "column-name"),
        ({}, "column-unknown"),
    ],
)
def test_own_columns_need_a_class_and_cannot_reclassify_known_ones(extra, code, tmp_path):
    extra = {"plot name": "location", **extra} if extra else {}
    if code != "column-unknown":
        extra.setdefault("genotype", "environment")
    with pytest.raises(InputError) as caught:
        write_tables(example_tables(), AGREEMENTS, tmp_path / "d", extra_columns=extra)
    assert {problem.code for problem in caught.value.problems} == {code}


def test_an_own_column_may_repeat_the_class_of_a_slot(tmp_path):
    extra = {**EXTRA_COLUMNS, "ph": "environment", "not there": "time"}
    write_tables(example_tables(), AGREEMENTS, tmp_path / "d", extra_columns=extra)
    assert read_dataset(tmp_path / "d").extra_columns == {**EXTRA_COLUMNS, "ph": "environment"}


@pytest.mark.parametrize("name", ["../x@1", "x", "x@1@2", "x@", "@1", "a b@1"])
def test_agreements_that_are_no_file_name_are_refused(name, tmp_path):
    with pytest.raises(InputError) as caught:
        write_tables(
            example_tables(),
            {**AGREEMENTS, name: "id: x"},
            tmp_path / "d",
            extra_columns=EXTRA_COLUMNS,
        )
    assert {problem.code for problem in caught.value.problems} == {"agreement-name"}


def test_all_problems_of_all_tables_are_told_at_once(tmp_path):
    tables = repeat_row("samples")(example_tables())
    tables = change("counts", agreement_id="x@1")(tables)
    tables = change("libraries", status="done", control_type="blnk")(tables)
    with pytest.raises(InputError) as caught:
        write_tables(tables, AGREEMENTS, tmp_path / "d", extra_columns=EXTRA_COLUMNS)
    found = [(problem.code, problem.source.rpartition("/")[2]) for problem in caught.value.problems]
    assert found == [
        ("key-duplicate", "samples"),
        ("value-not-listed", "libraries"),
        ("value-not-listed", "libraries"),
        ("agreement-unknown", "counts"),
    ]


def test_rows_out_of_order_are_found_on_reading(tmp_path: Path):
    target = tmp_path / "dataset"
    write_tables(example_tables(), AGREEMENTS, target, extra_columns=EXTRA_COLUMNS)
    path = target / "counts.parquet"
    pl.read_parquet(path).reverse().write_parquet(path)
    with pytest.raises(InputError) as caught:
        read_dataset(target)
    assert {problem.code for problem in caught.value.problems} == {"rows-unsorted"}


def test_closed_and_public_rows_name_their_own_agreement(written):
    counts = read_dataset(written).table("counts")
    of_l3 = counts.filter(pl.col("library_id") == "L3")["agreement_id"].unique().to_list()
    assert of_l3 == [CLOSED]
