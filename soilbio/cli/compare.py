"""Say of every pair of assays how finely their results may be merged, and why not more finely."""

from __future__ import annotations

import argparse
from pathlib import Path

from soilbio.cli.tree_options import add_tree_options, common_tree


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET", help="their folders")
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="FASTA",
        help="whole genes: on them the region is found that different primers share",
    )
    add_tree_options(parser)
    parser.add_argument(
        "--rules", type=Path, metavar="TSV", help="stricter rules (rule, finest, because, source)"
    )


def run(args: argparse.Namespace) -> int:
    """Compare, and print what came of it."""
    from soilbio.errors import Refused
    from soilbio.harmonise.alone import finer_alone, told_alone
    from soilbio.harmonise.compare import compare
    from soilbio.harmonise.levels import (
        is_looked_at_by_reference,
        level_as_it_came,
        sound_level,
        together,
        told,
        why_refused,
    )
    from soilbio.harmonise.no_names import by_level
    from soilbio.harmonise.placed import find_placing
    from soilbio.harmonise.rules import fields_of, read_rules
    from soilbio.harmonise.sources import assays_of, read_sources
    from soilbio.harmonise.trimming import Trimming, find_windows, told_left_out

    rules = read_rules(args.rules)
    common = common_tree(args)
    sources = read_sources(args.datasets)
    assays = assays_of(sources, fields_of(rules))
    trimming = find_windows(assays, args.reference) if args.reference else Trimming()
    placed = find_placing(sources, common).assays if common else ()
    pairs = compare(assays, rules, trimming.genes(), placed, trimming.are_inside())
    level = sound_level(pairs, level_as_it_came(assays, placed))
    pairs = by_level(pairs, assays, level, rules)
    print(told(pairs, shown=None) or "There is one assay only.")
    if left_out := told_left_out(trimming, args.reference):
        print(f"\n{left_out}")
    if args.reference and (alone := finer_alone(pairs, assays, rules, args.reference)):
        print(f"\n{told_alone(alone)}")
    if not args.reference and any(is_looked_at_by_reference(pair) for pair in pairs):
        print("\nWith --reference GENES.fasta it is looked whether primers share a region.")
    print(f"\nTogether: {together(level, pairs)}")
    if refused := why_refused(pairs):
        raise Refused(refused)
    return 0
