"""Say of every pair of assays how finely their results may be merged, and why not more finely."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET", help="their folders")
    parser.add_argument(
        "--rules", type=Path, metavar="TSV", help="stricter rules (rule, finest, because, source)"
    )


def run(args: argparse.Namespace) -> int:
    """Compare, and print what came of it."""
    from soilbio.harmonise.compare import compare, read_rules, sound_level, told
    from soilbio.harmonise.sources import assays_of, read_sources

    pairs = compare(assays_of(read_sources(args.datasets)), read_rules(args.rules))
    print(told(pairs) or "There is one assay only.")
    print(f"\nTogether: {sound_level(pairs)}")
    return 0
