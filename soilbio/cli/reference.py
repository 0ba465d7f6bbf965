"""Plan, get, add, list and verify reference databases, and build what a classifier reads."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.cli import reference_build

if TYPE_CHECKING:
    from soilbio.references.entries import Entry
    from soilbio.references.plan import Planned

_COLUMNS = (
    *("name", "version", "licence", "installed", "engine"),
    *("download_gb", "disk_gb", "memory_gb", "checksum", "doi", "not_known"),
)
_PLAN = (
    *("name", "engine", "used_by", "state", "download_gb", "disk_gb", "memory_gb"),
    *("fits_memory", "checksum"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    plan = verbs.add_parser("plan", help="say what a project needs, before anything is downloaded")
    plan.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    _add_get(verbs.add_parser("get", help="install a reference, checked by its checksum"))
    verbs.add_parser("list", help="list the references that are known or installed (TSV)")
    _add_add(verbs.add_parser("add", help="install what you have as files"))
    verify = verbs.add_parser("verify", help="tell whether installed references are still whole")
    verify.add_argument("names", nargs="*", help="default: all")
    reference_build.add_arguments(
        verbs.add_parser("build", help="write sequences or genomes as an engine reads them")
    )


def _add_get(get: argparse.ArgumentParser) -> None:
    get.add_argument("name", help="see `soilbio reference list`")
    get.add_argument(
        *("--from", "--carried"),
        dest="carried",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="file got elsewhere (again for each file); nothing is downloaded then",
    )
    get.add_argument(
        "--accept-unverified",
        action="store_true",
        help="take files without published checksum; later copies are held to their SHA-256",
    )
    get.add_argument("--tries", type=int, default=5, help="tries at an address that is silent")
    get.add_argument(
        "--first-wait-s", type=float, default=1.0, help="wait after the first; doubles"
    )


def _add_add(add: argparse.ArgumentParser) -> None:
    add.add_argument("name", help="such as unite-10-fungi")
    add.add_argument("--sequences", type=Path, help="FASTA, plain or gzip (amplicons)")
    add.add_argument("--lineages", type=Path, help="table of id (genome) and lineage")
    add.add_argument("--database", type=Path, help="database of a profiler, instead of --sequences")
    add.add_argument("--engine", choices=["kraken2", "sylph", "sourmash"], help="with --database")
    add.add_argument("--version", required=True, help="that its publisher gives it")
    add.add_argument("--licence", required=True, help="such as CC-BY-4.0")


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb."""
    verbs = {
        **{"get": _get, "list": _list, "build": reference_build.run, "add": _add},
        **{"verify": _verify, "plan": _plan},
    }
    return verbs[args.verb](args)


def _add(args: argparse.Namespace) -> int:
    from soilbio.errors import problem_of
    from soilbio.references.own import Own, OwnDatabase, add_database, add_reference

    is_database = args.database is not None and args.engine is not None
    is_sequences = args.sequences is not None and args.lineages is not None
    if is_database == is_sequences or bool(args.database) != bool(args.engine):
        raise problem_of(
            "reference-choice",
            "reference add",
            expected="either --sequences with --lineages, or --database with --engine",
            fix="Give one of the two",
        )
    if is_database:
        own = OwnDatabase(
            *(args.name, args.version, args.licence, args.engine, args.database, args.lineages)
        )
        print(f"Installing a copy (licence {args.licence}).", file=sys.stderr)
        print(add_database(own))
        return 0
    mine = Own(args.name, args.version, args.licence, args.sequences, args.lineages)
    reference, number = add_reference(mine)
    print(f"Installed: {number:,} sequences (licence {args.licence}).", file=sys.stderr)
    print(reference.sequences.parent)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from soilbio.references.own import damaged

    found = damaged(args.names)
    for name, is_damaged in sorted(found.items()):
        print(name, "damaged" if is_damaged else "whole", sep="\t")
    return 1 if any(found.values()) else 0


def _get(args: argparse.Namespace) -> int:
    from soilbio.errors import problem_of
    from soilbio.references.download import Patience
    from soilbio.references.entries import read_manifest
    from soilbio.references.fetch import Asked, get_reference

    manifest = read_manifest()
    if args.name not in manifest:
        raise problem_of(
            "reference-unknown",
            "reference get",
            found=args.name,
            expected=f"one of {', '.join(sorted(manifest))}",
            fix="Correct the name; own files need no installation, name them in the configuration",
        )
    entry = manifest[args.name]
    _tell_licence(entry)
    patience = Patience(
        tries=max(1, args.tries),
        first_wait_s=max(0.0, args.first_wait_s),
        tell=lambda text: print(text, file=sys.stderr),
    )
    asked = Asked(tuple(args.carried), is_accepted=args.accept_unverified, patience=patience)
    folder, is_new = get_reference(entry, asked=asked)
    checked = f"checked by {entry.checksums()}" if entry.is_verifiable else "its SHA-256 noted"
    state = f"Installed, {checked}" if is_new else "Already installed"
    print(f"{state}: {entry.title} (licence {entry.licence or 'not known'}).", file=sys.stderr)
    print(folder)
    return 0


def _tell_licence(entry: Entry) -> None:
    """Show the licence before anything is got, and what it demands."""
    if entry.licence:
        print(f"Licence: {entry.licence}", file=sys.stderr)
    else:
        print(f"Licence: not known; {entry.unknown['licence']}", file=sys.stderr)
    if entry.attribution:
        print(f"To be named: {entry.attribution}", file=sys.stderr)


