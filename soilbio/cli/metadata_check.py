"""Find everything that is wrong with a sheet of sample metadata, and correct what is safe."""

from __future__ import annotations

import argparse
import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soilbio.metadata.inspect_sheet import Inspection

HELP = "find everything that is wrong with a sheet of sample metadata"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx, .xls, .ods, .csv or .tsv")
    parser.add_argument(
        "--target",
        default="",
        metavar="ena,gbif,...",
        help="what the sheet is for: mixs, ena, biosamples, gbif, nmdc, faire",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--marked", type=Path, metavar="XLSX", help="copy with the cells marked")
    parser.add_argument("--fix", type=Path, metavar="NEW", help="write the safe corrections to it")


def run(args: argparse.Namespace) -> int:
    """Check, report, and write what was asked for; 1 if anything must be mended."""
    from soilbio.metadata.inspect_sheet import inspect

    targets = _targets(args.target)
    _check_outputs(args)
    # Nothing here makes circles; the collector would look at a million cells time and again.
    gc.disable()
    try:
        found = inspect(args.file, targets)
    finally:
        gc.enable()
    if args.marked:
        from soilbio.metadata.mark import write_marked

        write_marked(found.table, found.problems, args.marked)
    corrections = _fix(found, args.fix) if args.fix else []
    if args.format == "json":
        print(json.dumps(_document(found, corrections), indent=1, ensure_ascii=False))
    else:
        _print(found, corrections)
    for name, path in (("marked", args.marked), ("corrected", args.fix)):
        if path and args.format == "text":
            print(f"{name} copy: {path}")
    return 1 if found.errors_for(targets) else 0


def _targets(text: str) -> list[str]:
    from soilbio.errors import problem_of
    from soilbio.metadata.inspect_sheet import TARGETS

    targets = [one for one in (part.strip().lower() for part in text.split(",")) if one]
    unknown = [one for one in targets if one not in TARGETS]
    if unknown:
        raise problem_of(
            "target-unknown",
            "--target",
            found=", ".join(unknown),
            expected=f"some of {', '.join(TARGETS)}",
            fix="Correct the names; separate several by commas",
        )
    return targets


def _check_outputs(args: argparse.Namespace) -> None:
    from soilbio.errors import problem_of

    for option, path in (("--marked", args.marked), ("--fix", args.fix)):
        if path and path.exists():
            raise problem_of(
                "output-exists",
                option,
                found=str(path),
                expected="a new file; what you have is not overwritten",
                fix="Name another, or remove it",
            )


def _fix(found: Inspection, target: Path) -> list[Any]:
    from soilbio.metadata.fix import corrections_of
    from soilbio.metadata.rewrite import corrected, write_sheet

    corrections = corrections_of(found.table, found.taken, found.with_commas)
    write_sheet(corrected(found.table, corrections), target)
    return corrections


def _print(found: Inspection, corrections: list[Any]) -> None:
    from soilbio.errors import fold

    where = f"{found.source}{f', sheet {found.sheet}' if found.sheet else ''}"
    print(f"{where}: {len(found.rows)} samples")
    print("Columns:")
    for one in found.taken:
        unit = f" in {one.unit}" if one.unit else ""
        sure = "" if one.is_certain else ", if that is meant"
        what = f"{one.column}{unit} ({one.standard}{sure})" if one.column else "your own"
        print(f"  {one.header}: {what}")
    folded = fold(found.problems)
    for problem in folded:
        # The list of columns has said so.
        if problem.code != "column-own":
            print(problem)
    if any(not one.column for one in found.taken):
        print("Columns of your own are shared with nobody until they have a sharing class.")
    for target, lacks in found.lacking.items():
        print(f"For {target}: {len(lacks)} demanded fields are lacking")
        for lack in lacks:
            rows = "all samples" if len(lack.rows) == len(found.rows) else _rows(lack.rows)
            print(f"  {lack.field}, in {rows}. {lack.fix.rstrip('.')}.")
    for one in corrections:
        print(f"corrected {one.row} {one.column}: '{one.before}' -> '{one.after}' ({one.why})")
    errors = sum(not problem.is_warning for problem in found.problems)
    warnings = len(found.problems) - errors
    short = "".join(f"; {name} lacks {len(lacks)} fields" for name, lacks in found.lacking.items())
    whole = " All rows of each: `--format json`." if any(one.others for one in folded) else ""
    print(f"{errors} problems, {warnings} warnings{short}.{whole}")


def _rows(rows: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, rows[:5]))
    return f"rows {shown}{f' and {len(rows) - 5} more' if len(rows) > 5 else ''}"


def _document(found: Inspection, corrections: list[Any]) -> dict[str, Any]:
    """Give all that was found as JSON: columns, problems with their severity per target, lacks."""
    return {
        "file": found.source,
        "sheet": found.sheet,
        "samples": len(found.rows),
        "columns": [
            {
                "header": one.header,
                "column": one.column,
                "standard": one.standard,
                "unit": one.unit,
                "certain": one.is_certain,
            }
            for one in found.taken
        ],
        "problems": [
            {
                "code": one.code,
                "row": one.row,
                "column": one.column,
                "found": one.found,
                "expected": one.expected,
                "fix": one.fix,
                "severity": "warning" if one.is_warning else "error",
                "targets": found.severities(one),
            }
            for one in found.problems
        ],
        "lacking": {
            target: [
                {"field": lack.field, "columns": lack.columns, "fix": lack.fix, "rows": lack.rows}
                for lack in lacks
            ]
            for target, lacks in found.lacking.items()
        },
        "corrections": [
            {
                "row": one.row,
                "column": one.column,
                "before": one.before,
                "after": one.after,
                "why": one.why,
            }
            for one in corrections
        ],
    }
