from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from soilbio.errors import InputError
from soilbio.metadata.sheet import Library
from soilbio.profile.dada2 import collect, write_manifest
from soilbio.profile.features import feature_id
from tests.conftest import ROOT

SCRIPTS = ROOT / "workflow" / "scripts"


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


def write_reads(path: Path, count: int, qualities: str) -> None:
    """Write reads of two organisms, with a base in a hundred misread."""
    rng = random.Random(qualities)
    soils = ["".join(random.Random(seed).choices("ACGT", k=80)) for seed in (1, 2)]
    lines = []
    for number in range(count):
        bases = [rng.choice("ACGT") if rng.random() < 0.01 else b for b in rng.choice(soils)]
        called = "".join(rng.choices(qualities, k=80))
        lines += [f"@read{number}", "".join(bases), "+", called]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 1, mtime=0))


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
@pytest.mark.parametrize(
    ("count", "forward", "reverse"),
    # The second as archives give reads without their qualities, here of one end only.
    [(3, "F", "F"), (600, "IIIIF:5,", "?")],
)
def test_a_run_without_an_error_model_is_a_result_with_its_reason(
    tmp_path, count, forward, reverse
):
    write_reads(tmp_path / "a_1.gz", count, forward)
    write_reads(tmp_path / "a_2.gz", count, reverse)
    write(tmp_path / "manifest.tsv", f"a\t{tmp_path}/a_1.gz\t{tmp_path}/a_2.gz\n")
    words = ["Rscript", "--vanilla", SCRIPTS / "dada2_denoise.R", "manifest.tsv"]
    words += ["independent", "3e7", "12", "0", "1", "found.tsv", "left.tsv"]
    words += [SCRIPTS / "dada2_bimeras.R", "pooled", "2", "chimeras.txt", "version.txt"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    (row,) = [line.split("\t") for line in (tmp_path / "left.tsv").read_text().splitlines()[1:]]
    assert row[:3] == ["a", "0", "0"]
    assert row[3].startswith("DADA2 cannot learn an error model")


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
