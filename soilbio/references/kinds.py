"""What a profiler's database looks like, and that it fits into memory."""

from __future__ import annotations

import struct
from pathlib import Path

from soilbio.errors import InputError, problem_of
from soilbio.references.entries import read_manifest
from soilbio.references.machine import memory_bytes, memory_of, what_would_fit
from soilbio.references.sourmash_files import NotSketches, Signature, signatures_of

KRAKEN2_FILES = ("hash.k2d", "opts.k2d", "taxo.k2d")
KINDS = {
    "kraken2": "the folder of a Kraken2 database (hash.k2d, opts.k2d, taxo.k2d)",
    "sylph": "a file of genomes' sketches (.syldb)",
    "sourmash": "a file of genomes' sketches that sourmash reads (.zip, .sig)",
}

# A sketch has a name, some numbers and the lengths of its lists.
_LEAST_SKETCH_BYTES = 40


def check_kind(engine: str, path: Path) -> None:
    """Refuse what is no database of an engine; only its beginning is read.

    Raises
    ------
    InputError
        `shotgun-database`.

    """
    if not path.exists():
        raise wrong_database(path, KINDS[engine], "nothing there")
    if engine == "kraken2":
        missing = [name for name in KRAKEN2_FILES if not (path / name).is_file()]
        if missing:
            raise wrong_database(path, KINDS[engine], f"no {', '.join(missing)}")
    elif not path.is_file():
        raise wrong_database(path, KINDS[engine], "a folder")
    elif engine == "sylph":
        _check_sylph(path)
    else:
        signatures_in(path)


def _check_sylph(path: Path) -> None:
    """Look at the two numbers that a file of sketches begins with: of sketches, and of k-mers.

    pysylph itself stops the whole process at a file that is none.
    """
    with path.open("rb") as handle:
        head = handle.read(16)
    size = path.stat().st_size
    if len(head) < 16:
        raise wrong_database(path, KINDS["sylph"], f"{size} bytes")
    sketches, kmers = struct.unpack("<QQ", head)
    if not 0 < sketches * _LEAST_SKETCH_BYTES <= size or kmers * 8 > size:
        raise wrong_database(path, KINDS["sylph"], "no sketches at its beginning")


def signatures_in(path: Path) -> list[Signature] | None:
    """List the sketches of a file of sourmash's, as `signatures_of`, or refuse it.

    Raises
    ------
    InputError
        `shotgun-database`.

    """
    try:
        return signatures_of(path)
    except NotSketches as error:
        raise wrong_database(path, KINDS["sourmash"], error) from error


def check_fits(engine: str, path: Path, memory: int | None = None) -> None:
    """Refuse a database that does not fit into memory, and say what would.

    Raises
    ------
    InputError
        `shotgun-memory`.

    """
    needed = memory_of(engine, path)
    there = memory_bytes() if memory is None else memory
    if needed <= there:
        return
    fix = "Use a machine with more (SOILBIO_MEMORY_GB states that of a cluster's nodes); {fit}"
    if engine == "kraken2":
        cap = int(0.9 * there / 1e9 - 0.5)
        fix += f"; or build one of at most {cap} GB (--max-size-gb)" if cap > 0 else ""
    raise problem_of(
        "shotgun-memory",
        str(path),
        found=f"a database that takes {needed / 1e9:.1f} GB, memory of {there / 1e9:.1f} GB",
        expected="memory that holds the whole database",
        fix=fix.format(fit=what_would_fit(read_manifest(), engine, there)),
    )


def wrong_database(database: Path, expected: str, found: object) -> InputError:
    """Say that a file or folder is no such database."""
    return problem_of(
        "shotgun-database",
        str(database),
        found=str(found)[:200],
        expected=expected,
        fix="Build it with the tool's own command, or correct its path under shotgun:",
    )
