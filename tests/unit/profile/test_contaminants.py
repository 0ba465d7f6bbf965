from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

import dnaio
import pytest

from soilbio.errors import InputError
from soilbio.profile.clean import Account, Cleaned
from soilbio.profile.contaminants import Rule, bare_name, remove, write_index
from soilbio.profile.genomes import Genome
from soilbio.standards.iupac import reverse_complement

RULE = Rule(0.5, 0.9)
READ_BP = 100


def sequence(seed: int, length: int = 20_000) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


HOST, CROP, SOIL = sequence(1), sequence(2), sequence(3)


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("genomes")
    host, crop = folder / "host.fa.gz", folder / "crop.fa"
    host.write_bytes(gzip.compress(f">chr1 of a host\n{HOST}\n".encode(), mtime=0))
    crop.write_text(f">chr1\n{CROP}\n")
    target = folder / "short.mmi"
    write_index([Genome("host", host), Genome("crop", crop)], target, is_long=False, threads=1)
    return target


def mutated(text: str, share: float, rng: random.Random) -> str:
    return "".join(rng.choice("ACGT") if rng.random() < share else base for base in text)


def library(
    folder: Path, pairs: list[tuple[str, str]], before_mate: str | None = "/"
) -> tuple[Account, Cleaned]:
    """Write pairs of (mate of, mate of) as trimmed reads; the second is on the other strand."""
    rng = random.Random(5)
    names = {"host": HOST, "crop": CROP, "soil": SOIL}
    files = Cleaned(folder / "L_1.fastq.gz", folder / "L_2.fastq.gz")
    texts: tuple[list[str], list[str]] = ([], [])
    for number, pair in enumerate(pairs):
        start = rng.randrange(19_000)
        for end, of in enumerate(pair):
            piece = names[of][start + 150 * end : start + 150 * end + READ_BP]
            piece = reverse_complement(piece) if end else piece
            text = mutated(piece, 0.02, rng)
            mate = "" if before_mate is None else f"{before_mate}{end + 1}"
            texts[end].append(f"@{number}{mate} x\n{text}\n+\n{'I' * READ_BP}\n")
    for path, records in zip((files.forward, files.reverse), texts, strict=True):
        path.write_bytes(gzip.compress("".join(records).encode(), 1, mtime=0))
    return Account("L", reads_raw=len(pairs), reads_filtered=len(pairs)), files


def names_in(path: Path) -> list[str]:
    with dnaio.open(path) as records:
        return [re.match(r"\d+", record.name).group() for record in records]


@pytest.mark.parametrize("before_mate", ["/", ".", "_", ":", None])
def test_a_pair_goes_if_either_mate_is_of_a_genome_and_counts_for_it(tmp_path, index, before_mate):
    pairs = [("soil", "soil")] * 40 + [("host", "soil")] * 7 + [("soil", "crop")] * 5
    account, files = library(tmp_path, pairs + [("host", "host")] * 3, before_mate)
    left = remove(account, files, index, RULE, is_long=False, threads=1)
    assert left.removed == {"host": 10, "crop": 5}
    assert (left.reads_filtered, left.reads_decontaminated, left.status) == (55, 40, "ok")
    ends = [names_in(path) for path in (files.forward, files.reverse)]
    assert ends == [[str(number) for number in range(40)]] * 2


def test_reads_of_nothing_that_is_sought_stay_to_the_byte(tmp_path, index):
    account, files = library(tmp_path, [("soil", "soil")] * 20)
    before = files.forward.read_bytes(), files.reverse.read_bytes()
    left = remove(account, files, index, RULE, is_long=False, threads=1)
    assert (files.forward.read_bytes(), files.reverse.read_bytes()) == before
    assert left.removed == {"host": 0, "crop": 0}
    assert left.reads_decontaminated == 20


def test_a_library_of_nothing_else_is_empty_with_its_reason(tmp_path, index):
    account, files = library(tmp_path, [("host", "host")] * 20)
    left = remove(account, files, index, RULE, is_long=False, threads=1)
    assert (left.status, left.reads_decontaminated) == ("empty", 0)
    assert "host" in left.status_reason
    assert files.is_empty()


def test_a_read_less_alike_than_the_rule_demands_stays(tmp_path, index):
    account, files = library(tmp_path, [("host", "host")] * 20)
    left = remove(account, files, index, Rule(0.5, 1.0), is_long=False, threads=1)
    assert 0 < left.reads_decontaminated < 20


def test_an_account_says_what_was_sought_even_of_a_library_that_failed(tmp_path, index):
    account = Account("L", status="failed", status_reason="cannot be read")
    files = Cleaned(tmp_path / "a", None)
    left = remove(account, files, index, RULE, is_long=False, threads=1)
    assert set(left.genomes) == {"host", "crop"}
    assert left.reads_decontaminated is None
    assert left.rule == {"min_aligned": 0.5, "min_identity": 0.9}


@pytest.mark.parametrize("name", ["r1", "r1/1", "r1/2", "r1 1:N:0:1", "r1/2 x"])
def test_reads_are_named_as_minimap2_does(name):
    assert bare_name(name) == "r1"


def test_a_genome_that_cannot_be_read_gives_no_index(tmp_path):
    genome = tmp_path / "host.fa.gz"
    genome.write_bytes(gzip.compress(f">chr1\n{HOST}\n".encode(), mtime=0)[:-2000])
    with pytest.raises(InputError, match="shotgun-genome"):
        write_index([Genome("host", genome)], tmp_path / "x.mmi", is_long=False, threads=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["host.fa.gz"]
