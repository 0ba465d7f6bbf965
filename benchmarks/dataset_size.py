"""What a dataset of many counts costs: seconds and memory of writing, describing and reading it.

`python benchmarks/dataset_size.py --counts 20000000 --out FOLDER` makes counts with a fixed seed,
unsorted, and measures each step in a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stopwatch import measure

if TYPE_CHECKING:
    import polars as pl

PER_LIBRARY = 10_000
FEATURES_PER_LIBRARY = 100
LIBRARIES_AT_ONCE = 100
AGREEMENT = "demo@1.0.0"


def make_counts(folder: Path, counts: int) -> None:
    """Write counts in random order, and the ids that they name."""
    import numpy as np
    import polars as pl
    import pyarrow.parquet as pq

    rng = np.random.default_rng(1)
    libraries = np.array([f"L{place:06d}" for place in range(max(1, counts // PER_LIBRARY))])
    n_features = max(2 * PER_LIBRARY, FEATURES_PER_LIBRARY * len(libraries))
    features = np.array([hashlib.md5(str(n).encode()).hexdigest() for n in range(n_features)])
    pl.DataFrame({"library_id": libraries}).write_parquet(folder / "libraries.parquet")
    pl.DataFrame({"feature_id": features}).write_parquet(folder / "features.parquet")
    writer = None
    order = rng.permutation(len(libraries))
    for start in range(0, len(order), LIBRARIES_AT_ONCE):
        block = order[start : start + LIBRARIES_AT_ONCE]
        chosen = [rng.choice(n_features, PER_LIBRARY, replace=False) for _ in block]
        shuffled = rng.permutation(PER_LIBRARY * len(block))
        frame = pl.DataFrame(
            {
                "library_id": libraries[np.repeat(block, PER_LIBRARY)[shuffled]],
                "feature_id": features[np.concatenate(chosen)[shuffled]],
                "count": rng.integers(1, 1000, len(shuffled)),
            }
        )
        table = frame.to_arrow()
        writer = writer or pq.ParquetWriter(folder / "counts.parquet", table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def tables_of(folder: Path) -> dict[str, pl.LazyFrame]:
    """Make the tables of a dataset around the counts."""
    import polars as pl

    agreement = pl.lit(AGREEMENT)
    libraries = pl.scan_parquet(folder / "libraries.parquet")
    return {
        "samples": libraries.select(sample_id="library_id", agreement_id=agreement),
        "assays": pl.LazyFrame(
            {
                "assay_id": ["V4"],
                "library_strategy": ["AMPLICON"],
                "engine": ["none"],
                "agreement_ids": [AGREEMENT],
            }
        ),
        "libraries": libraries.with_columns(
            sample_id="library_id",
            assay_id=pl.lit("V4"),
            run_id=pl.lit("run"),
            status=pl.lit("ok"),
            agreement_id=agreement,
        ),
        "features": pl.scan_parquet(folder / "features.parquet").with_columns(
            phylum=pl.lit("Bacillota"), agreement_ids=agreement
        ),
        "counts": pl.scan_parquet(folder / "counts.parquet").with_columns(agreement_id=agreement),
        "measurements": pl.LazyFrame(),
    }


def run_step(step: str, folder: Path) -> None:
    """Do one step on the folder's dataset."""
    from soilbio.dataset.package import write_package
    from soilbio.dataset.read import read_dataset
    from soilbio.dataset.validate import check_dataset
    from soilbio.dataset.views import write_views
    from soilbio.dataset.write import write_tables
    from soilbio.errors import Problems

    target = folder / "dataset"
    if step == "tables":
        write_tables(tables_of(folder), {AGREEMENT: "id: demo\n"}, target)
    elif step == "views":
        write_views(target)
    elif step == "package":
        write_package(target, {"title": "Benchmark"})
    elif step == "read":
        read_dataset(target)
    elif step == "validate":
        problems = Problems(str(target))
        check_dataset(target, problems)
        problems.raise_if_any()


def main() -> None:
    """Make the counts, measure the steps, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, default=20_000_000)
    parser.add_argument("--out", type=Path, required=True, help="folder for the data; it is kept")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        run_step(args.step, args.out)
        return
    args.out.mkdir(parents=True, exist_ok=True)
    make_counts(args.out, args.counts)
    print("step", "seconds", "cpu_seconds", "peak_mb", sep="\t")
    for step in ("tables", "views", "package", "read", "validate"):
        command = [sys.executable, __file__, "--out", str(args.out), "--step", step]
        cost = measure(step, command)
        print(step, f"{cost.wall_s:.1f}", f"{cost.cpu_s:.1f}", f"{cost.peak_mb:.0f}", sep="\t")


if __name__ == "__main__":
    main()
