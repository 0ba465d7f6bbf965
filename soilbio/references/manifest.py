"""Which references are installed, where, and what is known of each."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soilbio.errors import InputError, problem_of
from soilbio.references.entries import NAME, Entry, Member, Source, read_manifest, to_get

__all__ = ["NAME", "Entry", "Member", "Source", "read_manifest"]

SEQUENCES, LINEAGES, DESCRIPTION = "sequences.fasta.gz", "lineages.tsv.gz", "reference.json"


@dataclass(frozen=True, slots=True)
class Reference:
    """Sequences with lineages on disk; `sha256` is that of the two files, one after the other."""

    name: str
    version: str
    sha256: str
    sequences: Path
    lineages: Path


@dataclass(frozen=True, slots=True)
class Database:
    """An installed database: what its engine is given, and lineages where it only names genomes."""

    name: str
    engine: str
    version: str
    licence: str | None
    sha256: str
    path: Path
    lineages: Path | None


def references_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Say where references are installed: SOILBIO_REFERENCES, or a folder of the user's own."""
    chosen = environment.get("SOILBIO_REFERENCES")
    return Path(chosen) if chosen else Path.home() / ".local/share/soilbio/references"


def locate(name: str, root: Path | None = None) -> Reference:
    """Find an installed reference of sequences; its checksums are not computed again.

    Raises
    ------
    InputError
        `reference-missing`, if it is not installed; `reference-engine`, if it is a database.

    """
    folder = (root or references_root()) / name
    description = describe(name, root, "amplicons")
    engine = engine_of(description)
    if engine != "amplicons":
        raise _wrong_engine(name, engine, "sequences with lineages, for amplicons")
    return Reference(
        name,
        description["version"],
        description["sha256"],
        folder / SEQUENCES,
        folder / LINEAGES,
    )


def locate_database(name: str, engine: str, root: Path | None = None) -> Database:
    """Find an installed database of an engine; its checksums are not computed again.

    Raises
    ------
    InputError
        `reference-missing`, if it is not installed; `reference-engine`, if it is another engine's.

    """
    description = describe(name, root, engine)
    if engine_of(description) != engine:
        raise _wrong_engine(name, engine_of(description), f"a database of {engine}")
    return _to_database(name, description, (root or references_root()) / name)


def _to_database(name: str, description: Mapping[str, Any], folder: Path) -> Database:
    lineages = description.get("lineages")
    return Database(
        name,
        engine_of(description),
        description["version"],
        description["licence"],
        description["sha256"],
        folder / description["database"] if description["database"] else folder,
        folder / lineages if lineages else None,
    )


def path_of_database(text: str, folder: Path) -> Path:
    """Find what a configuration calls a database: a path, or the name of an installed reference.

    What is there under that path comes first. A name that soilbio knows and that is not installed
    gives the place where it would be, so that it can be told.
    """
    path = (folder / text).resolve()
    if path.exists() or not NAME.fullmatch(text):
        return path
    if text in installed():
        description = describe(text)
        if engine_of(description) != "amplicons":
            return _to_database(text, description, references_root() / text).path
        return references_root() / text
    return references_root() / text if text in read_manifest() else path


def database_at(path: Path, root: Path | None = None) -> Database | None:
    """Tell which installed database a path is; None, if it is none of them."""
    top = (root or references_root()).resolve()
    path = path.resolve()
    if path == top or not path.is_relative_to(top):
        return None
    name = path.relative_to(top).parts[0]
    try:
        description = describe(name, root)
    except InputError:
        return None
    if engine_of(description) == "amplicons":
        return None
    return _to_database(name, description, top / name)


def describe(name: str, root: Path | None = None, engine: str | None = None) -> dict[str, Any]:
    """Read what was noted of a reference when it was installed.

    Where it is not, others of an `engine` are named, if one is asked for.

    Raises
    ------
    InputError
        `reference-missing`, if it is not installed.

    """
    top = root or references_root()
    if not NAME.fullmatch(name) or not (top / name / DESCRIPTION).is_file():
        manifest = {
            one: entry
            for one, entry in read_manifest().items()
            if engine is None or entry.engine == engine
        }
        there = (one for one in installed(root) if one != name)
        others = {one for one in there if engine in (None, engine_of(describe(one, root)))}
        known = ", ".join(sorted({*manifest, *others}))
        get = f"Run `{to_get(manifest[name])}`, or correct" if name in manifest else "Correct"
        raise problem_of(
            "reference-missing",
            str(top),
            found=name,
            expected=f"an installed reference (known: {known})",
            fix=f"{get} the name",
        )
    text = (top / name / DESCRIPTION).read_text(encoding="utf-8")
    description: dict[str, Any] = json.loads(text)
    return description


def engine_of(description: Mapping[str, Any]) -> str:
    """Name the engine of an installed reference; the first ones were all of amplicons."""
    return str(description.get("engine", "amplicons"))


def _wrong_engine(name: str, engine: str, expected: str) -> InputError:
    return problem_of(
        "reference-engine",
        name,
        found=f"a reference of {engine}",
        expected=expected,
        fix="Name another one; `soilbio reference list` shows which reference is of which engine",
    )


def installed(root: Path | None = None) -> list[str]:
    """Names of the installed references, sorted."""
    return sorted(
        path.parent.name
        for path in (root or references_root()).glob(f"*/{DESCRIPTION}")
        if NAME.fullmatch(path.parent.name)
    )


def reference_of_files(name: str, version: str, sequences: Path, lineages: Path) -> Reference:
    """Describe a reference of the user's own: a FASTA file and a table of id and lineage."""
    for path in (sequences, lineages):
        if not path.is_file():
            raise problem_of(
                "reference-file-missing",
                str(path),
                expected="a file that exists, FASTA for sequences, `id<tab>lineage` for lineages",
                fix=f"Correct the path; it was looked for at {path.absolute()}",
            )
    return Reference(name, version, sha256_of(sequences, lineages), sequences, lineages)


def sha256_of(*paths: Path) -> str:
    """SHA-256 of files one after the other, as `cat FILE ... | sha256sum` gives it."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def sha256_of_sums(sums: Mapping[str, str]) -> str:
    """One SHA-256 for the files of a folder: of their `sum  name` lines, sorted by name."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
