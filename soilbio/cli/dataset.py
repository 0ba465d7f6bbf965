"""Show what is in a dataset, check that it is whole, or build one from the results of a run."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset

# Verbs with a module of their own: `add_arguments(parser)` and `run(args)`, as a command has.
_MODULES = {"build": ("soilbio.cli.dataset_build", "build a dataset from the results of a run")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    show = verbs.add_parser("show", help="list tables, libraries, assays, agreements, classes")
    show.add_argument("dataset", type=Path, metavar="PATH", help="the dataset's folder")
    show.set_defaults(run_verb=_show)
    validate = verbs.add_parser("validate", help="name everything that is wrong with a dataset")
    validate.add_argument("dataset", type=Path, metavar="PATH", help="the dataset's folder")
    validate.set_defaults(run_verb=_validate)
    for verb, (name, summary) in _MODULES.items():
        module = importlib.import_module(name)
        one = verbs.add_parser(verb, help=summary, description=module.__doc__)
        module.add_arguments(one)
        one.set_defaults(run_verb=module.run)


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb."""
    return int(args.run_verb(args))


def _show(args: argparse.Namespace) -> int:
    from soilbio.dataset.read import read_dataset

    dataset = read_dataset(args.dataset)
    for title, lines in (
        ("Tables (rows)", _tables(dataset)),
        ("Libraries by status and control type", _libraries(dataset)),
        ("Assays", _assays(dataset)),
        ("Agreements (samples, libraries)", _agreements(dataset)),
        ("Sharing classes (columns)", _classes(dataset)),
    ):
        print(title)
        for line in lines:
            print(f"  {line}")
    return 0


def _tables(dataset: Dataset) -> Iterator[str]:
    import polars as pl

    for name, frame in dataset.tables.items():
        rows = frame.select(pl.len()).collect(engine="streaming").item()
        yield f"{name:<14}{rows:>13,}"


def _libraries(dataset: Dataset) -> Iterator[str]:
    import polars as pl

    kind = pl.col("control_type").fill_null("").replace("", "sample")
    counted = (
        dataset.tables["libraries"].group_by("status", kind).len().sort("status", "control_type")
    )
    for status, control_type, rows in counted.collect().iter_rows():
        yield f"{status:<8}{control_type:<20}{rows:>9,}"


def _assays(dataset: Dataset) -> Iterator[str]:
    import polars as pl

    libraries = (
        dataset.tables["libraries"]
        .group_by("assay_id")
        .agg(pl.len().alias("libraries"), pl.col("reads_nonchimeric").sum().alias("reads"))
    )
    assays = dataset.tables["assays"].join(libraries, on="assay_id", how="left").sort("assay_id")
    for row in assays.collect().iter_rows(named=True):
        region = " ".join(row[name] for name in ("target_gene", "target_subfragment") if row[name])
        engine = " ".join(row[name] for name in ("engine", "engine_version") if row[name])
        reference = " ".join(row[name] for name in ("reference", "reference_version") if row[name])
        yield (
            f"{row['assay_id']}: {region or 'gene not stated'}; engine {engine};"
            f" reference {reference or 'none'}; {row['libraries'] or 0:,} libraries,"
            f" {row['reads'] or 0:,} reads"
        )


def _agreements(dataset: Dataset) -> Iterator[str]:
    import polars as pl

    for name in sorted(dataset.agreements):
        samples, libraries = (
            dataset.tables[table]
            .filter(pl.col("agreement_id") == name)
            .select(pl.len())
            .collect()
            .item()
            for table in ("samples", "libraries")
        )
        yield f"{name}: {samples:,} samples, {libraries:,} libraries"


def _classes(dataset: Dataset) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for table, frame in dataset.tables.items():
        for name in frame.collect_schema().names():
            column = dataset.column(table, name)
            found.setdefault(column.sharing_class if column else "none", []).append(
                f"{table}.{name}"
            )
    for sharing_class in sorted(found):
        yield f"{sharing_class:<12}{', '.join(found[sharing_class])}"


def _validate(args: argparse.Namespace) -> int:
    from soilbio.dataset.validate import check_dataset
    from soilbio.errors import Problems

    problems = Problems(str(args.dataset))
    check_dataset(args.dataset, problems)
    problems.raise_if_any()
    print(f"{args.dataset} is whole: tables, checksums and views agree.", file=sys.stderr)
    return 0
