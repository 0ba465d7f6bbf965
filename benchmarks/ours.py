"""Our own workflow as a contender: a project folder, one Snakemake run, the dataset read back."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import yaml
from accuracy import Found
from jobs import Stage
from material import Material
from stopwatch import Cost
from training import Training

ROOT = Path(__file__).resolve().parent.parent
TARGET = "results/dataset/datapackage.json"
_ASSAY = "benchmark-V4"
_AGREEMENT = "benchmark"
_CONFIDENCE = 0.8
_SUPPORTED_GENUS = re.compile(r"\bg:([^,(]+)(?:\(([0-9.]+)\))?")


@dataclass(frozen=True, slots=True)
class Ours:
    """Our workflow with an engine; `settings` are values of `amplicon` other than the default."""

    title: str
    engine: str
    settings: Mapping[str, Mapping[str, object]]


OURS = {
    "soilbio-unoise": Ours("our workflow, engine unoise", "unoise", {"default": {}}),
    "soilbio-dada2": Ours("our workflow, engine dada2", "dada2", {"default": {}}),
}


def write_project(
    material: Material, amplicon: Mapping[str, object], training: Training, folder: Path
) -> Path:
    """Write configuration, sheets and agreement; return the configuration's path."""
    (folder / "agreements").mkdir(parents=True, exist_ok=True)
    forward, reverse = material.primers
    config = {
        "title": material.title,
        "libraries": "libraries.tsv",
        "samples": "samples.tsv",
        "agreements": "agreements",
        "assays": {
            _ASSAY: {
                "target_gene": "16S rRNA",
                "target_subfragment": "V4",
                "forward_name": "515F",
                "forward_primer": forward,
                "reverse_name": "806R",
                "reverse_primer": reverse,
                "min_length_bp": 200,
                "max_length_bp": 300,
                "primers_in_reads": material.has_primers,
                "domains": ["Bacteria", "Archaea"],
                "source": "benchmark",
            }
        },
        "amplicon": dict(amplicon),
        "taxonomy": {
            "reference": "training",
            "version": "1",
            "sequences": str(training.sequences.resolve()),
            "lineages": str(training.lineages.resolve()),
            "confidence": _CONFIDENCE,
        },
        "tree": {"build": False},
    }
    target = folder / "config.yaml"
    target.write_text(yaml.safe_dump(config, sort_keys=False))
    _write_sheets(material, folder)
    (folder / "agreements" / f"{_AGREEMENT}.yaml").write_text(_agreement())
    return target


def _write_sheets(material: Material, folder: Path) -> None:
    names = ["library_id", "sample_id", "assay", "run", "fastq_1", "fastq_2"]
    names += ["accession", "control_type", "agreement"]
    with (folder / "libraries.tsv").open("w", newline="") as handle:
        sheet = csv.writer(handle, delimiter="\t", lineterminator="\n")
        sheet.writerow(names)
        for library, files in material.reads.items():
            paths = [str(file.resolve()) for file in files]
            sheet.writerow([library, library, _ASSAY, "run1", *paths, "", "", _AGREEMENT])
    with (folder / "samples.tsv").open("w", newline="") as handle:
        sheet = csv.writer(handle, delimiter="\t", lineterminator="\n")
        sheet.writerow(["sample_id", "collection_date", "geo_loc_name", "lat_lon"])
        for library in material.reads:
            sheet.writerow([library, "2024-05-01", "Germany: Bavaria, Freising", "48.40 11.72"])


def _agreement() -> str:
    return yaml.safe_dump(
        {
            "id": _AGREEMENT,
            "version": "1.0",
            "title": "Benchmark data",
            "parties": [{"name": "Benchmark", "role": "provider"}],
            "grants": [],
            "licence": "CC0-1.0",
            "contact": "benchmark@example.org",
        },
        sort_keys=False,
    )


def running(config: Path, folder: Path, threads: int) -> Stage:
    """Plan the whole workflow, Snakemake included, until the dataset."""
    command: list[str | Path] = [sys.executable, "-m", "snakemake"]
    command += ["--snakefile", ROOT / "Snakefile", "--profile", ROOT / "profiles" / "default"]
    command += ["--configfile", config, "--directory", folder, "--cores", str(threads), TARGET]
    # The workflow calls `soilbio`, which lies beside this Python.
    return Stage("workflow", command, folder, {}, has_steps=False)


def rule_costs(folder: Path) -> list[Cost]:
    """Read what single rules cost, where the workflow measures them."""
    costs = []
    for source in sorted((folder / "results" / "benchmarks").rglob("*.tsv")):
        with source.open() as handle:
            row = next(csv.DictReader(handle, delimiter="\t"))
        rule = source.relative_to(folder / "results" / "benchmarks").parts[1].removesuffix(".tsv")
        costs.append(
            Cost(rule, _number(row["s"]), _number(row["cpu_time"]), _number(row["max_rss"]))
        )
    return costs


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9.]+", text) else 0.0


def read_ours(folder: Path) -> Found:
    """Read counts and genera from the dataset; genera verbatim, where their support suffices."""
    dataset = folder / "results" / "dataset"
    features = pl.read_parquet(
        dataset / "features.parquet", columns=["feature_id", "sequence", "verbatim_lineage"]
    )
    sequences, genera = {}, {}
    for feature, sequence, lineage in features.iter_rows():
        sequences[feature] = sequence
        genus = _SUPPORTED_GENUS.search(lineage or "")
        if genus and float(genus[2] or 1) >= _CONFIDENCE:
            genera[sequence] = unquote(genus[1])  # SINTAX names hold no spaces
    counts: dict[str, dict[str, float]] = {}
    table = pl.read_parquet(
        dataset / "counts.parquet", columns=["library_id", "feature_id", "count"]
    )
    for library, feature, count in table.iter_rows():
        counts.setdefault(library, {})[sequences[feature]] = count
    return Found(counts, genera)
