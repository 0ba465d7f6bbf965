"""Our route from metagenomes to the dataset beside the bare tools run by hand: cost and truth.

Both use the same databases, options and cores, one after the other, in the same run. What was
measured is kept below --out; see docs/benchmarks.md. Prints whether each aim is reached.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from math import nan
from pathlib import Path
from statistics import mean

import yaml
from ours import running
from shotgun_bare import ENGINES, read_bare, run_bare
from shotgun_material import SCALED, THRESHOLD_BP, Metagenomes, derived, simulated
from stopwatch import Cost, measure

from soilbio.simulate.profile_score import score_profile
from soilbio.simulate.profile_truth import read_profile_truth

ROOT = Path(__file__).resolve().parent.parent
_TIME, _F1 = 1.1, 0.01
_ASSAY, _AGREEMENT = "wgs", "benchmark"
_RANKS = ("genus", "species")
_COMBINED = "combined"
# What those see who run one search for genomes beside Kraken2.
_PAIRS = (("kraken2", "sylph"), ("kraken2", "sourmash"))
_SCORES = ("precision", "recall", "f1", "l1_reads", "unclassified_found", "unclassified_true")
Scores = dict[str, dict[str, float]]  # engine and rank, score


def main() -> int:
    """Measure what is asked for and print tables and aims; 1 if an aim is not reached."""
    args = _arguments()
    work = (args.out / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = [_measured(make(), work, args) for make in _materials(args, work)]
    (args.out / "shotgun.json").write_text(json.dumps(found, indent=1) + "\n")
    text = "\n".join(_summary(found))
    (args.out / "shotgun.md").write_text(text + "\n")
    print(text)
    return int("NOT reached" in text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "shotgun")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--libraries", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=500_000)
    parser.add_argument("--without-derived", action="store_true", help="leave devA and devB out")
    parser.add_argument("--threads", type=int, default=2)
    shared = os.environ.get("SOILBIO_SHARED", str(ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=Path(shared), help="folder of real data")
    return parser.parse_args()


def _materials(args: argparse.Namespace, work: Path) -> Iterable[Callable[[], Metagenomes]]:
    for seed in args.seeds:
        sizes = {"libraries": args.libraries, "pairs": args.pairs}
        yield partial(simulated, args.shared, work, seed=seed, **sizes)
    if not args.without_derived:
        yield partial(derived, args.shared, work)


def _measured(material: Metagenomes, work: Path, args: argparse.Namespace) -> dict[str, object]:
    """Run both on a material, each after its reads were read once, and score both."""
    print(material.name, file=sys.stderr, flush=True)
    folder = work / material.name
    _warm(material)
    whole, steps = run_bare(material, folder / "bare", args.threads)
    _warm(material)
    ours, rules = _run_ours(material, folder / "ours", args.threads)
    return {
        **{"material": material.name, "title": material.title},
        "bare": asdict(whole),
        "bare_steps": [asdict(step) for step in steps],
        "ours": asdict(ours),
        "our_rules": rules,
        "bare_scores": _score_bare(material, folder / "bare"),
        "our_scores": _score_ours(material, folder / "ours"),
    }


def _warm(material: Metagenomes) -> None:
    """Read all files once, so that neither finds a colder disk."""
    for path in [*material.reads.glob("*.fastq.gz"), *material.databases.rglob("*")]:
        if path.is_file():
            with path.open("rb") as handle:
                while handle.read(1 << 24):
                    pass


def _run_ours(material: Metagenomes, folder: Path, threads: int) -> tuple[Cost, dict[str, float]]:
    """Run the workflow from FASTQ to the dataset; also what its profilers' jobs took, summed."""
    shutil.rmtree(folder, ignore_errors=True)
    config = _write_project(material, folder)
    command = running(config, folder, threads).command
    cost = measure("all", command, log=folder / "log")
    rules: dict[str, float] = {}
    for source in sorted((folder / "results" / "benchmarks" / "shotgun").rglob("*.tsv")):
        with source.open() as handle:
            row = next(csv.DictReader(handle, delimiter="\t"))
        rules[source.parent.name] = rules.get(source.parent.name, 0.0) + float(row["s"])
    return cost, rules


def _write_project(material: Metagenomes, folder: Path) -> Path:
    (folder / "agreements").mkdir(parents=True)
    config = {
        **{"title": material.title, "libraries": "libraries.tsv", "samples": "samples.tsv"},
        "agreements": "agreements",
        "assays": {_ASSAY: {"library_strategy": "WGS", "profilers": list(ENGINES)}},
        "shotgun": {
            "kraken2_database": str(material.databases / "kraken2"),
            "sylph_database": str(material.databases / "sylph.syldb"),
            "sourmash_database": str(material.databases / "sourmash.zip"),
            "sourmash_scaled": SCALED,
            "sourmash_threshold_bp": THRESHOLD_BP,
            "lineages": str(material.lineages),
            # The bare tools do neither.
            **{"estimate_coverage": False, "remove_phix": False},
        },
    }
    agreement = {
        **{"id": _AGREEMENT, "version": "1.0", "title": "Benchmark data", "grants": []},
        "parties": [{"name": "Benchmark", "role": "provider"}],
        **{"licence": "CC0-1.0", "contact": "benchmark@example.org"},
    }
    target = folder / "config.yaml"
    target.write_text(yaml.safe_dump(config, sort_keys=False))
    (folder / "agreements" / "benchmark.yaml").write_text(yaml.safe_dump(agreement))
    sheet = [
        "library_id\tsample_id\tassay\trun\tfastq_1\tfastq_2\taccession\tcontrol_type\tagreement"
    ]
    samples = ["sample_id\tcollection_date\tgeo_loc_name\tlat_lon"]
    for library in material.library_ids:
        files = [str(material.reads / f"{library}_R{end}.fastq.gz") for end in (1, 2)]
        sheet.append("\t".join([library, library, _ASSAY, "run1", *files, "", "", _AGREEMENT]))
        samples.append(f"{library}\t2024-05-01\tGermany: Bavaria, Freising\t48.40 11.72")
    (folder / "libraries.tsv").write_text("\n".join(sheet) + "\n")
    (folder / "samples.tsv").write_text("\n".join(samples) + "\n")
    return target


