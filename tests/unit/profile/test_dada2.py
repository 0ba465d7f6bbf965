from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from soilbio.errors import InputError
from soilbio.metadata.sheet import Library
from soilbio.profile.dada2 import collect, write_manifest
from soilbio.profile.features import feature_id


def library(name: str, *, reverse: bool) -> Library:
    second = Path("b.fastq.gz") if reverse else None
    return Library(name, name, "a16s", "r1", Path("a.fastq.gz"), second, "", "", "x@1", 2)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_runs_are_put_together_without_chimeras(tmp_path):
    one = write(tmp_path / "1.tsv", "library\tsequence\tcount\na\tACGT\t5\na\tTTTT\t2\n")
    two = write(tmp_path / "2.tsv", "library\tsequence\tcount\nb\tACGT\t7\n")
    left = write(tmp_path / "1.left", "library\tdenoised\tmerged\treason\na\t9\t7\t\n")
    late = write(tmp_path / "2.left", "library\tdenoised\tmerged\treason\nb\t8\t7\t\n")
    chimeras = write(tmp_path / "chimeras.txt", "TTTT\n")
    collect(
        [(one, left), (two, late)], chimeras, ["a", "b", "empty"], ("1.26", {}), tmp_path / "out"
    )
    counts = pl.read_parquet(tmp_path / "out" / "counts.parquet").rows()
    assert counts == [("a", feature_id("ACGT"), 5), ("b", feature_id("ACGT"), 7)]
    rows = (tmp_path / "out" / "tracking.tsv").read_text().splitlines()[1:]
    assert rows == ["a\t7\t9\t5\t", "b\t7\t8\t7\t", "empty\t0\t0\t0\t"]
    assert json.loads((tmp_path / "out" / "engine.json").read_text())["engine"] == "dada2"


def test_a_run_too_small_for_an_error_model_is_a_failure_of_its_libraries(tmp_path):
    none = write(tmp_path / "1.tsv", "library\tsequence\tcount\n")
    left = write(tmp_path / "1.left", "library\tdenoised\tmerged\treason\na\t0\t0\ttoo few\n")
    collect([(none, left)], write(tmp_path / "c", ""), ["a"], ("1", {}), tmp_path / "out")
    assert (tmp_path / "out" / "tracking.tsv").read_text().splitlines()[1] == "a\t0\t0\t0\ttoo few"


def test_a_manifest_lists_what_the_script_denoises(tmp_path):
    target = tmp_path / "m.tsv"
    write_manifest([library("a", reverse=True)], "f/{library}_{end}.gz", target)
    assert target.read_text() == "a\tf/a_1.gz\tf/a_2.gz\n"
    write_manifest([library("a", reverse=False)], "f/{library}_{end}.gz", target)
    assert target.read_text() == "a\tf/a_1.gz\t\n"


def test_pairs_and_single_reads_in_one_run_are_refused(tmp_path):
    mixed = [library("a", reverse=True), library("b", reverse=False)]
    with pytest.raises(InputError) as caught:
        write_manifest(mixed, "{library}{end}", tmp_path / "m.tsv")
    assert [problem.code for problem in caught.value.problems] == ["layout-mixed"]
