"""Write what was done as the text of a methods section, with what to cite."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", type=Path, help="the dataset's folder")
    parser.add_argument("--out", type=Path, metavar="FILE", help="to write to (default: print)")


def run(args: argparse.Namespace) -> int:
    """Write the text."""
    from soilbio.dataset.read import read_dataset
    from soilbio.report.methods import methods_of

    text = methods_of(read_dataset(args.dataset))
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0