def _list(_: argparse.Namespace) -> int:
    from soilbio.references.entries import read_manifest
    from soilbio.references.machine import disk_of_entry, memory_of_entry
    from soilbio.references.manifest import describe, engine_of, installed, references_root

    manifest, here = read_manifest(), installed()
    print(*_COLUMNS, sep="\t")
    for name in sorted({*manifest, *here}):
        entry = manifest.get(name)
        said = describe(name) if name in here else {}
        version = said.get("version") or (entry.version if entry else "")
        licence = said.get("licence") or (entry.licence if entry else None)
        row = [name, version, licence or "", references_root() / name if said else ""]
        row.append(entry.engine if entry else engine_of(said))
        if entry:
            memory = memory_of_entry(entry)
            about = "~" if memory and not entry.memory_bytes else ""
            disk, needed = _gb(disk_of_entry(entry)), about + _gb(memory)
            # One's own manifest need not say sizes; what is installed shows them.
            found = _sizes(name, entry.engine) if said and not (disk and needed) else ("", "")
            row += [_gb(entry.download_bytes), disk or found[0], needed or found[1]]
            row += [entry.checksums(), entry.doi or ""]
            row.append("; ".join(f"{key}: {why}" for key, why in sorted(entry.unknown.items())))
        else:
            row += ["", *_sizes(name, engine_of(said))]
            row += [""] * (len(_COLUMNS) - len(row))
        print(*row, sep="\t")
    return 0


def _sizes(name: str, engine: str) -> tuple[str, str]:
    """Write the disk and memory of an installed reference of which no manifest tells them."""
    from soilbio.references.entries import PROFILERS
    from soilbio.references.machine import memory_of
    from soilbio.references.manifest import locate_database, references_root
    from soilbio.references.plan import size_of

    disk = _gb(size_of(references_root() / name))
    if engine not in PROFILERS:
        return disk, ""
    return disk, f"~{_gb(memory_of(engine, locate_database(name, engine).path))}"


def _gb(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size / 1e9:.3g}" if size == 0 or size >= 1_000_000 else "<0.001"


def _plan(args: argparse.Namespace) -> int:
    """Print what a project needs, and what of it fits; exit code 1 if something does not."""
    from soilbio.errors import Problems
    from soilbio.metadata.config import read_config
    from soilbio.metadata.databases import needs_of, used_profilers
    from soilbio.metadata.genome_files import cleaning_memory_mb, genomes_of, index_bytes
    from soilbio.metadata.sheet import read_sheet
    from soilbio.references.entries import read_manifest, to_get
    from soilbio.references.machine import memory_bytes
    from soilbio.references.manifest import references_root
    from soilbio.references.plan import MISSING, TO_GET, advice, plan

    project = read_config(args.config)
    # Reads need not be there yet: what is wrong with the sheet is for `soilbio check` to tell.
    sheet = read_sheet(project.libraries, project.assays, problems=Problems(str(project.libraries)))
    manifest, root, memory = read_manifest(), references_root(), memory_bytes()
    planned = plan(needs_of(project, sheet.values()), manifest, root)
    print(*_PLAN, sep="\t")
    for item in planned:
        print(*_plan_row(item, memory), sep="\t")
    genomes = genomes_of(project)
    cleaning = cleaning_memory_mb(genomes) * 10**6 if used_profilers(project, sheet.values()) else 0
    most = max(cleaning, *(item.memory_bytes or 0 for item in planned))
    has_room = _tell_disk(planned, root)
    print(
        f"Memory: {most / 1e9:.3g} GB for the largest job, {memory / 1e9:.3g} GB here"
        " (SOILBIO_MEMORY_GB states that of another machine; ~: estimated). `soilbio run` starts no"
        " more jobs together than fit.",
        file=sys.stderr,
    )
    if cleaning and project.shotgun["remove"]:
        print(
            "Each job that trims reads holds all genomes to be removed; until all are trimmed their"
            f" index takes {index_bytes(genomes) / 1e9:.3g} GB beside the results, and as much"
            " again where there are long reads as well as short ones.",
            file=sys.stderr,
        )
    for engine, names in advice(planned, manifest, memory):
        print(f"{engine}: {', '.join(names) or 'none'} would fit.", file=sys.stderr)
    for item in planned:
        if item.state == TO_GET:
            bare = " (no checksum is published)" if item.checksums == "none" else ""
            print(f"To get it: {to_get(manifest[item.need.name])}{bare}", file=sys.stderr)
    is_missing = any(item.state in MISSING for item in planned)
    return 0 if has_room and most <= memory and not is_missing else 1


def _tell_disk(planned: Sequence[Planned], root: Path) -> bool:
    """Say what disk it takes to get what is not there, and tell whether there is room."""
    import shutil

    from soilbio.references.plan import TO_GET

    there = next(path for path in (root, *root.parents) if path.is_dir())
    free, needed = shutil.disk_usage(there).free, sum(item.peak_bytes for item in planned)
    unknown = [
        item.need.name for item in planned if item.state == TO_GET and item.download_bytes is None
    ]
    more = f" and {', '.join(unknown)}, of unknown size," if unknown else ""
    print(
        f"Disk: {needed / 1e9:.3g} GB{more} to get and unpack, {free / 1e9:.3g} GB free in {root}.",
        file=sys.stderr,
    )
    return needed <= free


def _plan_row(item: Planned, memory: int) -> list[str]:
    fits = {None: "", True: "yes", False: "no"}[item.fits(memory)]
    about = "~" if item.is_estimated and item.memory_bytes is not None else ""
    return [
        *(item.need.name, item.need.engine, item.need.used_by, item.state),
        *(_gb(item.download_bytes), _gb(item.disk_bytes), about + _gb(item.memory_bytes)),
        *(fits, item.checksums),
    ]
