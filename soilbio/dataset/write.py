"""Write a dataset: sorted, typed Parquet tables, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset import columns
from soilbio.dataset.folder import new_folder, replace_folder
from soilbio.dataset.invariants import POLARS_TYPES, check_tables
from soilbio.dataset.owned import beside_dataset
from soilbio.dataset.package import write_package
from soilbio.dataset.parquet import write_sorted
from soilbio.dataset.read import scan_tables
from soilbio.dataset.tables import SCHEMA_VERSION, TABLES, Table
from soilbio.dataset.views import write_views
from soilbio.errors import InputError, Problems

if TYPE_CHECKING:
    import polars as pl

__all__ = ["replace_folder", "write_dataset", "write_tables"]


def write_tables(
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame],
    agreements: Mapping[str, str],
    target: Path,
    *,
    extra_columns: Mapping[str, str] | None = None,
) -> None:
    """Write the tables and agreements of a dataset into a new folder, replacing an old one.

    Rows may come in any order and declared columns may be absent (they become empty); what is
    written is the same to the byte. Parquet is written with zstd, sorted on the table's key.

    Parameters
    ----------
    tables : mapping of table name to DataFrame or LazyFrame
        All tables of a dataset; large ones are streamed.
    agreements : mapping of agreement id@version to its text
        The agreements that the rows name.
    target : Path
        The dataset's folder.
    extra_columns : mapping of column name to sharing class, optional
        The user's own columns of `samples`.

    Raises
    ------
    InputError
        If the tables break an invariant, or the folder holds anything but a dataset; nothing is
        replaced then.

    """
    with new_folder(target, beside_dataset) as part:
        _fill(part, tables, agreements, extra_columns or {}, str(target))


def write_dataset(
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame],
    agreements: Mapping[str, str],
    target: Path,
    *,
    extra_columns: Mapping[str, str] | None = None,
    provenance: Mapping[str, object],
    files: Mapping[str, Path | str] | None = None,
) -> None:
    """Write a whole dataset: tables, agreements, trees, views, data package and crate.

    Parameters
    ----------
    tables, agreements, target, extra_columns
        As for `write_tables`.
    provenance : mapping
        How the tables were made, as `package.write_package` wants it.
    files : mapping of path in the folder to Path or text, optional
        What else belongs to it: trees (`trees/<assay_id>.nwk`, whose tips are feature ids), and
        its history.

    Raises
    ------
    InputError
        If the tables break an invariant, the folder holds anything but a dataset, or the disk is
        full; nothing is replaced then.

    """
    with new_folder(target, beside_dataset) as part:
        _fill(part, tables, agreements, extra_columns or {}, str(target))
        for name, content in sorted((files or {}).items()):
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, part / name)
            else:
                (part / name).write_bytes(content.encode())
        write_views(part)
        write_package(part, provenance)


def _fill(
    part: Path,
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame],
    agreements: Mapping[str, str],
    extra_columns: Mapping[str, str],
    place: str,
) -> None:
    """Write tables, agreements and own columns, then check them as they lie there."""
    problems = Problems(place)
    for name in sorted(tables):
        if name in TABLES:
            _write_table(TABLES[name], tables[name].lazy(), part, problems)
        else:
            problems.add(
                "table-unknown",
                column=name,
                expected=f"one of {', '.join(TABLES)}",
                fix="Leave the table out",
            )
    problems.raise_if_any()
    written = scan_tables(part, problems)
    check_tables(written, agreements, problems, extra_columns=extra_columns)
    problems.raise_if_any()
    (part / "agreements").mkdir()
    for agreement, text in sorted(agreements.items()):
        (part / "agreements" / f"{agreement}.yaml").write_bytes(text.encode())
    present = written["samples"].collect_schema().names()
    own = {name: extra_columns[name] for name in sorted(set(extra_columns) & set(present))}
    (part / columns.FILE).write_bytes(columns.write_extra_columns(own))


def _write_table(table: Table, frame: pl.LazyFrame, part: Path, problems: Problems) -> None:
    """Write one table; values that are not of their column's type are a problem."""
    import polars as pl

    try:
        write_sorted(
            _conform(table, frame),
            table.key,
            part / f"{table.name}.parquet",
            metadata={"soilbio:table": table.name, "soilbio:schema_version": SCHEMA_VERSION},
        )
    except pl.exceptions.InvalidOperationError as error:
        problems.add(
            "column-type",
            source=f"{problems.source}/{table.name}",
            found=str(error).partition("\n")[0],
            expected="values of the declared types",
            fix="Convert the column before the dataset is written",
        )
        raise InputError(problems.found) from error


def _conform(table: Table, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Give a table its declared columns, in order, with their types; slots follow by name."""
    import polars as pl

    present = frame.collect_schema().names()
    if not present:  # literals alone would make a row
        return pl.LazyFrame(
            schema={one.name: getattr(pl, POLARS_TYPES[one.type]) for one in table.columns}
        )
    declared = [
        (pl.col(column.name) if column.name in present else pl.lit(None))
        .cast(getattr(pl, POLARS_TYPES[column.type]))
        .alias(column.name)
        for column in table.columns
    ]
    others = sorted(set(present) - {column.name for column in table.columns})
    return frame.select([*declared, *(pl.col(name).cast(pl.String) for name in others)])
