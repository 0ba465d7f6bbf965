"""What every write and every read checks; each breach is a problem with its table and column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from soilbio.dataset.tables import TABLES, Table
from soilbio.errors import Problems

if TYPE_CHECKING:
    import polars as pl

_POLARS_TYPES = {"string": "String", "integer": "Int64", "number": "Float64", "boolean": "Boolean"}
# Sums of relative abundances carry the rounding of the tool that printed them.
_ABUNDANCE_TOLERANCE = 1e-6


def check_tables(
    tables: Mapping[str, pl.LazyFrame], agreements: Mapping[str, str], problems: Problems
) -> None:
    """Note every invariant that the tables break.

    Parameters
    ----------
    tables : mapping of table name to LazyFrame
        All tables of a dataset; nothing dense is made. Held in memory: O(rows) keys of one table.
    agreements : mapping of agreement id@version to its text
        The agreements that the dataset carries.
    problems : Problems
        Collects what is found.

    """
    for name, table in TABLES.items():
        if name not in tables:
            problems.add(
                "table-missing",
                source=f"{problems.source}/{name}",
                expected=f"a table of {table.row} rows",
                fix="Write the dataset again with the version of soilbio that reads it.",
            )
            continue
        if _check_columns(table, tables[name], problems):
            _check_key(table, tables[name], problems)
            _check_required(table, tables[name], problems)
            _check_agreements(table, tables[name], agreements, problems)
    if not problems.errors:
        _check_references(tables, problems)
        _check_counts(tables["counts"], problems)


def _check_columns(table: Table, frame: pl.LazyFrame, problems: Problems) -> bool:
    """Note missing, unknown and mistyped columns; tell whether the rest can be checked."""
    from soilbio.standards.mixs import SLOTS

    schema = {name: str(dtype) for name, dtype in frame.collect_schema().items()}
    before = len(problems.errors)
    place = f"{problems.source}/{table.name}"
    for column in table.columns:
        wanted = _POLARS_TYPES[column.type]
        found = schema.get(column.name)
        if found != wanted:
            problems.add(
                "column-type" if found else "column-missing",
                source=place,
                column=column.name,
                found=found,
                expected=f"a {column.type} column",
                fix="Write the dataset again; this table does not follow the schema.",
            )
    declared = {column.name for column in table.columns}
    for name, dtype in schema.items():
        if name in declared or (table.has_slots and name in SLOTS and dtype == "String"):
            continue
        problems.add(
            "column-unknown",
            source=place,
            column=name,
            expected="a column with a sharing class",
            fix="Leave the column out, or name it by its MIxS slot.",
        )
    return len(problems.errors) == before


def _check_key(table: Table, frame: pl.LazyFrame, problems: Problems) -> None:
    import polars as pl

    twice = (
        frame.group_by(table.key).len().filter(pl.col("len") > 1).sort(table.key).head(5).collect()
    )
    for row in twice.iter_rows(named=True):
        problems.add(
            "key-duplicate",
            source=f"{problems.source}/{table.name}",
            column=", ".join(table.key),
            found=" ".join(str(row[name]) for name in table.key),
            expected="each key once",
            fix="Remove the repeated row.",
        )


def _check_required(table: Table, frame: pl.LazyFrame, problems: Problems) -> None:
    import polars as pl

    required = [column.name for column in table.columns if column.is_required]
    empty = frame.select(
        (pl.col(name).is_null() | (pl.col(name) == "")).sum().alias(name) for name in required
    ).collect()
    for name in required:
        if empty[name][0]:
            problems.add(
                "value-missing",
                source=f"{problems.source}/{table.name}",
                column=name,
                found=f"{empty[name][0]} empty",
                expected="a value in every row",
                fix="Fill the column.",
            )


def _check_agreements(
    table: Table, frame: pl.LazyFrame, agreements: Mapping[str, str], problems: Problems
) -> None:
    import polars as pl

    name = "agreement_ids" if table.column("agreement_ids") else "agreement_id"
    named = frame.select(pl.col(name).unique()).collect()[name].drop_nulls().to_list()
    for agreement in sorted({part for value in named for part in value.split("|")}):
        if agreement and agreement not in agreements:
            problems.add(
                "agreement-unknown",
                source=f"{problems.source}/{table.name}",
                column=name,
                found=agreement,
                expected="an agreement that the dataset carries, as id@version",
                fix="Add the agreement's text to the dataset, or name one that it holds.",
            )


def _check_references(tables: Mapping[str, pl.LazyFrame], problems: Problems) -> None:
    for name, table in TABLES.items():
        for column, other, there in table.references:
            missing = (
                tables[name]
                .select(column)
                .unique()
                .join(tables[other].select(there), left_on=column, right_on=there, how="anti")
                .sort(column)
                .head(5)
                .collect()
            )
            for value in missing[column].to_list():
                problems.add(
                    "reference-unresolved",
                    source=f"{problems.source}/{name}",
                    column=column,
                    found=str(value),
                    expected=f"a {there} of the table {other}",
                    fix=f"Add the row to {other}, or correct the name.",
                )


def _check_counts(counts: pl.LazyFrame, problems: Problems) -> None:
    import polars as pl

    count, abundance = pl.col("count"), pl.col("relative_abundance")
    wrong = counts.filter(
        (count.is_null() == abundance.is_null())
        | (count.fill_null(1) <= 0)
        | ~abundance.fill_null(1.0).is_between(0, 1 + _ABUNDANCE_TOLERANCE)
        | (abundance.fill_null(1.0) == 0)
    )
    sums = counts.group_by("library_id").agg(abundance.sum()).filter(abundance > 1.0 + 1e-6)
    for row in wrong.head(5).collect().iter_rows(named=True):
        problems.add(
            "count-invalid",
            source=f"{problems.source}/counts",
            column="count, relative_abundance",
            found=f"{row['count']}, {row['relative_abundance']}",
            expected="either a count above 0, or a relative abundance above 0 and at most 1",
            fix="Leave zeros out; give one of the two.",
        )
    for library in sums.sort("library_id").collect()["library_id"].to_list():
        problems.add(
            "abundance-sum",
            source=f"{problems.source}/counts",
            column="relative_abundance",
            found=library,
            expected="relative abundances of a library that sum to at most 1",
            fix="Divide by the library's total.",
        )
