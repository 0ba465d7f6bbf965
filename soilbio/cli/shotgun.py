"""Steps of the workflow for reads of whole metagenomes: clean, profile, collect."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.cli.shotgun_reads import STEPS, add_steps
from soilbio.cli.whole_numbers import positive
from soilbio.metadata.assays import REESTIMATES, WHOLE_READS

if TYPE_CHECKING:
    from soilbio.importers.shotgun import Told
    from soilbio.metadata.assays import Assay
    from soilbio.metadata.config import Config
    from soilbio.profile.clean import Cleaned


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the steps."""
    steps = parser.add_subparsers(dest="step", required=True)
    add_steps(steps)
    profile = steps.add_parser("profile", help="name the organisms of a library")
    profile.add_argument("engine", choices=WHOLE_READS)
    profile.add_argument("--config", type=Path, required=True)
    profile.add_argument("--clean", type=Path, nargs="+", required=True)
    profile.add_argument("--threads", type=int, default=1)
    profile.add_argument("--out", type=Path, required=True)
    _add_identity(profile)
    collect = steps.add_parser("collect", help="put the profiles of an assay together")
    collect.add_argument("engine", choices=(*WHOLE_READS, REESTIMATES))
    collect.add_argument("--config", type=Path, required=True)
    collect.add_argument("--assay", required=True, help="with its engine: WGS-kraken2")
    collect.add_argument("--results", type=Path, required=True)
    _add_identity(collect)
    combine = steps.add_parser("combine", help="what the profilers of a library find together")
    combine.add_argument("dataset", type=Path)
    combine.add_argument("--results", type=Path, required=True, help="of the run: its evidence")
    combine.add_argument("--out", type=Path, required=True, help="table to write")
    combine.add_argument(
        "--engines",
        nargs="+",
        choices=(*WHOLE_READS, REESTIMATES),
        help="as if no others had run (default: all)",
    )
    kmers = steps.add_parser("kmers", help="prepare a Kraken2 database for re-estimates (Bracken)")
    kmers.add_argument("database", type=Path, help="folder that still holds its library/")
    kmers.add_argument(
        "--read-length-bp",
        type=positive,
        nargs="+",
        default=[150],
        help="of one read (default: 150)",
    )
    kmers.add_argument("--threads", type=positive, default=1)


def _add_identity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database-identity", help="refuse a database that is another by now")


def run(args: argparse.Namespace) -> int:
    """Do the step."""
    if args.step == "combine":
        return _combine(args)
    steps = {**STEPS, "profile": _profile, "collect": _collect, "kmers": _kmers}
    steps[args.step](args)
    return 0


def _combine(args: argparse.Namespace) -> int:
    import polars as pl

    from soilbio.dataset.read import read_dataset
    from soilbio.diversity.combined import READS, combined
    from soilbio.report.results import read_evidence

    tables = dict(read_dataset(args.dataset).tables)
    engines = (*WHOLE_READS, REESTIMATES)
    known = read_evidence(sorted((args.results / "profile").glob("*/evidence.tsv")))
    if args.engines:
        tables["assays"] = tables["assays"].filter(pl.col("engine").is_in(args.engines))
        known = known if READS in args.engines else {}
    lines = ["\t".join(("library", "rank", "name", *engines, "called", "reason"))]
    for rank in ("genus", "species"):
        for call in combined(tables, rank, known):
            shares = [f"{call.shares[one]:.9g}" if one in call.shares else "" for one in engines]
            verdict = "yes" if call.is_called else "no"
            row = (call.library, rank, call.name, *shares, verdict, call.reason)
            lines.append("\t".join(row))
    part = args.out.with_name(f"{args.out.name}.part")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(args.out)
    return 0


def _profile(args: argparse.Namespace) -> None:
    from soilbio.metadata.config import read_config
    from soilbio.profile.clean import Cleaned
    from soilbio.profile.earlier import give_or_make
    from soilbio.profile.shotgun import version_of
    from soilbio.references.identity import identity_of

    asked = read_config(args.config).shotgun
    _hold_to_identity(args, asked)
    reads = Cleaned(args.clean[0], args.clean[1] if len(args.clean) > 1 else None)
    options, make = _maker(args, asked, reads)
    made_of = {
        "engine": version_of(args.engine),
        "database": identity_of(args.engine, asked[f"{args.engine}_database"]),
        "options": json.dumps(options, sort_keys=True),
    }
    give_or_make(args.out, reads, made_of, make)
    _hold_to_identity(args, asked)


