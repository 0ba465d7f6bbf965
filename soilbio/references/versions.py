"""That a profiler's database was built by a version, and for options, that can be used."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from pathlib import Path

from soilbio.references.kinds import KINDS, wrong_database

# Kraken2's table begins with how many cells it has, how many are used, and their bits; its taxonomy
# with these letters.
_TABLE_HEAD, _CELL_BYTES = struct.Struct("<4Q"), 4
_TAXONOMY_START = b"K2TAXDAT"
_MANIFEST = "SOURMASH-MANIFEST.csv"


def check_version(engine: str, path: Path, ksize: int) -> None:
    """Refuse a database of another version or k-mer length, or one that was cut short.

    Parameters
    ----------
    engine : str
    path : Path
        Known to be of the engine's kind.
    ksize : int
        Length of k-mers that sourmash is asked for.

    Raises
    ------
    InputError
        `shotgun-database`, with what was found.

    """
    if engine == "kraken2":
        _check_kraken2(path)
    elif engine == "sourmash" and path.suffix == ".zip":
        _check_sourmash(path, ksize)


def _check_kraken2(folder: Path) -> None:
    with (folder / "taxo.k2d").open("rb") as handle:
        start = handle.read(len(_TAXONOMY_START))
    if start != _TAXONOMY_START:
        found = f"taxo.k2d begins with {start!r}, which is of another version"
        raise wrong_database(folder, KINDS["kraken2"], found)
    table = folder / "hash.k2d"
    with table.open("rb") as handle:
        head = handle.read(_TABLE_HEAD.size)
    size = table.stat().st_size
    cells = _TABLE_HEAD.unpack(head)[0] if len(head) == _TABLE_HEAD.size else 0
    expected = _TABLE_HEAD.size + cells * _CELL_BYTES
    if size != expected:
        found = f"hash.k2d of {size:,} bytes, which says that it has {expected:,}"
        raise wrong_database(folder, "a whole table, of this version of Kraken2", found)


def _check_sourmash(path: Path, ksize: int) -> None:
    with zipfile.ZipFile(path) as packed:
        if _MANIFEST not in packed.namelist():
            return
        with packed.open(_MANIFEST) as raw:
            lines = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            next(lines)  # the manifest's own version
            there = {int(row["ksize"]) for row in csv.DictReader(lines) if row["moltype"] == "DNA"}
    if ksize not in there:
        has = ", ".join(map(str, sorted(there))) or "none of DNA"
        raise wrong_database(
            path, f"sketches with k-mers of {ksize} (sourmash_ksize)", f"k-mers of {has}"
        )
