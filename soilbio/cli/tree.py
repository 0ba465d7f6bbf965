"""Build a rooted tree of features."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--max-features", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="NAME.nwk; NAME.tree.json beside")


def run(args: argparse.Namespace) -> int:
    """Build the tree, or say why there is none."""
    from soilbio.profile.tree import build_tree

    note = build_tree(args.features, args.out, max_features=args.max_features, threads=args.threads)
    note.write(args.out.with_name(args.out.name.removesuffix(".nwk") + ".tree.json"))
    if not note.is_built:
        print(f"No tree: {note.reason}.", file=sys.stderr)
    return 0
