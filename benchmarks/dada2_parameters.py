"""Which defaults of the engine `dada2` the evidence supports: each changed alone, the others kept.

Whole workflow runs on simulated soils with several seeds and on a real mock community. How many
bases an error model is learnt from matters only where there are more: those settings are run on
libraries of --deep-pairs, the others on libraries of --pairs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from accuracy import score
from jobs import run_stage
from material import Material, mock_1250
from ours import read_ours, running, write_project
from simulated import simulate
from training import Training, fetch_archive, install, write_training

ROOT = Path(__file__).resolve().parent.parent
USUAL: Mapping[str, object] = {}
SETTINGS: Sequence[Mapping[str, object]] = (
    USUAL,
    {"dada2_pooling": "independent"},
    {"dada2_pooling": "pooled"},
    {"dada2_max_expected_errors": 1.0},
    {"dada2_max_expected_errors": 4.0},
    {"dada2_chimera_method": "consensus"},
    {"dada2_chimera_min_fold": 1.0},
    {"dada2_chimera_min_fold": 4.0},
)
DEEP_SETTINGS: Sequence[Mapping[str, object]] = (
    USUAL,
    {"dada2_learn_bases": 10_000_000},
    {"dada2_learn_bases": 20_000_000},
    {"dada2_learn_bases": 100_000_000},
)
_NUMBERS = ("true", "false", "missed", "library_precision", "library_recall", "bray_curtis")


@dataclass(frozen=True, slots=True)
class Row:
    """One setting on one material; `cpu_s` is processor time of the whole run."""

    material: str
    setting: str
    cpu_s: float
    scores: Mapping[str, float]

    def line(self) -> str:
        """Write as a line of the table."""
        numbers = (f"{self.scores.get(name, float('nan')):.4g}" for name in _NUMBERS)
        return "\t".join((self.material, self.setting, f"{self.cpu_s:.0f}", *numbers))


def main() -> int:
    """Run all settings; write the table, and print sums over seeds."""
    args = _arguments()
    work = (args.out / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["SOILBIO_REFERENCES"] = str(work / "references")
    archive = args.archive or fetch_archive(work)
    reference = install(archive, work / "references")
    rows = []
    for material, settings in _materials(args, work):
        folder = work / material.name
        training = write_training(reference, material.held_out, folder / "training")
        for setting in settings:
            row = _run(material, setting, training, folder / "dada2_parameters", args.threads)
            rows.append(row)
            print(row.line(), file=sys.stderr, flush=True)
    header = "\t".join(("material", "setting", "cpu_s", *_NUMBERS))
    text = "".join(f"{line}\n" for line in (header, *(row.line() for row in rows)))
    (args.out / "dada2_parameters.tsv").write_text(text)
    for line in _sums(rows):
        print(line)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--deep-samples", type=int, default=16)
    parser.add_argument("--deep-pairs", type=int, default=25_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--archive", type=Path, help="the reference's archive, got elsewhere")
    shared = os.environ.get("SOILBIO_SHARED", str(ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=Path(shared))
    return parser.parse_args()


def _materials(
    args: argparse.Namespace, work: Path
) -> Iterator[tuple[Material, Sequence[Mapping[str, object]]]]:
    if (args.shared / "data").is_dir():
        yield mock_1250(args.shared), SETTINGS
    for seed in args.seeds:
        yield simulate(seed, args.samples, args.pairs, work), SETTINGS
    for seed in args.seeds:
        yield simulate(seed, args.deep_samples, args.deep_pairs, work), DEEP_SETTINGS


def _run(
    material: Material,
    setting: Mapping[str, object],
    training: Training,
    folder: Path,
    threads: int,
) -> Row:
    name = ",".join(f"{key.removeprefix('dada2_')}={value}" for key, value in setting.items())
    own = folder / (name or "default")
    amplicon = {"engine": "dada2", **setting}
    config = write_project(material, amplicon, training, own / "project")
    done = run_stage(running(config, own / "run", threads))
    cpu_s = sum(cost.cpu_s for cost in done.costs)
    return Row(
        material.name, name or "default", cpu_s, score(read_ours(own / "run"), material.truth)
    )


def _sums(rows: Sequence[Row]) -> Iterator[str]:
    """Sum up over the seeds of a kind of material."""
    sums: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        cells = sums.setdefault((row.material.partition("-seed")[0], row.setting), [0.0] * 4)
        for at, name in enumerate(("true", "false", "missed")):
            cells[at] += row.scores[name]
        cells[3] += row.cpu_s
    yield "material\tsetting\ttrue\tfalse\tmissed\tcpu_s"
    for (material, setting), numbers in sums.items():
        yield "\t".join((material, setting, *(f"{number:.0f}" for number in numbers)))


if __name__ == "__main__":
    sys.exit(main())
