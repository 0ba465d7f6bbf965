from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from soilbio.cli.main import main
from tests.workflow.conftest import ROOT, dataset_bytes, make_project

STEPS = ("--until", "build_dataset")
# Of each engine some moments to kill a run at, in their order: a job starts when its log appears.
KILLS = {
    "unoise": (
        "profile/*/reads_left/A2.json",
        "profile/*/unoise.*",
        "logs/amplicon/classify_features/*.log",
        ".dataset.soilbio-part",
        "logs/diversity/measure_diversity/*.log",
        "exports/.0-dwca-public.soilbio-part",
        "logs/report/write_report.log",
    ),
    "dada2": (
        "profile/*/reads_left/A2.json",
        "logs/amplicon/denoise_dada2/*/*.log",
        "logs/amplicon/collect_dada2/*.log",
        ".dataset.soilbio-part",
    ),
}
# Moments that are over in milliseconds; a busy machine may look too late.
SHORT = {"profile/*/unoise.*", ".dataset.soilbio-part", "exports/.0-dwca-public.soilbio-part"}


def kill_when(project, marks: Sequence[str], *steps: str, deadline_s: float = 240.0) -> str:
    """Start a run and kill its process group once a new file matches a mark; give the mark."""
    before = {path for mark in marks for path in project.results.glob(mark)}
    with subprocess.Popen(
        project.command(*steps),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
    ) as process:
        end = time.monotonic() + deadline_s
        while process.poll() is None and time.monotonic() < end:
            for mark in marks:
                if set(project.results.glob(mark)) - before:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return mark
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return ""


def kill_at_all(project, marks: Sequence[str], *steps: str) -> list[str]:
    """Run again and again, killed at each mark in turn; a mark that is missed is passed over."""
    killed, left = [], list(marks)
    while left and (mark := kill_when(project, left, *steps)):
        killed.append(mark)
        left = left[left.index(mark) + 1 :]
    return killed


def finished_bytes(project) -> dict[str, dict[str, bytes]]:
    """What a user takes away: the dataset, its diversity, the exports, the report."""
    folders = ("dataset", "diversity", "exports", "score")
    told = {name: dataset_bytes(project.results / name) for name in folders}
    report = project.results / "report.html"
    return {**told, "report": {report.name: report.read_bytes()}}


# A busy machine is no failure: eight runs take a minute of CPU.
@pytest.mark.timeout(1800)
# Both engines end in the same steps, so only one of them goes on to exports and report.
@pytest.mark.parametrize("engine", ["unoise", "dada2"])
def test_a_run_killed_at_several_points_ends_with_the_same_bytes(
    tmp_path, simulated, small_reference, engine
):
    steps = STEPS if engine == "dada2" else ()
    calm, killed = (
        make_project(tmp_path / name / "p", simulated, small_reference, engine=engine)
        for name in ("calm", "killed")
    )
    done = calm.run(*steps)
    assert done.returncode == 0, done.stderr + calm.log()
    if not steps:  # the key of pseudonyms is drawn once for a project
        killed.results.mkdir()
        shutil.copy2(calm.results / "pseudonym.key", killed.results)
    missed = set(KILLS[engine]) - set(kill_at_all(killed, KILLS[engine], *steps))
    assert missed <= SHORT, f"not killed at {missed}"
    done = killed.run(*steps)
    assert done.returncode == 0, done.stderr + killed.log()
    if steps:
        assert dataset_bytes(killed.results / "dataset") == dataset_bytes(calm.results / "dataset")
        return
    assert finished_bytes(killed) == finished_bytes(calm)
    assert main(["ledger", "verify", "--ledger", str(killed.results / "ledger.jsonl")]) == 0


def test_finished_work_is_not_redone_after_a_kill(project):
    assert kill_when(project, ["taxonomy/*"], *STEPS)
    before = {
        path: path.stat().st_mtime_ns
        for path in project.results.glob("profile/*/reads_left/*.json")
    }
    assert project.run(*STEPS).returncode == 0
    assert before
    assert {path: path.stat().st_mtime_ns for path in before} == before


def spoil(project, library: str, content: bytes | None, records: int | None = None) -> None:
    for end in (1, 2):
        path = project.folder / "reads" / f"{library}_R{end}.fastq.gz"
        if records is not None:
            lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
            path.write_bytes(gzip.compress(b"".join(lines[: 4 * records])))
        elif content is not None:
            path.write_bytes(content)


