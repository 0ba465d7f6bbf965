from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from soilbio.errors import InputError
from soilbio.profile.prepare import Filters, Reads, prepare_filtered, prepare_unique
from soilbio.profile.primers import Primers
from soilbio.profile.tools import ToolFailed

FORWARD, REVERSE = "GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"
PRIMERS = Primers(FORWARD, REVERSE)
DRAWN = {"Y": "C", "M": "A", "N": "G", "V": "A", "W": "T"}
COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")


def turned(sequence: str) -> str:
    return sequence.translate(COMPLEMENT)[::-1]


def drawn(primer: str) -> str:
    return "".join(DRAWN.get(base, base) for base in primer)


def random_dna(length: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


def write_fastq(path: Path, reads: list[str]) -> Path:
    text = "".join(f"@r{n}\n{read}\n+\n{'I' * len(read)}\n" for n, read in enumerate(reads))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def write_pairs(folder: Path, templates: list[str], *, length: int = 250) -> Reads:
    forward = write_fastq(folder / "a_1.fastq.gz", [template[:length] for template in templates])
    reverse = write_fastq(folder / "a_2.fastq.gz", [turned(t)[:length] for t in templates])
    return Reads("a", forward, reverse)


def template(amplicon: str) -> str:
    return drawn(FORWARD) + amplicon + turned(drawn(REVERSE))


def unique_sequences(path: Path) -> dict[str, int]:
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    sizes = [int(header.split("size=")[1]) for header in lines[::2]]
    return dict(zip(lines[1::2], sizes, strict=True))


def test_pairs_are_trimmed_merged_and_counted(tmp_path):
    first, second = random_dna(253, 1), random_dna(251, 2)
    reads = write_pairs(tmp_path, [template(first)] * 3 + [template(second)])
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert unique_sequences(tmp_path / "u.fasta.gz") == {first: 3, second: 1}
    assert (left.status, left.reads_raw, left.reads_primer) == ("ok", 4, 4)
    assert (left.reads_merged, left.reads_filtered) == (4, 4)


def test_pairs_in_the_other_orientation_are_turned(tmp_path):
    amplicon = random_dna(253, 1)
    reads = write_pairs(tmp_path, [template(amplicon)] * 2)
    swapped = Reads("a", reads.reverse, reads.forward)
    left = prepare_unique(swapped, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert unique_sequences(tmp_path / "u.fasta.gz") == {amplicon: 2}
    assert left.reads_primer == 2


def test_read_through_into_the_opposite_primer_is_removed(tmp_path):
    amplicon = random_dna(150, 3)
    adapter = "AGATCGGAAGAGCACACGTCTGAACTCCAGTCA" * 4
    forward = write_fastq(tmp_path / "f.fq.gz", [(template(amplicon) + adapter)[:250]])
    reverse = write_fastq(tmp_path / "r.fq.gz", [(turned(template(amplicon)) + adapter)[:250]])
    prepare_unique(Reads("a", forward, reverse), PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert unique_sequences(tmp_path / "u.fasta.gz") == {amplicon: 1}


def test_pairs_without_primers_are_discarded_and_counted(tmp_path):
    reads = write_pairs(tmp_path, [template(random_dna(253, 1)), random_dna(292, 9)])
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert (left.reads_raw, left.reads_primer) == (2, 1)


def test_single_reads_are_cut_to_one_length(tmp_path):
    reads = write_fastq(tmp_path / "a.fq.gz", [template(random_dna(253, 1))[:200]] * 2)
    filters = Filters(truncate_1_bp=100)
    left = prepare_unique(Reads("a", reads, None), PRIMERS, filters, tmp_path / "u.fasta.gz")
    assert unique_sequences(tmp_path / "u.fasta.gz") == {random_dna(253, 1)[:100]: 2}
    assert left.reads_merged == left.reads_primer == 2


@pytest.mark.parametrize("change", [str, str.lower])
def test_single_reads_with_an_unknown_base_are_left_out_however_it_is_written(tmp_path, change):
    whole, unknown = random_dna(100, 1), random_dna(50, 2) + "N" + random_dna(49, 3)
    reads = write_fastq(tmp_path / "a.fq.gz", [change(whole), change(unknown)])
    target = tmp_path / "u.fasta.gz"
    left = prepare_unique(Reads("a", reads, None), None, Filters(), target)
    assert {text.upper() for text in unique_sequences(target)} == {whole}
    assert left.reads_filtered == 1


def test_reads_whose_primers_were_removed_before_pass_as_they_are(tmp_path):
    amplicon = random_dna(253, 1)
    reads = write_pairs(tmp_path, [amplicon], length=200)
    prepare_unique(reads, None, Filters(), tmp_path / "u.fasta.gz")
    assert unique_sequences(tmp_path / "u.fasta.gz") == {amplicon: 1}


@pytest.mark.parametrize(
    ("templates", "reason"),
    [
        ([], "no reads in the files"),
        ([random_dna(292, 1)], "no reads with both primers (of 1)"),
        ([template(random_dna(600, 1))], "no reads merged (of 1)"),
    ],
    ids=["no reads", "no primers", "no overlap"],
)
def test_a_library_without_reads_left_is_empty_and_says_where_they_went(
    tmp_path, templates, reason
):
    reads = write_pairs(tmp_path, templates)
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert (left.status, left.status_reason) == ("empty", reason)
    assert unique_sequences(tmp_path / "u.fasta.gz") == {}


def test_a_damaged_file_makes_a_failed_library_not_a_crash(tmp_path):
    reads = write_pairs(tmp_path, [template(random_dna(253, n)) for n in range(2000)])
    whole = reads.forward.read_bytes()
    reads.forward.write_bytes(whole[: len(whole) // 2])
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert left.status == "failed"
    assert "fastq-truncated" in left.status_reason
    assert unique_sequences(tmp_path / "u.fasta.gz") == {}


def test_files_of_unequal_length_make_a_failed_library(tmp_path):
    reads = write_pairs(tmp_path, [template(random_dna(253, n)) for n in range(20)])
    write_fastq(reads.reverse, [turned(template(random_dna(253, 0)))[:250]])
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert left.status == "failed"
    forward, reverse = reads.forward.name, reads.reverse.name
    assert left.status_reason.startswith(f"20 in {forward} and 1 in {reverse}; ")
    assert left.status_reason.endswith("[fastq-counts]")


@pytest.mark.parametrize("end", ["forward", "reverse"])
def test_a_record_that_is_none_is_told_with_its_file(tmp_path, end):
    reads = write_pairs(tmp_path, [template(random_dna(253, n)) for n in range(20)])
    path = getattr(reads, end)
    lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    lines[41] += "A"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert left.status == "failed"
    assert left.status_reason.startswith(f"{path.name}: ")
    assert left.status_reason.endswith("[fastq-format]")


def test_the_same_reads_give_the_same_bytes(tmp_path):
    reads = write_pairs(tmp_path, [template(random_dna(253, n % 7)) for n in range(50)])
    prepare_unique(reads, PRIMERS, Filters(), tmp_path / "one.gz")
    prepare_unique(reads, PRIMERS, Filters(), tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_filtered_pairs_are_cut_for_dada2(tmp_path):
    amplicon = random_dna(253, 1)
    reads = write_pairs(tmp_path, [template(amplicon)] * 2)
    targets = [tmp_path / "x_1.fastq.gz", tmp_path / "x_2.fastq.gz"]
    filters = Filters(max_expected_errors=2, truncate_1_bp=180, truncate_2_bp=120)
    left = prepare_filtered(reads, PRIMERS, filters, targets)
    forward, reverse = (
        gzip.decompress(file.read_bytes()).decode().splitlines()[1] for file in targets
    )
    assert (forward, reverse) == (amplicon[:180], turned(amplicon)[:120])
    assert (left.status, left.reads_filtered) == ("ok", 2)


@pytest.mark.parametrize("letter", [".", "R", "-", "U", "X", "N"])
@pytest.mark.parametrize("end", [0, 1])
def test_pairs_with_a_letter_that_is_no_base_are_left_out_for_dada2(tmp_path, letter, end):
    amplicon = random_dna(253, 1)
    whole = template(amplicon)
    reads = write_pairs(tmp_path, [whole] * 5)
    path = (reads.forward, reads.reverse)[end]
    lines = gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
    lines[5] = lines[5][:100] + letter + lines[5][101:]  # of the second read
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    targets = [tmp_path / "x_1.fastq.gz", tmp_path / "x_2.fastq.gz"]
    left = prepare_filtered(reads, PRIMERS, Filters(), targets)
    assert (left.status, left.reads_primer, left.reads_filtered) == ("ok", 5, 4)
    for target in targets:
        text = gzip.decompress(target.read_bytes()).decode().splitlines()
        assert [line.split()[0] for line in text[::4]] == ["@r0", "@r2", "@r3", "@r4"]
        assert not set("".join(text[1::4])) - set("ACGT")
    assert sorted(path.name for path in tmp_path.glob("*letters*")) == []


def test_filtering_a_damaged_file_leaves_empty_files_and_a_failed_library(tmp_path):
    reads = write_pairs(tmp_path, [template(random_dna(253, 1))])
    reads.forward.write_bytes(b"no gzip at all")
    targets = [tmp_path / "x_1.fastq.gz", tmp_path / "x_2.fastq.gz"]
    left = prepare_filtered(reads, PRIMERS, Filters(), targets)
    assert left.status == "failed"
    assert [gzip.decompress(file.read_bytes()) for file in targets] == [b"", b""]


def test_single_reads_leave_the_second_filtered_file_empty_and_none_is_lost_in_merging(tmp_path):
    amplicon = random_dna(253, 1)
    # The second is too short to be filtered.
    reads = write_fastq(tmp_path / "a.fq.gz", [template(amplicon)[:length] for length in (200, 60)])
    targets = [tmp_path / "x_1.fastq.gz", tmp_path / "x_2.fastq.gz"]
    left = prepare_filtered(Reads("a", reads, None), PRIMERS, Filters(), targets)
    assert gzip.decompress(targets[0].read_bytes()).decode().splitlines()[1] == amplicon[:181]
    assert gzip.decompress(targets[1].read_bytes()) == b""
    assert (left.reads_primer, left.reads_merged, left.reads_filtered) == (2, 2, 1)


def test_a_file_damaged_in_its_middle_is_called_damaged(tmp_path):
    reads = write_pairs(tmp_path, [template(random_dna(253, n)) for n in range(2000)])
    content = bytearray(reads.reverse.read_bytes())
    content[len(content) // 2] ^= 0xFF
    reads.reverse.write_bytes(bytes(content))
    left = prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
    assert (left.status, "fastq-damaged" in left.status_reason) == ("failed", True)
    assert reads.reverse.name in left.status_reason


def test_a_full_disk_is_no_fault_of_the_library(tmp_path, monkeypatch):
    reads = write_pairs(tmp_path, [template(random_dna(253, 1))])

    def full(*_: object) -> None:
        raise ToolFailed("vsearch", "unable to write: No space left on device")

    monkeypatch.setattr("soilbio.profile.prepare._unique_reads", full)
    with pytest.raises(InputError, match="disk-full"):
        prepare_unique(reads, PRIMERS, Filters(), tmp_path / "u.fasta.gz")
