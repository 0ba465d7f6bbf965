"""A run that is ended from outside, by a signal to the command or by killing it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.workflow.conftest import BIN, ROOT

STEPS = ("--until", "prepare_unoise")
# Looks for pairs as the real one does, but much later.
SLOW = """#!/bin/sh
case "$*" in
*fastq_mergepairs*) touch "$SOILBIO_STARTED"; sleep 120;;
esac
exec {vsearch} "$@"
"""


class Started:
    """A run whose first job takes minutes, and its processes: they share a word of environment."""

    def __init__(self, command: list[str], folder: Path) -> None:
        tools = folder / "tools"
        tools.mkdir()
        vsearch = tools / "vsearch"
        vsearch.write_text(SLOW.format(vsearch=shutil.which("vsearch")))
        vsearch.chmod(0o755)
        self.mark = folder / "started"
        path = os.pathsep.join((str(tools), os.environ["PATH"]))
        self.front = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "PATH": path, "SOILBIO_STARTED": str(self.mark)},
        )
        wait_until(lambda: self.mark.exists() or self.front.poll() is not None)
        assert self.front.poll() is None, self.front.communicate()[1]

    def left(self) -> dict[int, str]:
        """Processes of the run that are there, with their commands."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.mark).encode() in (path / "environ").read_bytes():
                    words = (path / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(path.name)] = words.decode()
            except OSError:
                continue
        return {pid: words for pid, words in found.items() if words}

    def kill(self, word: str = "") -> None:
        for pid, words in self.left().items():
            if word in words:
                os.kill(pid, signal.SIGKILL)


def wait_until(is_so: Callable[[], object], deadline_s: float = 240.0) -> None:
    end = time.monotonic() + deadline_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def started(project, tmp_path) -> Iterator[Started]:
    with start(project.command(*STEPS), tmp_path) as run:
        yield run


@contextmanager
def start(command: list[str], folder: Path) -> Iterator[Started]:
    run = Started(command, folder)
    try:
        yield run
    finally:
        run.kill()
        run.front.communicate()


def plain_command(project) -> list[str]:
    """Snakemake without `soilbio run`, as the README has it."""
    return [
        *(str(BIN / "snakemake"), "--profile", "profiles/default", "--cores", "2", *STEPS),
        *("--configfile", str(project.config), "--directory", str(project.folder)),
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_who_ends_the_command_ends_all_of_it(project, started, number):
    os.kill(started.front.pid, number)
    said = started.front.communicate(timeout=60)[1]
    assert started.front.returncode == 130
    assert "Traceback" not in said
    assert started.left() == {}
    done = project.run(*STEPS)
    assert done.returncode == 0, done.stderr + project.log()


def test_what_a_killed_run_left_running_holds_the_folder(project, started):
    os.kill(started.front.pid, signal.SIGKILL)
    started.front.wait()
    for word in ("snakemake", "soilbio prepare"):
        done = project.run(*STEPS)
        assert (done.returncode, "[run-locked]" in done.stderr) == (1, True)
        started.kill(word)
        wait_until(lambda word=word: not any(word in one for one in started.left().values()))
    started.kill()
    wait_until(lambda: not started.left())
    done = project.run(*STEPS)
    assert done.returncode == 0, done.stderr + project.log()


def test_a_plain_snakemake_is_kept_out_of_a_folder_in_which_a_run_is(project, started):
    assert started.front.poll() is None
    done = subprocess.run(
        plain_command(project), capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )
    assert (done.returncode, "[run-locked]" in done.stderr) == (1, True), done.stderr


def test_a_plain_snakemake_and_its_jobs_hold_the_folder(project, tmp_path):
    with start(plain_command(project), tmp_path) as plain:
        for word in ("bin/snakemake", "soilbio prepare"):
            done = project.run(*STEPS)
            assert (done.returncode, "[run-locked]" in done.stderr) == (1, True)
            plain.kill(word)
            wait_until(lambda word=word: not any(word in one for one in plain.left().values()))
    done = project.run(*STEPS)
    assert done.returncode == 0, done.stderr + project.log()
