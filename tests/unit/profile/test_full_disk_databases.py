"""Databases built on a disk of any size: whole, or an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.profile.databases import (
    Kraken2Options,
    SketchOptions,
    build_kraken2,
    build_sourmash,
    build_sylph,
)
from soilbio.references.build import build_dada2, build_sintax
from soilbio.references.genomes import Genome
from soilbio.references.manifest import reference_of_files
from tests.full_disk import check_any_size, dna, files_of

GENOMES, GENOME_BP = 60, 10_000
RANKS = ("d", "p", "c", "o", "f", "g", "s")


def lineage(number: int) -> str:
    return ";".join(f"{rank}__{'Name' * 8} {rank}{number}" for rank in RANKS)


@pytest.fixture(scope="module")
def genomes() -> list[Genome]:
    bases = [dna(GENOME_BP, number) for number in range(GENOMES)]
    return [
        Genome(f"genome{n}", lineage(n), None, lambda n=n: [(f"c{n}", bases[n])])
        for n in range(GENOMES)
    ]


def but_for_padding(folder: Path) -> dict[str, bytes]:
    """Give all files; between its numbers Kraken 2's options hold what memory held."""
    files = files_of(folder)
    options = files["opts.k2d"]
    return {**files, "opts.k2d": options[:33] + options[40:52]}


def test_a_kraken2_database(tmp_path, disk, genomes):
    def run(out: Path) -> None:
        build_kraken2(genomes, out, None, Kraken2Options(mask=False))

    sizes = (40, 640, 700, 1000, 1300, 1600, 1800, 1900, 20_000)
    check_any_size(run, disk, tmp_path / "whole", sizes, but_for_padding)


def test_sketches_of_sylph(tmp_path, disk, genomes):
    def run(out: Path) -> None:
        build_sylph(genomes, out, SketchOptions(31, 50))

    check_any_size(run, disk, tmp_path / "whole", (16, 64, 84, 88, 92, 96, 100, 104, 108, 112, 640))


def test_sketches_of_sourmash(tmp_path, disk, genomes):
    def run(out: Path) -> None:
        build_sourmash(genomes, out, SketchOptions(31, 50))

    check_any_size(run, disk, tmp_path / "whole", (16, 64, 128, 160, 192, 256, 320, 400, 1600))


@pytest.mark.parametrize("build", [build_sintax, build_dada2])
def test_a_training_set_of_amplicons(tmp_path, disk, build):
    sequences, lineages = tmp_path / "seqs.fasta", tmp_path / "lineages.tsv"
    sequences.write_text("".join(f">r{n}\n{dna(400, n)}\n" for n in range(200)))
    lineages.write_text("".join(f"r{n}\t{lineage(n)}\n" for n in range(200)))
    reference = reference_of_files("tiny", "1", sequences, lineages)

    def run(out: Path) -> None:
        out.mkdir()
        build(reference, out / "made.fasta")

    check_any_size(run, disk, tmp_path / "whole")
