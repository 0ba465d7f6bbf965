"""Merge datasets into one, as finely as it is sound; each row keeps its agreement."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from soilbio.cli.tree_options import add_tree_options, common_tree

_LEVELS = (
    *("auto", "feature", "sh", "species", "placement", "genus", "family", "order", "class"),
    *("phylum", "domain"),
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
    add_tree_options(parser)
    parser.add_argument(
        "--classify",
        metavar="NAME",
        help="classify the sequences of all datasets with one reference (soilbio reference list)",
    )
    parser.add_argument(
        "--prefix",
        action="append",
        default=[],
        metavar="DATASET=TEXT",
        help="put TEXT before the names of a dataset's samples and libraries, as others have these",
    )
    parser.add_argument(
        "--rules", type=Path, metavar="TSV", help="stricter rules (rule, finest, because, source)"
    )


def run(args: argparse.Namespace) -> int:
    """Merge, and say how."""
    from soilbio.harmonise.beside_own import told_beside_own
    from soilbio.harmonise.levels import together, told
    from soilbio.harmonise.merge import harmonise
    from soilbio.harmonise.prefixes import parse_prefixes
    from soilbio.harmonise.rules import read_rules
    from soilbio.harmonise.strangers import told_strangers
    from soilbio.harmonise.trimming import told_left_out
    from soilbio.harmonise.ways import Given
    from soilbio.references.manifest import locate

    rules = read_rules(args.rules)
    classifier = locate(args.classify) if args.classify else None
    prefixes = parse_prefixes(args.prefix, args.datasets)
    given = Given(args.reference, classifier, common_tree(args), prefixes)
    merged = harmonise(args.datasets, args.out, args.level, rules, given)
    if merged.pairs:
        print(told(merged.pairs))
    if args.reference and (left_out := told_left_out(merged.ways.trimming, args.reference)):
        print(left_out)
    if merged.told.beside_own:
        print(told_beside_own(merged.told.beside_own))
    if merged.told.strangers:
        print(told_strangers(merged.told.strangers))
    how = together(merged.level, merged.pairs)
    print(f"Merged by {how}" if how == merged.level else f"Not merged, but put {how}")
    for name, number in sorted(merged.notes.items()):
        print(f"{name.replace('_', ' ')}: {number:,}")
    for row in merged.told.losses:
        print(_lost(row, merged.level))
    print(args.out)
    return 0


def _lost(row: Mapping[str, Any], level: str) -> str:
    """Say what became of a dataset's features and reads."""
    if not row["features"]:
        return f"{row['dataset']}: nothing of its own; its libraries are in the others already"
    told = f"{row['dataset']}: {row['features']:,} features became {row['features_after']:,}"
    if row["reads"] is not None:
        told += f", {row['reads_after']:,} of {row['reads']:,} reads are kept"
    if row["libraries_of_others"]:
        told += f", {row['libraries_of_others']:,} libraries were there already"
    if row["without_name"] is not None:
        what = "are of no clade" if level == "placement" else "have no name at this level"
        told += f", {100 * row['without_name']:.1f} % {what}"
    return told
