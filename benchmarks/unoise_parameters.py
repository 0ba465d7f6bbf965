"""Which parameters of the engine `unoise` the evidence supports: true, false and missed ASVs.

Every combination is run on simulated soils with several seeds and on a real mock community.
The reads are prepared as the workflow does it; denoising and chimeras are vsearch's.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dnaio
from accuracy import Found, score
from material import Material, mock_1250
from simulated import simulate
from training import fetch_archive, install

from soilbio.profile.prepare import Filters, Reads, prepare_unique
from soilbio.profile.primers import Primers
from soilbio.profile.tools import run_tool

ROOT = Path(__file__).resolve().parent.parent
MAX_EE = (0.5, 1.0, 2.0)
MIN_SIZE = (2, 4, 8)
ALPHA = (2.0, 4.0)
SKEW = ("16", "4", "2", "1.5")
_COLUMNS = ("asvs", "true", "false", "missed", "false_bimera", "false_near", "false_other")


@dataclass(frozen=True, slots=True)
class Row:
    """One combination on one material."""

    material: str
    max_ee: float
    min_size: int
    alpha: float
    skew: str
    scores: dict[str, float]

    @property
    def combination(self) -> tuple[float, int, float, str]:
        """The four parameters."""
        return self.max_ee, self.min_size, self.alpha, self.skew

    def line(self) -> str:
        """Write as a line of the table."""
        scores = (f"{self.scores[name]:.0f}" for name in _COLUMNS)
        return "\t".join((self.material, *map(str, self.combination), *scores))


def main() -> int:
    """Run all combinations; print them, summed over the seeds, best first."""
    args = _arguments()
    work = (args.out / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["SOILBIO_REFERENCES"] = str(work / "references")
    install(args.archive or fetch_archive(work), work / "references")
    materials = [simulate(seed, args.samples, args.pairs, work) for seed in args.seeds]
    if (args.shared / "data").is_dir():
        materials.append(mock_1250(args.shared))
    rows = []
    for material in materials:
        for row in _explore(material, work / material.name / "parameters", args.threads):
            rows.append(row)
            print(row.line(), file=sys.stderr, flush=True)
    header = "\t".join(("material", "max_ee", "min_size", "alpha", "skew", *_COLUMNS))
    table = args.out / "unoise_parameters.tsv"
    table.write_text("".join(f"{line}\n" for line in (header, *(row.line() for row in rows))))
    for line in _ranking(rows):
        print(line)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--archive", type=Path, help="the reference's archive, got elsewhere")
    shared = os.environ.get("SOILBIO_SHARED", str(ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=Path(shared))
    return parser.parse_args()


def _explore(material: Material, folder: Path, threads: int) -> Iterator[Row]:
    for max_ee in MAX_EE:
        pooled = _pool(material, max_ee, folder / f"ee{max_ee:g}")
        for min_size, alpha in itertools.product(MIN_SIZE, ALPHA):
            denoised = pooled.with_name(f"denoised-{min_size}-{alpha:g}.fasta")
            run_tool(
                [
                    *("vsearch", "--cluster_unoise", pooled, "--minsize", str(min_size)),
                    *("--unoise_alpha", f"{alpha:g}", "--threads", str(threads)),
                    *("--sizein", "--sizeout", "--fasta_width", "0", "--centroids", denoised),
                ]
            )
            for skew in SKEW:
                kept = denoised.with_name("kept.fasta")
                run_tool(
                    [
                        *("vsearch", "--uchime3_denovo", denoised, "--abskew", skew),
                        *("--sizein", "--sizeout", "--fasta_width", "0", "--nonchimeras", kept),
                    ]
                )
                scores = score(Found({"all": _sizes(kept)}), material.truth)
                yield Row(material.name, max_ee, min_size, alpha, skew, scores)


def _pool(material: Material, max_ee: float, folder: Path) -> Path:
    """Prepare all libraries and dereplicate them together."""
    folder.mkdir(parents=True, exist_ok=True)
    primers = Primers(*material.primers) if material.has_primers else None
    filters = Filters(max_expected_errors=max_ee)
    together = folder / "together.fasta.gz"
    with together.open("wb") as handle:  # gzip files one after the other are a gzip file
        for library, files in material.reads.items():
            unique = folder / f"{library}.fasta.gz"
            prepare_unique(Reads(library, *files), primers, filters, unique)
            handle.write(unique.read_bytes())
    pooled = folder / "pooled.fasta"
    run_tool(
        [
            *("vsearch", "--derep_fulllength", together, "--gzip_decompress", "--sizein"),
            *("--sizeout", "--minseqlength", "1", "--fasta_width", "0", "--output", pooled),
        ]
    )
    return pooled


def _sizes(source: Path) -> dict[str, float]:
    with dnaio.open(source) as records:
        return {
            record.sequence.upper(): float(record.name.partition("size=")[2].rstrip(";"))
            for record in records
        }


def _ranking(rows: Sequence[Row]) -> Iterator[str]:
    """Sum up over materials of a kind, by F1 of the ASVs of the simulated ones."""
    kinds = sorted({_kind(row.material) for row in rows}, reverse=True)
    sums: dict[tuple[float, int, float, str], dict[str, tuple[float, ...]]] = {}
    for row in rows:
        cells = sums.setdefault(row.combination, {})
        new = tuple(row.scores[name] for name in ("true", "false", "missed"))
        old = cells.get(_kind(row.material), (0.0, 0.0, 0.0))
        cells[_kind(row.material)] = tuple(map(sum, zip(old, new, strict=True)))
    yield "max_ee  min_size  alpha  skew  " + "  ".join(
        f"{k}: true/false/missed (F1)" for k in kinds
    )
    for combination in sorted(sums, key=lambda c: -_f1(sums[c][kinds[0]])):
        texts = [
            f"{'/'.join(f'{n:.0f}' for n in sums[combination][kind])}"
            f" ({_f1(sums[combination][kind]):.4f})"
            for kind in kinds
        ]
        yield "  ".join([*map(str, combination), *texts])


def _kind(material: str) -> str:
    return material.partition("-seed")[0]


def _f1(numbers: Sequence[float]) -> float:
    true, false, missed = numbers
    return 2 * true / max(1.0, 2 * true + false + missed)


if __name__ == "__main__":
    sys.exit(main())
