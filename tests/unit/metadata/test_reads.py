"""The first records of files, however long their reads are."""

from __future__ import annotations

import gzip

import pytest

from soilbio.errors import InputError
from soilbio.metadata.reads import names_match, read_first
from tests.unit.metadata.conftest import fastq, write_gzip


def write(folder, name: str, content: bytes):
    path = folder / name
    path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["a.fastq", "a.fastq.gz"])
@pytest.mark.parametrize(
    ("length_bp", "count", "read"),
    [(150, 300, None), (8_000, 40, None), (90_000, 30, 10), (90_000, 3, 3), (1_500_000, 3, 3)],
)
def test_records_are_read_until_there_are_enough(tmp_path, name, length_bp, count, read):
    content = fastq("", length_bp=length_bp, count=1) * count
    records = read_first(write(tmp_path, name, content))
    assert len(records.names) == read or (read is None and 10 <= len(records.names) < count)
    assert set(map(len, records.sequences)) == {length_bp}
    assert records.are_long() == (length_bp > 600)


def test_a_copy_of_long_reads_is_one_however_it_is_packed(tmp_path):
    content = fastq("", length_bp=30_000, count=20)
    one, two = (read_first(write(tmp_path, name, content)) for name in ("a.fastq", "b.fastq.gz"))
    assert one.digest() == two.digest()


@pytest.mark.parametrize("name", ["a.fastq", "a.fastq.gz"])
def test_what_has_no_end_of_a_record_is_no_empty_library(tmp_path, name):
    path = write(tmp_path, name, b"@read\r" + b"ACGT" * 8_000_000)
    with pytest.raises(InputError, match="no whole record") as raised:
        read_first(path)
    assert [problem.code for problem in raised.value.problems] == ["fastq-format"]


def test_a_long_read_that_is_cut_off_is_told(tmp_path):
    path = tmp_path / "a.fastq.gz"
    write_gzip(path, fastq("", length_bp=90_000, count=2))
    path.write_bytes(path.read_bytes()[:-5_000])
    with pytest.raises(InputError) as raised:
        read_first(path)
    assert [problem.code for problem in raised.value.problems] == ["fastq-truncated"]


@pytest.mark.parametrize(
    ("name", "other", "is_pair"),
    [
        ("M1:1:2101:10:7 1:N:0:1", "M1:1:2101:10:7 2:N:0:1", True),
        ("SRR1.7/1", "SRR1.7/2", True),
        ("SRR1.7.1 7 length=100", "SRR1.7.2 7 length=100", True),
        ("read_1", "read_3", True),
        # Other reads, whose numbers end so.
        ("SIM:a:000000301 1:N:0:1", "SIM:a:000000302 2:N:0:1", False),
        ("r1", "r2", False),
        ("SRR1.7/2", "SRR1.7/3", False),
        ("SRR1.7/1", "SRR1.8/2", False),
    ],
)
def test_mates_are_told_by_a_number_behind_a_sign_or_by_nothing(name, other, is_pair):
    assert names_match(name, other) is is_pair


@pytest.mark.parametrize("name", ["a.fastq", "a.fastq.gz"])
def test_an_empty_line_at_the_end_is_told(tmp_path, name):
    """The tools of a run end with an error at it, and lose the library."""
    content = fastq("", length_bp=100, count=30)
    assert len(read_first(write(tmp_path, name, content)).names) == 30
    with pytest.raises(InputError, match="line 121: an empty line"):
        read_first(write(tmp_path, name, content + b"\n"))
