"""Measure diversity within and between the libraries of a dataset's assay."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--assay", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, help="take what follows from a project")
    parser.add_argument("--group", action="append", default=[], help="metadata column to test")
    parser.add_argument("--permutations", type=int, default=999)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--depth", default="auto", help="reads, or auto")


def run(args: argparse.Namespace) -> int:
    """Measure and write the tables."""
    import polars as pl

    from soilbio.dataset.read import read_dataset
    from soilbio.diversity.write import Settings, measure
    from soilbio.errors import problem_of

    dataset = read_dataset(args.dataset)
    assays = dataset.tables["assays"].select(pl.col("assay_id").sort()).collect()
    known = assays["assay_id"].to_list()
    if args.assay not in known:
        raise problem_of(
            "assay-unknown",
            str(args.dataset),
            column="assay_id",
            found=args.assay,
            expected=f"one of {', '.join(known)}",
            fix="Name an assay of the dataset",
        )
    if args.config:
        from soilbio.metadata.config import read_config

        asked = read_config(args.config).diversity
        settings = Settings(
            tuple(asked["groups"]), asked["permutations"], asked["seed"], asked["depth"]
        )
    else:
        depth = args.depth if args.depth == "auto" else _reads(args.depth)
        settings = Settings(tuple(args.group), args.permutations, args.seed, depth)
    measure(dataset, args.assay, settings, args.out)
    return 0


def _reads(text: str) -> int:
    from soilbio.errors import problem_of

    if not text.isdigit() or int(text) < 1:
        raise problem_of(
            "depth-form",
            "--depth",
            found=text,
            expected="auto, or a whole number above 0",
            fix="Correct the number",
        )
    return int(text)
