"""Files of sketches that sourmash reads: which kind one is, by its content, and what is in it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

# The list of sketches in a zip of sourmash; indexed ones (.sbt.zip) call it after themselves.
SIGNATURES = "SOURMASH-MANIFEST.csv"
_INDEXED_SIGNATURES = ".manifest.csv"
_ZIP, _SQLITE, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"SQLite format 3\0", b"\x1f\x8b"
# JSON is read whole up to so many bytes; of more only beginning and end are looked at.
_WHOLE_BYTES, _END_BYTES = 1 << 28, 64
_MOLECULES = {"dna": "DNA"}
_HASHES = 1 << 64


class NotSketches(Exception):  # noqa: N818  a verdict about a file
    """A file that sourmash would not read; says what it is instead."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A sketch: of what, of which k-mers, and that one of `scaled` is kept (0: a fixed number)."""

    name: str
    moltype: str
    ksize: int
    scaled: int


def signatures_of(path: Path) -> list[Signature] | None:
    """List the sketches of a file; None, if it has them and no list of them that is cheap to read.

    Raises
    ------
    NotSketches
        If sourmash would not read it, or it was cut short.

    """
    told = path.stat()
    return _signatures(path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=2)
def _signatures(path: Path, size: int, mtime_ns: int) -> list[Signature] | None:
    """Read a file once for each time that it was written: GTDB's lists have 700,000 rows."""
    del size, mtime_ns  # which are there for the cache alone
    with path.open("rb") as handle:
        head = handle.read(len(_SQLITE))
    try:
        if head.startswith(_ZIP):
            return _of_zip(path)
        if head == _SQLITE:
            return _of_sqlite(path)
        if head[:1] in b"[{ \n\t\r" or head.startswith(_GZIP):
            return _of_json(path, is_packed=head.startswith(_GZIP))
    except (zipfile.BadZipFile, sqlite3.Error, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise NotSketches(str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # other JSON, other columns
        raise NotSketches(f"no sketches that can be read: {error}") from error
    raise NotSketches(f"a file that begins with {head!r}")


def _of_zip(path: Path) -> list[Signature] | None:
    """Read the list of sketches in a zip, which sourmash knows by its name alone."""
    if path.suffix != ".zip":
        raise NotSketches("a zip whose name does not end with .zip, by which sourmash knows it")
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        if members and min(one.header_offset for one in members) != 0:
            raise NotSketches("a zip without its beginning")
        names = packed.namelist()
        lists = [name for name in names if name.endswith((SIGNATURES, _INDEXED_SIGNATURES))]
        if lists:
            with packed.open(lists[0]) as raw:
                return [_of_row(row) for row in _rows(raw)]
    if any(name.endswith(".sbt.json") for name in names):
        return None
    raise NotSketches("a zip without sketches")


def _rows(raw: IO[bytes]) -> Iterator[dict[str, str]]:
    lines = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    next(lines, "")  # the list's own version
    yield from csv.DictReader(lines)


def _of_row(row: Mapping[str, Any]) -> Signature:
    name = row["name"] or row["filename"] or ""
    return Signature(str(name), str(row["moltype"]), int(row["ksize"]), int(row["scaled"]))


def _of_sqlite(path: Path) -> list[Signature]:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [_of_row(row) for row in database.execute("SELECT * FROM sourmash_sketches")]


def _of_json(path: Path, *, is_packed: bool) -> list[Signature] | None:
    if path.stat().st_size > _WHOLE_BYTES:
        _check_ends(path, is_packed=is_packed)
        return None
    with gzip.open(path) if is_packed else path.open("rb") as handle:
        document = json.load(handle)
    if isinstance(document, dict):
        return _of_index(document)
    return [
        _of_sketch(str(one.get("name") or one.get("filename") or ""), sketch)
        for one in document
        for sketch in one["signatures"]
    ]


def _of_sketch(name: str, sketch: Mapping[str, Any]) -> Signature:
    molecule = str(sketch["molecule"])
    largest = int(sketch["max_hash"])
    scaled = round(_HASHES / largest) if largest else 0
    return Signature(name, _MOLECULES.get(molecule.lower(), molecule), int(sketch["ksize"]), scaled)


def _of_index(document: Mapping[str, Any]) -> list[Signature] | None:
    """Tell of an index of names (LCA) what its sketches are; of a tree (SBT) nothing."""
    if document.get("type") == "sourmash_lca":
        kind = str(document["moltype"]), int(document["ksize"]), int(document["scaled"])
        return [Signature(str(name), *kind) for name in document["ident_to_name"].values()]
    if document.get("index_type") == "SBT":
        return None
    raise NotSketches("JSON of another kind")


def _check_ends(path: Path, *, is_packed: bool) -> None:
    """Look at what a large file of JSON begins and, unless it is packed, ends with."""
    with gzip.open(path) if is_packed else path.open("rb") as handle:
        head = handle.read(4 * _END_BYTES)
        if b"sourmash" not in head:
            raise NotSketches("JSON of another kind")
        if not is_packed:
            handle.seek(-_END_BYTES, io.SEEK_END)
            if handle.read().rstrip()[-1:] not in (b"]", b"}"):
                raise NotSketches("JSON that ends too early")
