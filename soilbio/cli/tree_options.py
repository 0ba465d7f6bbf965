"""The options of commands that place sequences on the user's tree."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.harmonise.common_tree import CommonTree


def add_tree_options(parser: argparse.ArgumentParser) -> None:
    """Declare tree, alignment and diameter of clades."""
    parser.add_argument(
        "--tree",
        type=Path,
        metavar="NEWICK",
        help="a tree of the gene with branch lengths: regions of it are compared by its clades",
    )
    parser.add_argument(
        "--alignment", type=Path, metavar="FASTA", help="the aligned sequences of the tree's tips"
    )
    parser.add_argument(
        "--clade-diameter",
        type=float,
        metavar="LENGTH",
        help="the greatest distance between two tips of a clade (0.1 substitutions per site)",
    )


def common_tree(args: argparse.Namespace) -> CommonTree | None:
    """Read the tree, if one is given."""
    if args.tree is None and args.alignment is None and args.clade_diameter is None:
        return None
    from soilbio.harmonise.common_tree import CLADE_DIAMETER, read_common_tree

    diameter = CLADE_DIAMETER if args.clade_diameter is None else args.clade_diameter
    return read_common_tree(args.tree, args.alignment, diameter)
