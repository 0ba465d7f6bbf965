"""Write an empty sheet for a laboratory to fill: a workbook, and the same as text."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write an empty workbook for a laboratory to fill, and the same as TSV"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--assay",
        default="shotgun",
        metavar="ASSAY[,ASSAY]",
        help="known assays by name, or shotgun (default)",
    )
    parser.add_argument(
        "--target",
        default="ena,gbif,nmdc",
        metavar="ARCHIVE[,ARCHIVE]",
        help="where the data will go: ena, gbif, nmdc, mixs, biosamples, faire, glosis"
        " (default: ena,gbif,nmdc)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("metadata"), metavar="DIR", help="folder to write"
    )
    parser.add_argument(
        "--full", action="store_true", help="with the columns that nobody demands or recommends"
    )


def run(args: argparse.Namespace) -> int:
    """Write the workbook and the tables."""
    from soilbio.errors import Problems
    from soilbio.metadata.crosswalk.files import write_all
    from soilbio.metadata.sheet_template import (
        REQUIRED,
        assays_named,
        sample_columns,
        tables_of_template,
        targets_named,
    )
    from soilbio.metadata.sheet_workbook import workbook_bytes

    problems = Problems("the command line")
    names, archives = _split(args.assay), _split(args.target)
    assays = assays_named(names, problems)
    targets = targets_named(archives, problems)
    problems.raise_if_any()
    columns = sample_columns(assays, targets, is_full=args.full)
    made_for = f"{', '.join(names)}; {', '.join(archives)}"
    files = {"metadata.xlsx": workbook_bytes(columns, made_for), **tables_of_template(columns)}
    written = write_all(args.out, files)
    required = sum(one.need == REQUIRED for one in columns)
    print(f"{len(columns)} columns for samples, of which {required} are required.")
    print(f"{', '.join(path.name for path in written)} in {args.out}")
    print("Fill metadata.xlsx; then: soilbio metadata check, soilbio metadata convert")
    return 0


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
