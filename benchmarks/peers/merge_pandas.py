"""Studies → reads by library and lineage down to genus, with pandas: `OUT STUDY …`."""

import sys
from pathlib import Path

import pandas as pd

RANKS = ["domain", "kingdom", "phylum", "class", "order", "family", "genus"]

target, *folders = sys.argv[1:]
counts, features = [], []
for folder in folders:
    counts.append(pd.read_parquet(Path(folder, "counts.parquet")))
    features.append(pd.read_parquet(Path(folder, "features.parquet"))[["feature_id", *RANKS]])
named = pd.concat(features).fillna("").drop_duplicates("feature_id")
merged = pd.concat(counts).merge(named, on="feature_id")
added = merged.groupby(["library_id", *RANKS], as_index=False, sort=True)["count"].sum()
added.to_parquet(target)
