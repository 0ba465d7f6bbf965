from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest

from tests.workflow.conftest import ROOT, dataset_bytes, make_project

STEPS = ("--until", "build_dataset")


def kill_when(project, mark: str, *, deadline_s: float = 240.0) -> bool:
    """Start a run and kill its whole process group once a file matches `mark`."""
    with subprocess.Popen(
        project.command(*STEPS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
    ) as process:
        end = time.monotonic() + deadline_s
        while process.poll() is None and time.monotonic() < end:
            if any(project.results.glob(mark)):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return True
            time.sleep(0.02)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, simulated, small_reference) -> dict[str, bytes]:
    project = make_project(tmp_path_factory.mktemp("calm") / "p", simulated, small_reference)
    done = project.run(*STEPS)
    assert done.returncode == 0, done.stderr + project.log()
    return dataset_bytes(project.results / "dataset")


def test_a_run_killed_at_several_points_ends_with_the_same_bytes(project, undisturbed):
    marks = [
        "profile/*/reads_left/A2.json",
        "profile/*/unoise.*",
        "taxonomy/*",
        "tree/*",
        "dataset.part",
    ]
    killed = [mark for mark in marks if kill_when(project, mark)]
    assert len(killed) >= 3, f"killed only at {killed}"
    done = project.run(*STEPS)
    assert done.returncode == 0, done.stderr + project.log()
    assert dataset_bytes(project.results / "dataset") == undisturbed


def test_finished_work_is_not_redone_after_a_kill(project):
    assert kill_when(project, "taxonomy/*")
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


def test_a_full_disk_is_named_and_nothing_finished_is_lost(
    tmp_path, simulated, small_reference, undisturbed
):
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
        assert tables(dataset_bytes(disk / "results" / "dataset")) == tables(undisturbed)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