def _maker(
    args: argparse.Namespace, asked: Mapping[str, Any], reads: Cleaned
) -> tuple[Mapping[str, Any], Callable[[], None]]:
    """Gather what an engine is told, and what makes a profile with it."""
    from soilbio.profile.shotgun import kraken2, sourmash, sylph

    database: Path = asked[f"{args.engine}_database"]
    if args.engine == "kraken2":
        options = {
            "confidence": str(asked["kraken2_confidence"]),
            "minimum-hit-groups": str(asked["kraken2_min_hit_groups"]),
        }
        return options, partial(kraken2, reads, database, options, args.out, threads=args.threads)
    if args.engine == "sylph":
        min_ani = asked["sylph_min_ani"]
        return {"min_ani": min_ani}, partial(sylph, reads, database, min_ani, args.out)
    numbers = {name: asked[f"sourmash_{name}"] for name in ("ksize", "scaled", "threshold_bp")}
    return numbers, partial(sourmash, reads, database, numbers, args.out)


def _hold_to_identity(args: argparse.Namespace, asked: Mapping[str, Any]) -> None:
    """Refuse a database that was replaced since the run began: one assay never mixes two."""
    from soilbio.errors import problem_of
    from soilbio.references.identity import identity_of

    made_by = "kraken2" if args.engine == REESTIMATES else args.engine
    database: Path | None = asked[f"{made_by}_database"]
    if not args.database_identity or database is None:
        return
    found = identity_of(args.engine, database)
    if found != args.database_identity:
        raise problem_of(
            "shotgun-database-changed",
            str(database),
            found=f"content {found[:12] or 'gone'}",
            expected=f"that of the run's beginning, {args.database_identity[:12]}",
            fix="Leave the database alone during a run; start it again, and all profiles are made"
            " with the one that is there then",
        )


def _kmers(args: argparse.Namespace) -> None:
    from soilbio.metadata.databases import check_kraken2
    from soilbio.profile.kmer_distribution import write_distributions

    check_kraken2(args.database)
    for path in write_distributions(args.database, args.read_length_bp, threads=args.threads):
        print(path)


def _collect(args: argparse.Namespace) -> None:
    from soilbio.importers.shotgun import collect_profiles, write_json
    from soilbio.metadata.config import read_config
    from soilbio.metadata.sheet import read_sheet
    from soilbio.metadata.units import units_of

    project = read_config(args.config)
    _hold_to_identity(args, project.shotgun)
    sheet = read_sheet(project.libraries, project.assays)
    units, methods = units_of(sheet, project.assays, str(project.libraries))
    own = {name: unit for name, unit in units.items() if unit.assay == args.assay}
    end = f"-{args.engine}"
    made_by = "kraken2" if args.engine == REESTIMATES else args.engine
    folder = args.results / "profile" / args.assay
    profiles, left = {}, {}
    lengths: list[int] = []
    for name in own:
        library = name.removesuffix(end)
        profiles[name] = args.results / "shotgun" / made_by / f"{library}.tsv"
        clean = args.results / "shotgun" / "clean"
        account = _read_json(clean / f"{library}.json")
        left[name] = {**account, "library_id": name}
        report = args.results / "quality" / "shotgun" / f"{library}.fastp.json"
        lengths += _mean_lengths(_read_json(report))
        write_json(left[name], folder / "reads_left" / f"{name}.json")
    told = _told(args.engine, project, lengths)
    notes = _far(told, lengths)
    nameless = collect_profiles(args.engine, profiles, left, told, folder)
    for name, content in _said(methods[args.assay], project, told, nameless, notes).items():
        write_json(content, args.results / name.format(assay=args.assay))


def _read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _mean_lengths(report: Mapping[str, Any]) -> list[int]:
    """Find the mean length of a library's trimmed reads in a report; none of a failed one.

    fastp says it of short reads; of long ones cutadapt says how many there are, and bases.
    """
    summary = report.get("summary", {}).get("after_filtering", {})
    if length := summary.get("read1_mean_length"):
        return [length]
    reads = report.get("read_counts", {}).get("output") or 0
    bases = report.get("basepair_counts", {}).get("output") or 0
    return [round(bases / reads)] if reads and bases else []


