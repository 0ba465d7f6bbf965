"""The small dataset with unmistakable secrets, and what exports of it are searched for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import h5py
import polars as pl
from example_dataset import AGREEMENTS, CLOSED, EXTRA_COLUMNS, PUBLIC, example_tables

from soilbio.dataset.read import Dataset, read_dataset
from soilbio.dataset.write import write_tables
from soilbio.exporters.redact import redacted_view
from soilbio.exporters.view import View

KEY = bytes(range(32))
DAY = date(2026, 1, 1)
RESEARCH = "DUO:0000042"
ASKED = (("public", RESEARCH), ("consortium", RESEARCH))

# Values of the example by what they are; unlike any other text, so that a search finds only them.
SECRET_NAMES = {
    **{f"soil {number}": f"Kanarienacker-{number}" for number in (1, 2, 3)},
    **{name: f"Zeisigbibliothek-{name}" for name in ("L1", "L2", "L3", "L-mock", "L-blank", "F1")},
    "run1": "Finkenlauf",
}
HABITAT = {
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
}
IDENTITY = ("Huber-Hof", "Kanarienacker-1", "Zeisigbibliothek-L1", "Zeisigbibliothek-F1")
PLACES = ("48.1234", "11.5678", "Freising", "Bavaria", "Größe/1", "431.7", "2024-05-11")
OF_CLOSED = ("Kanarienacker-3", "Zeisigbibliothek-L3", "36.8219", "2024-05-13")
NEVER = ("/data/Huber", "of 3 filtered reads")


def named_tables() -> dict[str, pl.DataFrame]:
    tables = example_tables()
    for table, columns in {
        "samples": ["sample_id"],
        "libraries": ["sample_id", "library_id", "run_id"],
        "counts": ["library_id"],
        "measurements": ["subject"],
    }.items():
        tables[table] = tables[table].with_columns(pl.col(columns).replace(SECRET_NAMES))
    is_soil = pl.col("ph").is_not_null()
    tables["samples"] = tables["samples"].with_columns(
        *(pl.when(is_soil).then(pl.lit(term)).alias(name) for name, term in HABITAT.items()),
        pl.when(is_soil).then(pl.lit("431.7")).alias("elev"),
        pl.when(is_soil).then(pl.lit("5")).alias("coordinate_uncertainty_m"),
        pl.when(is_soil).then(pl.lit("=HYPERLINK(1)")).alias("soil_type"),
        pl.when(is_soil).then(pl.lit("-4.5")).alias("annual_temp"),
    )
    tables["libraries"] = tables["libraries"].with_columns(
        pl.when(pl.col("control_type") == "extraction_blank")
        .then(pl.lit("empty: /data/Huber/reads.fq of 3 filtered reads"))
        .otherwise(pl.lit(""))
        .alias("status_reason")
    )
    return tables


def make(
    folder: Path,
    tables: Mapping[str, pl.DataFrame] | None = None,
    agreements: Mapping[str, str] = AGREEMENTS,
) -> Dataset:
    write_tables(tables or named_tables(), agreements, folder, extra_columns=EXTRA_COLUMNS)
    return read_dataset(folder)


def agreement(name: str, outcomes: Mapping[str, str], licence: str = "CC-BY-4.0") -> str:
    """Write an agreement that lets the public have some classes."""
    identity, _, version = name.partition("@")
    classes = "".join(f"\n      {one}: {outcome}" for one, outcome in outcomes.items())
    return f"""\
id: {identity}
version: "{version}"
title: T
licence: {licence}
parties:
  - {{name: P, role: provider, id: "https://ror.org/0aaaaaa01"}}
grants:
  - recipient: public
    purposes: ["{RESEARCH}"]
    classes:{classes}
"""


def view_of(dataset: Dataset, recipient: str = "public", key: bytes = KEY) -> View:
    return redacted_view(dataset, recipient, RESEARCH, DAY, key)


def under(folder: Path, public: Mapping[str, str], closed: Mapping[str, str] | None) -> View:
    """Make the view of the example for the public where its two agreements are others."""
    texts = {PUBLIC: agreement(PUBLIC, public)}
    texts[CLOSED] = agreement(CLOSED, closed) if closed else AGREEMENTS[CLOSED]
    return view_of(make(folder, agreements=texts))


def bytes_of(folder: Path) -> bytes:
    """Read all that an export holds: its files, what is packed in them, and their names."""
    return b"\n".join(part for path in sorted(folder.rglob("*")) for part in _parts(path))


def _parts(path: Path) -> Iterator[bytes]:
    yield path.name.encode()
    if not path.is_file():
        return
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield str(pl.read_parquet_metadata(path)).encode()
        for values in pl.read_parquet(path):
            yield "\n".join(map(str, values)).encode()
    if path.suffix in (".zip", ".xlsx"):
        with ZipFile(path) as archive:
            for info in archive.infolist():
                yield info.filename.encode() + info.comment + info.extra
                yield archive.read(info)
    if path.suffix == ".biom":
        found: list[bytes] = []
        with h5py.File(path) as file:
            file.visititems(lambda name, thing: found.extend(_hdf5(name, thing)))
            found += [str(dict(file.attrs)).encode()]
        yield from found


def _hdf5(name: str, thing: h5py.Group | h5py.Dataset) -> Iterator[bytes]:
    yield f"{name} {dict(thing.attrs)}".encode()
    if isinstance(thing, h5py.Dataset):
        values = thing[...].ravel().tolist()
        yield b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values)