def _score_bare(material: Metagenomes, folder: Path) -> Scores:
    truths = read_profile_truth(material.truth)
    scored = [
        asdict(score_profile(profile, truths[profile.of_library], rank))
        for profile in read_bare(material, folder)
        for rank in _RANKS
    ]
    return _means(scored)


def _score_ours(material: Metagenomes, folder: Path) -> Scores:
    """Score the dataset, and what its profilers find together, with the commands of users."""
    results, soilbio = folder / "results", [sys.executable, "-m", "soilbio"]
    dataset, taxa = str(results / "dataset"), str(results / "combined" / "taxa.tsv")
    combine = ["shotgun", "combine", dataset, "--results", str(results), "--out", taxa]
    score = ["score", dataset, "--truth", str(material.truth), "--combined", taxa]
    for step in (combine, [*score, "--out", str(folder / "score")]):
        subprocess.run([*soilbio, *step], check=True, capture_output=True)
    with (folder / "score" / "profiles.tsv").open() as handle:
        rows: list[dict[str, str]] = list(csv.DictReader(handle, delimiter="\t"))
    for engines in _PAIRS:
        for step in ([*combine, "--engines", *engines], [*score, "--out", str(folder / "two")]):
            subprocess.run([*soilbio, *step], check=True, capture_output=True)
        with (folder / "two" / "profiles.tsv").open() as handle:
            together = csv.DictReader(handle, delimiter="\t")
            name = "+".join(engines)
            rows += [{**row, "engine": name} for row in together if row["engine"] == _COMBINED]
    return _means(rows)


def _means(rows: Sequence[Mapping[str, object]]) -> Scores:
    groups: dict[str, list[Mapping[str, object]]] = {}
    for row in rows:
        groups.setdefault(f"{row['engine']} {row['rank']}", []).append(row)
    return {
        name: {
            score: mean([float(str(row[score])) for row in group if _is_there(row[score])] or [nan])
            for score in _SCORES
        }
        for name, group in sorted(groups.items())
    }


def _is_there(value: object) -> bool:
    return value not in (None, "")


def _summary(found: Sequence[Mapping[str, object]]) -> Iterable[str]:
    yield "| material | route | wall s | CPU s | peak MB |"
    yield "|---|---|---|---|---|"
    for one in found:
        for route in ("bare", "ours"):
            cost = one[route]
            figures = f"{cost['wall_s']:.1f} | {cost['cpu_s']:.1f} | {cost['peak_mb']:.0f}"
            yield f"| {one['title']} | {route} | {figures} |"
    yield ""
    yield "| material | engine, rank | route | precision | recall | F1 | L1 | unclassified | true |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in found:
        for route in ("bare", "our"):
            for name, scores in one[f"{route}_scores"].items():
                figures = " | ".join(f"{scores[score]:.3f}" for score in _SCORES)
                yield f"| {one['material']} | {name} | {route} | {figures} |"
    yield ""
    yield from _aims(found)


def _aims(found: Sequence[Mapping[str, object]]) -> Iterable[str]:
    """Say of each aim whether every material reaches it."""
    large = [one for one in found if one["material"] != "derived"] or found
    for kind in ("wall_s", "cpu_s"):
        ratios = [one["ours"][kind] / one["bare"][kind] for one in large]
        aim = f"our {kind.partition('_')[0]} time is at most {_TIME} times the bare tools'"
        yield _aim(aim, max(ratios) <= _TIME, f"{min(ratios):.2f} to {max(ratios):.2f}")
    gaps = [
        abs(one["our_scores"][name]["f1"] - scores["f1"])
        for one in found
        for name, scores in one["bare_scores"].items()
        if name in one["our_scores"]
    ]
    yield _aim(f"every engine within {_F1} of its bare F1", max(gaps) <= _F1, f"{max(gaps):.4f}")
    for rank in _RANKS:
        means = {name: _mean_f1(found, f"{name} {rank}") for name in (*ENGINES, _COMBINED)}
        best = max(ENGINES, key=lambda name: means[name])
        said = ", ".join(f"{name} {value:.3f}" for name, value in means.items())
        worst = max(_behind(one["our_scores"], rank) for one in found)
        aim = f"combined view no worse in mean F1 than the best engine at {rank}"
        said += f"; at most {worst:.3f} behind the best of a single material"
        yield _aim(aim, means[_COMBINED] >= means[best], said)
        two = {"+".join(own): _mean_f1(found, f"{'+'.join(own)} {rank}") for own in _PAIRS}
        yield f"  - of two: {', '.join(f'{name} {value:.3f}' for name, value in two.items())}"


def _mean_f1(found: Sequence[Mapping[str, object]], name: str) -> float:
    return mean(one["our_scores"][name]["f1"] for one in found)


def _behind(scores: Mapping[str, Mapping[str, float]], rank: str) -> float:
    """Tell how far the combined view is behind the engine that is best with the truth in hand."""
    best = max(scores[f"{engine} {rank}"]["f1"] for engine in ENGINES)
    return best - scores[f"{_COMBINED} {rank}"]["f1"]


def _aim(text: str, is_reached: bool, said: str) -> str:
    return f"- {text}: {'reached' if is_reached else 'NOT reached'} ({said})"


if __name__ == "__main__":
    sys.exit(main())
