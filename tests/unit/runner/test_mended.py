from __future__ import annotations

import json
import os
import shutil
import time

import pytest

from soilbio.metadata.sheet import Library
from soilbio.runner.mended import forget_mended


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def library(folder, name: str, assay: str = "a16s") -> Library:
    reads = [folder / f"{name}_R{end}.fastq.gz" for end in (1, 2)]
    for path in reads:
        path.write_bytes(b"damaged!")
        os.utime(path, (1_000, 1_000))
    return Library(name, name, assay, "run1", *reads, "", "", "open", 2)


def account(path, name: str, status: str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"library_id": name, "status": status}))
    return path


def bring_again(path) -> None:
    """Put whole reads there, of the size and time that they had: `rsync -a --checksum` does."""
    time.sleep(0.05)
    path.write_bytes(b"mended !")
    os.utime(path, (1_000, 1_000))


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("status", ["failed", "empty"])
@pytest.mark.parametrize("place", ["profile/a16s/reads_left", "shotgun/clean"])
def test_the_account_of_a_failed_library_goes_with_its_reads(tmp_path, results, place, status, end):
    one = library(tmp_path, "a")
    left = account(results / place / "a.json", "a", status)
    report = account(results / "quality" / "reads" / "a.fastp.json", "a", "")
    assert forget_mended(results, {"a": one}, ()) == []
    assert left.exists()
    bring_again((one.fastq_1, one.fastq_2)[end])
    assert forget_mended(results, {"a": one}, ()) == ["a"]
    assert not left.exists()
    assert not report.exists()


def test_a_library_that_is_well_or_that_failed_late_is_told_apart(tmp_path, results):
    libraries = {name: library(tmp_path, name) for name in "abc"}
    for name in "ab":
        account(results / "profile" / "a16s" / "reads_left" / f"{name}.json", name, "ok")
    for one in libraries.values():
        bring_again(one.fastq_1)
    assert forget_mended(results, libraries, {"b": "too few reads"}) == ["b"]


def test_a_damaged_account_and_reads_that_are_gone_stop_nothing(tmp_path, results):
    libraries = {name: library(tmp_path, name) for name in "ab"}
    account(results / "shotgun" / "clean" / "a.json", "a", "failed").write_text("{")
    account(results / "shotgun" / "clean" / "b.json", "b", "failed")
    for path in (libraries["b"].fastq_1, libraries["b"].fastq_2):
        shutil.move(path, tmp_path / "elsewhere")
    assert forget_mended(results, libraries, ()) == []
