"""Steps of the workflow for reads of metagenomes, before their profiles and of rRNA genes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.metadata.config import Config

    Steps = argparse._SubParsersAction[argparse.ArgumentParser]


def add_steps(steps: Steps) -> None:
    """Declare the steps."""
    clean = steps.add_parser(
        "clean", help="trim a library's reads, take out those of other genomes"
    )
    clean.add_argument("--config", type=Path, required=True)
    clean.add_argument("--library", required=True)
    clean.add_argument("--fastq-1", type=Path, required=True)
    clean.add_argument("--fastq-2", type=Path)
    clean.add_argument("--long", action="store_true", help="reads of Nanopore or PacBio")
    clean.add_argument("--index", type=Path, help="of genomes whose reads are taken out")
    clean.add_argument("--threads", type=int, default=1)
    clean.add_argument("--clean", type=Path, nargs=2, required=True, help="FASTQ to write")
    clean.add_argument("--report", type=Path, required=True, help="JSON of fastp or cutadapt")
    clean.add_argument("--reads-left", type=Path, required=True)
    index = steps.add_parser("index", help="index the genomes whose reads are taken out (minimap2)")
    index.add_argument("--config", type=Path, required=True)
    index.add_argument("--long", action="store_true", help="for reads of Nanopore or PacBio")
    index.add_argument("--threads", type=int, default=1)
    index.add_argument("--out", type=Path, required=True)
    index = steps.add_parser("index-ssu", help="index the amplicons' reference for reads of rRNA")
    index.add_argument("kind", choices=("words", "seeds"), help="of SINTAX, or of minimap2")
    index.add_argument("--whole", type=Path, required=True, help="reference as SINTAX reads it")
    index.add_argument("--threads", type=int, default=1)
    index.add_argument("--out", type=Path, required=True)
    ssu = steps.add_parser("ssu", help="pick out and name the reads of rRNA genes")
    ssu.add_argument("--config", type=Path, required=True)
    ssu.add_argument("--clean", type=Path, nargs="+", required=True)
    ssu.add_argument("--database", type=Path, required=True, help="of SINTAX")
    ssu.add_argument("--index", type=Path, required=True, help="of minimap2")
    ssu.add_argument("--out", type=Path, required=True)
    collect = steps.add_parser("collect-ssu", help="put the profiles of rRNA genes together")
    collect.add_argument("--config", type=Path, required=True)
    collect.add_argument("--assay", required=True, help="with its engine: WGS-ssu")
    collect.add_argument("--results", type=Path, required=True)


def _clean(args: argparse.Namespace) -> None:
    from soilbio.metadata.config import read_config
    from soilbio.profile.clean import Cleaned, Trimming, bases_left, clean
    from soilbio.profile.contaminants import Rule, remove
    from soilbio.profile.coverage import estimate
    from soilbio.profile.prepare import Reads

    asked = read_config(args.config).shotgun
    forward, reverse = args.clean
    if not args.fastq_2:
        reverse.write_bytes(b"")
    target = Cleaned(forward, reverse if args.fastq_2 else None)
    shortest = asked["long_min_length_bp" if args.long else "min_length_bp"]
    account = clean(
        Reads(args.library, args.fastq_1, args.fastq_2),
        target,
        args.report,
        Trimming(shortest, is_long=args.long, min_quality=asked["long_min_quality"]),
    )
    if args.index:
        rule = Rule(asked["remove_min_aligned"], asked["remove_min_identity"])
        account = remove(account, target, args.index, rule, is_long=args.long, threads=args.threads)
    if asked["estimate_coverage"] and account.status == "ok":
        estimated = estimate(target, bases_left(args.report)).record()
        account = replace(account, coverage=estimated)
    account.write(args.reads_left)


def _index(args: argparse.Namespace) -> None:
    from soilbio.metadata.config import read_config
    from soilbio.metadata.genome_files import genomes_of
    from soilbio.profile.contaminants import write_index

    genomes = genomes_of(read_config(args.config))
    write_index(genomes, args.out, is_long=args.long, threads=args.threads)


def _index_ssu(args: argparse.Namespace) -> None:
    from soilbio.profile.ssu import write_seeds, write_words

    if args.kind == "seeds":
        write_seeds(args.whole, args.out, threads=args.threads)
    else:
        write_words(args.whole, args.out)


def _ssu(args: argparse.Namespace) -> None:
    from soilbio.metadata.config import read_config
    from soilbio.profile.clean import Cleaned
    from soilbio.profile.earlier import give_or_make
    from soilbio.profile.ssu import made_with, profile

    confidence = read_config(args.config).taxonomy["confidence"]
    reads = Cleaned(args.clean[0], args.clean[1] if len(args.clean) > 1 else None)
    make = partial(profile, reads, args.database, args.index, confidence, args.out)
    give_or_make(args.out, reads, made_with(args.database, args.index, confidence), make)


def _collect(args: argparse.Namespace) -> None:
    from soilbio.importers.ssu import collect_ssu
    from soilbio.metadata.config import read_config
    from soilbio.metadata.sheet import read_sheet
    from soilbio.metadata.units import units_of
    from soilbio.profile.ssu import described

    project = read_config(args.config)
    sheet = read_sheet(project.libraries, project.assays)
    units, methods = units_of(sheet, project.assays, str(project.libraries))
    own = [name for name, unit in units.items() if unit.assay == args.assay]
    name, version, sha256 = _reference(project, args.assay.removesuffix("-ssu"))
    engine, classifier = described(
        name=name,
        version=version,
        sha256=sha256,
        confidence=project.taxonomy["confidence"],
        min_length_bp=methods[args.assay].least_read_bp(project.shotgun),
    )
    collect_ssu(own, args.assay, args.results, engine, classifier)


def _reference(project: Config, assay: str) -> tuple[str, str, str]:
    """Name the reference of the project's amplicons, its version and checksum."""
    from soilbio.metadata.classifiers import reference_of
    from soilbio.references.manifest import locate, reference_of_files

    asked = reference_of(project, assay)
    found = (
        reference_of_files(
            asked["reference"],
            asked["version"] or "unknown",
            asked["sequences"],
            asked["lineages"],
        )
        if asked["sequences"]
        else locate(asked["reference"])
    )
    return found.name, found.version, found.sha256


STEPS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "clean": _clean,
    "index": _index,
    "index-ssu": _index_ssu,
    "ssu": _ssu,
    "collect-ssu": _collect,
}
