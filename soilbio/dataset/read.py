"""Read a dataset folder; its invariants are checked before anything is handed out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset import columns
from soilbio.dataset.folder import SHARED, recover_folder
from soilbio.dataset.history import ORIGINS, History, read_history
from soilbio.dataset.invariants import POLARS_TYPES, check_tables
from soilbio.dataset.tables import TABLES
from soilbio.errors import Problems, problem_of

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.tables import Column


@dataclass(frozen=True, slots=True)
class Dataset:
    """The tables of a dataset, lazily, the text of each agreement by id@version, own columns."""

    folder: Path
    tables: Mapping[str, pl.LazyFrame]
    agreements: Mapping[str, str]
    extra_columns: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """Read one table whole; `tables[name]` streams."""
        return self.tables[name].collect()

    def column(self, table: str, name: str) -> Column | None:
        """Describe a column, its sharing class included; None: unknown, so it is withheld."""
        return columns.column_of(TABLES[table], name, self.extra_columns)

    @property
    def shared(self) -> list[dict[str, Any]]:
        """List on which terms parts of it were shared by others; none in a dataset of one's own.

        What cannot be read gives an empty term, so that it is not taken for none.
        """
        path = self.folder / SHARED
        if not path.exists():
            return []
        try:
            found = json.loads(path.read_bytes())
        except ValueError:
            return [{}]
        is_list = isinstance(found, list) and found and all(isinstance(one, dict) for one in found)
        return found if is_list else [{}]

    @property
    def origins(self) -> pl.LazyFrame | None:
        """Give the features of each dataset that this one was merged of, as `history.ORIGINS`."""
        import polars as pl

        path = self.folder / ORIGINS
        return pl.scan_parquet(path, glob=False) if path.is_file() else None

    @property
    def history(self) -> History:
        """Tell how it was merged of others; empty if it was not."""
        return read_history(self.folder)

    def trees(self) -> dict[str, Path]:
        """Find the tree of each assay that has one."""
        return {path.stem: path for path in sorted((self.folder / "trees").glob("*.nwk"))}


def read_dataset(folder: Path) -> Dataset:
    """Read a dataset folder.

    Raises
    ------
    InputError
        If it is no dataset, or breaks an invariant.

    """
    dataset = open_dataset(folder)
    problems = Problems(str(folder))
    check_tables(dataset.tables, dataset.agreements, problems, extra_columns=dataset.extra_columns)
    problems.raise_if_any()
    return dataset


def open_dataset(folder: Path) -> Dataset:
    """Open a dataset folder without looking at its invariants.

    Raises
    ------
    InputError
        If it is no dataset, or a file is damaged.

    """
    recover_folder(folder)
    if not (folder / "counts.parquet").is_file():
        raise problem_of(
            "dataset-missing",
            str(folder),
            expected="a folder with samples.parquet, counts.parquet and so on",
            fix="Name the folder that soilbio wrote as dataset",
        )
    problems = Problems(str(folder))
    tables = scan_tables(folder, problems)
    problems.raise_if_any()
    # Bytes, since text mode would turn the line ends of a signed text into others.
    agreements = {
        path.name.removesuffix(".yaml"): path.read_bytes().decode("utf-8")
        for path in sorted((folder / "agreements").glob("*.yaml"))
    }
    own = folder / columns.FILE
    extra = columns.parse_extra_columns(own.read_bytes(), str(own)) if own.is_file() else {}
    return Dataset(folder, tables, agreements, extra)


def columns_there(folder: Path, name: str) -> list[str]:
    """List the columns that a table's file has; those that are later than it are not among them."""
    import polars as pl

    return pl.scan_parquet(folder / f"{name}.parquet", glob=False).collect_schema().names()


def scan_tables(folder: Path, problems: Problems) -> dict[str, pl.LazyFrame]:
    """Open the tables that are there; note those that are damaged."""
    import polars as pl

    tables = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            continue
        try:
            tables[name] = _with_later(name, pl.scan_parquet(path, glob=False))
        except pl.exceptions.PolarsError:
            problems.add(
                "table-unreadable",
                source=str(path),
                expected="a whole Parquet file",
                fix="Get the dataset again from where it came; the file is damaged",
            )
    return tables


def _with_later(name: str, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Add, empty, the columns that a dataset of an older version lacks."""
    import polars as pl

    present = frame.collect_schema().names()
    lacking = [
        pl.lit(None, dtype=getattr(pl, POLARS_TYPES[one.type])).alias(one.name)
        for one in TABLES[name].columns
        if one.is_later and one.name not in present
    ]
    return frame.with_columns(lacking) if lacking else frame
