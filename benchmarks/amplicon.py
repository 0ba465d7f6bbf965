"""Our amplicon workflow beside plain peers: how fast, how right, on simulated and real reads.

Everything that was done is kept below --out and not done again; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from contenders import Bench, run_contender
from findings import read_results, write_result
from jobs import StageError
from material import FORWARD, REAL, REVERSE, Material, miseq_pairs
from ours import OURS
from pipelines import PEERS
from simulated import simulate
from stopwatch import CommandError
from summary import write_tables
from training import fetch_archive, install, write_alignment, write_training

ROOT = Path(__file__).resolve().parent.parent
SIMULATED, SIMULATED_MISEQ = "simulated", "simulated-miseq"


def main() -> int:
    """Run what is asked for; 1 if a contender failed."""
    args = _arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    work = (args.out / "work").resolve()
    work.mkdir(exist_ok=True)
    # Our command and cutadapt lie beside this Python; references stay with the benchmark.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["SOILBIO_REFERENCES"] = str(work / "references")
    archive = args.archive or fetch_archive(work)
    install(archive, work / "references")
    failed = 0
    for make in _materials(args, work):
        bench = _bench(make(), archive, work, args.threads)
        for name in _contenders(args):
            failed += not _run(bench, name, args)
    write_tables(read_results(args.out / "kept"), args.out, args.threads)
    print(args.out / "summary.md")
    return int(failed > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*OURS, *PEERS]
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument(
        "--materials",
        nargs="+",
        choices=[SIMULATED, SIMULATED_MISEQ, *REAL],
        default=[SIMULATED, SIMULATED_MISEQ, *REAL],
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--pairs", type=int, default=25_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--skip-peer", nargs="+", choices=list(PEERS), default=[])
    parser.add_argument(
        "--settings", choices=["usual", "best"], default="best", help="usual: no other settings"
    )
    parser.add_argument(
        "--again", nargs="+", choices=names, default=[], help="do these anew, forget what is kept"
    )
    parser.add_argument("--archive", type=Path, help="the reference's archive, got elsewhere")
    shared = os.environ.get("SOILBIO_SHARED", str(ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=Path(shared), help="folder of real data")
    return parser.parse_args()


def _materials(args: argparse.Namespace, work: Path) -> Iterator[Callable[[], Material]]:
    """Yield how to make each material, the simulated ones first."""
    if SIMULATED in args.materials:
        for seed in args.seeds:
            yield partial(simulate, seed, args.samples, args.pairs, work)
    for name in (name for name in args.materials if name != SIMULATED):
        if not (args.shared / "data").is_dir():
            print(f"{name}: no real data at {args.shared}; set SOILBIO_SHARED", file=sys.stderr)
        elif name == SIMULATED_MISEQ:
            qualities = miseq_pairs(args.shared)
            for seed in args.seeds:
                yield partial(simulate, seed, args.samples, args.pairs, work, qualities)
        else:
            yield partial(REAL[name], args.shared)


def _bench(material: Material, archive: Path, work: Path, threads: int) -> Bench:
    folder = work / material.name
    reference = install(archive, work / "references")
    training = write_training(reference, material.held_out, folder / "training")
    alignment = write_alignment(archive, (FORWARD, REVERSE), work / "v4.align")
    return Bench(material, training, alignment, folder, threads)


def _contenders(args: argparse.Namespace) -> list[str]:
    return [name for name in args.only if name not in args.skip_peer]


def _run(bench: Bench, name: str, args: argparse.Namespace) -> bool:
    """Run one contender and keep its results; tell a failure and go on with the others."""
    kept = args.out / "kept"
    if name in args.again:
        shutil.rmtree(bench.folder / name, ignore_errors=True)
        for result in kept.glob(f"{bench.material.name}.{name}.*.json"):
            result.unlink()
    print(f"{bench.material.name}: {name}", file=sys.stderr, flush=True)
    try:
        for result in run_contender(bench, name, usual_only=args.settings == "usual"):
            write_result(result, kept)
    except (CommandError, StageError, subprocess.CalledProcessError) as failure:
        print(f"{bench.material.name}: {name} failed: {failure}", file=sys.stderr)
        return False
    write_tables(read_results(kept), args.out, args.threads)
    return True


if __name__ == "__main__":
    sys.exit(main())
