"""The first records of files, however long their reads are."""

from __future__ import annotations

import gzip

import pytest

from soilbio.errors import InputError
from soilbio.metadata.reads import read_first
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
