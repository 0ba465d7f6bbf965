"""Check sharing agreements, or say in plain words who gets what."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `check` and `explain`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check", help="find all that is wrong with agreements")
    check.add_argument("files", type=Path, nargs="+")
    explain = verbs.add_parser("explain", help="say who gets what")
    explain.add_argument("file", type=Path)
    explain.add_argument("--recipient", action="append", help="public, consortium or a ROR")
    explain.add_argument("--purpose", default="DUO:0000042")
    explain.add_argument("--date", help="YYYY-MM-DD; today if left out")


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    return _check(args) if args.verb == "check" else _explain(args)


def _check(args: argparse.Namespace) -> int:
    from soilbio.agreements import parse_agreement
    from soilbio.errors import InputError, Problems

    problems = Problems("agreements")
    for path in args.files:
        try:
            agreement = parse_agreement(_text(path), str(path))
        except InputError as error:
            problems.extend(error.problems)
        else:
            print(f"{path}: {agreement.name}, {len(agreement.grants)} clauses, all right")
    problems.raise_if_any()
    return 0


def _explain(args: argparse.Namespace) -> int:
    from soilbio.agreements import decide, explain, parse_agreement
    from soilbio.cli.dates import day

    agreement = parse_agreement(_text(args.file), str(args.file))
    print(f"{agreement.title} ({agreement.name})\n{agreement.summary}\n")
    for recipient in args.recipient or ["public", "consortium"]:
        decision = decide([agreement], recipient, args.purpose, day(args.date))
        head, *sentences = explain(decision)
        print(head, *(f"  {sentence}" for sentence in sentences), "", sep="\n")
    return 0


def _text(path: Path) -> str:
    from soilbio.errors import problem_of

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise problem_of(
            "agreement-unreadable",
            str(path),
            found=getattr(error, "strerror", None) or "not UTF-8 text",
            expected="an agreement, YAML in UTF-8",
            fix="Correct the path or save the file as UTF-8",
        ) from error
