"""Who brought which library, and the tables of what was measured of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import History, laboratory_of_libraries, read_history
from soilbio.diversity.comparable import slug_of
from soilbio.diversity.laboratories import Gene, Row
from soilbio.errors import problem_of

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset

_OF_GENE = ("ordination.tsv", "tests.tsv", "variation.tsv", "overlap.tsv")
_COUNTS, _SETTINGS = "comparable_counts.parquet", "settings.json"


def laboratories_of(dataset: Dataset) -> tuple[History, dict[str, str]]:
    """Read what was merged, and which laboratory each library is of.

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
    return history, laboratory_of_libraries(history)


def write_tables(
    whole: Mapping[str, Sequence[Row]],
    genes: Sequence[Gene],
    settings: Mapping[str, Any],
    folder: Path,
) -> None:
    """Write the tables of the whole, and for each gene its points, tests, parts and counts."""
    folder.mkdir(parents=True, exist_ok=True)
    _remove_others(folder, {slug_of(gene.gene) for gene in genes})
    for name, rows in whole.items():
        _write(rows, folder / f"{name}.tsv")
    told: dict[str, Any] = {"settings": dict(settings), "genes": {}}
    for gene in genes:
        own = folder / slug_of(gene.gene)
        own.mkdir(exist_ok=True)
        tables = (gene.points, gene.tests, gene.parts, gene.overlap)
        for name, table in zip(_OF_GENE, tables, strict=True):
            _write(table, own / name)
        _write_counts(gene, own / _COUNTS)
        told["genes"][gene.gene] = {
            "assays": gene.assays,
            "reads": dict(gene.standard.sizes),
            "coverage": gene.standard.coverage,
            "left_out": dict(gene.standard.left_out),
            "explained": gene.explained,
            "notes": gene.notes,
        }
    text = json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / _SETTINGS).write_text(f"{text}\n", encoding="utf-8")


def _remove_others(folder: Path, kept: Collection[str]) -> None:
    """Remove the tables of genes of an earlier time that are no longer: they are of other data."""
    try:
        before = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))["genes"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for name in sorted({slug_of(str(gene)) for gene in before} - {*kept}):
        for own in (*_OF_GENE, _COUNTS):
            (folder / name / own).unlink(missing_ok=True)
        if (folder / name).is_dir() and not any((folder / name).iterdir()):
            (folder / name).rmdir()


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
