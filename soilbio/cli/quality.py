"""Measure the quality of raw reads and put all libraries on one page."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two steps."""
    steps = parser.add_subparsers(dest="step", required=True)
    library = steps.add_parser("library", help="describe the raw reads of one library (fastp)")
    library.add_argument("--fastq-1", type=Path, required=True)
    library.add_argument("--fastq-2", type=Path)
    library.add_argument("--out", type=Path, required=True)
    collect = steps.add_parser("collect", help="put all libraries on one page (MultiQC)")
    collect.add_argument("--reports", type=Path, required=True)
    collect.add_argument("--sheet", type=Path, required=True, help="whose libraries are shown")
    collect.add_argument("--out", type=Path, required=True)


def run(args: argparse.Namespace) -> int:
    """Run the step that was asked for."""
    from soilbio.metadata.sheet import read_sheet
    from soilbio.profile.quality import collect, measure

    if args.step == "library":
        measure(args.fastq_1, args.fastq_2, args.out)
    else:
        collect(args.reports, read_sheet(args.sheet), args.out)
    return 0
