"""Wall time, processor time and peak memory of a command and all that it starts.

Usable by itself: `python stopwatch.py --steps FILE --step NAME COMMAND ...` adds a row to FILE.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil  # type: ignore[import-untyped]  # it has none

HEADER = ("step", "wall_s", "cpu_s", "peak_mb")
_SAMPLE_EVERY_S = 0.2
_LAST_CHARACTERS = 2000
_MB = 1e6
# Starts the command in a process of a few MB: a program's peak as the kernel reports it is never
# less than what the process had that started it, and benchmarks hold much.
_STARTER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
wall_s = time.perf_counter() - started
own = [status, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]
with open(sys.argv[1], "w") as handle:
    json.dump(own, handle)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step cost; `peak_mb` is the resident memory of all its processes together (MB)."""

    step: str
    wall_s: float
    cpu_s: float
    peak_mb: float

    def row(self) -> str:
        """Write as a line of a table with the columns of `HEADER`."""
        return f"{self.step}\t{self.wall_s:.2f}\t{self.cpu_s:.2f}\t{self.peak_mb:.0f}\n"


class CommandError(RuntimeError):
    """A measured command ended with an error; the message has the end of what it wrote."""


def measure(
    step: str,
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Run a command to its end and measure it.

    Parameters
    ----------
    step : str
        What to call it.
    command : sequence of str or Path
        Program and arguments.
    log : Path, optional
        Where its output goes; by default where ours goes.
    folder : Path, optional
        Working directory.
    environment : mapping, optional
        Variables beside those of this process.

    Returns
    -------
    Cost
        Processor time is user and system time of the command and of all children it waited for.
        Memory is sampled every 0.2 s over the process tree (shared pages count in each process),
        and never less than the largest single process as the kernel reports it.

    Raises
    ------
    CommandError
        If the exit code is not 0.

    """
    words = [str(word) for word in command]
    out = log.open("wb") if log else None
    try:
        with TemporaryDirectory() as scratch:
            told = Path(scratch, "usage.json")
            starter = [sys.executable, "-I", "-S", "-c", _STARTER, str(told)]
            process = subprocess.Popen(
                [*starter, *words],
                **{"stdout": out, "stderr": out, "cwd": folder},
                env={**os.environ, **(environment or {})},
            )
            sampler = _Sampler(process.pid)
            sampler.start()
            process.wait()
            sampler.stop()
            used = json.loads(told.read_text()) if told.exists() else None
    finally:
        if out:
            out.close()
    code = os.waitstatus_to_exitcode(used[0]) if used else process.returncode
    if code or used is None:
        said = log.read_text(errors="replace")[-_LAST_CHARACTERS:] if log else ""
        raise CommandError(f"{step}: exit code {code} of {' '.join(words)}\n{said}")
    _, wall_s, cpu_s, peak_kib = used
    return Cost(step, wall_s, cpu_s, max(sampler.peak_bytes, peak_kib * 1024) / _MB)


class _Sampler(threading.Thread):
    """Keeps the highest sum of resident memory seen over the descendants of a process."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended, self.peak_bytes = pid, threading.Event(), 0

    def run(self) -> None:
        while not self._ended.wait(_SAMPLE_EVERY_S):
            self.peak_bytes = max(self.peak_bytes, _tree_bytes(self._pid))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree_bytes(pid: int) -> int:
    try:
        processes = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return 0
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:  # it ended in between
            continue
    return total


def read_costs(source: Path) -> list[Cost]:
    """Read a table that `row` wrote, without header."""
    rows = [line.split("\t") for line in source.read_text().splitlines()]
    return [Cost(step, float(wall), float(cpu), float(peak)) for step, wall, cpu, peak in rows]


def main() -> int:
    """Measure the command on the command line and add a row to a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=Path, required=True)
    parser.add_argument("--step", required=True)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    try:
        cost = measure(args.step, args.command)
    except CommandError as failure:
        print(failure, file=sys.stderr)
        return 1
    with args.steps.open("a") as handle:
        handle.write(cost.row())
    return 0


if __name__ == "__main__":
    sys.exit(main())
