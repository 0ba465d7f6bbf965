"""That a profiler's database was built by a version, and for options, that can be used."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.references.kinds import KINDS, signatures_in, wrong_database
from soilbio.references.sketch_files import check_sketches
from soilbio.references.sourmash_files import Signature

# Kraken2's table begins with how many cells it has, how many are used, and their bits; its taxonomy
# with these letters, how many nodes it has, and how long its names and ranks are; its options, with
# lengths of k-mers and minimizers, have grown over time.
_TABLE_HEAD, _CELL_BYTES = struct.Struct("<4Q"), 4
_TAXONOMY_START = b"K2TAXDAT"
_TAXONOMY_HEAD, _NODE_BYTES = struct.Struct("<8s3Q"), 56
_LEAST_OPTIONS_BYTES, _MOST_K = 40, 1000


def check_version(
    engine: str, path: Path, ksize: int | None = None, scaled: int | None = None
) -> None:
    """Refuse a database of another version or kind of k-mers, or one that was cut short.

    Little is read: of many sketches of sylph's beginning and end.

    Parameters
    ----------
    engine : str
    path : Path
        Known to be of the engine's kind.
    ksize, scaled : int or None
        Length of k-mers that sourmash is asked for, and of how many one is kept; None for any.

    Raises
    ------
    InputError
        `shotgun-database`, with what was found.

    """
    if engine == "kraken2":
        _check_kraken2(path)
    elif engine == "sylph":
        _check_sketches(path, is_deep=False)
    elif engine == "sourmash":
        known = signatures_in(path)
        if known is not None:
            _check_sourmash(path, known, ksize, scaled)


def check_whole(engine: str, path: Path) -> None:
    """Refuse a database that was cut short; sylph's is read sketch by sketch for it.

    Raises
    ------
    InputError
        `shotgun-database`, with what was found.

    """
    check_version(engine, path)
    if engine == "sylph":
        _check_sketches(path, is_deep=True)


def _check_sketches(path: Path, *, is_deep: bool) -> None:
    try:
        check_sketches(path, is_deep=is_deep)
    except EOFError as error:
        raise wrong_database(path, "a whole file of sketches of one kind", error) from None


def _check_kraken2(folder: Path) -> None:
    kmers_of_kraken2(folder)
    _check_taxonomy(folder)
    table = folder / "hash.k2d"
    with table.open("rb") as handle:
        head = handle.read(_TABLE_HEAD.size)
    size = table.stat().st_size
    cells = _TABLE_HEAD.unpack(head)[0] if len(head) == _TABLE_HEAD.size else 0
    expected = _TABLE_HEAD.size + cells * _CELL_BYTES
    if size != expected:
        found = f"hash.k2d of {size:,} bytes, which says that it has {expected:,}"
        raise wrong_database(folder, "a whole table, of this version of Kraken2", found)


def kmers_of_kraken2(folder: Path) -> int:
    """Read of how many bases the k-mers of a Kraken 2 database are (`opts.k2d`).

    Raises
    ------
    InputError
        `shotgun-database`, if these options are none.

    """
    with (folder / "opts.k2d").open("rb") as handle:
        data = handle.read(_LEAST_OPTIONS_BYTES)
    if len(data) < _LEAST_OPTIONS_BYTES:
        found = f"opts.k2d of {len(data)} bytes"
    else:
        k: int
        k, length = struct.unpack_from("<2Q", data)
        if 0 < length <= k < _MOST_K:
            return k
        found = f"opts.k2d with k-mers of {k} and minimizers of {length}"
    raise wrong_database(folder, "whole options, of this version of Kraken2", found)


def _check_taxonomy(folder: Path) -> None:
    taxonomy = folder / "taxo.k2d"
    with taxonomy.open("rb") as handle:
        head = handle.read(_TAXONOMY_HEAD.size)
    start = head[: len(_TAXONOMY_START)]
    if start != _TAXONOMY_START:
        found = f"taxo.k2d begins with {start!r}, which is of another version"
        raise wrong_database(folder, KINDS["kraken2"], found)
    size, expected = taxonomy.stat().st_size, _TAXONOMY_HEAD.size
    if len(head) == _TAXONOMY_HEAD.size:
        _, nodes, names, ranks = _TAXONOMY_HEAD.unpack(head)
        expected += nodes * _NODE_BYTES + names + ranks
    if size != expected:
        found = f"taxo.k2d of {size:,} bytes, which says that it has {expected:,}"
        raise wrong_database(folder, "a whole taxonomy, of this version of Kraken2", found)


def _check_sourmash(
    path: Path, known: Sequence[Signature], ksize: int | None, scaled: int | None
) -> None:
    """Hold sketches to what is asked: of DNA, of that k, and as dense (sourmash can thin only)."""
    usable = [one for one in known if one.moltype == "DNA" and one.scaled > 0]
    asked = [one for one in usable if ksize in (None, one.ksize)]
    if not asked:
        has = ", ".join(map(str, sorted({one.ksize for one in usable}))) or "none of DNA"
        wanted = f" with k-mers of {ksize} (sourmash_ksize)" if ksize else " of DNA"
        raise wrong_database(path, f"sketches{wanted}", f"k-mers of {has}")
    thinnest = max(one.scaled for one in asked)
    if scaled is not None and scaled < thinnest:
        raise problem_of(
            "shotgun-database",
            str(path),
            found=f"one k-mer of {thinnest} (scaled)",
            expected=f"one of {scaled} or more (sourmash_scaled): what was not kept is not there",
            fix=f"Write sourmash_scaled: {thinnest}, or name sketches with more k-mers",
        )
