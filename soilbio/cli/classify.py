"""Give features their lineages by SINTAX."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--database", type=Path, required=True, help="FASTA with ;tax=, or its UDB")
    parser.add_argument("--reference", help="name of the installed reference it was made of")
    parser.add_argument("--sequences", type=Path, help="FASTA it was made of, if not installed")
    parser.add_argument("--lineages", type=Path, help="lineages it was made of, if not installed")
    parser.add_argument("--name", default="own")
    parser.add_argument("--version", default="unknown")
    parser.add_argument("--confidence", type=float, default=0.8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)


def run(args: argparse.Namespace) -> int:
    """Classify and record by what."""
    from soilbio.errors import problem_of
    from soilbio.profile.classify import Database, classify
    from soilbio.references.manifest import locate, reference_of_files

    if args.reference:
        reference = locate(args.reference)
    elif args.sequences and args.lineages:
        reference = reference_of_files(args.name, args.version, args.sequences, args.lineages)
    else:
        raise problem_of(
            "reference-unnamed",
            "classify",
            expected="--reference NAME, or --sequences and --lineages",
            fix="Say which reference the database was made of; it is recorded",
        )
    database = Database(args.database, reference.name, reference.version, reference.sha256)
    classify(args.features, database, args.confidence, args.out, threads=args.threads)
    return 0