@pytest.mark.parametrize("engine", ["unoise", "dada2"])
def test_bad_libraries_are_told_and_the_others_go_on(tmp_path, simulated, small_reference, engine):
    project = make_project(tmp_path / "p", simulated, small_reference, engine=engine)
    spoil(project, "A1", None, records=0)
    spoil(project, "A2", None, records=3)
    whole = (project.folder / "reads" / "A3_R1.fastq.gz").read_bytes()
    (project.folder / "reads" / "A3_R1.fastq.gz").write_bytes(whole[: len(whole) // 2])
    done = project.run()
    assert done.returncode == 0, done.stderr + project.log()
    assert "A1 empty: no reads in the files" in done.stdout
    assert "A3 failed: " in done.stdout
    libraries = pl.read_parquet(project.results / "dataset" / "libraries.parquet")
    status = dict(libraries.select("library_id", "status").rows())
    assert (status["A1"], status["A3"]) == ("empty", "failed")
    assert [status[name] for name in ("G1", "G2", "G3", "MOCK")] == ["ok"] * 4
    assert "A3" in (project.results / "report.html").read_text()


def tables(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.endswith(".parquet")}


def test_a_full_disk_is_named_and_nothing_finished_is_lost(tmp_path, simulated, small_reference):
    if os.geteuid() != 0:
        pytest.skip("a small file system can be mounted by root only")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    try:
        project = make_project(tmp_path / "p", simulated, small_reference)
        words = project.command(*STEPS)
        words[words.index("--directory") + 1] = str(disk)
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 1
        assert "disk-full" in done.stderr
        assert "Traceback" not in done.stderr
        finished = {
            path.name: json.loads(path.read_text())
            for path in Path(disk).glob("results/profile/*/reads_left/*.json")
        }
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        after = {
            path.name: json.loads(path.read_text())
            for path in Path(disk).glob("results/profile/*/reads_left/*.json")
        }
        assert finished.items() <= after.items()
        assert project.run(*STEPS).returncode == 0
        undisturbed = dataset_bytes(project.results / "dataset")
        assert tables(dataset_bytes(disk / "results" / "dataset")) == tables(undisturbed)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def older(path: Path, content: bytes, *, time_s: int = 10**9) -> None:
    """Put a file in another's place that keeps its time, as `cp -p` and `rsync -a` do."""
    path.write_bytes(content)
    os.utime(path, (time_s, time_s))


def test_what_is_mended_is_seen_however_it_was_copied(project):
    reads = project.folder / "reads"
    whole = {name: (reads / name).read_bytes() for name in ("A1_R2.fastq.gz", "A2_R1.fastq.gz")}
    damaged = whole["A1_R2.fastq.gz"]
    cut, flipped = damaged[: len(damaged) // 2], bytearray(whole["A2_R1.fastq.gz"])
    flipped[len(flipped) * 3 // 4] ^= 255
    older(reads / "A1_R2.fastq.gz", cut)
    older(reads / "A2_R1.fastq.gz", bytes(flipped))
    agreement = next((project.folder / "config" / "agreements").glob("*.yaml"))
    text = agreement.read_text()
    assert project.run(*STEPS).returncode == 0, project.log()
    assert statuses(project) == {"A1": "failed", "A2": "failed"}
    for name, content in whole.items():
        older(reads / name, content)
    older(agreement, text.replace("\n", " \n", 1).encode())
    done = project.run(*STEPS)
    assert done.returncode == 0, done.stderr + project.log()
    assert statuses(project) == {"A1": "ok", "A2": "ok"}
    assert agreement.read_text() in {
        path.read_text() for path in (project.results / "dataset" / "agreements").iterdir()
    }
    # A good library's reads are seen as well, and what is as it was is not read again.
    older(reads / "A1_R2.fastq.gz", whole["A1_R2.fastq.gz"], time_s=5 * 10**8)
    spoil(project, "G1", None, records=300)
    for path in reads.glob("G1_R?.fastq.gz"):
        older(path, path.read_bytes())
    before = accounts(project)
    assert project.run("--until", "prepare_unoise").returncode == 0, project.log()
    assert [name for name, one in accounts(project).items() if one != before[name]] == ["G1"]


def accounts(project) -> dict[str, str]:
    paths = sorted(project.results.glob("profile/*/reads_left/*.json"))
    return {path.stem: path.read_text() for path in paths}


def statuses(project) -> dict[str, str]:
    table = pl.read_parquet(project.results / "dataset" / "libraries.parquet")
    rows = dict(table.select("library_id", "status").rows())
    return {name: rows[name] for name in ("A1", "A2")}
