"""What a library costs our workflow whatever is in it: Snakemake, starting Python and tools.

The workflow is run on few and on many libraries of 50 pairs; the slope is the cost of a library.
What the engine itself needs for each library, as its jobs' own clocks have it, is told apart: it is
no cost of Snakemake's or Python's.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import sys
from pathlib import Path

from jobs import Done, run_stage
from material import Material
from ours import OURS, running, write_project
from simulated import simulate
from stopwatch import Cost
from training import Training, fetch_archive, install, write_training

ROOT = Path(__file__).resolve().parent.parent
_SEED = 1
_AIM_S = 0.3


def main() -> int:
    """Run, print the slope, and write it beside the other results."""
    args = _arguments()
    work = (args.out / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["SOILBIO_REFERENCES"] = str(work / "references")
    reference = install(args.archive or fetch_archive(work), work / "references")
    many = simulate(_SEED, max(args.libraries), args.pairs, work)
    training = write_training(reference, many.held_out, work / many.name / "training")
    lines = ["engine\tlibraries\twall_s\tcpu_s\tpeak_mb\tothers_cores"]
    slopes = []
    for name in args.only:
        done = {count: _run(name, many, count, training, args) for count in sorted(args.libraries)}
        for count, run in done.items():
            cost = _cost(run)
            numbers = f"{cost.wall_s:.2f}\t{cost.cpu_s:.2f}\t{cost.peak_mb:.0f}"
            lines.append(f"{name}\t{count}\t{numbers}\t{run.others_cores:.2f}")
        slopes.append(
            _slope(name, done, {count: _engine_s(name, count, many, args) for count in done})
        )
    (args.out / "fixed_cost.tsv").write_text("\n".join(lines) + "\n")
    text = "\n".join(["## Fixed cost of a library", "", *slopes])
    (args.out / "fixed_cost.md").write_text(text + "\n")
    print(text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--libraries", type=int, nargs=2, default=[4, 40])
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=list(OURS), default=list(OURS))
    parser.add_argument("--archive", type=Path, help="the reference's archive, got elsewhere")
    return parser.parse_args()


def _run(
    name: str, many: Material, count: int, training: Training, args: argparse.Namespace
) -> Done:
    """Run the workflow on the first libraries, always anew."""
    few = dataclasses.replace(many, reads=dict(list(many.reads.items())[:count]))
    folder = (args.out / "work").resolve() / many.name / f"{name}-{count}"
    project = folder.with_name(f"{folder.name}-project")
    shutil.rmtree(folder, ignore_errors=True)
    config = write_project(few, {"engine": OURS[name].engine}, training, project)
    return run_stage(running(config, folder, args.threads))


def _cost(done: Done) -> Cost:
    return done.costs[0]


def _engine_s(name: str, count: int, many: Material, args: argparse.Namespace) -> float:
    """Add up what the jobs that denoise and look for chimeras took."""
    folder = (args.out / "work").resolve() / many.name / f"{name}-{count}"
    clocks = (folder / "results" / "benchmarks" / "amplicon").rglob("*.tsv")
    return sum(float(path.read_text().splitlines()[1].split("\t")[0]) for path in clocks)


def _slope(name: str, done: dict[int, Done], engine_s: dict[int, float]) -> str:
    """Say what one more library costs, and how much of it is the engine's own work."""
    (few, first), (many, last) = done.items()
    own_s = (engine_s[many] - engine_s[few]) / (many - few)
    wall_s = (_cost(last).wall_s - _cost(first).wall_s) / (many - few) - own_s
    cpu_s = (_cost(last).cpu_s - _cost(first).cpu_s) / (many - few)
    mark = "reached" if wall_s <= _AIM_S else "NOT reached"
    others = max(run.others_cores for run in done.values())
    return (
        f"- {name}: {wall_s:.2f} s of wall time a library beside {own_s:.2f} s of the engine's own"
        f" work; {cpu_s:.2f} s of processor time in all ({few} and {many} libraries; others kept"
        f" {others:.2f} cores busy); aim {_AIM_S} s {mark}"
    )


if __name__ == "__main__":
    sys.exit(main())
