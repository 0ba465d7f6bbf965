"""Who brought which library, and the tables of what was measured of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import History, read_history
from soilbio.diversity.comparable import slug_of
from soilbio.diversity.laboratories import Gene, Row
from soilbio.errors import problem_of

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset


def laboratories_of(dataset: Dataset) -> tuple[History, dict[str, str]]:
    """Read what was merged, and which dataset each library came with; the first of two.

    Raises
    ------
    InputError
        If the dataset was not merged of others.

    """
    history = read_history(dataset.folder)
    if not history.get("libraries"):
        raise problem_of(
            "laboratories-unknown",
            str(dataset.folder),
            expected="a dataset that `soilbio harmonise` wrote",
            fix="Merge the laboratories' datasets first",
        )
    if "parts" not in history:
        raise problem_of(
            "laboratories-unknown",
            str(dataset.folder),
            found="a dataset that an earlier version merged",
            expected="which assays of it were compared, which is kept since",
            fix="Merge the laboratories' datasets again",
        )
    laboratory_of: dict[str, str] = {}
    for name, libraries in sorted(history["libraries"].items()):
        for library in libraries:
            laboratory_of.setdefault(library, name)
    return history, laboratory_of


def write_tables(
    whole: Mapping[str, Sequence[Row]],
    genes: Sequence[Gene],
    settings: Mapping[str, Any],
    folder: Path,
) -> None:
    """Write the tables of the whole, and for each gene its points, tests, parts and counts."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in whole.items():
        _write(rows, folder / f"{name}.tsv")
    told: dict[str, Any] = {"settings": dict(settings), "genes": {}}
    for gene in genes:
        own = folder / slug_of(gene.gene)
        own.mkdir(exist_ok=True)
        for name, table in (
            ("ordination", gene.points),
            ("tests", gene.tests),
            ("variation", gene.parts),
            ("overlap", gene.overlap),
        ):
            _write(table, own / f"{name}.tsv")
        _write_counts(gene, own / "comparable_counts.parquet")
        told["genes"][gene.gene] = {
            "assays": gene.assays,
            "reads": dict(gene.standard.sizes),
            "coverage": gene.standard.coverage,
            "left_out": dict(gene.standard.left_out),
            "explained": gene.explained,
            "notes": gene.notes,
        }
    text = json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / "settings.json").write_text(f"{text}\n", encoding="utf-8")


def _write_counts(gene: Gene, target: Path) -> None:
    """Write the comparable view, reads that were drawn or shares, beside the dataset's own."""
    import numpy as np
    import polars as pl

    counts = gene.comparable
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    frame = pl.DataFrame(
        {
            "library_id": pl.Series(gene.standard.libraries, dtype=pl.String).gather(row),
            "feature_id": pl.Series(gene.community.features, dtype=pl.String).gather(
                counts.indices
            ),
            "relative_abundance" if gene.standard.shares_of else "count": counts.data,
        }
    )
    frame.sort("library_id", "feature_id").write_parquet(target, compression="zstd")


def _write(rows: Sequence[Row], target: Path) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with target.open("w", encoding="utf-8", newline="") as handle:
        table = csv.DictWriter(handle, names, delimiter="\t", lineterminator="\n")
        table.writeheader()
        table.writerows({name: _text(value) for name, value in row.items()} for row in rows)


def _text(value: object) -> object:
    return f"{value:.12g}" if isinstance(value, float) else value
