from __future__ import annotations

from pathlib import Path

from soilbio.profile.truncation import (
    Demand,
    choose_truncation,
    read_truncation,
    write_truncation,
)

DEMAND = Demand(250, 253, min_overlap_bp=20, max_expected_errors=2.0, primer_bp=(0, 0))


def write_fastq(path: Path, qualities: str) -> Path:
    path.write_text(f"@r\n{'A' * len(qualities)}\n+\n{qualities}\n" * 5)
    return path


def test_reads_are_cut_where_they_turn_bad_and_still_overlap(tmp_path):
    forward = write_fastq(tmp_path / "1.fastq", "I" * 200 + "#" * 50)
    reverse = write_fastq(tmp_path / "2.fastq", "I" * 150 + "#" * 100)
    length_1, length_2 = choose_truncation([(forward, reverse)], DEMAND)
    # Three bases at Q2 (0.63 errors each) are allowed for; a step is five bases.
    assert 195 <= length_1 <= 205
    assert 145 <= length_2 <= 155
    assert length_1 + length_2 >= 253 + 20


def test_good_reads_are_cut_least(tmp_path):
    forward = write_fastq(tmp_path / "1.fastq", "I" * 250)
    reverse = write_fastq(tmp_path / "2.fastq", "I" * 250)
    assert choose_truncation([(forward, reverse)], DEMAND) == (250, 250)


def test_reads_that_cannot_overlap_and_single_reads_are_not_cut(tmp_path):
    short = write_fastq(tmp_path / "1.fastq", "I" * 100)
    assert choose_truncation([(short, short)], DEMAND) == (0, 0)
    assert choose_truncation([(short, None)], DEMAND) == (0, 0)
    assert choose_truncation([], DEMAND) == (0, 0)


def test_primers_count_not_to_the_length(tmp_path):
    forward = write_fastq(tmp_path / "1.fastq", "I" * 250)
    demand = Demand(250, 253, 20, 2.0, (20, 20))
    assert choose_truncation([(forward, forward)], demand) == (230, 230)


def test_a_damaged_file_is_left_to_its_own_library(tmp_path):
    good = write_fastq(tmp_path / "1.fastq", "I" * 250)
    bad = tmp_path / "2.fastq"
    bad.write_text("no FASTQ")
    assert choose_truncation([(bad, bad), (good, good)], DEMAND) == (250, 250)


def test_lengths_are_written_and_read(tmp_path):
    write_truncation((220, 180), tmp_path / "t.json")
    assert read_truncation(tmp_path / "t.json") == (220, 180)


def test_no_cut_is_longer_than_the_shortest_amplicon(tmp_path):
    forward = write_fastq(tmp_path / "1.fastq", "I" * 300)
    assert choose_truncation([(forward, forward)], DEMAND) == (250, 250)
