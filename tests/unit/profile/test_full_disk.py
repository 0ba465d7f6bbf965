"""On a disk of any size a step ends whole or with an error, never with part of its result."""

from __future__ import annotations

import gzip
import shutil
from hashlib import md5
from pathlib import Path

import numpy as np
import pytest

from soilbio.metadata.genome_files import Genome
from soilbio.profile.classify import Database, classify
from soilbio.profile.clean import Account, Cleaned, Trimming, clean
from soilbio.profile.contaminants import Rule, remove, write_index
from soilbio.profile.prepare import Reads
from soilbio.profile.quality import measure
from soilbio.profile.ssu import write_seeds, write_words
from soilbio.profile.unoise import Settings, denoise
from tests.full_disk import check_any_size, dna


def test_features_and_counts(tmp_path, disk):
    rows = []
    for seed in range(60):
        sequence = dna(250, seed)
        rows.append((sequence, 40 + seed))
        for place in range(10):  # errors, some of which need an alignment
            other = "A" if sequence[place] != "A" else "C"
            rows.append((sequence[:place] + other + sequence[place + 1 : 240], 1))
            rows.append((sequence[:place] + other + sequence[place + 1 :], 1))
    rows = sorted(dict(rows).items(), key=lambda row: (-row[1], row[0]))
    text = "".join(f">{md5(s.encode()).hexdigest()};size={n}\n{s}\n" for s, n in rows)
    unique = tmp_path / "unique.fasta.gz"
    unique.write_bytes(gzip.compress(text.encode(), mtime=0))

    def run(out: Path) -> None:
        denoise({"a": unique}, Settings(), out, threads=1)

    check_any_size(run, disk, tmp_path / "whole")


def test_lineages(tmp_path, disk):
    sequences = {f"ref{n}": dna(300, n) for n in range(400)}
    reference = tmp_path / "reference.fasta"
    long_name = "Genus" * 60
    reference.write_text(
        "".join(
            f">{name};tax=d:Bacteria,g:{long_name}{name};\n{sequence}\n"
            for name, sequence in sequences.items()
        )
    )
    features = tmp_path / "features.fasta"
    features.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in sequences.items()))
    database = Database(reference, "tiny", "1", "0" * 64)

    def run(out: Path) -> None:
        classify(features, database, 0.8, out, threads=1)

    check_any_size(run, disk, tmp_path / "whole")


def raw_reads(path: Path, number: int, length: int, seed: int, host: str = "") -> Path:
    """Write reads at random; every tenth is of a host, if one is given."""
    rng = np.random.default_rng(seed)
    lines = []
    for name in range(number):
        bases = "".join(rng.choice(list("ACGT"), length))
        if host and not name % 10:
            bases = host[name : name + length]
        qualities = "".join(rng.choice(list("5:?DI"), length))
        lines.append(f"@{name}\n{bases}\n+\n{qualities}\n")
    path.write_bytes(gzip.compress("".join(lines).encode(), 1, mtime=0))
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("raw")
    return [raw_reads(folder / f"{end}.fastq.gz", 3000, 150, end) for end in (1, 2)]


def test_trimmed_pairs(tmp_path, disk, pair):
    def run(out: Path) -> None:
        out.mkdir()
        target = Cleaned(out / "L_1.fastq.gz", out / "L_2.fastq.gz")
        account = clean(Reads("L", *pair), target, out / "report.json", Trimming(50))
        assert (account.status, account.reads_filtered) == ("ok", 3000)

    check_any_size(run, disk, tmp_path / "whole")


def test_trimmed_long_reads(tmp_path, disk):
    raw = raw_reads(tmp_path / "raw.fastq.gz", 300, 3000, 3)

    def run(out: Path) -> None:
        out.mkdir()
        account = clean(
            Reads("L", raw, None),
            Cleaned(out / "L.fastq.gz", None),
            out / "report.json",
            Trimming(500, is_long=True),
        )
        assert (account.status, account.reads_filtered) == ("ok", 300)

    check_any_size(run, disk, tmp_path / "whole")


def test_the_quality_of_raw_reads(tmp_path, disk, pair):
    def run(out: Path) -> None:
        out.mkdir()
        measure(*pair, out / "report.json")

    check_any_size(run, disk, tmp_path / "whole")


def test_reads_without_those_of_a_host(tmp_path, disk):
    host = dna(20_000, 9)
    genome = tmp_path / "host.fasta"
    genome.write_text(f">chr\n{host}\n")
    index = tmp_path / "host.mmi"
    write_index([Genome("host", genome)], index, is_long=False, threads=1)
    raw = [raw_reads(tmp_path / f"{end}.fastq.gz", 3000, 150, end, host) for end in (1, 2)]

    def run(out: Path) -> None:
        out.mkdir()
        reads = Cleaned(out / "L_1.fastq.gz", out / "L_2.fastq.gz")
        for source, target in zip(raw, reads.files(), strict=True):
            shutil.copyfile(source, target)
        account = Account("L", reads_raw=3000, reads_filtered=3000)
        left = remove(account, reads, index, Rule(0.5, 0.9), is_long=False, threads=1)
        assert (left.status, left.reads_decontaminated) == ("ok", 2700)

    check_any_size(run, disk, tmp_path / "whole")


def test_an_index_of_genomes(tmp_path, disk):
    genome = tmp_path / "host.fasta"
    genome.write_text(f">chr\n{dna(200_000, 9)}\n")

    def run(out: Path) -> None:
        out.mkdir()
        write_index([Genome("host", genome)], out / "short.mmi", is_long=False, threads=1)

    check_any_size(run, disk, tmp_path / "whole", (40, 160, 320, 480, 640, 1600))


@pytest.fixture
def genes(tmp_path) -> Path:
    path = tmp_path / "genes.fasta"
    lines = (f">r{n};tax=d:Bacteria,g:Genus{n};\n{dna(1400, n)}\n" for n in range(200))
    path.write_text("".join(lines))
    return path


def test_an_index_of_genes_for_minimap2(tmp_path, disk, genes):
    def run(out: Path) -> None:
        out.mkdir()
        write_seeds(genes, out / "seeds.mmi", threads=1)

    check_any_size(run, disk, tmp_path / "whole", (40, 320, 640, 960, 1280, 1600, 6400))


def test_an_index_of_genes_for_sintax(tmp_path, disk, genes):
    def run(out: Path) -> None:
        out.mkdir()
        write_words(genes, out / "words.udb")

    check_any_size(run, disk, tmp_path / "whole", (40, 320, 640, 960, 20_000))
