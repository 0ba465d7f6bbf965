"""The command that runs the workflow, and the lock that keeps two runs apart."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.references.machine import memory_bytes
from soilbio.runner.memory import within_memory
from soilbio.standards import shipped


def command_of(config: Path, directory: Path, profile: str, passed_on: Sequence[str]) -> list[str]:
    """Write the Snakemake command; what the user passes on comes last and so wins.

    Snakemake's own lock outlives a killed process and then refuses, so ours stands in for it.
    Jobs that run together on this machine share its memory, as far as they ask for it.

    Raises
    ------
    InputError
        `memory-value`, if SOILBIO_MEMORY_GB is no number.

    """
    folder = shipped("profiles") / profile
    chosen = str(folder if folder.is_dir() else profile)
    return [
        *(sys.executable, "-m", "snakemake", "--nolock"),
        *("--snakefile", str(shipped("Snakefile"))),
        *("--profile", chosen),
        *("--directory", str(directory.resolve())),
        *("--configfile", str(config.resolve())),
        *within_memory(passed_on, [*_workflow_profiles(passed_on), chosen], memory_bytes()),
    ]


def _workflow_profiles(flags: Sequence[str]) -> list[str]:
    """Find the profiles that a user names beside ours; they come before it."""
    found = []
    for word, following in pairwise([*flags, ""]):
        name, is_joined, value = word.partition("=")
        if name == "--workflow-profile":
            found.append(value if is_joined else following)
    return found


@contextmanager
def only_run(directory: Path) -> Iterator[None]:
    """Hold the project folder; the lock goes with the process, however it ends.

    Raises
    ------
    InputError
        If another run holds it.

    """
    path = directory / ".soilbio.lock"
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise problem_of(
                "run-locked",
                str(path),
                expected="no other run in this folder",
                fix="Wait for the other run to end, or give this one another --directory",
            ) from error
        yield
