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


def end(process: subprocess.Popen[str], *, has_jobs_here: bool, is_told: bool) -> None:
    """End Snakemake and wait for it; read on what it says, or it could not go on saying it.

    Parameters
    ----------
    process : Popen
        Snakemake, with its output piped to us.
    has_jobs_here : bool
        Its jobs are processes of this machine, and are ended with it. Those of a cluster Snakemake
        takes back itself, which it does when it is interrupted.
    is_told : bool
        The processes have been told already, by the terminal.

    """
    if has_jobs_here:
        # It starts no more jobs, and ends after those that run, which are ended meanwhile.
        _send(process.pid, signal.SIGTERM)
        threading.Thread(target=_end_jobs, args=(process, is_told), daemon=True).start()
    elif not is_told:
        _send(process.pid, signal.SIGINT)
    if process.stdout is not None:
        with suppress(ValueError):
            for _ in process.stdout:
                pass
    process.wait()


def _end_jobs(process: subprocess.Popen[str], is_told: bool) -> None:
    """Send each process below Snakemake each signal once, also those that were just starting."""
    start = time.monotonic()
    sent: set[tuple[int, signal.Signals]] = set()
    while process.poll() is None:
        elapsed = time.monotonic() - start
        number = [one for after, one in _SIGNALS if elapsed >= after][-1]
        if not (is_told and number is signal.SIGINT):
            due = {(pid, number) for pid in _below(process.pid)}
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


def _below(pid: int) -> list[int]:
    """List the processes that a process started, and those that they started.

    Where the system does not tell (no `/proc`) there are none: the jobs are waited for.
    """
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # A name, in brackets, may hold anything; behind it stand the state and the parent.
            parent = path.read_text(errors="replace").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found[1:]
