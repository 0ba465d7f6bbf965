"""End a run from outside: Snakemake and its jobs with it, and nothing goes on unseen."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
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
        ending = threading.Thread(target=_end_jobs, args=(process, is_told), daemon=True)
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


def _end_jobs(process: subprocess.Popen[str], is_told: bool) -> None:
    """Send each process below Snakemake each signal once, also those that were just starting.

    What a job started may outlive it, and is nobody's child then: whatever was seen once is ended.
    """
    start = time.monotonic()
    sent: set[tuple[int, signal.Signals]] = set()
    seen: dict[int, str] = {}
    while True:
        has_ended = process.poll() is not None
        running = _running()
        seen = {pid: began for pid, began in seen.items() if running.get(pid, ("", ""))[1] == began}
        seen |= {pid: running[pid][1] for pid in _below([process.pid, *seen], running)}
        if has_ended and not seen:
            return
        elapsed = time.monotonic() - start
        number = [one for after, one in _SIGNALS if elapsed >= after][-1]
        if has_ended and number is signal.SIGINT:
            number = signal.SIGTERM
        if not (is_told and number is signal.SIGINT):
            due = {(pid, number) for pid in seen}
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


def _running() -> dict[int, tuple[str, str]]:
    """List all processes with their parent and when they began, which tells a number used again.

    Where the system does not tell (no `/proc`) there are none: the jobs are waited for.
    """
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # A name, in brackets, may hold anything; behind it stand the state and the parent.
            told = path.read_text(errors="replace").rpartition(")")[2].split()
            if told[0] != "Z":
                found[int(path.parent.name)] = (told[1], told[19])
    return found


def _below(roots: Sequence[int], running: Mapping[int, tuple[str, str]]) -> list[int]:
    """List the processes that some started, and those that these started."""
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in running.items():
        children.setdefault(int(parent), []).append(pid)
    found = list(dict.fromkeys(roots))
    for one in found:
        found += [child for child in children.get(one, []) if child not in found]
    return found[1:]
