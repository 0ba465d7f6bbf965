from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.profile.clean import Cleaned, Trimming, bases_left, clean
from soilbio.profile.prepare import Reads
from soilbio.standards.iupac import reverse_complement

SHORT = Trimming(50)
LONG = Trimming(500, is_long=True, min_quality=10)
NANOPORE = "AATGTACTTCGTTCAGTTACGTATTGCT"


def bases(rng: random.Random, length: int) -> str:
    return "".join(rng.choices("ACGT", k=length))


def write(path: Path, records: list[tuple[str, str]]) -> Path:
    text = "".join(f"@r{n}\n{s}\n+\n{q}\n" for n, (s, q) in enumerate(records))
    path.write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    return path


def read(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().splitlines()[1::4]


@pytest.fixture
def target(tmp_path) -> Cleaned:
    return Cleaned(tmp_path / "L_1.fastq.gz", tmp_path / "L_2.fastq.gz")


def test_poly_g_bad_ends_and_short_reads_go_from_pairs(tmp_path, target):
    rng = random.Random(1)
    pieces = [bases(rng, 300) for _ in range(60)]
    ends = [
        [(p[:100], "I" * 100) for p in pieces],
        [(reverse_complement(p)[:100], "I" * 100) for p in pieces],
    ]
    ends[0][0] = (pieces[0][:60] + "G" * 40, "I" * 100)
    ends[0][1] = (pieces[1][:100], "I" * 70 + "#" * 30)
    ends[1][2] = (reverse_complement(pieces[2])[:30], "I" * 30)
    files = [write(tmp_path / f"raw_{end}.fastq.gz", own) for end, own in enumerate(ends, 1)]
    account = clean(Reads("L", *files), target, tmp_path / "r.json", SHORT)
    assert (account.reads_raw, account.reads_filtered, account.status) == (60, 59, "ok")
    found = read(target.forward)
    # Of what stands before it a little may be taken for poly-G with an error.
    assert pieces[0].startswith(found[0])
    assert 45 <= len(found[0]) <= 60
    assert 65 <= len(found[1]) < 80
    assert bases_left(tmp_path / "r.json") == sum(map(len, found + read(target.reverse)))
    assert str(tmp_path) not in (tmp_path / "r.json").read_text()


def test_long_reads_lose_their_adapter_and_go_if_short_or_wrong(tmp_path):
    rng = random.Random(2)
    good, short, wrong = bases(rng, 3000), bases(rng, 300), bases(rng, 2000)
    # A mean quality of 16 that hides a third of bases of which half are wrong.
    uneven = "7" * 1400 + "$" * 600
    records = [(NANOPORE + good, "5" * (len(NANOPORE) + 3000)), (short, "5" * 300), (wrong, uneven)]
    raw = write(tmp_path / "raw.fastq.gz", records)
    target = Cleaned(tmp_path / "L.fastq.gz", None)
    account = clean(Reads("L", raw, None), target, tmp_path / "r.json", LONG)
    assert (account.reads_raw, account.reads_filtered) == (3, 1)
    assert read(target.forward) == [good]
    assert bases_left(tmp_path / "r.json") == 3000
    assert str(tmp_path) not in (tmp_path / "r.json").read_text()


def test_files_of_unequal_length_are_the_librarys_failure(tmp_path, target):
    rng = random.Random(3)
    pieces = [bases(rng, 300) for _ in range(60)]
    first = write(tmp_path / "1.fastq.gz", [(p[:100], "I" * 100) for p in pieces])
    second = write(tmp_path / "2.fastq.gz", [(p[-100:], "I" * 100) for p in pieces[:50]])
    account = clean(Reads("L", first, second), target, tmp_path / "r.json", SHORT)
    assert account.status == "failed"
    assert target.is_empty()
    assert "60 forward reads and 50 reverse" in account.status_reason


def test_pairs_that_go_out_of_step_are_the_librarys_failure(tmp_path, target):
    """Each file was filtered by itself, and both have as many reads as before."""
    rng = random.Random(2)
    reads = [(f"r{n}", bases(rng, 100)) for n in range(400)]
    left = {1: [*reads[:200], *reads[201:]], 2: reads[:-1]}
    files = []
    for end, own in left.items():
        text = "".join(f"@{name} {end}:N:0\n{one}\n+\n{'I' * 100}\n" for name, one in own)
        files.append(tmp_path / f"raw_{end}.fastq.gz")
        files[-1].write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    account = clean(Reads("L", *files), target, tmp_path / "r.json", SHORT)
    assert account.status == "failed"
    assert "read 201: r201 and r200 are no pair" in account.status_reason
    assert target.is_empty()


@pytest.mark.parametrize("trimming", [SHORT, LONG], ids=["short", "long"])
def test_a_file_that_is_cut_short_is_the_librarys_failure(tmp_path, trimming):
    rng = random.Random(4)
    raw = write(tmp_path / "1.fastq.gz", [(bases(rng, 900), "I" * 900) for _ in range(200)])
    raw.write_bytes(raw.read_bytes()[:-2000])
    target = Cleaned(tmp_path / "L.fastq.gz", None)
    account = clean(Reads("L", raw, None), target, tmp_path / "r.json", trimming)
    assert account.status == "failed"
    assert "1.fastq.gz; expected a whole gzip file" in account.status_reason
    assert target.is_empty()
    assert "failed" in json.loads((tmp_path / "r.json").read_text())


@pytest.mark.parametrize("trimming", [SHORT, LONG], ids=["short", "long"])
def test_a_full_disk_is_no_fault_of_the_library(tmp_path, trimming):
    rng = random.Random(5)
    raw = write(tmp_path / "1.fastq.gz", [(bases(rng, 900), "I" * 900) for _ in range(200)])
    target = Cleaned(tmp_path / "L.fastq.gz", None)
    target.forward.with_name("part.L.fastq.gz").symlink_to("/dev/full")  # what is written first
    with pytest.raises(InputError) as caught:
        clean(Reads("L", raw, None), target, tmp_path / "r.json", trimming)
    assert {problem.code for problem in caught.value.problems} == {"disk-full"}
    assert not target.forward.exists()
