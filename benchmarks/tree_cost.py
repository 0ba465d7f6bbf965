"""What a tree of many features costs: why `tree: max_features` is what it is.

Features are V4 regions of the reference's sequences, drawn at random.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path

from material import FORWARD, REVERSE
from stopwatch import measure
from training import fetch_archive, install

from soilbio.references.build import read_sequences
from soilbio.simulate.region import PrimerSite
from soilbio.standards.iupac import reverse_complement

ROOT = Path(__file__).resolve().parent.parent
_SEED = 1
_MISMATCHES = 1


def main() -> int:
    """Build trees of growing size; write a row each."""
    args = _arguments()
    work = (args.out / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    reference = install(args.archive or fetch_archive(work), work / "references")
    regions = _regions(reference.sequences)
    lines = ["features\tthreads\twall_s\tcpu_s\tpeak_mb"]
    for count in sorted(args.features):
        fasta = work / f"tree-{count}.fasta"
        chosen = random.Random(_SEED).sample(regions, count)
        fasta.write_text("".join(f">f{n}\n{one}\n" for n, one in enumerate(chosen)))
        command = ["soilbio", "tree", "--features", fasta, "--out", fasta.with_suffix(".nwk")]
        limits = ["--max-features", str(count), "--threads", str(args.threads)]
        cost = measure(str(count), [*command, *limits])
        numbers = f"{cost.wall_s:.1f}\t{cost.cpu_s:.1f}\t{cost.peak_mb:.0f}"
        lines.append(f"{count}\t{args.threads}\t{numbers}")
        print(lines[-1], flush=True)
    (args.out / "tree_cost.tsv").write_text("\n".join(lines) + "\n")
    return 0


def _regions(sequences: Path) -> list[str]:
    """Cut V4 out of every sequence that has both primers; each once, sorted."""
    forward = PrimerSite(FORWARD, _MISMATCHES)
    reverse = PrimerSite(reverse_complement(REVERSE), _MISMATCHES)
    found = set()
    for _, sequence in read_sequences(sequences):
        site = forward.find(sequence)
        end = reverse.find(sequence, site + forward.length) if site >= 0 else -1
        if end >= 0 and not (region := sequence[site + forward.length : end]).strip("ACGT"):
            found.add(region)
    return sorted(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument(
        "--features", type=int, nargs="+", default=[1000, 2500, 5000, 9999, 10000, 20000]
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--archive", type=Path, help="the reference's archive, got elsewhere")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
