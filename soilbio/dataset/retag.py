"""Put a new version of an agreement in the place of the one that rows of a dataset name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from soilbio.dataset.folder import SHARED
from soilbio.dataset.history import ORIGINS
from soilbio.dataset.package import PROVENANCE, RUN
from soilbio.dataset.tables import TABLES
from soilbio.dataset.write import write_dataset
from soilbio.errors import problem_of

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.read import Dataset

HISTORY = f"{PROVENANCE}/agreements.tsv"
_FORMER = f"{PROVENANCE}/agreements"
_FIELDS = ("applied", "agreement", "sha256", "replaces", "replaces_sha256", *TABLES)
_ONE, _SEVERAL = "agreement_id", "agreement_ids"


@dataclass(frozen=True, slots=True)
class Retag:
    """An agreement that replaces another from a day on; both are id@version."""

    old: str
    new: str
    text: str
    applied: dt.date


def count_rows(dataset: Dataset, agreement: str) -> dict[str, int]:
    """Count the rows of every table that name an agreement, alone or among others."""
    import polars as pl

    found = {}
    for name, table in dataset.tables.items():
        column = _column(table)
        names = pl.col(column).str.split("|").list.contains(agreement)
        found[name] = int(table.filter(names).select(pl.len()).collect(engine="streaming").item())
    return found


def samples_under(dataset: Dataset, agreement: str) -> list[str]:
    """List the samples that an agreement rules, through their row or one of their libraries."""
    import polars as pl

    named = pl.col(_ONE) == agreement
    tables = (dataset.tables["samples"], dataset.tables["libraries"])
    rows = pl.concat([table.filter(named).select("sample_id") for table in tables])
    return sorted(rows.unique().collect()["sample_id"].to_list())


def retag(dataset: Dataset, change: Retag) -> None:
    """Write a dataset anew in its place, with one agreement's rows under another.

    Nothing else changes; the former text and a line of `provenance/agreements.tsv` say what was
    done. The folder is replaced as a whole. Counts are streamed.

    Raises
    ------
    InputError
        If the dataset does not say how it was made, or the disk is full.

    """
    provenance = read_provenance(dataset.folder)
    former = dataset.agreements[change.old]
    counted = count_rows(dataset, change.old)
    texts = {name: text for name, text in dataset.agreements.items() if name != change.old}
    line = {
        "applied": change.applied.isoformat(),
        "agreement": change.new,
        "sha256": sha256(change.text.encode()).hexdigest(),
        "replaces": change.old,
        "replaces_sha256": sha256(former.encode()).hexdigest(),
        **counted,
    }
    with TemporaryDirectory(prefix="soilbio-retag-") as scratch:
        write_dataset(
            {name: _renamed(table, change) for name, table in dataset.tables.items()},
            {**texts, change.new: change.text},
            dataset.folder,
            extra_columns=dataset.extra_columns,
            provenance=provenance,
            files={
                **{f"trees/{assay}.nwk": tree for assay, tree in dataset.trees().items()},
                **_told(dataset.folder),
                **_terms(dataset, change),
                **_origins(dataset, change, Path(scratch) / "origins.parquet"),
                f"{_FORMER}/{change.old}.yaml": former,
                HISTORY: _with_line(dataset.folder / HISTORY, line),
            },
        )


def read_provenance(folder: Path) -> dict[str, object]:
    """Read how a dataset was made.

    Raises
    ------
    InputError
        If the dataset does not say so.

    """
    path = folder / RUN
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise problem_of(
            "provenance-missing",
            str(path),
            expected="how the dataset was made, as soilbio writes it beside the tables",
            fix="Make the dataset anew with this version of soilbio",
        ) from error
    return dict(content)


def _told(folder: Path) -> dict[str, Path]:
    """Find what else a dataset says of its making, and of the terms it is held on, by its path."""
    paths = [path for path in sorted((folder / PROVENANCE).rglob("*")) if path.is_file()]
    return {name: path for path in paths if (name := path.relative_to(folder).as_posix()) != RUN}


def _terms(dataset: Dataset, change: Retag) -> dict[str, str]:
    """Let the terms on which parts are held bind them under the new agreement, too."""
    terms = dataset.shared
    if not any(change.old in one.get("agreements", ()) for one in terms):
        return {}
    for one in terms:
        if change.old in one.get("agreements", ()):
            one["agreements"] = sorted({*one["agreements"], change.new})
    return {SHARED: f"{json.dumps(terms, indent=1)}\n"}


def _origins(dataset: Dataset, change: Retag, target: Path) -> dict[str, Path]:
    """Write what a merged dataset's features were made of under the new agreement, too."""
    if dataset.origins is None:
        return {}
    _renamed(dataset.origins, change).sink_parquet(target)  # sorted as it was
    return {ORIGINS: target}


def _column(table: pl.LazyFrame) -> str:
    return _SEVERAL if _SEVERAL in table.collect_schema().names() else _ONE


def _renamed(table: pl.LazyFrame, change: Retag) -> pl.LazyFrame:
    """Put the new name for the old one; names joined by '|' stay sorted, each once."""
    import polars as pl

    column = _column(table)
    if column == _ONE:
        return table.with_columns(pl.col(_ONE).replace(change.old, change.new))
    each = pl.element().replace(change.old, change.new)
    names = pl.col(_SEVERAL).str.split("|").list.eval(each).list.unique().list.sort()
    return table.with_columns(names.list.join("|").alias(_SEVERAL))


def _with_line(path: Path, line: Mapping[str, object]) -> str:
    before = path.read_text(encoding="utf-8") if path.is_file() else "\t".join(_FIELDS) + "\n"
    added = io.StringIO()
    csv.DictWriter(added, _FIELDS, delimiter="\t", lineterminator="\n").writerow(line)
    return before + added.getvalue()
