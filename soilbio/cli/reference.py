"""Get, add, list and verify reference databases, and build what a classifier reads."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    get = verbs.add_parser("get", help="install a reference, checked by its SHA-256")
    get.add_argument("name", help="see `soilbio reference list`")
    get.add_argument(
        "--from", dest="archive", type=Path, metavar="FILE", help="archive got elsewhere"
    )
    verbs.add_parser("list", help="list the references that are known or installed")
    add = verbs.add_parser("add", help="install sequences and lineages that you have as files")
    add.add_argument("name", help="such as unite-10-fungi")
    add.add_argument("--sequences", type=Path, required=True, help="FASTA, plain or gzip")
    add.add_argument("--lineages", type=Path, required=True, help="table of id and lineage")
    add.add_argument("--version", required=True, help="that its publisher gives it")
    add.add_argument("--licence", required=True, help="such as CC-BY-4.0")
    verify = verbs.add_parser("verify", help="tell whether installed references are still whole")
    verify.add_argument("names", nargs="*", help="default: all")
    build = verbs.add_parser("build", help="write sequences and lineages as a classifier's file")
    build.add_argument("name", nargs="?", help="an installed reference")
    build.add_argument("--sequences", type=Path, help="FASTA, instead of an installed reference")
    build.add_argument("--lineages", type=Path, help="table of id and lineage, with --sequences")
    build.add_argument("--for", dest="classifier", choices=["sintax", "dada2"], default="sintax")
    build.add_argument("--exclude", type=Path, help="list of ids to leave out, one a line")
    build.add_argument("--out", type=Path, required=True, help="FASTA to write (.gz: compressed)")


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb."""
    verbs = {"get": _get, "list": _list, "build": _build, "add": _add, "verify": _verify}
    return verbs[args.verb](args)


def _add(args: argparse.Namespace) -> int:
    from soilbio.references.own import Own, add_reference

    own = Own(args.name, args.version, args.licence, args.sequences, args.lineages)
    reference, number = add_reference(own)
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
    from soilbio.references.fetch import get_reference
    from soilbio.references.manifest import read_manifest

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
    reference, is_new = get_reference(entry, archive=args.archive)
    state = "Installed" if is_new else "Already installed, checksums verified"
    print(f"{state}: {entry.title} (licence {entry.licence}).", file=sys.stderr)
    print(reference.sequences.parent)
    return 0


def _list(_: argparse.Namespace) -> int:
    from soilbio.references.manifest import installed, locate, read_manifest

    manifest, here = read_manifest(), installed()
    print("name", "version", "licence", "installed", sep="\t")
    for name in sorted({*manifest, *here}):
        reference = locate(name) if name in here else None
        version = reference.version if reference else manifest[name].version
        licence = manifest[name].licence if name in manifest else ""
        print(name, version, licence, reference.sequences.parent if reference else "", sep="\t")
    return 0


def _build(args: argparse.Namespace) -> int:
    from soilbio.errors import problem_of
    from soilbio.references.build import build_dada2, build_sintax, read_ids
    from soilbio.references.disk import writing_to
    from soilbio.references.manifest import locate, reference_of_files

    files = args.sequences and args.lineages
    if bool(args.name) == bool(files):
        raise problem_of(
            "reference-choice",
            "reference build",
            expected="either the name of an installed reference or --sequences with --lineages",
            fix="Give one of the two",
        )
    reference = (
        reference_of_files(str(args.sequences), "", args.sequences, args.lineages)
        if files
        else locate(args.name)
    )
    exclude = read_ids(args.exclude) if args.exclude else frozenset()
    with writing_to(args.out.parent):
        build = {"sintax": build_sintax, "dada2": build_dada2}[args.classifier]
        built = build(reference, args.out, exclude=exclude)
    print(
        f"{built.written} sequences written to {args.out};"
        f" left out: {built.excluded} as asked, {built.unnamed} whose lineage names no rank.",
        file=sys.stderr,
    )
    return 0
