"""Measure diversity within and between the libraries of a dataset's assay."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.cli.whole_numbers import positive, whole

if TYPE_CHECKING:
    from soilbio.diversity.write import Settings

HELP = "alpha and beta diversity, ordination and tests of a dataset"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("dataset", type=Path, help="folder of the dataset")
    parser.add_argument("--assay", required=True, help="assay_id of the libraries to measure")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--config", type=Path, help="a project's config.yaml, instead of the options that follow"
    )
    source.add_argument(
        "--group",
        action="append",
        default=[],
        help="column of samples to test, such as cur_land_use; may be given several times",
    )
    parser.add_argument(
        "--permutations", type=positive, default=999, help="of each test (default: 999)"
    )
    parser.add_argument(
        "--seed", type=whole, default=1, help="of rarefaction and permutations (default: 1)"
    )
    parser.add_argument(
        "--depth", default="auto", help="reads that libraries are rarefied to (default: auto)"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and write the tables; on one thread, so that sums are added in the same order."""
    # Before numpy loads. It is faster, too: the libraries are far too few to share out.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import polars as pl

    from soilbio.dataset.read import read_dataset
    from soilbio.diversity.profiles import is_profile
    from soilbio.diversity.write import measure
    from soilbio.diversity.write_profiles import measure_profiles
    from soilbio.errors import problem_of

    settings = _settings(args)
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
    if is_profile(dataset, args.assay):
        compared_by_share = measure_profiles(dataset, args.assay, settings, args.out)
        print(
            f"{args.assay}: {len(compared_by_share)} libraries compared by shares; what"
            f" is not measured, and why: {args.out / 'settings.json'}.",
            file=sys.stderr,
        )
        return 0
    depth = measure(dataset, args.assay, settings, args.out)
    compared, left_out = len(depth.libraries), len(depth.left_out)
    print(
        f"{args.assay}: {compared} libraries compared at {depth.reads:,} reads, {left_out} not"
        f" (why: {args.out / 'settings.json'}).",
        file=sys.stderr,
    )
    return 0


def _settings(args: argparse.Namespace) -> Settings:
    from soilbio.diversity.write import Settings

    if not args.config:
        depth = args.depth if args.depth == "auto" else reads(args.depth)
        return Settings(tuple(args.group), args.permutations, args.seed, depth)
    from soilbio.metadata.config import read_config

    asked = read_config(args.config).diversity
    return Settings(tuple(asked["groups"]), asked["permutations"], asked["seed"], asked["depth"])


def reads(text: str) -> int:
    """Read a depth; InputError if it is none."""
    from soilbio.errors import problem_of

    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise problem_of(
            "depth-form",
            "--depth",
            found=text,
            expected="auto, or a whole number above 0",
            fix="Correct the number",
        )
    return int(text)
