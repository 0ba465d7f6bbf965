"""Run a contender's stages, each once: what is done stays and is read back on the next run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it has none
from stopwatch import Cost, measure, read_costs


@dataclass(frozen=True, slots=True)
class Stage:
    """A command with its steps; `folder` is where it works, emptied before unless `keeps_folder`.

    A command that measures its own steps writes them to the file that the variable STEPS names
    (`has_steps`); any other is one step by itself.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str]
    has_steps: bool = True
    keeps_folder: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The cost of each step, and how many cores other programs kept busy meanwhile."""

    costs: Sequence[Cost]
    others_cores: float


class StageError(RuntimeError):
    """A stage ended well by its exit code, but its log says otherwise."""


def run_stage(stage: Stage) -> Done:
    """Give the cost of each step of a stage, running it if that was not done before."""
    finished = stage.folder / f"{stage.name}.steps.tsv"
    others = stage.folder / f"{stage.name}.others.txt"
    if not finished.is_file():
        if not stage.keeps_folder:
            shutil.rmtree(stage.folder, ignore_errors=True)
        stage.folder.mkdir(parents=True, exist_ok=True)
        others_cores = _run(stage, finished.with_name(finished.name + ".part"))
        others.write_text(f"{others_cores:.3f}\n")
        finished.with_name(finished.name + ".part").replace(finished)
    return Done(read_costs(finished), float(others.read_text()))


def _run(stage: Stage, steps: Path) -> float:
    """Run the command; return the cores that others kept busy."""
    steps.unlink(missing_ok=True)
    log = stage.folder / f"{stage.name}.log"
    environment = {**stage.environment, "STEPS": str(steps)}
    busy_before = _busy_s()
    cost = measure(stage.name, stage.command, log=log, folder=stage.folder, environment=environment)
    others_s = _busy_s() - busy_before - cost.cpu_s
    if "[ERROR]" in log.read_text(errors="replace"):  # mothur's exit code is 0 then
        raise StageError(f"{stage.name}: see {log}")
    if not stage.has_steps:
        steps.write_text(cost.row())
    return max(0.0, others_s / max(cost.wall_s, 0.01))


def _busy_s() -> float:
    """Processor time that the whole machine has spent so far."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)
