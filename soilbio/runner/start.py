"""The command that runs the workflow, and the lock that keeps two runs apart."""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import IO

from soilbio.errors import problem_of
from soilbio.references.machine import memory_bytes
from soilbio.runner.memory import has_jobs_here, within_memory
from soilbio.runner.profiles import chosen, flags_lacking
from soilbio.standards import shipped

# What was killed a moment ago, in seconds, may still be ending.
_PATIENCE_S = 3.0


def command_of(config: Path, directory: Path, profile: str, passed_on: Sequence[str]) -> list[str]:
    """Write the Snakemake command; what the user passes on comes last and so wins.

    Snakemake would let `profiles/default` beside the Snakefile win over any profile that is named;
    of it is taken what is said nowhere else.
    Its own lock outlives a killed process and then refuses, so ours stands in for it.
    Jobs that run together on this machine share its memory, as far as they ask for it.

    Raises
    ------
    InputError
        `memory-value`, if SOILBIO_MEMORY_GB is no number.

    """
    return [
        *(sys.executable, "-m", "snakemake", "--nolock"),
        *("--snakefile", str(shipped("Snakefile"))),
        *("--profile", chosen(profile)),
        *(() if _workflow_profiles(passed_on) else ("--workflow-profile", "none")),
        *flags_lacking(profile, passed_on, is_here=runs_here(profile, passed_on)),
        *("--directory", str(directory.resolve())),
        *("--configfile", str(config.resolve())),
        *within_memory(passed_on, _profiles(profile, passed_on), memory_bytes()),
    ]


def runs_here(profile: str, passed_on: Sequence[str]) -> bool:
    """Tell whether the jobs of a run are processes of this machine, and not a cluster's."""
    return has_jobs_here(passed_on, _profiles(profile, passed_on))


def _profiles(profile: str, flags: Sequence[str]) -> list[str]:
    return [*_workflow_profiles(flags), chosen(profile)]


def _workflow_profiles(flags: Sequence[str]) -> list[str]:
    """Find the profiles that a user names beside ours; they come before it."""
    found = []
    for word, following in pairwise([*flags, ""]):
        name, is_joined, value = word.partition("=")
        if name == "--workflow-profile":
            found.append(value if is_joined else following)
    return found


@contextmanager
def only_run(directory: Path) -> Iterator[IO[str]]:
    """Hold the project folder, with a file that has nothing to read.

    Whatever has the file open holds the folder, however the others end: give it to what is started.

    Raises
    ------
    InputError
        If another run holds it.

    """
    with _lock_file(directory).open("a+", encoding="utf-8") as handle:
        _wait_for(handle)
        yield handle


def hold(directory: Path) -> None:
    """Hold the project folder as long as this process or one that it starts goes on.

    For a Snakemake that was started without `soilbio run`; they have the file as standard input.

    Raises
    ------
    InputError
        If another run holds it.

    """
    path = _lock_file(directory)
    if not _has_open(path):
        with path.open("a+", encoding="utf-8") as handle:
            _wait_for(handle)
            os.dup2(handle.fileno(), 0)


def _lock_file(directory: Path) -> Path:
    return directory / ".soilbio.lock"


def _has_open(path: Path) -> bool:
    """Tell whether who started this process gave it a file, and so holds it already."""
    with suppress(FileNotFoundError):
        own = path.stat()
        for descriptor in Path("/dev/fd").iterdir():
            with suppress(OSError):  # the one of the listing itself
                if os.path.samestat(os.fstat(int(descriptor.name)), own):
                    return True
    return False


def _wait_for(handle: IO[str]) -> None:
    """Take the lock, or say who has it."""
    last = time.monotonic() + _PATIENCE_S
    while not _is_ours(handle):
        if time.monotonic() > last:
            raise problem_of(
                "run-locked",
                handle.name,
                expected="no other run in this folder, nor jobs of one that was killed",
                fix="Wait for the other run to end, or give this one another --directory; who"
                f" has the folder is told by `fuser {shlex.quote(handle.name)}`",
            )
        time.sleep(_PATIENCE_S / 10)
    handle.truncate(0)


def _is_ours(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
