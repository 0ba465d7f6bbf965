"""The genomes whose reads are taken out of metagenomes: those named, and PhiX where installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soilbio.metadata.config import Config
from soilbio.references.manifest import references_root

PHIX = "phix"
_PHIX_FILE = "genome.fasta.gz"
# A base of a genome costs minimap2's index about so many bytes.
_INDEX_BYTES_PER_BASE = 4


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
    size = 0
    for genome in genomes:
        if genome.path.is_file():
            bytes_a_base = 4 if genome.path.suffix == ".gz" else 1
            size += genome.path.stat().st_size * bytes_a_base
    return 500 + size * _INDEX_BYTES_PER_BASE // 10**6
