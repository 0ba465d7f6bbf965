"""Profiles of metagenomes on a disk of any size: whole, or an error of the run."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from soilbio.profile.clean import Cleaned
from soilbio.profile.databases import (
    Kraken2Options,
    SketchOptions,
    build_kraken2,
    build_sourmash,
    build_sylph,
)
from soilbio.profile.shotgun import kraken2, sourmash, sylph
from soilbio.references.genomes import Genome
from tests.full_disk import check_any_size, dna

GENOMES, GENOME_BP, READ_BP = 60, 3000, 150
RANKS = ("d", "p", "c", "o", "f", "g", "s")
SIZES_KB = (4, 16, 64, 1024)


def lineage(number: int) -> str:
    return ";".join(f"{rank}__{'Name' * 8} {rank}{number}" for rank in RANKS)


@pytest.fixture(scope="module")
def genomes() -> list[Genome]:
    return [
        Genome(f"{'genome' * 10}{n}", lineage(n), None, lambda n=n: [(f"c{n}", dna(GENOME_BP, n))])
        for n in range(GENOMES)
    ]


@pytest.fixture(scope="module")
def databases(tmp_path_factory, genomes) -> Path:
    folder = tmp_path_factory.mktemp("databases")
    build_kraken2(genomes, folder / "kraken2", None, Kraken2Options(mask=False))
    build_sylph(genomes, folder / "sylph", SketchOptions(31, 10))
    build_sourmash(genomes, folder / "sourmash", SketchOptions(31, 10))
    return folder


@pytest.fixture(scope="module")
def reads(tmp_path_factory) -> Cleaned:
    path = tmp_path_factory.mktemp("reads") / "L.fastq.gz"
    pieces = [
        dna(GENOME_BP, n)[start : start + READ_BP]
        for n in range(GENOMES)
        for start in range(0, GENOME_BP - READ_BP, 25)
    ]
    text = "".join(f"@r{n}\n{one}\n+\n{'I' * READ_BP}\n" for n, one in enumerate(pieces))
    path.write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    return Cleaned(path, None)


def test_a_report_of_kraken2(tmp_path, disk, databases, reads):
    def run(out: Path) -> None:
        out.mkdir()
        options = {"confidence": "0.1", "minimum-hit-groups": "2"}
        kraken2(reads, databases / "kraken2", options, out / "L.tsv", threads=1)

    check_any_size(run, disk, tmp_path / "whole", SIZES_KB)
    assert len((tmp_path / "whole" / "L.tsv").read_text().splitlines()) > GENOMES


def test_shares_of_sylph(tmp_path, disk, databases, reads):
    def run(out: Path) -> None:
        out.mkdir()
        sylph(reads, databases / "sylph" / "database.syldb", 95, out / "L.tsv")

    check_any_size(run, disk, tmp_path / "whole", SIZES_KB)
    assert len((tmp_path / "whole" / "L.tsv").read_text().splitlines()) == 1 + GENOMES


def test_shares_of_sourmash(tmp_path, disk, databases, reads):
    numbers = {"ksize": 31, "scaled": 10, "threshold_bp": 1000}

    def run(out: Path) -> None:
        out.mkdir()
        sourmash(reads, databases / "sourmash" / "database.zip", numbers, out / "L.tsv")

    check_any_size(run, disk, tmp_path / "whole", (4, 1024))
    assert len((tmp_path / "whole" / "L.tsv").read_text().splitlines()) == 1 + GENOMES
