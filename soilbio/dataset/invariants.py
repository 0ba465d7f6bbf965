"""What every write and every read checks; each breach is a problem with its table and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from soilbio.dataset.columns import check_extra_columns, column_of
from soilbio.dataset.tables import TABLES, Column, Table
from soilbio.errors import Problems

if TYPE_CHECKING:
    import polars as pl

POLARS_TYPES = {"string": "String", "integer": "Int64", "number": "Float64", "boolean": "Boolean"}
# Sums of relative abundances carry the rounding of the tool that printed them.
_ABUNDANCE_TOLERANCE = 1e-6
# Examples of a breach that are named; the rest is the same mistake again.
_SHOWN = 5
# These names become names of files.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_tables(
    tables: Mapping[str, pl.LazyFrame],
    agreements: Mapping[str, str],
    problems: Problems,
    *,
    extra_columns: Mapping[str, str] | None = None,
) -> None:
    """Note every invariant that the tables break.

    Parameters
    ----------
    tables : mapping of table name to LazyFrame
        All tables of a dataset, sorted by their keys as `write_tables` does. They are streamed:
        held in memory are the ids of features and libraries, O(n_features + n_libraries).
    agreements : mapping of agreement id@version to its text
        The agreements that the dataset carries.
    problems : Problems
        Collects what is found.
    extra_columns : mapping of column name to sharing class, optional
        The user's own columns of `samples`.

    """
    import polars as pl

    try:
        _check_all(tables, agreements, extra_columns or {}, problems)
    except pl.exceptions.ComputeError as error:
        # The file's head could be read, and something behind it cannot.
        problems.add(
            "table-unreadable",
            found=str(error).partition("\n")[0][:200],
            expected="whole Parquet files",
            fix="Get the dataset again from where it came",
        )


def _check_all(
    tables: Mapping[str, pl.LazyFrame],
    agreements: Mapping[str, str],
    extra: Mapping[str, str],
    problems: Problems,
) -> None:
    check_extra_columns(extra, problems)
    _check_agreement_names(agreements, problems)
    for name, table in TABLES.items():
        if name not in tables:
            problems.add(
                "table-missing",
                source=f"{problems.source}/{name}",
                expected=f"a table of which each row is {table.row}",
                fix="Write the dataset again with the version of soilbio that reads it",
            )
        elif _check_columns(table, tables[name], extra, problems):
            _check_values(table, tables[name], problems)
            _check_key(table, tables[name], problems)
            _check_agreements(table, tables[name], agreements, problems)
            if name == "assays":
                _check_assay_names(tables[name], problems)
    if not problems.errors:
        _check_references(tables, problems)
        _check_counts(tables["counts"], problems)


def _check_agreement_names(agreements: Mapping[str, str], problems: Problems) -> None:
    """Note agreements that cannot be a file, or whose name would lead out of the folder."""
    for name in sorted(agreements):
        parts = name.split("@")
        if len(parts) != 2 or not all(_ID.fullmatch(part) for part in parts):
            problems.add(
                "agreement-name",
                source=f"{problems.source}/agreements",
                found=name,
                expected="id@version of letters, digits, '.', '_' and '-'",
                fix="Correct the agreement's id or version",
            )


def _check_columns(
    table: Table, frame: pl.LazyFrame, extra: Mapping[str, str], problems: Problems
) -> bool:
    """Note missing, unknown and mistyped columns; tell whether the rest can be checked."""
    schema = {name: str(dtype) for name, dtype in frame.collect_schema().items()}
    before = len(problems.errors)
    place = f"{problems.source}/{table.name}"
    known = {name: column_of(table, name, extra) for name in schema}
    for column in table.columns:
        known.setdefault(column.name, column)
    for name, known_column in known.items():
        if known_column is None:
            problems.add(
                "column-unknown",
                source=place,
                column=name,
                expected="a column with a sharing class",
                fix="Leave it out, name it by its MIxS slot, or give it a class among own columns",
            )
        elif schema.get(name) != POLARS_TYPES[known_column.type]:
            problems.add(
                "column-type" if name in schema else "column-missing",
                source=place,
                column=name,
                found=schema.get(name),
                expected=f"a {known_column.type} column",
                fix="Write the dataset again; this table does not follow the schema",
            )
    return len(problems.errors) == before


def _check_values(table: Table, frame: pl.LazyFrame, problems: Problems) -> None:
    """Note values that are missing, below their minimum, no number or no word of the list."""
    import polars as pl

    rules = {
        (column, code): rule
        for column in table.columns
        for code, rule in _rules(column, pl.col(column.name)).items()
    }
    broken = frame.select(
        rule.sum().alias(f"{column.name} {code}") for (column, code), rule in rules.items()
    ).collect(engine="streaming")
    for column, code in rules:
        rows = broken[f"{column.name} {code}"][0]
        if rows:
            problems.add(
                code,
                source=f"{problems.source}/{table.name}",
                column=column.name,
                found=f"{rows} {'row' if rows == 1 else 'rows'}",
                expected=_expected(column, code),
                fix="Correct the column",
            )


def _rules(column: Column, value: pl.Expr) -> dict[str, pl.Expr]:
    """Give what is wrong in a column, by code, as expressions that are true for a wrong row."""
    import polars as pl

    rules = {}
    if column.is_required:
        is_empty = value == "" if column.type == "string" else pl.lit(value=False)
        rules["value-missing"] = value.is_null() | is_empty.fill_null(value=False)
    if column.type == "number":
        rules["value-infinite"] = ~value.is_finite().fill_null(value=True)
    # Counts have a check of their own.
    if column.minimum == 0:
        rules["value-negative"] = (value < 0).fill_null(value=False)
    if column.allowed:
        rules["value-not-listed"] = ~value.is_in(["", *column.allowed]).fill_null(value=True)
    return rules


def _expected(column: Column, code: str) -> str:
    return {
        "value-missing": "a value in every row",
        "value-infinite": "finite numbers",
        "value-negative": "0 or more",
        "value-not-listed": f"one of {', '.join(column.allowed)}",
    }[code]


def _check_key(table: Table, frame: pl.LazyFrame, problems: Problems) -> None:
    """Note rows whose key is not above that of the row before: repeated, or out of order."""
    import polars as pl

    is_above, is_same = pl.lit(value=False), pl.lit(value=True)
    for name in reversed(table.key):
        here, before = pl.col(name), pl.col(f"before {name}")
        above = (here > before).fill_null(before.is_null() & here.is_not_null())
        same = here.eq_missing(before)
        is_above, is_same = above | (same & is_above), same & is_same
    wrong = (
        frame.select(table.key)
        .with_row_index("row")
        .with_columns(pl.col(name).shift().alias(f"before {name}") for name in table.key)
        .filter((pl.col("row") > 0) & ~is_above)
        .with_columns(is_same.alias("is same"))
        .select("is same", *table.key)
        .head(_SHOWN)
        .collect(engine="streaming")
    )
    for row in wrong.iter_rows(named=True):
        problems.add(
            "key-duplicate" if row["is same"] else "rows-unsorted",
            source=f"{problems.source}/{table.name}",
            column=", ".join(table.key),
            found=" ".join(str(row[name]) for name in table.key),
            expected="each key once" if row["is same"] else "rows sorted by their key",
            fix="Remove the repeated row" if row["is same"] else "Write the dataset with soilbio",
        )


def _check_agreements(
    table: Table, frame: pl.LazyFrame, agreements: Mapping[str, str], problems: Problems
) -> None:
    name = "agreement_ids" if table.column("agreement_ids") else "agreement_id"
    values = frame.select(name).unique().collect(engine="streaming")[name].drop_nulls()
    named = {part for value in values.to_list() for part in value.split("|")}
    for agreement in sorted(named - {""} - set(agreements)):
        problems.add(
            "agreement-unknown",
            source=f"{problems.source}/{table.name}",
            column=name,
            found=agreement,
            expected="an agreement that the dataset carries, as id@version",
            fix="Add the agreement's text to the dataset, or name one that it holds",
        )


def _check_references(tables: Mapping[str, pl.LazyFrame], problems: Problems) -> None:
    """Note ids that name no row of the table they refer to; a subject is a sample or a library."""
    import polars as pl

    subjects = pl.concat(
        [tables["samples"].select("sample_id"), tables["libraries"].select(sample_id="library_id")]
    )
    wanted = [
        (name, column, tables[other].select(there), there, other)
        for name, table in TABLES.items()
        for column, other, there in table.references
    ]
    wanted.append(("measurements", "subject", subjects, "sample_id", "samples or libraries"))
    for name, column, others, there, other in wanted:
        missing = (
            tables[name]
            .select(column)
            .join(others, left_on=column, right_on=there, how="anti")
            .unique()
            .collect(engine="streaming")[column]
        )
        for value in missing.sort().head(_SHOWN).to_list():
            problems.add(
                "reference-unresolved",
                source=f"{problems.source}/{name}",
                column=column,
                found=str(value),
                expected=f"a {column} of the table {other}",
                fix=f"Add the row to {other}, or correct the name",
            )


def _check_assay_names(assays: pl.LazyFrame, problems: Problems) -> None:
    for assay in assays.select("assay_id").collect()["assay_id"].drop_nulls().to_list():
        if assay and not _ID.fullmatch(assay):
            problems.add(
                "assay-name",
                source=f"{problems.source}/assays",
                column="assay_id",
                found=assay,
                expected="letters, digits, '.', '_' and '-'",
                fix="Rename the assay; files are named by it",
            )


def _check_counts(counts: pl.LazyFrame, problems: Problems) -> None:
    import polars as pl

    count, abundance = pl.col("count"), pl.col("relative_abundance")
    wrong = counts.filter(
        (count.is_null() == abundance.is_null())
        | (count.fill_null(1) <= 0)
        | ~abundance.fill_null(1.0).is_between(0, 1 + _ABUNDANCE_TOLERANCE, closed="right")
    )
    for row in wrong.head(_SHOWN).collect(engine="streaming").iter_rows(named=True):
        problems.add(
            "count-invalid",
            source=f"{problems.source}/counts",
            column="count, relative_abundance",
            found=f"{row['count']}, {row['relative_abundance']}",
            expected="either a count above 0, or a relative abundance above 0 and at most 1",
            fix="Leave zeros out; give one of the two",
        )
    sums = counts.group_by("library_id").agg(abundance.sum())
    over = sums.filter(abundance > 1 + _ABUNDANCE_TOLERANCE).collect(engine="streaming")
    for library in over["library_id"].sort().to_list():
        problems.add(
            "abundance-sum",
            source=f"{problems.source}/counts",
            column="relative_abundance",
            found=library,
            expected="relative abundances of a library that sum to at most 1",
            fix="Divide by the library's total",
        )
