"""Simulate metagenomes: whose genomes, the reads of a library, and the truth about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soilbio.references.build import read_sequences
from soilbio.references.disk import atomic_bytes, atomic_text
from soilbio.simulate.community import Pool, draw_pool, generator, quantised, weights_of
from soilbio.simulate.design import Design, Library
from soilbio.simulate.draw import reference_of
from soilbio.simulate.fragments import Stretches, draw_pairs, to_stretches
from soilbio.simulate.genomes import Genome, known_ranks, list_genomes, read_genome
from soilbio.simulate.made_up import genes_of, make_genomes, needed_ids, to_text
from soilbio.simulate.metagenome_design import Metagenomes
from soilbio.simulate.reads import to_fastq

TRUTH_COLUMNS = (
    "library_id",
    "genome",
    "lineage",
    "pairs",
    "share_of_reads",
    "share_of_genomes",
    "known_rank",
)
_CHUNK = 10_000
_LEVEL = 4


@dataclass(frozen=True, slots=True)
class PreparedGenomes:
    """What all metagenomes of a design share; `genomes` are those of `pool.everyone`, in order."""

    design: Design
    wanted: Metagenomes
    pool: Pool
    genomes: tuple[Genome, ...]
    stretches: Stretches


@dataclass(frozen=True, slots=True)
class GenomeTruth:
    """How much of a library one genome is: of its reads, and of its organisms.

    `known_rank` is the lowest rank at which a database without the genomes left out knows it.
    """

    library_id: str
    genome: str
    lineage: str
    pairs: int
    share_of_reads: float
    share_of_genomes: float
    known_rank: str


def prepare_genomes(design: Design, pool: Pool | None) -> PreparedGenomes:
    """Read the genomes that a design names, or make them up for a pool of amplicons.

    Held in memory: one byte for each base of all genomes that are drawn from.
    """
    wanted = design.metagenomes
    if wanted is None:
        raise ValueError("this design has no metagenomes")
    if wanted.genomes is None:
        if pool is None:
            raise ValueError("genomes are made up for the taxa of amplicons")
        reference = reference_of(design)
        genes = genes_of(read_sequences(reference.sequences), needed_ids(pool))
        genomes = make_genomes(
            pool, genes, wanted.made_up, seed=design.seed, left_out=wanted.left_out
        )
    else:
        pool, genomes = _own_genomes(design, wanted)
    stretches = to_stretches(genomes, wanted.read_length_bp)
    return PreparedGenomes(design, wanted, pool, tuple(genomes), stretches)


def _own_genomes(design: Design, wanted: Metagenomes) -> tuple[Pool, list[Genome]]:
    """Draw the communities of a user's genomes; they have the strains that they have."""
    candidates, places = list_genomes(wanted)
    plain = replace(design, community=replace(design.community, strains=0))
    pool = draw_pool(candidates, plain)
    order = generator(design.seed, "left_out").permutation(len(pool.everyone))
    missing = set(order[: round(wanted.left_out * len(order))].tolist())
    genomes = [
        read_genome(
            places[taxon.ids[0]],
            taxon.lineage,
            min_length_bp=wanted.read_length_bp,
            in_database=place not in missing,
        )
        for place, taxon in enumerate(pool.everyone)
    ]
    return pool, genomes


def metagenome_libraries(design: Design) -> list[Library]:
    """List the metagenomes of a design: of all its libraries, or of those that it names.

    Blanks have as many pairs as their amplicons, the others what the section says.
    """
    wanted = design.metagenomes
    if wanted is None:
        return []
    return [
        replace(
            library,
            library_id=f"{library.library_id}{wanted.suffix}",
            pairs=library.pairs if library.control_type == "extraction_blank" else wanted.pairs,
        )
        for library in design.libraries
        if not wanted.libraries or library.library_id in wanted.libraries
    ]


def write_metagenome(
    prepared: PreparedGenomes, library: Library, folder: Path
) -> list[GenomeTruth]:
    """Write both FASTQ files of a metagenome, whole or not at all; return its truth."""
    design, wanted = prepared.design, prepared.wanted
    sample = replace(library, library_id=library.library_id.removesuffix(wanted.suffix))
    weights = weights_of(sample, prepared.pool, design)
    rng = generator(design.seed, "metagenome", library.library_id)
    pairs = rng.multinomial(library.pairs, quantised(weights * prepared.stretches.genome_lengths))
    origins = rng.permutation(np.repeat(np.arange(len(pairs)), pairs))
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(
                atomic_bytes(folder / f"{library.library_id}_R{end}.fastq.gz", level=_LEVEL)
            )
            for end in (1, 2)
        )
        for text_1, text_2 in _chunks(prepared, library, origins, rng):
            first.write(text_1)
            second.write(text_2)
    known = known_ranks(prepared.genomes)
    return [
        GenomeTruth(
            library.library_id,
            genome.genome_id,
            genome.lineage,
            count,
            count / library.pairs,
            float(weights[place]),
            known[place],
        )
        for place, (genome, count) in enumerate(zip(prepared.genomes, pairs.tolist(), strict=True))
        if count
    ]


def _chunks(
    prepared: PreparedGenomes,
    library: Library,
    origins: NDArray[np.int64],
    rng: np.random.Generator,
) -> Iterator[tuple[bytes, bytes]]:
    for start in range(0, len(origins), _CHUNK):
        pairs = draw_pairs(
            prepared.stretches,
            origins[start : start + _CHUNK],
            prepared.wanted,
            prepared.design.errors,
            rng,
        )
        yield tuple(  # type: ignore[misc]  # of two
            to_fastq(codes, qualities, library.library_id, start + 1, read)
            for read, (codes, qualities) in enumerate(pairs, start=1)
        )


def write_genome_truth(rows: Iterable[GenomeTruth], target: Path) -> None:
    """Write the truth table of metagenomes, sorted by library and genome."""
    ordered = sorted(rows, key=lambda row: (row.library_id, row.genome))
    with atomic_text(target) as handle:
        handle.write("\t".join(TRUTH_COLUMNS) + "\n")
        for row in ordered:
            shares = f"{row.share_of_reads:.9f}\t{row.share_of_genomes:.9f}"
            handle.write(
                f"{row.library_id}\t{row.genome}\t{row.lineage}\t{row.pairs}\t{shares}"
                f"\t{row.known_rank}\n"
            )


def write_genomes(genomes: Sequence[Genome], folder: Path) -> None:
    """Write made-up genomes as FASTA, a file each, and what a database is built from.

    `genomes/` holds those that a database may hold, `left-out/` the others; `lineages.tsv` names
    the former.
    """
    for genome in genomes:
        kind = "genomes" if genome.in_database else "left-out"
        text = "".join(
            f">{genome.genome_id} made up by soilbio simulate\n{bases}\n"
            for bases in to_text(genome)
        )
        with atomic_text(folder / kind / f"{genome.genome_id}.fa.gz") as handle:
            handle.write(text)
    with atomic_text(folder / "lineages.tsv") as handle:
        handle.writelines(
            f"{genome.genome_id}\t{genome.lineage}\n"
            for genome in sorted(genomes, key=lambda one: one.genome_id)
            if genome.in_database
        )


def write_left_out(genomes: Sequence[Genome], target: Path) -> None:
    """List the genomes that no database is to hold, one a line: for `--exclude`."""
    with atomic_text(target) as handle:
        handle.writelines(
            f"{name}\n" for name in sorted(one.genome_id for one in genomes if not one.in_database)
        )
