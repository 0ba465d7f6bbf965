"""Measure what drives the differences in a merged dataset: soils, laboratories or methods."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path

from soilbio.cli.diversity import reads
from soilbio.cli.whole_numbers import positive, whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", type=Path, help="folder of a dataset that `harmonise` wrote")
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="COLUMN",
        help="column of samples that says what soils differ in; may be given several times",
    )
    parser.add_argument("--depth", default="auto", help="reads that libraries are drawn to (auto)")
    parser.add_argument(
        "--coverage",
        metavar="SHARE",
        help="draw libraries to one coverage of their communities instead: auto, or such as 0.95",
    )
    parser.add_argument("--seed", type=whole, default=1, help="of draws and permutations (1)")
    parser.add_argument("--permutations", type=positive, default=999, help="of each test (999)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="for page and tables"
    )


def run(args: argparse.Namespace) -> int:
    """Measure, write the tables and the page, and tell where it is."""
    # Before numpy loads: sums are added in the same order on one thread.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from soilbio.dataset.read import read_dataset
    from soilbio.diversity.design import check_columns
    from soilbio.diversity.laboratories import brought, measure_genes
    from soilbio.diversity.laboratory_tables import laboratories_of, write_tables
    from soilbio.diversity.presence import controls_of, genera_in_common
    from soilbio.diversity.standard import equal_coverage, equal_reads
    from soilbio.report.laboratories import build_laboratories_page
    from soilbio.report.methods_laboratories import methods_of_laboratories
    from soilbio.report.page import write_page

    dataset = read_dataset(args.dataset)
    history, laboratory_of = laboratories_of(dataset)
    check_columns(dataset, args.by)
    rows = brought(dataset, laboratory_of)
    settings = (args.permutations, args.seed)
    depth = args.depth if args.depth == "auto" else reads(args.depth)
    standard = (
        partial(equal_reads, asked=depth)
        if args.coverage is None
        else partial(equal_coverage, asked=args.coverage)
    )
    genes = list(
        measure_genes(dataset, history, laboratory_of, args.by, settings, standard=standard)
    )
    whole = {
        "laboratories": rows,
        "controls": controls_of(dataset, laboratory_of),
        "genera": genera_in_common(dataset, laboratory_of),
    }
    asked = {
        "by": args.by,
        "depth": args.depth,
        "coverage": args.coverage,
        "seed": args.seed,
        "permutations": args.permutations,
    }
    write_tables(whole, genes, asked, args.out)
    title = " and ".join(row["laboratory"] for row in rows)
    page = args.out / "laboratories.html"
    write_page(build_laboratories_page(title, history, whole, genes, asked), page)
    write_page(methods_of_laboratories(genes, asked), args.out / "methods.md")
    for gene in genes:
        for note in gene.notes:
            print(f"{gene.gene}: {note}")
    print(page)
    return 0
