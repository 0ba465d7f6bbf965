"""Say of every pair of assays how finely their results may be merged, and why not more finely."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET", help="their folders")
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="FASTA",
        help="whole genes: on them the region is found that different primers share",
    )
    parser.add_argument(
        "--rules", type=Path, metavar="TSV", help="stricter rules (rule, finest, because, source)"
    )


def run(args: argparse.Namespace) -> int:
    """Compare, and print what came of it."""
    from soilbio.harmonise.compare import compare, fields_of, read_rules, sound_level, told
    from soilbio.harmonise.sources import assays_of, read_sources
    from soilbio.harmonise.trimming import Trimming, find_windows

    rules = read_rules(args.rules)
    assays = assays_of(read_sources(args.datasets), fields_of(rules))
    trimming = find_windows(assays, args.reference) if args.reference else Trimming()
    pairs = compare(assays, rules, trimming.genes())
    print(told(pairs) or "There is one assay only.")
    print(f"\nTogether: {sound_level(pairs)}")
    return 0
