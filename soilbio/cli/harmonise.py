"""Merge datasets into one, as finely as it is sound; each row keeps its agreement."""

from __future__ import annotations

import argparse
from pathlib import Path

_LEVELS = ("auto", "feature", "species", "genus", "family", "order", "class", "phylum", "domain")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET", help="their folders")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="dataset to write")
    parser.add_argument("--level", choices=_LEVELS, default="auto", help="how finely (%(default)s)")
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
    """Merge, and say how."""
    from soilbio.harmonise.compare import read_rules, told
    from soilbio.harmonise.merge import harmonise

    rules = read_rules(args.rules)
    merged = harmonise(args.datasets, args.out, args.level, rules, reference=args.reference)
    if merged.pairs:
        print(told(merged.pairs))
    print(f"Merged by {merged.level}")
    for name, number in sorted(merged.notes.items()):
        print(f"{name.replace('_', ' ')}: {number:,}")
    print(args.out)
    return 0
