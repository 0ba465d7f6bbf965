"""Build a dataset from the files of a run (a workflow step)."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "build a dataset from the files of a run (a workflow step)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True, help="the run's results folder")
    parser.add_argument("--out", type=Path, required=True)


def run(args: argparse.Namespace) -> int:
    """Build the dataset."""
    from soilbio.assemble.build import build_dataset

    build_dataset(args.config, args.results, args.out)
    return 0
