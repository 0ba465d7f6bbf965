"""Steps of the workflow for reads of whole metagenomes: clean, profile, collect."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.metadata.assays import PROFILERS

if TYPE_CHECKING:
    from soilbio.metadata.config import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the steps."""
    steps = parser.add_subparsers(dest="step", required=True)
    clean = steps.add_parser("clean", help="trim and filter the reads of a library (fastp)")
    clean.add_argument("--library", required=True)
    clean.add_argument("--fastq-1", type=Path, required=True)
    clean.add_argument("--fastq-2", type=Path)
    clean.add_argument("--min-length-bp", type=int, required=True)
    clean.add_argument("--clean", type=Path, nargs=2, required=True, help="FASTQ to write")
    clean.add_argument("--report", type=Path, required=True, help="fastp's JSON")
    clean.add_argument("--reads-left", type=Path, required=True)
    profile = steps.add_parser("profile", help="name the organisms of a library")
    profile.add_argument("engine", choices=PROFILERS)
    profile.add_argument("--config", type=Path, required=True)
    profile.add_argument("--clean", type=Path, nargs="+", required=True)
    profile.add_argument("--threads", type=int, default=1)
    profile.add_argument("--out", type=Path, required=True)
    collect = steps.add_parser("collect", help="put the profiles of an assay together")
    collect.add_argument("engine", choices=PROFILERS)
    collect.add_argument("--config", type=Path, required=True)
    collect.add_argument("--assay", required=True, help="with its engine: WGS-kraken2")
    collect.add_argument("--results", type=Path, required=True)


def run(args: argparse.Namespace) -> int:
    """Do the step."""
    {"clean": _clean, "profile": _profile, "collect": _collect}[args.step](args)
    return 0


def _clean(args: argparse.Namespace) -> None:
    from soilbio.profile.prepare import Reads
    from soilbio.profile.shotgun import Cleaned, clean

    forward, reverse = args.clean
    if not args.fastq_2:
        reverse.write_bytes(b"")
    reads = Reads(args.library, args.fastq_1, args.fastq_2)
    target = Cleaned(forward, reverse if args.fastq_2 else None)
    clean(reads, target, args.report, args.min_length_bp).write(args.reads_left)


def _profile(args: argparse.Namespace) -> None:
    from soilbio.metadata.config import read_config
    from soilbio.profile.shotgun import Cleaned, kraken2, sourmash, sylph

    asked = read_config(args.config).shotgun
    reads = Cleaned(args.clean[0], args.clean[1] if len(args.clean) > 1 else None)
    if args.engine == "kraken2":
        options = {
            "confidence": str(asked["kraken2_confidence"]),
            "minimum-hit-groups": str(asked["kraken2_min_hit_groups"]),
        }
        kraken2(reads, asked["kraken2_database"], options, args.out, threads=args.threads)
    elif args.engine == "sylph":
        sylph(reads, asked["sylph_database"], asked["sylph_min_ani"], args.out)
    else:
        numbers = {name: asked[f"sourmash_{name}"] for name in ("ksize", "scaled", "threshold_bp")}
        sourmash(reads, asked["sourmash_database"], numbers, args.out)


def _collect(args: argparse.Namespace) -> None:
    from soilbio.importers.shotgun import collect_profiles, write_json
    from soilbio.metadata.config import read_config
    from soilbio.metadata.sheet import read_sheet
    from soilbio.metadata.units import units_of

    project = read_config(args.config)
    sheet = read_sheet(project.libraries, project.assays)
    units, _ = units_of(sheet, project.assays, str(project.libraries))
    own = {name: unit for name, unit in units.items() if unit.assay == args.assay}
    end = f"-{args.engine}"
    folder = args.results / "profile" / args.assay
    profiles, left = {}, {}
    for name in own:
        library = name.removesuffix(end)
        profiles[name] = args.results / "shotgun" / args.engine / f"{library}.tsv"
        account = json.loads(
            (args.results / "shotgun" / "clean" / f"{library}.json").read_text(encoding="utf-8")
        )
        left[name] = {**account, "library_id": name}
        write_json(left[name], folder / "reads_left" / f"{name}.json")
    collect_profiles(args.engine, profiles, left, project.shotgun["lineages"], folder)
    for name, content in _said(args.engine, project).items():
        write_json(content, args.results / name.format(assay=args.assay))


def _said(engine: str, project: Config) -> dict[str, Mapping[str, Any]]:
    """Say what engine and database were used, and how."""
    from importlib.metadata import version

    from soilbio.profile.tools import tool_version
    from soilbio.references.manifest import sha256_of

    asked = project.shotgun
    database: Path = asked[f"{engine}_database"]
    # Of a folder the file that says which taxa it has stands for all: the others take minutes.
    witness = database / "taxo.k2d" if engine == "kraken2" else database
    packages = {"sylph": "pysylph", "sourmash": "sourmash"}
    used = (
        f"kraken2 {tool_version(['kraken2', '--version'])}"
        if engine == "kraken2"
        else f"{packages[engine]} {version(packages[engine])}"
    )
    parameters = {
        name.removeprefix(f"{engine}_"): value
        for name, value in asked.items()
        if name.startswith(engine) and not name.endswith("_database")
    }
    return {
        "profile/{assay}/engine.json": {
            **{"engine": engine, "engine_version": used},
            "parameters": {**parameters, "min_length_bp": asked["min_length_bp"]},
        },
        "taxonomy/{assay}/classifier.json": {
            **{"classifier": engine, "classifier_version": used, "confidence_cutoff": None},
            **{"reference": database.name, "reference_version": "not stated"},
            "reference_sha256": sha256_of(witness),
        },
    }
