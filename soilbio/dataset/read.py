"""Read a dataset folder; its invariants are checked before anything is handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.invariants import check_tables
from soilbio.dataset.tables import TABLES
from soilbio.errors import Problems, problem_of

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Dataset:
    """The tables of a dataset, lazily, and the text of each agreement by id@version."""

    folder: Path
    tables: Mapping[str, pl.LazyFrame]
    agreements: Mapping[str, str]

    def table(self, name: str) -> pl.DataFrame:
        """Read one table whole; `tables[name]` streams."""
        return self.tables[name].collect()


def read_dataset(folder: Path) -> Dataset:
    """Read a dataset folder.

    Raises
    ------
    InputError
        If it is no dataset, or breaks an invariant.

    """
    import polars as pl

    if not (folder / "counts.parquet").is_file():
        raise problem_of(
            "dataset-missing",
            str(folder),
            expected="a folder with samples.parquet, counts.parquet and so on",
            fix="Name the folder that soilbio wrote as dataset",
        )
    problems = Problems(str(folder))
    tables = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            continue
        try:
            tables[name] = pl.scan_parquet(path)
            tables[name].collect_schema()
        except pl.exceptions.PolarsError:
            problems.add(
                "table-unreadable",
                source=str(path),
                expected="a whole Parquet file",
                fix="Get the dataset again from where it came; the file is damaged",
            )
    problems.raise_if_any()
    agreements = {
        path.name.removesuffix(".yaml"): path.read_text(encoding="utf-8")
        for path in sorted((folder / "agreements").glob("*.yaml"))
    }
    check_tables(tables, agreements, problems)
    problems.raise_if_any()
    return Dataset(folder, tables, agreements)
