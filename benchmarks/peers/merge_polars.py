"""Studies → reads by library and lineage down to genus, with polars: `OUT STUDY …`."""

import sys
from pathlib import Path

import polars as pl

RANKS = ["domain", "kingdom", "phylum", "class", "order", "family", "genus"]

target, *folders = sys.argv[1:]
counts = pl.concat(pl.scan_parquet(Path(folder, "counts.parquet")) for folder in folders)
features = pl.concat(
    pl.scan_parquet(Path(folder, "features.parquet")).select("feature_id", *RANKS)
    for folder in folders
)
named = features.with_columns(pl.col(RANKS).fill_null("")).unique("feature_id", keep="any")
(
    counts.join(named, on="feature_id")
    .group_by("library_id", *RANKS)
    .agg(pl.col("count").sum())
    .sort("library_id", *RANKS)
    .collect(engine="streaming")
    .write_parquet(target)
)
