"""Merge datasets into one, as finely as it is sound; each row keeps its agreement."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LEVELS = (
    *("auto", "feature", "sh", "species", "genus", "family", "order", "class", "phylum"),
    "domain",
)


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
        "--classify",
        metavar="NAME",
        help="classify the sequences of all datasets with one reference (soilbio reference list)",
    )
    parser.add_argument(
        "--rules", type=Path, metavar="TSV", help="stricter rules (rule, finest, because, source)"
    )


def run(args: argparse.Namespace) -> int:
    """Merge, and say how."""
    from soilbio.harmonise.compare import read_rules, told
    from soilbio.harmonise.merge import harmonise
    from soilbio.references.manifest import locate

    rules = read_rules(args.rules)
    classifier = locate(args.classify) if args.classify else None
    merged = harmonise(
        *(args.datasets, args.out, args.level, rules),
        reference=args.reference,
        classifier=classifier,
    )
    if merged.pairs:
        print(told(merged.pairs))
    print(f"Merged by {merged.level}")
    for name, number in sorted(merged.notes.items()):
        print(f"{name.replace('_', ' ')}: {number:,}")
    for row in merged.told.losses:
        print(_lost(row))
    print(args.out)
    return 0


def _lost(row: Mapping[str, Any]) -> str:
    """Say what became of a dataset's features and reads."""
    told = f"{row['dataset']}: {row['features']:,} features became {row['features_after']:,}"
    if row["reads"] is not None:
        told += f", {row['reads_after']:,} of {row['reads']:,} reads are kept"
    if row["without_name"] is not None:
        told += f", {100 * row['without_name']:.1f} % have no name at this level"
    return told
