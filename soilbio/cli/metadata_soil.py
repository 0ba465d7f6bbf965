"""Check a soil sheet, or turn it into measurements of the samples.

The sheet is a workbook, CSV or TSV, with one layer a row (a column for each property) or one value
a row; docs/soil-properties.md describes it.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from soilbio.errors import Problems
    from soilbio.metadata.soil.measurements import Row, Sample
    from soilbio.metadata.soil.model import Soil

HELP = "check a soil sheet, or turn it into measurements of the samples"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two verbs and their options."""
    verbs = parser.add_subparsers(dest="soil_verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="find every mistake in a soil sheet")
    make = verbs.add_parser("measurements", help="write measurements of the samples (TSV)")
    for verb in (check, make):
        verb.add_argument("file", type=Path, metavar="FILE", help="workbook, CSV or TSV")
        verb.add_argument(
            "--samples",
            type=Path,
            metavar="SHEET",
            required=verb is make,
            help="the samples' metadata: sample_id and depth",
        )
        verb.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=MEANING",
            help="read a column's name as another, such as 'C=tot_org_carb [g/kg]'; repeatable",
        )
    check.add_argument("--format", choices=("text", "json"), default="text")
    make.add_argument("--out", type=Path, required=True, metavar="FILE", help="table to write")
    make.add_argument(
        "--convert",
        action="append",
        default=[],
        metavar="NAME",
        help="make a conversion between methods; repeatable, docs/soil-properties.md lists them",
    )
    make.add_argument("--depth-method", choices=("mean", "mass-preserving"), default="mean")
    make.add_argument("--stock-depth", type=float, default=0.3, metavar="M")
    make.add_argument("--stock-mass", type=float, metavar="T_HA", help="reference, fine earth")


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb."""
    return {"check": _check, "measurements": _measurements}[args.soil_verb](args)


def _check(args: argparse.Namespace) -> int:
    """Tell what each column was taken for, and every problem; fail if any is an error."""
    from soilbio.errors import InputError, Problems, fold

    problems = Problems(str(args.file))
    soil, _ = _read(args, problems)
    if args.format == "json":
        content = {
            "columns": dict(soil.taken),
            "layers": len(soil.layers),
            "values": len(soil.observations),
            "problems": [asdict(one) for one in problems.found],
        }
        print(json.dumps(content, indent=2, ensure_ascii=False))
        return 1 if problems.errors else 0
    for header, meaning in soil.taken:
        print(f"{header}\t{meaning or '(not read)'}")
    print(f"Layers: {len(soil.layers)}  Values: {len(soil.observations)}")
    if problems.errors:
        raise InputError(problems.found)
    for warning in fold(problems.found):
        print(warning, file=sys.stderr)
    return 0


def _measurements(args: argparse.Namespace) -> int:
    """Write the table; warnings go to the screen."""
    from soilbio.errors import Problems, fold
    from soilbio.metadata.soil.measurements import Settings, measurement_rows

    problems = Problems(str(args.file))
    _check_names(args.convert, problems)
    soil, samples = _read(args, problems)
    problems.raise_if_any()
    settings = Settings(tuple(args.convert), args.depth_method, args.stock_depth, args.stock_mass)
    rows = measurement_rows(soil, samples, settings)
    _write(args.out, rows)
    for warning in fold(problems.found):
        print(warning, file=sys.stderr)
    print(_summary(rows, samples))
    return 0


def _check_names(names: Sequence[str], problems: Problems) -> None:
    from soilbio.metadata.soil.conversions import CONVERSIONS

    for name in names:
        if name not in CONVERSIONS:
            problems.add(
                "soil-conversion-unknown",
                column="--convert",
                found=name,
                expected=f"one of {', '.join(CONVERSIONS)}",
                fix="Correct the name",
            )


def _read(args: argparse.Namespace, problems: Problems) -> tuple[Soil, list[Sample]]:
    """Read the sheet and the samples, and check the one against the other."""
    from soilbio.errors import Problems as Collector
    from soilbio.metadata.soil.link import check_links, check_samples_depths, samples_of
    from soilbio.metadata.soil.sheet import inspect_soil
    from soilbio.metadata.soil.table import read_cells

    soil = inspect_soil(args.file, problems, _renamed(args.column))
    if args.samples is None:
        return soil, []
    of_samples = Collector(str(args.samples))
    _, cells = read_cells(args.samples, of_samples, {"samp_name": "sample_id"}, "samples")
    samples = samples_of(row for _, row in cells)
    check_links(soil, samples, problems)
    check_samples_depths(samples, soil, of_samples)
    problems.extend(of_samples.found)
    return soil, samples


def _renamed(pairs: Sequence[str]) -> Mapping[str, str]:
    parts = (pair.partition("=") for pair in pairs)
    return {name.strip(): meaning.strip() for name, _, meaning in parts}


def _summary(rows: Sequence[Row], samples: Sequence[Sample]) -> str:
    """Count what came of the sheet, and say of how many samples there is nothing."""
    with_rows = {row["subject"] for row in rows}
    computed = sum("; " in str(row["source"]) for row in rows)
    stocks = len({row["subject"] for row in rows if row["property"] == "soc_stock"})
    return (
        f"Measurements: {len(rows)} of {len(with_rows)} samples, {computed} of them computed;"
        f" {len(samples) - len(with_rows)} samples have none\n"
        f"Carbon stocks: {stocks} of {len(samples)} samples"
    )


def _write(target: Path, rows: Sequence[Row]) -> None:
    """Write the table, whole or not at all; what a spreadsheet would run begins with a quote."""
    import csv
    import os

    from soilbio.dataset.tables import MEASUREMENTS

    names = [column.name for column in MEASUREMENTS.columns if column.name != "agreement_id"]
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_shown(row[name]) for name in names] for row in rows)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)


def _shown(value: object) -> object:
    is_live = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return "" if value is None else f"'{value}" if is_live else value
