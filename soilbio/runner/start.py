"""The command that runs the workflow, and the lock that keeps two runs apart."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.standards import shipped


def command_of(config: Path, directory: Path, profile: str, passed_on: Sequence[str]) -> list[str]:
    """Write the Snakemake command; what the user passes on comes last and so wins.

    Snakemake's own lock outlives a killed process and then refuses, so ours stands in for it.
    """
    folder = shipped("profiles") / profile
    return [
        *(sys.executable, "-m", "snakemake", "--nolock"),
        *("--snakefile", str(shipped("Snakefile"))),
        *("--profile", str(folder if folder.is_dir() else profile)),
        *("--directory", str(directory.resolve())),
        *("--configfile", str(config.resolve())),
        *passed_on,
    ]


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
