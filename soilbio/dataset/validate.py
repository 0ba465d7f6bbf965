"""Look at a dataset folder as a recipient does: is all there, whole and of one piece."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from soilbio.dataset.biom import values_of
from soilbio.dataset.crate import CRATE
from soilbio.dataset.invariants import check_tables
from soilbio.dataset.package import PACKAGE, sha256_of
from soilbio.dataset.read import columns_there, open_dataset
from soilbio.dataset.tables import TABLES
from soilbio.dataset.views import VIEWS, assays_of, tsv_of
from soilbio.errors import InputError, Problems

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.read import Dataset

_AGAIN = "Get the dataset again from where it came, or write it again"


def check_dataset(folder: Path, problems: Problems) -> None:
    """Note all that is wrong with a dataset: tables, package, crate, checksums, views.

    Held in memory: the ids of features and libraries, O(n_features + n_libraries).
    """
    _check_checksums(folder, problems)
    try:
        dataset = open_dataset(folder)
    except InputError as error:
        problems.extend(error.problems)
        return
    extra = dataset.extra_columns
    before = len(problems.errors)
    check_tables(dataset.tables, dataset.agreements, problems, extra_columns=extra)
    if len(problems.errors) == before:
        _check_package(dataset, problems)
        _check_views(dataset, problems)


def _check_checksums(folder: Path, problems: Problems) -> None:
    """Note files that are missing, changed or not listed."""
    listed: dict[str, str] = {}
    for name, sha256 in (*_of_package(folder, problems), *_of_crate(folder, problems)):
        if listed.setdefault(name, sha256) != sha256:
            problems.add(
                "checksum-contradiction",
                source=str(folder / name),
                expected=f"one SHA-256 in {PACKAGE} and {CRATE}",
                fix=_AGAIN,
            )
    for name, sha256 in sorted(listed.items()):
        path = folder / name
        if not path.is_file():
            problems.add("file-missing", source=str(path), expected="a file", fix=_AGAIN)
        elif sha256_of(path) != sha256:
            problems.add(
                "file-changed",
                source=str(path),
                expected=f"content with the SHA-256 {sha256}",
                fix=_AGAIN,
            )
    if not (folder / CRATE).is_file():
        return
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - set(listed) - {CRATE}):
        problems.add(
            "file-unlisted",
            source=str(folder / name),
            expected=f"only files that {CRATE} lists",
            fix="Move the file out of the dataset",
        )


def _of_package(folder: Path, problems: Problems) -> Iterator[tuple[str, str]]:
    for resource in _records(folder / PACKAGE, "resources", problems):
        path, digest = resource.get("path"), str(resource.get("hash"))
        if isinstance(path, str) and _is_inside(path):
            yield path, digest.removeprefix("sha256:")


def _of_crate(folder: Path, problems: Problems) -> Iterator[tuple[str, str]]:
    for entity in _records(folder / CRATE, "@graph", problems):
        kinds, name = entity.get("@type"), unquote(str(entity.get("@id")))
        if "File" in (kinds if isinstance(kinds, list) else [kinds]) and _is_inside(name):
            yield name, str(entity.get("sha256"))


def _is_inside(name: str) -> bool:
    """Tell whether a path stays in its folder; a package may come from strangers."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def _records(path: Path, name: str, problems: Problems) -> list[Mapping[str, object]]:
    """Read the records of a JSON description; note when it is missing or unreadable."""
    try:
        content = json.loads(path.read_bytes())
        records = [dict(record) for record in content[name]]
    except FileNotFoundError:
        problems.add(
            "package-missing", source=str(path), expected="a file", fix="Write the dataset again"
        )
    except (ValueError, TypeError, KeyError):
        problems.add(
            "package-unreadable",
            source=str(path),
            expected=f"a JSON object with the list {name}",
            fix=_AGAIN,
        )
    else:
        return list(records)
    return []


def _check_package(dataset: Dataset, problems: Problems) -> None:
    """Note where the data package names other columns than the tables have."""
    path = dataset.folder / PACKAGE
    if not path.is_file():
        return
    for resource in _records(path, "resources", Problems(str(path))):
        name, schema = resource.get("name"), resource.get("schema")
        fields = schema.get("fields") if isinstance(schema, dict) else None
        if name not in dataset.tables or not isinstance(fields, list):
            continue
        described = [field.get("name") for field in fields if isinstance(field, dict)]
        if described != columns_there(dataset.folder, str(name)):
            problems.add(
                "package-columns",
                source=str(path),
                column=str(name),
                expected="the columns of the table, in their order",
                fix=_AGAIN,
            )


def _check_views(dataset: Dataset, problems: Problems) -> None:
    """Note views that are missing or hold other values than their tables."""
    views = dataset.folder / VIEWS
    wanted = {f"{name}.tsv": name for name in TABLES}
    wanted |= {f"{assay}.biom": assay for assay in assays_of(dataset.tables["assays"])}
    for file, name in wanted.items():
        path = views / file
        if not path.is_file():
            problems.add("view-missing", source=str(path), expected="a file", fix=_AGAIN)
            continue
        is_same = _tsv_agrees if path.suffix == ".tsv" else _biom_agrees
        if not is_same(dataset, name, path):
            problems.add(
                "view-differs",
                source=str(path),
                expected="the same values as in the tables",
                fix="Trust the tables; write the dataset again to renew its views",
            )


def _tsv_agrees(dataset: Dataset, name: str, path: Path) -> bool:
    import polars as pl

    table = tsv_of(dataset.tables[name].select(columns_there(dataset.folder, name)))
    schema = table.collect_schema()
    try:
        view = pl.scan_csv(path, separator="\t", schema=schema, glob=False)
        mine, theirs = (
            frame.collect_batches(maintain_order=True, chunk_size=500_000)
            for frame in (table, view)
        )
        return _same_rows(mine, theirs)
    except pl.exceptions.PolarsError:
        return False


def _same_rows(mine: Iterator[pl.DataFrame], theirs: Iterator[pl.DataFrame]) -> bool:
    """Compare two streams of rows whose batches need not be of the same length."""
    left, right = next(mine, None), next(theirs, None)
    while left is not None and right is not None:
        rows = min(left.height, right.height)
        if not left.head(rows).equals(right.head(rows)):
            return False
        left = left.slice(rows) if rows < left.height else next(mine, None)
        right = right.slice(rows) if rows < right.height else next(theirs, None)
    return all(rest is None or not rest.height for rest in (left, right))


def _biom_agrees(dataset: Dataset, assay: str, path: Path) -> bool:
    import polars as pl

    ours = dataset.tables["counts"].join(
        dataset.tables["libraries"].filter(pl.col("assay_id") == assay).select("library_id"),
        on="library_id",
        how="semi",
        maintain_order="left",
    )
    value = pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance"))
    mine = ours.select("library_id", "feature_id", value.alias("value"))
    try:
        return _same_rows(mine.collect_batches(maintain_order=True), values_of(path))
    except (OSError, KeyError, ValueError):
        return False
