"""Follow Snakemake: how far each stage is, in few lines; all it says goes to a log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from soilbio.runner.ending import MARK, end, is_of_terminal

# Rules by the stage that a user knows.
STAGES = {
    "measure_read_quality": "read quality",
    "collect_read_quality": "read quality",
    "prepare_unoise": "prepare reads",
    "prepare_dada2": "prepare reads",
    "choose_truncation": "prepare reads",
    "list_run_dada2": "prepare reads",
    "denoise_unoise": "features",
    "denoise_dada2": "features",
    "find_chimeras_dada2": "features",
    "collect_dada2": "features",
    "index_genomes": "prepare metagenomes",
    "clean_shotgun": "prepare metagenomes",
    "profile_kraken2": "metagenomes' profiles",
    "profile_sketches": "metagenomes' profiles",
    "collect_shotgun": "metagenomes' profiles",
    "index_ssu_words": "metagenomes' rRNA",
    "index_ssu_seeds": "metagenomes' rRNA",
    "profile_ssu": "metagenomes' rRNA",
    "collect_ssu": "metagenomes' rRNA",
    "combine_shotgun": "profiles together",
    "build_classifier": "taxonomy",
    "cut_reference": "taxonomy",
    "index_reference": "taxonomy",
    "classify_features": "taxonomy",
    "build_tree": "tree",
    "build_dataset": "dataset",
    "score_dataset": "dataset",
    "measure_diversity": "diversity",
    "export_dataset": "export",
    "write_report": "report",
}
_FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
_PLANNED = re.compile(r"^(\w+)\s+(\d+)\s*$")
_FAILED = re.compile(r"^\s*Error in rule (\w+)")


@dataclass(slots=True)
class Progress:
    """Jobs planned and done, by stage, as Snakemake tells them line by line."""

    planned: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    has_nothing_to_do: bool = False
    is_planning: bool = False

    def take(self, line: str) -> str | None:
        """Take in one line; return what a user should see of it, if anything."""
        if line.startswith("Job stats:"):
            self.is_planning = not self.planned
        elif self.is_planning:
            self._plan(line)
        elif found := _FINISHED.search(line):
            return self._finish(found.group(1))
        elif found := _FAILED.match(line):
            self.failed.append(found.group(1))
        elif "Nothing to be done" in line:
            self.has_nothing_to_do = True
        return None

    def _plan(self, line: str) -> None:
        found = _PLANNED.match(line)
        if found and found.group(1) == "total":
            self.is_planning = False
        elif found and found.group(1) != "all":
            stage = STAGES.get(found.group(1), found.group(1))
            self.planned[stage] = self.planned.get(stage, 0) + int(found.group(2))

    def _finish(self, rule: str) -> str | None:
        if rule == "all":
            return None
        stage = STAGES.get(rule, rule)
        self.done[stage] = self.done.get(stage, 0) + 1
        return f"{stage}: {self.done[stage]} of {self.planned.get(stage, self.done[stage])}"

    def is_whole(self, stage: str) -> bool:
        """Tell whether all jobs of a stage are done."""
        return self.done.get(stage, 0) >= self.planned.get(stage, 0)


def follow(
    command: Sequence[str],
    log: Path,
    tell: Callable[[str, bool], None],
    *,
    lock: IO[str] | None = None,
    has_jobs_here: bool = True,
) -> int:
    """Run Snakemake to its end and return its exit code.

    `tell(text, is_passing)` gets what a user should see; a passing text may be overwritten by the
    next. Snakemake's whole output is in `log`; its errors are told as they come.

    Who ends this process ends Snakemake and its jobs (`has_jobs_here`: unless they are a
    cluster's), and waits for them. If it is killed nothing can be done, so all of them hold
    `lock` as their standard input, an empty one, for as long as any is there.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    progress, heard = Progress(), _unless_unheard(tell)
    mark = f"{os.getpid()}-{time.time_ns()}"
    with (
        log.open("w", encoding="utf-8") as record,
        _ended_by_signals(),
        subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL if lock is None else lock,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, MARK: mark},
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101  it was started with a pipe
        try:
            last = _tell_lines(_recorded(process.stdout, record), progress, heard)
            code = process.wait()
        except BaseException as error:
            try:
                heard("Ending what runs; finished work stays.", False)
            finally:
                end(process, mark, has_jobs_here=has_jobs_here, is_told=_is_told(error))
            raise
    if code and not progress.planned and not last.is_told:
        heard(last.text, False)
    if progress.has_nothing_to_do:
        heard("Nothing to do: all results are up to date.", False)
    return code


class _Ended(KeyboardInterrupt):
    """A batch system, or whoever else, asked this process to end; a closed terminal does."""


def _is_told(error: BaseException) -> bool:
    """Tell whether Snakemake and its jobs were interrupted together with this process."""
    return type(error) is KeyboardInterrupt and is_of_terminal()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Take SIGTERM and SIGHUP for what Ctrl-C is; who has them ignored (nohup) goes on."""

    def stop(number: int, frame: object) -> None:
        del number, frame
        # Batch systems ask more than once.
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise _Ended

    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unless_unheard(tell: Callable[[str, bool], None]) -> Callable[[str, bool], None]:
    """Go on where nobody listens any more: a terminal was closed, or `head` has read enough."""

    def told(text: str, is_passing: bool) -> None:
        with suppress(OSError):
            tell(text, is_passing)

    return told


def _recorded(lines: Iterable[str], record: object) -> Iterator[str]:
    for line in lines:
        record.write(line)  # type: ignore[attr-defined]
        record.flush()  # type: ignore[attr-defined]
        yield line.rstrip("\n")


@dataclass(slots=True)
class _Last:
    """The last words of Snakemake, and whether any error was told."""

    text: str = ""
    is_told: bool = False


def _tell_lines(
    lines: Iterable[str], progress: Progress, tell: Callable[[str, bool], None]
) -> _Last:
    is_error, last = False, _Last()
    for line in lines:
        last.text = line.strip() or last.text
        seen = progress.take(line)
        if seen:
            stage = seen.partition(":")[0]
            tell(seen, not progress.is_whole(stage))
        is_error = _starts_error(line) or (is_error and bool(line.strip()))
        if is_error:
            last.is_told = True
            tell(line, False)
    return last


def _starts_error(line: str) -> bool:
    return line.startswith(("Error in rule", "WorkflowError", "Nothing was run", "Logfile "))