def _told(engine: str, project: Config, lengths_bp: Sequence[int]) -> Told:
    """Gather what names mean; for re-estimates, the distribution of the nearest read length."""
    from soilbio.importers.shotgun import Told
    from soilbio.metadata.databases import lineages_for, taxids_of
    from soilbio.profile.reestimate import distributions_of, nearest_length
    from soilbio.references.identity import identity_of

    asked = project.shotgun
    taxids = taxids_of(project) if engine in ("kraken2", REESTIMATES) else ""
    if taxids != "ncbi" and taxids:
        from soilbio.references.manifest import sha256_of

        # Numbers of one's own mean nothing in another database, nor do those of two of GTDB.
        kind = "gtdb" if taxids == "gtdb" else "k2"
        taxids = f"{kind}-{sha256_of(asked['kraken2_database'] / 'taxo.k2d')[:12]}"
    distribution = None
    if engine == REESTIMATES:
        there = distributions_of(asked["kraken2_database"])
        mean = sum(lengths_bp) / len(lengths_bp) if lengths_bp else max(there)
        distribution = there[nearest_length(there, mean)]
    return Told(
        taxids,
        lineages_for(project, "kraken2" if engine == REESTIMATES else engine),
        asked["lineages_taxonomy"],
        distribution,
        asked["bracken_min_reads"],
        identity_of(engine, asked[f"{engine}_database"])[:12] if not taxids else "",
    )


def _far(told: Told, lengths_bp: Sequence[int]) -> list[str]:
    """Say where the distribution of re-estimates is of reads of quite another length."""
    if told.distribution is None or not lengths_bp:
        return []
    from soilbio.profile.reestimate import is_far, length_of

    own = length_of(told.distribution)
    far = [length for length in lengths_bp if is_far(own, length)]
    if not far:
        return []
    return [
        f"re-estimated (Bracken) with what is known of reads of {own} bases, the nearest that the"
        f" database has; those of {len(far)} of {len(lengths_bp)} libraries have"
        f" {sum(far) / len(far):,.0f}, so that their shares are biased: `soilbio shotgun kmers`"
        " counts for a length, in a database that still holds its genomes"
    ]


def _said(
    method: Assay, project: Config, told: Told, nameless: Sequence[str], notes: list[str]
) -> dict[str, Mapping[str, Any]]:
    """Say what engine and database were used, and how; `nameless` genomes have no lineage."""
    from soilbio import __version__
    from soilbio.metadata.databases import taxids_of
    from soilbio.profile.reestimate import distributions_of
    from soilbio.profile.shotgun import version_of
    from soilbio.references.identity import identity_of
    from soilbio.references.manifest import database_at, sha256_of

    asked, engine = project.shotgun, str(method.engine)
    named_by = "kraken2" if engine == REESTIMATES else engine
    database: Path = asked[f"{named_by}_database"]
    known = database_at(database)
    # Kraken 2's table may be hundreds of gigabytes: it is told from others by pieces of all of it.
    digest = identity_of("kraken2", database) if named_by == "kraken2" else sha256_of(database)
    used = version_of(named_by)
    parameters = {
        name.removeprefix(f"{engine}_"): value
        for name, value in asked.items()
        if name.startswith((engine, named_by)) and not name.endswith("_database")
    }
    if named_by == "kraken2":
        parameters["kraken2_taxids".removeprefix(f"{engine}_")] = taxids_of(project)
    if nameless:
        notes.append(
            f"{len(nameless)} of the genomes found have no lineage in the table, and their reads"
            f" no name: {', '.join(nameless[:3])}{' …' if len(nameless) > 3 else ''}"
        )
    if told.distribution is not None:
        parameters["distribution"] = told.distribution.name
    elif engine == "kraken2" and not distributions_of(database):
        notes.append(
            "not re-estimated (Bracken): the database has no file database<length>mers.kmer_distrib"
        )
    return {
        "profile/{assay}/engine.json": {
            "engine": engine,
            "engine_version": f"soilbio {__version__}" if engine == REESTIMATES else used,
            "parameters": {**parameters, "min_length_bp": method.least_read_bp(asked)},
            "abundance": "sequence",
            "notes": notes,
        },
        "taxonomy/{assay}/classifier.json": {
            **{"classifier": named_by, "classifier_version": used, "confidence_cutoff": None},
            "reference": known.name if known else database.name,
            "reference_version": known.version if known else "not stated",
            "reference_sha256": digest,
        },
    }
