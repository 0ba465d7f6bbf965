from __future__ import annotations

import json

from soilbio.profile.clean import Cleaned, Trimming, clean
from soilbio.profile.prepare import Reads
from soilbio.profile.quality import collect, measure
from tests.unit.metadata.conftest import FORWARD, REVERSE, fastq, write_gzip


def reads_in_capitals(folder):
    files = [folder / f"A_R{end}.FASTQ.GZ" for end in (1, 2)]
    for path, begin in zip(files, (FORWARD, REVERSE), strict=True):
        write_gzip(path, fastq(begin))
    return files


def test_files_named_in_capitals_are_described(tmp_path):
    measure(*reads_in_capitals(tmp_path), tmp_path / "A.json")
    report = json.loads((tmp_path / "A.json").read_text())
    assert report["summary"]["before_filtering"]["total_reads"] == 80


def test_files_named_in_capitals_are_trimmed(tmp_path):
    target = Cleaned(tmp_path / "1.fastq.gz", tmp_path / "2.fastq.gz")
    reads = Reads("A", *reads_in_capitals(tmp_path))
    left = clean(reads, target, tmp_path / "A.json", Trimming(50))
    assert (left.status, left.reads_raw, left.reads_filtered) == ("ok", 40, 40)


def test_the_page_shows_the_libraries_that_are_asked_for(tmp_path):
    reports = tmp_path / "quality"
    (reports / "reads").mkdir(parents=True)
    for name in ("Kept1", "Gone1"):
        measure(*reads_in_capitals(tmp_path), reports / "reads" / f"{name}.fastp.json")
    collect(reports, {"Kept1", "absent"}, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Kept1" in page
    assert "Gone1" not in page
    collect(reports, set(), tmp_path / "none.html")
    assert "No library had reads" in (tmp_path / "none.html").read_text(encoding="utf-8")
