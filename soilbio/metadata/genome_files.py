"""The genomes whose reads a project removes: there, and FASTA."""

from __future__ import annotations

import gzip
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.config import Config

_GZIP = b"\x1f\x8b"


def check_genomes(project: Config, problems: Problems) -> None:
    """Note genomes that are no FASTA file, and names that come twice."""
    names = set[str]()
    for place, one in enumerate(project.shotgun["remove"]):
        row = project.row("shotgun", "remove", place) or project.row("shotgun", "remove")
        if fault := _fault_of(one["fasta"]):
            problems.add(
                "shotgun-genome",
                row=row,
                column=f"shotgun.remove.{place}.fasta",
                found=f"{one['name']}: {fault}",
                expected="a genome as FASTA, plain or gzip",
                fix=f"Correct the path; it was looked for at {one['fasta']}",
            )
        if one["name"] in names:
            problems.add(
                "shotgun-genome",
                row=row,
                column=f"shotgun.remove.{place}.name",
                found=one["name"],
                expected="a name of its own for each genome",
                fix="Rename one of the two",
            )
        names.add(one["name"])


def _fault_of(path: Path) -> str:
    """Say why a file is no FASTA; empty if it may be one."""
    try:
        with path.open("rb") as raw:
            start = raw.read(2)
        if start == _GZIP:
            with gzip.open(path) as packed:
                start = packed.read(1)
    except (OSError, EOFError) as error:
        return str(getattr(error, "strerror", None) or error)
    if start[:1] == b">":
        return ""
    return f"begins with {start[:1]!r}" if start else "an empty file"
