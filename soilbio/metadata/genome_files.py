"""The genomes whose reads are taken out of metagenomes: those named, and PhiX where installed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.config import Config
from soilbio.references.machine import memory_bytes
from soilbio.references.manifest import references_root
from soilbio.standards.iupac import BASES

PHIX = "phix"
_PHIX_FILE = "genome.fasta.gz"
_GZIP = b"\x1f\x8b"
_UNKNOWN = b"Nn-.* \t\r\n"
_OF_DNA = "".join(BASES).encode() + "".join(BASES).lower().encode() + b"Uu" + _UNKNOWN
# Of a genome so much is read before a run; all of it when it is indexed.
_FIRST_BYTES = 1 << 16
# A base of a genome costs minimap2's index about so many bytes.
_INDEX_BYTES_PER_BASE = 4
# What trimming, counting and aligning take beside the index.
_CLEANING_MB = 2000


@dataclass(frozen=True, slots=True)
class Genome:
    """A genome whose reads are taken out; `path` is a FASTA file, plain or gzip."""

    name: str
    path: Path


def genomes_of(project: Config) -> list[Genome]:
    """List the genomes whose reads are taken out: those named, and PhiX where it is installed."""
    named = [Genome(one["name"], one["fasta"]) for one in project.shotgun["remove"]]
    phix = references_root() / PHIX / _PHIX_FILE
    wants = project.shotgun["remove_phix"] and PHIX not in {genome.name for genome in named}
    return [*named, Genome(PHIX, phix)] if wants and phix.is_file() else named


def genomes_memory_mb(genomes: Sequence[Genome]) -> int:
    """Estimate what minimap2 needs: the index's bytes, and half a gigabyte for reads."""
    return 500 + index_bytes(genomes) // 10**6


def index_bytes(genomes: Sequence[Genome]) -> int:
    """Estimate the size of minimap2's index, in memory and on the disk."""
    size = 0
    for genome in genomes:
        if genome.path.is_file():
            bytes_a_base = 4 if genome.path.suffix == ".gz" else 1
            size += genome.path.stat().st_size * bytes_a_base
    return size * _INDEX_BYTES_PER_BASE


def cleaning_memory_mb(genomes: Sequence[Genome]) -> int:
    """Say what memory a job asks for that trims reads and takes out those of the genomes."""
    return _CLEANING_MB + genomes_memory_mb(genomes)


def check_genomes(project: Config, problems: Problems) -> None:
    """Note genomes that are no FASTA file or do not fit into memory, and names that come twice."""
    _check_fit(project, problems)
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
                fix="Give the path of a genome (.fna, not its proteins); it was looked for at"
                f" {one['fasta']}",
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


def _check_fit(project: Config, problems: Problems) -> None:
    """Note genomes whose index does not fit into memory, as databases are."""
    needed, there = cleaning_memory_mb(genomes_of(project)) * 10**6, memory_bytes()
    if not project.shotgun["remove"] or needed <= there:
        return
    problems.add(
        "shotgun-memory",
        row=project.row("shotgun", "remove"),
        column="shotgun.remove",
        found=f"genomes that take {needed / 1e9:.1f} GB, memory of {there / 1e9:.1f} GB",
        expected="memory that holds the index of all genomes, about four bytes a base",
        fix="Use a machine with more (SOILBIO_MEMORY_GB states that of a cluster's nodes), or name"
        " fewer genomes or parts of them",
    )


def _fault_of(path: Path) -> str:
    """Say why a file is no FASTA of a genome, as far as its beginning shows; else empty."""
    try:
        with path.open("rb") as raw:
            start = raw.read(_FIRST_BYTES)
        if start.startswith(_GZIP):
            with gzip.open(path) as packed:
                start = packed.read(_FIRST_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        return str(getattr(error, "strerror", None) or error)
    if not start.startswith(b">"):
        return f"begins with {start[:1]!r}" if start else "an empty file"
    bases = b"".join(line for line in start.split(b"\n") if not line.startswith(b">"))
    if fault := not_dna(bases):
        return fault
    return "" if has_bases(bases) or len(start) == _FIRST_BYTES else "no bases"


def not_dna(text: bytes) -> str:
    """Name the letters that are none of DNA, gaps included; empty if there are none."""
    strange = sorted(set(text.translate(None, _OF_DNA).decode("latin-1").upper()))
    return f"the letter{'s' if len(strange) > 1 else ''} {' '.join(strange[:6])}" if strange else ""


def has_bases(text: bytes) -> bool:
    """Tell whether any base of a text is known."""
    return bool(text.translate(None, _UNKNOWN))
