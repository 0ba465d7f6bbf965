from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

import dnaio
import pytest

from soilbio.errors import InputError
from soilbio.metadata.genome_files import Genome
from soilbio.profile.clean import Account, Cleaned
from soilbio.profile.contaminants import Rule, remove, write_index
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
    assert left.rule == RULE.record()


def test_reads_of_one_name_are_judged_each_by_itself(tmp_path, index):
    account, files = library(tmp_path, [("soil", "soil")] * 60 + [("host", "host")] * 30)
    for path in (files.forward, files.reverse):
        text = gzip.decompress(path.read_bytes()).decode()
        text = re.sub(r"(?m)^@(\d+)", lambda match: f"@{int(match[1]) % 30}", text)
        path.write_bytes(gzip.compress(text.encode(), 1))
    left = remove(account, files, index, RULE, is_long=False, threads=1)
    assert left.removed == {"host": 30, "crop": 0}
    assert left.reads_decontaminated == 60
    assert names_in(files.forward) == [str(n % 30) for n in range(60)]


@pytest.fixture(scope="module")
def long_index(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    (folder / "host.fa").write_text(f">chr1\n{HOST}\n")
    (folder / "crop.fa").write_text(f">chr1\n{CROP}\n")
    genomes = [Genome("host", folder / "host.fa"), Genome("crop", folder / "crop.fa")]
    write_index(genomes, folder / "long.mmi", is_long=True, threads=1)
    return folder / "long.mmi"


PIECE_BP = 1_400
THIRDS = [HOST[start : start + PIECE_BP] for start in (1_000, 9_000, 5_000)]
LONG = {
    # Of the host, in one piece or in several, as structural variants and joined reads are.
    "whole": (HOST[2_000:6_000], True),
    "rearranged": ("".join(THIRDS), True),
    "partly_turned": (THIRDS[0] + reverse_complement(THIRDS[1]) + THIRDS[2], True),
    "folded_back": (THIRDS[0] + reverse_complement(THIRDS[0]), True),
    "of_two_genomes": (THIRDS[0] + SOIL[:1_200] + CROP[3_000:4_400], True),
    "with_an_insertion": (HOST[1_000:3_000] + SOIL[:1_200] + HOST[3_000:4_900], True),
    "with_a_deletion": (HOST[1_000:3_000] + HOST[4_200:6_000], True),
    # Not of the host for the most part.
    "mostly_inserted": (HOST[1_000:2_400] + SOIL[:4_000] + HOST[2_400:3_800], False),
    "one_third": (THIRDS[0] + SOIL[4_000:7_000], False),
    "soil": (SOIL[2_000:6_000], False),
}


@pytest.mark.parametrize("case", LONG)
@pytest.mark.parametrize("is_turned", [False, True])
def test_pieces_of_a_long_read_are_added_up(tmp_path, long_index, case, is_turned):
    bases, is_removed = LONG[case]
    rng = random.Random(case)
    files = Cleaned(tmp_path / "L.fastq.gz", None)
    texts = [mutated(bases, 0.05, rng) for _ in range(10)]
    texts = [reverse_complement(text) if is_turned else text for text in texts]
    records = "".join(f"@{n}\n{text}\n+\n{'5' * len(text)}\n" for n, text in enumerate(texts))
    files.forward.write_bytes(gzip.compress(records.encode(), 1))
    account = Account("L", reads_raw=10, reads_filtered=10)
    left = remove(account, files, long_index, RULE, is_long=True, threads=1)
    assert sum(left.removed.values()) == (10 if is_removed else 0)
    if is_removed and case != "of_two_genomes":
        assert left.removed["host"] == 10


def test_reads_that_could_not_all_be_looked_at_go_no_further(tmp_path, index):
    account, files = library(tmp_path, [("soil", "soil")] * 20)
    cut = gzip.decompress(files.reverse.read_bytes()).split(b"@19/2")[0]
    files.reverse.write_bytes(gzip.compress(cut))
    with pytest.raises(ValueError, match="zip"):
        remove(account, files, index, RULE, is_long=False, threads=1)


def test_a_genome_that_cannot_be_read_gives_no_index(tmp_path):
    genome = tmp_path / "host.fa.gz"
    genome.write_bytes(gzip.compress(f">chr1\n{HOST}\n".encode(), mtime=0)[:-2000])
    with pytest.raises(InputError, match="shotgun-genome"):
        write_index([Genome("host", genome)], tmp_path / "x.mmi", is_long=False, threads=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["host.fa.gz"]


@pytest.mark.parametrize("text", [">chr2\n>WP_1\nMKTAYIAKQR\n", ">chr2\n>chr3\n"])
def test_what_is_no_genome_gives_no_index(tmp_path, text):
    good, genome = tmp_path / "good.fa", tmp_path / "host.fa"
    good.write_text(f">chr1\n{HOST}\n")
    genome.write_text(text)
    genomes = [Genome("good", good), Genome("host", genome)]
    with pytest.raises(InputError) as caught:
        write_index(genomes, tmp_path / "x.mmi", is_long=False, threads=1)
    (problem,) = caught.value.problems
    assert (problem.code, problem.source) == ("shotgun-genome", str(genome))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.fa", "host.fa"]


@pytest.mark.parametrize("end", [">none\n", ">none\n\n>last\nACGTACGTACGT\n", ">none"])
def test_records_of_a_genome_without_bases_do_no_harm(tmp_path, end):
    genome = tmp_path / "host.fa"
    genome.write_text(f">first\n>chr1\n{HOST}\n{end}")
    target = tmp_path / "short.mmi"
    write_index([Genome("host", genome)], target, is_long=False, threads=1)
    account, files = library(tmp_path, [("soil", "soil")] * 10 + [("host", "host")] * 5)
    left = remove(account, files, target, RULE, is_long=False, threads=1)
    assert left.removed == {"host": 5}
