"""References that a user carries in, and whether those installed are still what they were."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.references.build import checked_sequences
from soilbio.references.disk import atomic_text, writing_to
from soilbio.references.fetch import put_in_place
from soilbio.references.lineages import read_lineages
from soilbio.references.manifest import (
    DESCRIPTION,
    LINEAGES,
    NAME,
    SEQUENCES,
    Reference,
    installed,
    locate,
    read_manifest,
    reference_of_files,
    references_root,
    sha256_of,
)


@dataclass(frozen=True, slots=True)
class Own:
    """What a user says of a reference that is carried in."""

    name: str
    version: str
    licence: str
    sequences: Path
    lineages: Path


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
    _check_name(own)
    source = reference_of_files(own.name, own.version, own.sequences, own.lineages)
    lineages = read_lineages(own.lineages)
    with writing_to(root, remedy="set SOILBIO_REFERENCES to a folder on another disk"):
        root.mkdir(parents=True, exist_ok=True)
        with (root / f".{own.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            part = root / f".{own.name}.part"
            shutil.rmtree(part, ignore_errors=True)
            try:
                part.mkdir()
                number = _copy(source, lineages, part)
                digest = _describe(own, part)
                _check_taken(own, digest, root)
                put_in_place(part, root / own.name)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    return locate(own.name, root), number


def _check_name(own: Own) -> None:
    if not NAME.fullmatch(own.name) or own.name in read_manifest():
        raise problem_of(
            "reference-name",
            "reference add",
            found=own.name,
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


def _describe(own: Own, part: Path) -> str:
    digest = sha256_of(part / SEQUENCES, part / LINEAGES)
    description = {
        **{"name": own.name, "title": own.name, "version": own.version, "licence": own.licence},
        "source": [own.sequences.name, own.lineages.name],
        "sha256": digest,
    }
    text = json.dumps(description, indent=2) + "\n"
    (part / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")
    return digest


def _check_taken(own: Own, digest: str, root: Path) -> None:
    """Refuse other content under a name that is in use: datasets name it and its checksum."""
    if own.name in installed(root) and locate(own.name, root).sha256 != digest:
        raise problem_of(
            "reference-taken",
            str(root / own.name),
            found=own.name,
            expected="a name of its own for each content",
            fix="Put the version into the name, or remove that folder if nothing needs it",
        )


def damaged(names: Sequence[str] = (), *, root: Path | None = None) -> dict[str, bool]:
    """Tell of installed references, all or those named, whether their checksum is another now.

    Raises
    ------
    InputError
        `reference-missing`, if one is not installed.

    """
    found = {}
    for name in names or installed(root):
        reference = locate(name, root)
        files = (reference.sequences, reference.lineages)
        is_there = all(path.is_file() for path in files)
        found[name] = not is_there or sha256_of(*files) != reference.sha256
    return found
