"""Find every mistake in configuration, sheets, metadata, agreements and reads, and name the remedy.

The first records of every FASTQ file are read; with --deep all of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.errors import Problem
    from soilbio.metadata.check import Checked
    from soilbio.metadata.library_reads import Facts

HELP = "find every mistake in configuration, sheets, agreements and reads"
_PROBLEM_COLUMNS = ("severity", "code", "file", "row", "column", "found", "expected", "fix")
_WHOLE = "All rows of each: add `--problems FILE`."
_FACT_COLUMNS = (
    "library_id",
    "fastq_1",
    "fastq_2",
    "length_1_bp",
    "length_2_bp",
    "primer_1_percent",
    "primer_2_percent",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--deep", action="store_true", help="read every FASTQ file to its end")
    parser.add_argument("--problems", type=Path, help="write the full list of problems (TSV)")
    parser.add_argument(
        "--out", type=Path, help="write what the first records show (TSV), if all is right"
    )


def run(args: argparse.Namespace) -> int:
    """Check; print a summary, or raise all that is wrong."""
    from soilbio.errors import InputError, fold
    from soilbio.metadata.check import inspect_project, summary_of

    checked = inspect_project(args.config, is_deep=args.deep)
    checked.problems += [*_truth_problems(checked), *_reference_problems(checked)]
    if args.problems:
        _write(args.problems, _PROBLEM_COLUMNS, [_problem_row(p) for p in checked.problems])
    if any(not problem.is_warning for problem in checked.problems):
        raise InputError(checked.problems, whole="" if args.problems else _WHOLE)
    warnings = fold(checked.problems)
    for warning in warnings:
        print(warning, file=sys.stderr)
    if any(one.others for one in warnings) and not args.problems:
        print(_WHOLE, file=sys.stderr)
    if args.out:
        _write(args.out, _FACT_COLUMNS, [_fact_row(facts) for facts in checked.facts])
    print(summary_of(checked))
    return 0


def _truth_problems(checked: Checked) -> Sequence[Problem]:
    from soilbio.simulate.truth_check import check_truths

    return check_truths(checked.project, checked.libraries) if checked.project else ()


def _reference_problems(checked: Checked) -> Iterator[Problem]:
    """Tell of references that are named and not installed; files of one's own are looked at."""
    from dataclasses import replace

    from soilbio.errors import InputError
    from soilbio.metadata.classifiers import classified, place_of, reference_of
    from soilbio.references import locate

    project = checked.project
    if project is None:
        return
    # Where no library can be read, the reference of all is looked at.
    assays = classified(project, checked.libraries) if checked.libraries else [""]
    told = {place_of(project, one): reference_of(project, one) for one in assays}
    for place, reference in told.items():
        if reference["sequences"]:
            continue
        try:
            locate(reference["reference"])
        except InputError as error:
            row, column = project.row(*place, "reference"), ".".join((*place, "reference"))
            for problem in error.problems:
                yield replace(problem, source=str(project.path), row=row, column=column)


def _problem_row(problem: Problem) -> list[object]:
    severity = "warning" if problem.is_warning else "error"
    parts = (problem.row, problem.column, problem.found, problem.expected, problem.fix)
    return [severity, problem.code, problem.source, *parts]


def _fact_row(facts: Facts) -> list[object]:
    library = facts.library
    return [
        library.library_id,
        library.fastq_1,
        library.fastq_2,
        facts.length_1_bp,
        facts.length_2_bp if library.fastq_2 else None,
        facts.primer_1_percent,
        facts.primer_2_percent,
    ]


def _write(target: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table, whole or not at all."""
    import csv
    import errno
    import os

    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerows([columns, *rows])
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)
