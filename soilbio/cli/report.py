"""Write the HTML report of a dataset: one file that opens offline, for one recipient."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write the HTML report of a dataset"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--dataset", type=Path, required=True, help="the dataset's folder")
    parser.add_argument(
        "--results",
        type=Path,
        help="the results of the run, for quality, diversity and scores (default: none)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        help="the project's configuration, for its title, groups and settings (default: none)",
    )
    parser.add_argument(
        "--recipient",
        default="public",
        help="who will read it: public, consortium, the ROR of an institute, or holder: those who"
        " hold the dataset, who see all of it (default: public)",
    )
    parser.add_argument(
        "--purpose",
        default="DUO:0000042",
        help="what for, as a DUO code (default: DUO:0000042, general research use)",
    )
    parser.add_argument(
        "--date",
        help="the day on which the agreements are read, YYYY-MM-DD (default: today)",
    )
    parser.add_argument("--out", type=Path, required=True, help="the HTML file to write")


def run(args: argparse.Namespace) -> int:
    """Write the report and tell where it is."""
    from soilbio.cli.dates import day
    from soilbio.report.build import build_page
    from soilbio.report.gather import Request, gather
    from soilbio.report.page import write_page

    request = Request(args.recipient, args.purpose, day(args.date))
    material = gather(args.dataset, args.results, args.config, request)
    write_page(build_page(material), args.out)
    print(args.out)
    return 0
