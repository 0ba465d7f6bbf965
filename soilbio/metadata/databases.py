"""The databases of a project's profilers: there, of the right kind, and not too large."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.metadata.config import Config
from soilbio.metadata.sheet import Library

KRAKEN2_FILES = ("hash.k2d", "opts.k2d", "taxo.k2d")
_KIND = {
    "kraken2": "the folder of a Kraken2 database",
    "sylph": "a file of genomes' sketches (.syldb)",
    "sourmash": "a file of genomes' sketches (.zip, .sig)",
}


def check_databases(project: Config, libraries: Iterable[Library], problems: Problems) -> None:
    """Note the databases that the sheet's profilers need and that are not named, there or fit."""
    used = {
        profiler
        for library in libraries
        if (assay := project.assays.get(library.assay)) is not None and assay.is_shotgun
        for profiler in assay.profilers
    }
    for profiler in sorted(used):
        key = f"{profiler}_database"
        path: Path | None = project.shotgun[key]
        if path is None or not path.exists():
            problems.add(
                "shotgun-database",
                row=project.row("shotgun", key),
                column=f"shotgun.{key}",
                found=path.name if path else None,
                expected=_KIND[profiler],
                fix=f"Correct the path; it was looked for at {path}"
                if path
                else f"Name it, or take {profiler} out of the assay's profilers",
            )
        elif profiler == "kraken2":
            try:
                check_kraken2(path)
            except InputError as error:
                problems.extend(error.problems)


def check_kraken2(database: Path, memory_bytes: int | None = None) -> None:
    """Refuse a folder that is no database of Kraken2, or one that does not fit into memory.

    Raises
    ------
    InputError
        With what would fit.

    """
    missing = [name for name in KRAKEN2_FILES if not (database / name).is_file()]
    if missing:
        raise wrong_database(database, _KIND["kraken2"], f"no {', '.join(missing)}")
    size = (database / "hash.k2d").stat().st_size
    there = memory_bytes if memory_bytes is not None else _memory()
    if size > there:
        raise problem_of(
            "shotgun-memory",
            str(database),
            found=f"a database of {size / 1e9:.1f} GB, memory of {there / 1e9:.1f} GB",
            expected="memory that holds the whole database",
            fix=f"Use a machine with more, or a database of at most {0.9 * there / 1e9:.0f} GB"
            " (kraken2-build --max-db-size)",
        )


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def wrong_database(database: Path, expected: str, found: object) -> InputError:
    """Say that a file or folder is no such database."""
    return problem_of(
        "shotgun-database",
        str(database),
        found=str(found)[:200],
        expected=expected,
        fix="Build it with the tool's own command, or correct its path under shotgun:",
    )
