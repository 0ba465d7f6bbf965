"""What exports of a large dataset cost, beside writing the same rows with plain pandas.

`python benchmarks/export_size.py --out FOLDER` makes a dataset of 5,000 libraries, 200,000 features
and 5 million counts with sequences, lineages and metadata, and measures each export in a process of
its own: seconds and the most memory. pandas joins the counts with features and samples and writes
the columns of the archive's occurrences as text.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from stopwatch import measure

AGREEMENT = "size@1.0"
TEXT = """\
id: size
version: "1.0"
title: Size
licence: CC-BY-4.0
parties: [{name: Institute, role: provider, id: "https://ror.org/0inst0001"}]
grants:
  - recipient: public
    purposes: [DUO:0000042]
    classes:
      identity: withhold
      location: {generalise: "0.1"}
      region: {generalise: country}
      time: {generalise: month}
      environment: allow
      method: allow
      sequences: allow
      counts: allow
      taxonomy: allow
"""
TARGETS = ("dwca", "tables", "tsv", "biom", "dwc-dp", "partner")


def make(folder: Path, libraries: int, features: int, counts: int) -> None:
    """Write the dataset."""
    import numpy as np
    import polars as pl

    from soilbio.dataset.write import write_tables

    rng = np.random.default_rng(1)
    names = [f"L{place:05d}" for place in range(libraries)]
    bases = np.frombuffer(b"ACGT", dtype="S1")
    sequences = [bases[rng.integers(0, 4, 253)].tobytes().decode() for _ in range(features)]
    ids = np.array([hashlib.md5(one.encode()).hexdigest() for one in sequences])
    each = counts // libraries
    chosen = np.concatenate([rng.choice(features, each, replace=False) for _ in range(libraries)])
    agreement = pl.lit(AGREEMENT)
    samples = pl.DataFrame(
        {
            "sample_id": [f"field {name}" for name in names],
            "lat_lon": [
                f"{x:.4f} {y:.4f}"
                for x, y in zip(
                    rng.uniform(47.5, 54, libraries), rng.uniform(7, 14, libraries), strict=True
                )
            ],
            "geo_loc_name": ["Germany: Bavaria, Freising"] * libraries,
            "collection_date": ["2024-05-11"] * libraries,
            "ph": [f"{value:.2f}" for value in rng.uniform(4, 8, libraries)],
        }
    ).with_columns(agreement_id=agreement)
    genus = rng.integers(0, 3000, features)
    tables = {
        "samples": samples,
        "assays": pl.DataFrame(
            {
                **{"assay_id": ["V4"], "library_strategy": ["AMPLICON"], "engine": ["unoise"]},
                **{"target_gene": ["16S rRNA"], "agreement_ids": [AGREEMENT]},
            }
        ),
        "libraries": pl.DataFrame(
            {"library_id": names, "sample_id": samples["sample_id"]}
        ).with_columns(
            assay_id=pl.lit("V4"), run_id=pl.lit("r"), status=pl.lit("ok"), agreement_id=agreement
        ),
        "features": pl.DataFrame(
            {
                **{"feature_id": ids, "sequence": sequences, "length_bp": [253] * features},
                "verbatim_lineage": [f"d:Bacteria,p:Bacillota,g:Genus{number}" for number in genus],
                "domain": ["Bacteria"] * features,
                "phylum": ["Bacillota"] * features,
                "genus": [f"Genus{number}" for number in genus],
                "taxon_rank": ["genus"] * features,
            }
        ).with_columns(agreement_ids=agreement),
        "counts": pl.DataFrame(
            {
                "library_id": np.repeat(names, each),
                "feature_id": ids[chosen],
                "count": rng.integers(1, 1000, len(chosen)),
            }
        ).with_columns(agreement_id=agreement),
        "measurements": pl.DataFrame(),
    }
    used = tables["counts"].select("feature_id").unique()
    tables["features"] = tables["features"].join(used, on="feature_id", how="semi")
    write_tables(tables, {AGREEMENT: TEXT}, folder)


def export(target: str, dataset: Path, out: Path) -> None:
    """Export for the public, as the command does."""
    from datetime import date

    from soilbio.dataset.read import read_dataset
    from soilbio.exporters.package import write_package
    from soilbio.exporters.redact import redacted_view

    view = redacted_view(
        read_dataset(dataset), "public", "DUO:0000042", date(2026, 1, 1), bytes(32)
    )
    write_package(view, target, out / target)


def plain(dataset: Path, out: Path) -> None:
    """Join and write with pandas, all in memory, nothing decided."""
    import pandas as pd

    tables = {
        name: pd.read_parquet(dataset / f"{name}.parquet")
        for name in ("counts", "features", "libraries", "samples")
    }
    rows = (
        tables["counts"]
        .merge(tables["libraries"][["library_id", "sample_id"]], on="library_id")
        .merge(tables["samples"].drop(columns="agreement_id"), on="sample_id")
        .merge(tables["features"].drop(columns="agreement_ids"), on="feature_id")
    )
    rows.to_csv(out / "pandas.tsv", sep="\t", index=False)


def main() -> None:
    """Make the dataset, measure the steps, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--libraries", type=int, default=5_000)
    parser.add_argument("--features", type=int, default=200_000)
    parser.add_argument("--counts", type=int, default=5_000_000)
    parser.add_argument("--out", type=Path, required=True, help="folder for the data; it is kept")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    dataset = args.out / "dataset"
    if args.step == "pandas":
        plain(dataset, args.out)
    elif args.step:
        export(args.step, dataset, args.out)
    else:
        if not dataset.exists():
            make(dataset, args.libraries, args.features, args.counts)
        print("step\twall_s\tcpu_s\tpeak_mb")
        for step in ("pandas", *TARGETS):
            command = [sys.executable, __file__, "--out", str(args.out), "--step", step]
            cost = measure(step, command)
            print(f"{step}\t{cost.wall_s:.1f}\t{cost.cpu_s:.1f}\t{cost.peak_mb:.0f}", flush=True)


if __name__ == "__main__":
    main()
