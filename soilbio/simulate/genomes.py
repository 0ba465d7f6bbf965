"""Genomes that metagenomes are drawn from: a user's own, read from FASTA files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soilbio.errors import Problems, problem_of
from soilbio.references.build import read_sequences
from soilbio.references.genomes import genome_id_of
from soilbio.references.lineages import ranks_of, read_lineages
from soilbio.simulate.metagenome_design import Metagenomes
from soilbio.simulate.region import Amplicon
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage

RANKS = ("domain", "phylum", "class", "order", "family", "genus", "species")
_ENDS = (".fa", ".fna", ".fasta")
_CODES = np.full(256, 255, np.uint8)
_CODES[np.frombuffer(b"ACGT", np.uint8)] = range(4)


@dataclass(frozen=True, slots=True)
class Genome:
    """A genome as stretches of bases, codes 0 to 3 for A, C, G, T; none spans a gap.

    `in_database` says whether a database may hold it.
    """

    genome_id: str
    lineage: str
    stretches: tuple[NDArray[np.uint8], ...]
    in_database: bool

    @property
    def length_bp(self) -> int:
        """How many bases it has."""
        return sum(len(stretch) for stretch in self.stretches)


def encode(sequence: str) -> NDArray[np.uint8]:
    """Write bases as codes 0 to 3, other letters as 255."""
    return np.asarray(_CODES[np.frombuffer(sequence.encode("ascii", "replace"), np.uint8)])


def list_genomes(wanted: Metagenomes) -> tuple[list[Amplicon], dict[str, Path]]:
    """List a folder's genomes as candidates of a community, and where each lies.

    Returns
    -------
    tuple of list of Amplicon and dict of id to Path
        The `sequence` of a candidate is the genome's id: it is what tells them apart.

    Raises
    ------
    InputError
        `simulate-genome`, if there are none; `reference-lineage-missing` for those without
        lineage, `reference-duplicate` for two files of one id.

    """
    folder, table = wanted.genomes, wanted.lineages
    if folder is None or table is None:
        raise ValueError("genomes are made up, not listed")
    files = sorted(path for path in folder.glob("*") if _is_genome(path))
    if not files:
        raise problem_of(
            "simulate-genome",
            str(folder),
            found="no FASTA file",
            expected="a folder with one file for each genome, ending with .fa, .fna or .fasta,"
            " plain or gzip",
            fix="Correct `metagenomes.genomes`, or leave it out and genomes are made up",
        )
    lineages = {_bare(name): text for name, text in read_lineages(table).items()}
    problems, places = Problems(str(folder)), dict[str, Path]()
    for path in files:
        name = genome_id_of(path)
        if name in places:
            code, expected = "reference-duplicate", f"one file of each genome, not {places[name]}"
            problems.add(code, found=path.name, expected=expected, fix="Remove one of them")
        elif name not in lineages:
            problems.add(
                "reference-lineage-missing",
                found=name,
                expected=f"a lineage for every genome in {table}",
                fix="Add the line `id<tab>lineage`, or remove the genome",
            )
        places[name] = path
    problems.raise_if_any()
    return [_candidate(name, lineages[name]) for name in sorted(places)], places


def _is_genome(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(_ENDS)


def _bare(name: str) -> str:
    """GTDB puts RS_ and GB_ before accessions."""
    return name.removeprefix("RS_").removeprefix("GB_")


def _candidate(name: str, lineage: str) -> Amplicon:
    ranks = ranks_of(lineage)
    return Amplicon(name, (name,), lineage, ranks.get("p", ""), ranks.get("g", ""))


def read_genome(path: Path, lineage: str, *, min_length_bp: int, in_database: bool) -> Genome:
    """Read a genome; contigs are cut at letters that are no base, short pieces left out.

    Raises
    ------
    InputError
        `simulate-genome`, if no piece is long enough; and what reading FASTA raises.

    """
    stretches: list[NDArray[np.uint8]] = []
    for _, sequence in read_sequences(path):
        pieces = re.split("[^ACGT]+", sequence)
        stretches += [encode(piece) for piece in pieces if len(piece) >= min_length_bp]
    if not stretches:
        raise problem_of(
            "simulate-genome",
            str(path),
            expected=f"a stretch of {min_length_bp} bases or more, A, C, G and T",
            fix="Remove this file, or get it again",
        )
    return Genome(genome_id_of(path), lineage, tuple(stretches), in_database)


def names_of(lineage: str) -> dict[str, str]:
    """Name the ranks of a lineage as a dataset does; empty where there is no name."""
    ranks: Mapping[str, str | None] = canonical(parse_lineage(lineage)).ranks
    return {rank: ranks.get(rank) or "" for rank in RANKS}


def known_ranks(genomes: Sequence[Genome]) -> list[str]:
    """Say of each genome down to which rank a database knows it; empty, if not even the domain."""
    held: set[tuple[str, str]] = set()
    for genome in genomes:
        if genome.in_database:
            held |= set(names_of(genome.lineage).items())
    known = []
    for genome in genomes:
        names = names_of(genome.lineage)
        ranks = [rank for rank in RANKS if names[rank] and (rank, names[rank]) in held]
        known.append(ranks[-1] if ranks else "")
    return known
