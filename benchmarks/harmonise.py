"""What merging costs and how right it is, beside plain pandas and polars scripts and scikit-bio.

`--parts cost`: studies of many laboratories, merged by genus and written. `diversity`: measures of
many libraries. `mock`: one community, two primer pairs, three databases, of
genera that all of these know by one name; `mock-any`: of any genera.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from stopwatch import Cost, measure
from studies import Size, write_studies
from training import fetch_archive, install

from soilbio.references.lineages import read_lineages
from soilbio.references.manifest import Reference

ROOT = Path(__file__).resolve().parent.parent
_FEATURES, _PER_STUDY, _PER_LIBRARY, _LIBRARIES = 200_000, 12_000, 1_800, 200
Lines = list[str]


def main() -> int:
    """Run the parts that are asked for; print and write their tables."""
    args = _arguments()
    work = (args.out / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    reference = install(args.archive or fetch_archive(work), work / "references")
    for part in args.parts:
        for name, lines in _part(part, args, reference, work).items():
            text = "\n".join(lines) + "\n"
            (args.out / f"harmonise_{name}.tsv").write_text(text)
            print(text, flush=True)
    return 0


def _part(
    part: str, args: argparse.Namespace, reference: Reference, work: Path
) -> dict[str, Lines]:
    if part in ("mock", "mock-any"):
        from harmonise_mock import compare_results

        distances, found = compare_results(
            *(reference, args.type_strains, work / part), of_any_genera=part == "mock-any"
        )
        return {f"{part}_distances": _table(distances), f"{part}_matches": _table(found)}
    lineages = sorted(set(read_lineages(reference.lineages).values()))
    named = [text for text in lineages if "g__;" not in text]
    return {part: {"cost": _cost, "diversity": _diversity}[part](args, named, work)}


def _table(rows: Sequence[dict[str, object]]) -> Lines:
    values = [
        [f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()] for row in rows
    ]
    return ["\t".join(row) for row in [list(rows[0]), *values]]


def _studies(number: int, lineages: list[str], args: argparse.Namespace, work: Path) -> list[Path]:
    size = Size(number, number * _LIBRARIES, _FEATURES, _PER_STUDY, args.counts_per_library)
    folder = work / f"studies-{args.counts_per_library}{'-own-terms' if args.own_terms else ''}"
    folder.mkdir(exist_ok=True)
    return write_studies(lineages, size, folder, own_terms=args.own_terms)


def _cost(args: argparse.Namespace, lineages: list[str], work: Path) -> Lines:
    """Merge growing numbers of studies; the same reads must come out of all scripts."""
    lines = ["studies\tlibraries\tcounts\tcontender\twall_s\tcpu_s\tpeak_mb"]
    for number in sorted(args.studies):
        studies = _studies(number, lineages, args, work)
        reads = {}
        for name in args.contenders:
            target = work / f"merged-{name}"
            cost = measure(name, _command(name, target, studies))
            lines.append(_line(number, number * _LIBRARIES, args.counts_per_library, cost))
            print(lines[-1], flush=True)
            table = target / "counts.parquet" if target.is_dir() else target
            reads[name] = pl.scan_parquet(table).select(pl.col("count").sum()).collect().item()
        if len(set(reads.values())) > 1:
            message = f"other reads: {reads}"
            raise RuntimeError(message)
    return lines


def _command(name: str, target: Path, studies: Sequence[Path]) -> list[str | Path]:
    if name == "soilbio":
        return ["soilbio", "harmonise", *studies, "--level", "genus", "--out", target]
    script = ROOT / "benchmarks" / "peers" / f"merge_{name}.py"
    return [sys.executable, script, target, *studies]


def _line(studies: int, libraries: int, per_library: int, cost: Cost) -> str:
    size = f"{studies}\t{libraries}\t{libraries * per_library}"
    return f"{size}\t{cost.step}\t{cost.wall_s:.1f}\t{cost.cpu_s:.1f}\t{cost.peak_mb:.0f}"


def _diversity(args: argparse.Namespace, lineages: list[str], work: Path) -> Lines:
    """Measure features and genera of libraries with our code, and with scikit-bio's."""
    from diversity_speed import compare_speed, matrix_of

    studies = _studies(max(args.studies), lineages, args, work)
    merged = work / "merged-soilbio"
    measure("soilbio", _command("soilbio", merged, studies))
    features = matrix_of([study / "counts.parquet" for study in studies])
    return compare_speed(features, matrix_of([merged / "counts.parquet"]), args.libraries)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    every = ["cost", "diversity", "mock", "mock-any"]
    parser.add_argument("--parts", nargs="+", choices=every, default=every)
    parser.add_argument("--studies", type=int, nargs="+", default=[10, 25, 50])
    parser.add_argument("--counts-per-library", type=int, default=_PER_LIBRARY)
    parser.add_argument(
        "--own-terms", action="store_true", help="each partner shares otherwise than all others"
    )
    contenders = ["soilbio", "pandas", "polars"]
    parser.add_argument("--contenders", nargs="+", choices=contenders, default=contenders)
    parser.add_argument("--libraries", type=int, default=5_000, help="whose distances are measured")
    parser.add_argument("--archive", type=Path, help="the reference's archive, got elsewhere")
    parser.add_argument(
        "--type-strains",
        type=Path,
        default=Path("/usr/share/microbiomeutil-data/RESOURCES/rRNA16S.gold.fasta"),
        help="RDP's type strains (apt-get install microbiomeutil-data); needs soilbio[ncbi], too",
    )
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
