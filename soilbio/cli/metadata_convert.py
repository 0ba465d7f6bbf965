"""Convert a sheet of samples to another standard, with a report of what is lost and lacking."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.metadata.crosswalk.model import Converted

HELP = "convert a sheet of samples to another standard, with a loss report"
_TARGETS = ("mixs", "ena", "biosamples", "dwc", "nmdc", "faire", "glosis")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="sheet: .xlsx, .csv or .tsv")
    parser.add_argument(
        "--to", required=True, metavar="TARGET", choices=_TARGETS, help=", ".join(_TARGETS)
    )
    parser.add_argument(
        "--soil", type=Path, metavar="SHEET", help="soil sheet, to go along with --to glosis"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder to write (default: beside FILE, named after it and the target)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the target's files and the report, and show the report."""
    from soilbio.errors import Problems
    from soilbio.metadata.crosswalk.convert import convert
    from soilbio.metadata.crosswalk.files import files_of, report, reports_of, write_all
    from soilbio.metadata.crosswalk.rows import read_sheet

    problems = Problems(str(args.file))
    rows, _ = read_sheet(args.file, problems)
    problems.raise_if_any()
    converted = convert(rows, args.to)
    if args.to == "glosis" and args.soil:
        from soilbio.metadata.crosswalk.glosis import add_soil
        from soilbio.metadata.soil.sheet import read_soil

        add_soil(converted.tables, read_soil(args.soil))
    out = args.out or args.file.with_name(f"{args.file.stem}_{args.to}")
    files = files_of(converted) | reports_of(converted, str(args.file))
    if args.to == "ena" and all(one["taxon_id"] for one in converted.tables["samples"]):
        files["sample.xml"] = _sample_xml(converted)
    written = write_all(out, files)
    print(report(converted, str(args.file)))
    names = ", ".join(path.name for path in written)
    print(f"{len(rows)} sample{'' if len(rows) == 1 else 's'}: {names} in {out}")
    return 0


def _sample_xml(converted: Converted) -> bytes:
    """Write ENA's samples as its XML, in the words of `soilbio ena prepare`."""
    from soilbio.archives.ena.model import Attribute, Sample, Study
    from soilbio.archives.ena.xml import sample_xml

    attributes: dict[str, list[Attribute]] = {}
    for one in converted.tables["attributes"]:
        found = Attribute(one["attribute"], one["value"], one["units"])
        attributes.setdefault(one["alias"], []).append(found)
    samples = [
        Sample(
            one["alias"],
            # The archive demands a title; the name stands in for it, and the report says so.
            one["title"] or one["alias"],
            one["taxon_id"],
            one["scientific_name"],
            tuple(attributes.get(one["alias"], ())),
        )
        for one in converted.tables["samples"]
    ]
    return sample_xml(samples, Study("", "", ""))
