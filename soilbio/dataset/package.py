"""What makes a folder of tables a package: `datapackage.json` and `ro-crate-metadata.json`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset import columns
from soilbio.dataset.crate import CRATE, crate_of, rows_of
from soilbio.dataset.read import scan_tables
from soilbio.dataset.tables import SCHEMA_VERSION, TABLES, Column, Table
from soilbio.dataset.views import newest_day
from soilbio.errors import Problems
from soilbio.standards import shipped

if TYPE_CHECKING:
    import polars as pl

PACKAGE = "datapackage.json"
PROVENANCE = "provenance"
RUN = f"{PROVENANCE}/run.json"  # what the crate says of the making, to write it again
_PROFILES = "https://datapackage.org/profiles/2.0"


def write_package(folder: Path, provenance: Mapping[str, object]) -> None:
    """Describe a folder that holds tables and views as a Data Package v2 and an RO-Crate 1.1.

    Adds the workflow's rules and `run.json` below `provenance/`, `datapackage.json` and
    `ro-crate-metadata.json`. The same tables and provenance give the same bytes: no clock, no
    random ids, no paths outside the folder.

    Parameters
    ----------
    folder : Path
        A dataset's folder; its tables must keep the invariants.
    provenance : mapping
        `title`, `soilbio_version`, `tools` [{name, version, url}], `references` [{name, version,
        sha256, licence}], `parameters`, `inputs` [{library_id, name, sha256}] and, all optional,
        `date` (ISO day; the newest collection date when absent), `started` and `ended` (ISO times;
        left out when absent, and a run that shall give the same bytes again leaves them out), and
        `is_workflow_run` (False for tables that soilbio's workflow did not make).

    """
    tables = scan_tables(folder, Problems(str(folder)))
    date = str(provenance.get("date") or newest_day(tables["samples"]))
    provenance = {**provenance, "date": date}
    if provenance.get("is_workflow_run", True):
        _copy_workflow(folder / PROVENANCE)
    (folder / PROVENANCE).mkdir(exist_ok=True)
    _write_json(folder / RUN, provenance)
    _write_json(folder / PACKAGE, _package(folder, tables, provenance))
    (folder / CRATE).unlink(missing_ok=True)
    _write_json(folder / CRATE, crate_of(checksums(folder), provenance))


def checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """Give size in bytes and SHA-256 of every file of a folder, by its path there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            found[name] = (path.stat().st_size, sha256_of(path))
    return found


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def _copy_workflow(target: Path) -> None:
    """Keep the rules that were run, laid out as soilbio ships them."""
    (target / "workflow").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped("Snakefile"), target / "Snakefile")
    rules = target / "workflow" / "rules"
    rules.mkdir(exist_ok=True)
    for path in sorted(shipped("workflow/rules").glob("*.smk")):
        shutil.copyfile(path, rules / path.name)


def _write_json(target: Path, content: object) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=False)
    target.write_bytes(f"{text}\n".encode())


def _package(
    folder: Path, tables: Mapping[str, pl.LazyFrame], provenance: Mapping[str, object]
) -> dict[str, object]:
    own = folder / columns.FILE
    extra = columns.parse_extra_columns(own.read_bytes(), str(own)) if own.is_file() else {}
    title = str(provenance.get("title") or "Soil-biodiversity dataset")
    agreements = sorted(path.name for path in (folder / "agreements").glob("*.yaml"))
    return {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": re.sub(r"[^a-z0-9._-]+", "-", title.lower()).strip("-.") or "dataset",
        "title": title,
        "created": f"{provenance['date']}T00:00:00Z",
        **_licences(agreements),
        **_sources(provenance),
        "soilbio:schemaVersion": SCHEMA_VERSION,
        "resources": [
            _resource(folder, TABLES[name], tables[name].collect_schema().names(), extra)
            for name in TABLES
        ],
    }


def _licences(agreements: Sequence[str]) -> dict[str, object]:
    """Name the agreements: row by row they are what a holder of the data may do with it."""
    licences = [
        {"path": f"agreements/{name}", "title": f"Sharing agreement {name.removesuffix('.yaml')}"}
        for name in agreements
    ]
    return {"licenses": licences} if licences else {}


def _sources(provenance: Mapping[str, object]) -> dict[str, object]:
    sources = [
        {"title": str(row["name"]), "version": str(row.get("version") or "")}
        for row in rows_of(provenance, "references")
    ]
    return {"sources": sources} if sources else {}


def _resource(
    folder: Path, table: Table, names: Sequence[str], extra: Mapping[str, str]
) -> dict[str, object]:
    path = folder / f"{table.name}.parquet"
    return {
        "name": table.name,
        "type": "table",
        "path": path.name,
        "title": table.name.capitalize(),
        "description": f"Each row is {table.row}.",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": f"sha256:{sha256_of(path)}",
        "schema": _schema(table, names, extra, _with_gaps(path)),
    }


def _with_gaps(path: Path) -> frozenset[str]:
    """Name the columns of a Parquet file that are empty in some row, by its own statistics."""
    from pyarrow import parquet

    metadata = parquet.read_metadata(path)
    parts = (
        metadata.row_group(group).column(place)
        for group in range(metadata.num_row_groups)
        for place in range(metadata.num_columns)
    )
    return frozenset(
        part.path_in_schema
        for part in parts
        if part.statistics is None or part.statistics.null_count != 0
    )


def _schema(
    table: Table, names: Sequence[str], extra: Mapping[str, str], gaps: frozenset[str]
) -> dict[str, object]:
    """Make a Table Schema of what `tables.py`, the MIxS slots and own columns say."""
    described = [columns.column_of(table, name, extra) for name in names]
    foreign = [
        {"fields": [column], "reference": {"resource": other, "fields": [there]}}
        for column, other, there in table.references
    ]
    return {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(column, column.name in gaps) for column in described if column],
        "primaryKey": list(table.key),
        **({"foreignKeys": foreign} if foreign else {}),
    }


def _field(column: Column, has_gaps: bool) -> dict[str, object]:
    """Describe a column; a number that is absent in some rows is a number without limits.

    frictionless reads an absent number of a Parquet file as NaN, which to it is no integer and
    fulfils no minimum; our own checks know both.
    """
    is_loose = has_gaps and column.type in {"integer", "number"}
    field: dict[str, object] = {
        "name": column.name,
        "type": "number" if is_loose else column.type,
        "description": column.description,
        "soilbio:sharingClass": str(column.sharing_class),
    }
    if column.unit:
        field["unit"] = column.unit
    if iri := columns.iri_of(column.name):
        field["rdfType"] = iri
    constraints: dict[str, object] = {}
    if column.is_required:
        constraints["required"] = True
    if column.minimum is not None and not is_loose:
        constraints["minimum"] = column.minimum
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if constraints:
        field["constraints"] = constraints
    return field
