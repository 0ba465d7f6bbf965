"""Write a dataset: sorted, typed Parquet tables, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.invariants import check_tables
from soilbio.dataset.tables import TABLES, Table
from soilbio.errors import Problems

if TYPE_CHECKING:
    import polars as pl

_ROW_GROUP = 1_000_000
_TYPES = {"string": "String", "integer": "Int64", "number": "Float64", "boolean": "Boolean"}


def write_tables(
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame], agreements: Mapping[str, str], target: Path
) -> None:
    """Write the tables and agreements of a dataset into a new folder, replacing an old one.

    Rows may come in any order and declared columns may be absent (they become empty); what is
    written is the same to the byte. Parquet is written with zstd, sorted on the table's key.

    Raises
    ------
    InputError
        If the tables break an invariant; nothing is replaced then.

    """
    frames = {name: _conform(TABLES[name], frame) for name, frame in tables.items()}
    problems = Problems(str(target))
    check_tables(frames, agreements, problems)
    problems.raise_if_any()
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "agreements").mkdir(parents=True)
    for name in sorted(frames):
        frames[name].sort(TABLES[name].key, maintain_order=True).sink_parquet(
            part / f"{name}.parquet",
            compression="zstd",
            row_group_size=_ROW_GROUP,
            maintain_order=True,
        )
    for agreement, text in sorted(agreements.items()):
        (part / "agreements" / f"{agreement}.yaml").write_text(text, encoding="utf-8", newline="\n")
    replace_folder(part, target)


def replace_folder(part: Path, target: Path) -> None:
    """Put a finished folder in the place of the old one, with its files on disk first."""
    for path in sorted(part.rglob("*")):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    part.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def _conform(table: Table, frame: pl.DataFrame | pl.LazyFrame) -> pl.LazyFrame:
    """Give a table its declared columns, in order, with their types; slots follow by name."""
    import polars as pl

    lazy = frame.lazy()
    present = lazy.collect_schema().names()
    columns = [
        (pl.col(column.name) if column.name in present else pl.lit(None))
        .cast(getattr(pl, _TYPES[column.type]))
        .alias(column.name)
        for column in table.columns
    ]
    declared = {column.name for column in table.columns}
    slots = [pl.col(name).cast(pl.String) for name in sorted(set(present) - declared)]
    return lazy.select([*columns, *slots])
