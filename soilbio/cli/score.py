"""Compare the features, counts and names of a dataset with a known truth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset
    from soilbio.simulate.profile_scoring import ScoredProfiles

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


_SHOWN_PROFILES = (
    "library_id",
    "engine",
    "rank",
    "expected",
    "found",
    "precision",
    "recall",
    "f1",
    "unclassified_found",
    "unclassified_true",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("dataset", type=Path, help="folder of the dataset")
    parser.add_argument(
        "--truth",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help="truth.tsv, truth-metagenomes.tsv, or FASTA of expected sequences",
    )
    parser.add_argument(
        "--combined",
        type=Path,
        metavar="TABLE",
        help="score what `soilbio shotgun combine` calls, too (results/combined/taxa.tsv)",
    )
    parser.add_argument("--library", nargs="+", default=[], help="score only these libraries")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")


def run(args: argparse.Namespace) -> int:
    """Score the dataset, write the tables and print the chief columns."""
    from soilbio.dataset.read import read_dataset
    from soilbio.references.disk import writing_to
    from soilbio.simulate.profile_scoring import write_profile_scores
    from soilbio.simulate.profile_truth import is_of_metagenomes
    from soilbio.simulate.scoring import score_dataset, write_scores

    dataset = read_dataset(args.dataset)
    of_metagenomes = [path for path in args.truth if is_of_metagenomes(path)]
    of_amplicons = [path for path in args.truth if path not in of_metagenomes]
    _check_single(of_amplicons)
    profiles = _profiles(dataset, of_metagenomes, args.library, args.combined)
    scored = score_dataset(dataset, of_amplicons[0], args.library) if of_amplicons else None
    with writing_to(args.out):
        write_scores(scored, args.out, of_profiles=profiles.composition)
        write_profile_scores(profiles, args.out)
    if scored:
        _print(_SHOWN, scored.scores)
    if profiles.scores:
        _print(_SHOWN_PROFILES, profiles.scores)
    missing = [*(scored.not_scored if scored else ()), *profiles.not_scored]
    if missing:
        print(f"Not in the dataset: {', '.join(missing)}.", file=sys.stderr)
    return 0


def _check_single(of_amplicons: list[Path]) -> None:
    from soilbio.errors import problem_of

    if len(of_amplicons) > 1:
        raise problem_of(
            "truth-library",
            "score",
            found=", ".join(str(path) for path in of_amplicons),
            expected="one truth of amplicons, and any number of metagenomes (they have a column"
            " share_of_reads)",
            fix="Put the tables together, or score one after the other",
        )


def _profiles(
    dataset: Dataset, tables: list[Path], library_ids: list[str], combined: Path | None
) -> ScoredProfiles:
    from soilbio.errors import problem_of
    from soilbio.simulate.profile_scoring import ScoredProfiles, score_combined, score_profiles
    from soilbio.simulate.profile_truth import read_profile_truth

    truths = {name: taxa for path in tables for name, taxa in read_profile_truth(path).items()}
    scored = score_profiles(dataset, truths, library_ids) if truths else ScoredProfiles()
    if tables and not scored.composition and not scored.scores:
        raise problem_of(
            "truth-library",
            ", ".join(str(path) for path in tables),
            found=", ".join(library_ids or sorted(truths)) or None,
            expected="a truth for at least one metagenome of the dataset",
            fix="Give the truth of this dataset, with its library ids as the sample sheet has them",
        )
    return scored + score_combined(combined, truths, library_ids, scored) if combined else scored


def _print(columns: Sequence[str], scores: Sequence[object]) -> None:
    print(*columns, sep="\t")
    for score in scores:
        print(*(_shown(getattr(score, name)) for name in columns), sep="\t")


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
