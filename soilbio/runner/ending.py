"""End a run from outside: Snakemake and its jobs with it, and nothing goes on unseen."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

# How jobs are ended, each signal so many seconds after the start: as Ctrl-C does, so that they
# clear up; what was started with that ignored (`&` in a script); what does not listen.
_SIGNALS = ((0.0, signal.SIGINT), (3.0, signal.SIGTERM), (10.0, signal.SIGKILL))
_LOOK_S = 0.2
# The variable that all processes of a run have in their environment.
MARK = "SOILBIO_RUN"


def end(process: subprocess.Popen[str], mark: str, *, has_jobs_here: bool, is_told: bool) -> None:
    """End Snakemake and wait for it; read on what it says, or it could not go on saying it.

    Parameters
    ----------
    process : Popen
        Snakemake, with its output piped to us.
    mark : str
        What it was given as `MARK`.
    has_jobs_here : bool
        Its jobs are processes of this machine, and are ended with it. Those of a cluster Snakemake
        takes back itself, which it does when it is interrupted.
    is_told : bool
        The processes have been told already, by the terminal.

    """
    if has_jobs_here:
        # It starts no more jobs, and ends after those that run, which are ended meanwhile.
        _send(process.pid, signal.SIGTERM)
        ending = threading.Thread(target=_end_jobs, args=(process, mark, is_told), daemon=True)
        ending.start()
    elif not is_told:
        _send(process.pid, signal.SIGINT)
    if process.stdout is not None:
        with suppress(ValueError):
            for _ in process.stdout:
                pass
    process.wait()
    if has_jobs_here:
        ending.join()


def _end_jobs(process: subprocess.Popen[str], mark: str, is_told: bool) -> None:
    """Send each process of a run but Snakemake each signal once, also those just starting.

    What a job started may outlive it, and is nobody's child then: the mark tells it all the same.
    """
    start = time.monotonic()
    sent: set[tuple[int, signal.Signals]] = set()
    while True:
        has_ended = process.poll() is not None
        running = _marked(mark) - {process.pid, os.getpid()}
        if has_ended and not running:
            return
        elapsed = time.monotonic() - start
        number = [one for after, one in _SIGNALS if elapsed >= after][-1]
        if has_ended and number is signal.SIGINT:
            number = signal.SIGTERM
        if not (is_told and number is signal.SIGINT):
            due = {(pid, number) for pid in running}
            for pid, _ in due - sent:
                _send(pid, number)
            sent |= due
        time.sleep(_LOOK_S)


def is_of_terminal() -> bool:
    """Tell whether Ctrl-C in a terminal reaches this process, and so those that it started."""
    with suppress(OSError), Path("/dev/tty").open("rb") as terminal:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    return False


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _marked(mark: str) -> set[int]:
    """List the processes that a run started, by the mark in their environment.

    Where the system does not tell (no `/proc`) there are none: the jobs are waited for.
    """
    word = f"{MARK}={mark}".encode()
    found = set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if word in path.read_bytes().split(b"\0"):
                found.add(int(path.parent.name))
    return found
