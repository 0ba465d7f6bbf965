"""Compare the features, counts and names of a dataset with a known truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

_SHOWN = (
    "library_id",
    "expected_features",
    "true_positive",
    "false_positive",
    "false_negative",
    "precision",
    "recall",
    "bray_curtis",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("dataset", type=Path, help="folder of the dataset")
    parser.add_argument(
        "--truth", type=Path, required=True, help="truth.tsv, or FASTA of expected sequences"
    )
    parser.add_argument("--library", nargs="+", default=[], help="score only these libraries")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")


def run(args: argparse.Namespace) -> int:
    """Score the dataset, write the tables and print the chief columns."""
    from soilbio.dataset.read import read_dataset
    from soilbio.references.disk import writing_to
    from soilbio.simulate.scoring import score_dataset, write_scores

    scored = score_dataset(read_dataset(args.dataset), args.truth, args.library)
    with writing_to(args.out):
        write_scores(scored, args.out)
    print(*_SHOWN, sep="\t")
    for score in scored.scores:
        values = [getattr(score, name) for name in _SHOWN]
        print(*(_shown(value) for value in values), sep="\t")
    if scored.not_scored:
        print(f"Not in the dataset: {', '.join(scored.not_scored)}.", file=sys.stderr)
    return 0


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
