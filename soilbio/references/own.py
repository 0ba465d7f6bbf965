"""References that a user carries in, and whether those installed are still what they were."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from soilbio.errors import InputError, problem_of
from soilbio.references.build import checked_sequences
from soilbio.references.disk import atomic_bytes, atomic_text, writing_to
from soilbio.references.download import require_space
from soilbio.references.entries import PROFILERS
from soilbio.references.fetch import locked, part_of, put_in_place, write_description
from soilbio.references.kinds import check_kind
from soilbio.references.layouts import DATABASE_NAMES, Installed
from soilbio.references.lineages import read_lineages
from soilbio.references.manifest import (
    DESCRIPTION,
    LINEAGES,
    NAME,
    SEQUENCES,
    Reference,
    describe,
    engine_of,
    installed,
    locate,
    locate_database,
    read_manifest,
    reference_of_files,
    references_root,
    sha256_of,
)
from soilbio.references.versions import check_whole


@dataclass(frozen=True, slots=True)
class Own:
    """What a user says of a reference that is carried in."""

    name: str
    version: str
    licence: str
    sequences: Path
    lineages: Path


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """What a user says of a profiler's database that is carried in."""

    name: str
    version: str
    licence: str
    engine: str
    database: Path
    lineages: Path | None = None


def add_reference(own: Own, *, root: Path | None = None) -> tuple[Reference, int]:
    """Install a FASTA with its lineages; every sequence must have one, and each id comes once.

    Returns
    -------
    tuple of Reference and int
        The installed reference, and how many sequences it has.

    Raises
    ------
    InputError
        If the name is none, known or taken by other content, or the files have mistakes. Nothing
        is left behind then.

    """
    root = root or references_root()
    _check_name(own.name)
    source = reference_of_files(own.name, own.version, own.sequences, own.lineages)
    lineages = read_lineages(own.lineages)
    with _place(root, own.name) as part:
        number = _copy(source, lineages, part)
        facts = _facts(own, "amplicons") | {"source": [own.sequences.name, own.lineages.name]}
        _finish(own.name, write_description(facts, Installed("", LINEAGES), part), part, root)
    return locate(own.name, root), number


def add_database(own: OwnDatabase, *, root: Path | None = None) -> Path:
    """Install a profiler's database: a copy of it, and of the lineages of its genomes.

    Returns
    -------
    Path
        Its folder.

    Raises
    ------
    InputError
        As for `add_reference`; `shotgun-database`, if it is none of that engine, or was cut short;
        `disk-full`.

    """
    root = root or references_root()
    _check_name(own.name)
    own = _unfolded(own)
    check_kind(own.engine, own.database)
    check_whole(own.engine, own.database)
    if own.lineages:
        read_lineages(own.lineages)
    files = _files_of(own)
    with _place(root, own.name) as part:
        require_space(part, sum(path.stat().st_size for path in files.values()), own.name)
        for name, path in files.items():
            shutil.copyfile(path, part / name)
        if own.lineages:
            data = own.lineages.read_bytes()
            with atomic_bytes(part / LINEAGES) as handle:
                handle.write(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        laid_out = Installed(DATABASE_NAMES.get(own.engine, ""), LINEAGES if own.lineages else None)
        facts = _facts(own, own.engine) | {"source": [own.database.name]}
        _finish(own.name, write_description(facts, laid_out, part), part, root)
    return root / own.name


def _unfolded(own: OwnDatabase) -> OwnDatabase:
    """Take a folder that `reference build` wrote: sketches, and the lineages of their genomes."""
    name = DATABASE_NAMES.get(own.engine, "")
    if not name or not (own.database / name).is_file():
        return own
    table = own.database / LINEAGES
    lineages = own.lineages or (table if table.is_file() else None)
    return replace(own, database=own.database / name, lineages=lineages)


def _files_of(own: OwnDatabase) -> dict[str, Path]:
    """Name the files to copy, as they are to be called: of a folder those at its top."""
    if own.engine in DATABASE_NAMES:
        return {DATABASE_NAMES[own.engine]: own.database}
    return {
        path.name: path
        for path in sorted(own.database.iterdir())
        if path.is_file() and NAME.fullmatch(path.name) and path.name != DESCRIPTION
    }


@contextmanager
def _place(root: Path, name: str) -> Iterator[Path]:
    """Give a folder to fill, while no other process installs that reference."""
    with writing_to(root, remedy="set SOILBIO_REFERENCES to a folder on another disk"):
        root.mkdir(parents=True, exist_ok=True)
        with locked(root, name), part_of(root, name) as part:
            yield part


def _finish(name: str, digest: str, part: Path, root: Path) -> None:
    _check_taken(name, digest, root)
    put_in_place(part, root / name)


def _facts(own: Own | OwnDatabase, engine: str) -> dict[str, str]:
    return {
        "name": own.name,
        "title": own.name,
        "version": own.version,
        "licence": own.licence,
        "engine": engine,
    }


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or name in read_manifest():
        raise problem_of(
            "reference-name",
            "reference add",
            found=name,
            expected="a name of letters, digits, '.', '_' and '-' that soilbio does not know yet",
            fix="Such as unite-10-fungi",
        )


def _copy(source: Reference, lineages: dict[str, str], part: Path) -> int:
    """Write sequences and their lineages anew: upper case, one line each, no others."""
    number = 0
    with atomic_text(part / SEQUENCES) as fasta, atomic_text(part / LINEAGES) as table:
        for name, sequence in checked_sequences(source, lineages):
            fasta.write(f">{name}\n{sequence}\n")
            table.write(f"{name}\t{lineages[name]}\n")
            number += 1
    if not number:
        raise problem_of(
            "reference-file-unreadable",
            str(source.sequences),
            found="no sequence",
            expected="a FASTA file with at least one",
            fix="Get the file again, or correct the path",
        )
    return number


def _check_taken(name: str, digest: str, root: Path) -> None:
    """Refuse other content under a name that is in use: datasets name it and its checksum."""
    if name in installed(root) and describe(name, root)["sha256"] != digest:
        raise problem_of(
            "reference-taken",
            str(root / name),
            found=name,
            expected="a name of its own for each content",
            fix="Put the version into the name, or remove that folder if nothing needs it",
        )


def damaged(names: Sequence[str] = (), *, root: Path | None = None) -> dict[str, bool]:
    """Tell of installed references, all or those named, whether their checksum is another now.

    Also whether a database is not whole: it may have been cut when it was installed.

    Raises
    ------
    InputError
        `reference-missing`, if one is not installed.

    """
    found = {}
    for name in names or installed(root):
        description = describe(name, root)
        folder = (root or references_root()) / name
        # The first installations noted one checksum for both files.
        sums = description.get("files") or {}
        if sums:
            found[name] = any(
                not (folder / file).is_file() or sha256_of(folder / file) != digest
                for file, digest in sums.items()
            ) or not _is_whole(name, description, root)
            continue
        reference = locate(name, root)
        files = (reference.sequences, reference.lineages)
        is_there = all(path.is_file() for path in files)
        found[name] = not is_there or sha256_of(*files) != reference.sha256
    return found


def _is_whole(name: str, description: Mapping[str, Any], root: Path | None) -> bool:
    engine = engine_of(description)
    if engine not in PROFILERS:
        return True
    path = locate_database(name, engine, root).path
    try:
        check_kind(engine, path)
        check_whole(engine, path)
    except InputError:
        return False
    return True
