"""Counts and features of several datasets, as one: by sequence, or by lineages of a rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.tables import TABLES
from soilbio.harmonise.lineages import added_up, lineages_of, merged_features
from soilbio.harmonise.sources import Source
from soilbio.harmonise.trimming import Trimming, trimmed

if TYPE_CHECKING:
    import polars as pl

_AT_ONCE = 2
# Of features, not of lineages: where these are asked for, texts of all features need not be held.
_OF_ONE = ("sequence", "verbatim_lineage", "classifier")


def merged_numbers(
    sources: Sequence[Source],
    level: str,
    trimming: Trimming,
    notes: dict[str, int],
    scratch: Path,
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Take all counts and features, dataset by dataset.

    Parameters
    ----------
    sources : sequence of Source
    level : str
        `feature`, or a rank.
    trimming : Trimming
        The windows that sequences are trimmed to; what falls outside is noted there.
    notes : dict of str to int
        What is found on the way is added.
    scratch : Path
        A folder where one dataset's new counts are put after the other's.

    Returns
    -------
    counts, features : LazyFrame

    """
    import polars as pl

    parts = [(source, *_own(source, taken, level)) for source, taken in _once(sources)]
    is_trimmed = level == "feature" and bool(trimming.windows)
    if is_trimmed:
        parts = [
            (source, *trimmed(source, counts, features, trimming))
            for source, counts, features in parts
        ]
        notes["features_outside_the_common_region"] = len(trimming.outside)
    features = merged_features(
        [own.with_columns(pl.lit(source.name).alias("source")) for source, _, own in parts], notes
    )
    counts: Iterable[pl.LazyFrame] = [own for _, own, _ in parts]
    if level != "feature":
        features, lineage_of = lineages_of(features, level)
        counts = (added_up(own, lineage_of) for own in counts)
    if is_trimmed or level != "feature":
        counts = _put_down(counts, scratch)
    every = pl.concat(counts, how="vertical")
    return every, _with_agreements(features, every)


def _put_down(frames: Iterable[pl.LazyFrame], scratch: Path) -> Iterator[pl.LazyFrame]:
    """Make each table in turn and put it on disk: it is read several times, and made once."""
    import polars as pl

    def put(place: int, frame: pl.LazyFrame) -> pl.LazyFrame:
        path = scratch / f"{place}.parquet"
        frame.sink_parquet(path, compression="lz4")
        return pl.scan_parquet(path, glob=False)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(put, count(), frames)


def _once(sources: Sequence[Source]) -> Iterator[tuple[Source, list[str]]]:
    """Yield each dataset with those of its libraries that an earlier one has."""
    seen: set[str] = set()
    for source in sources:
        own = set(source.dataset.table("libraries")["library_id"])
        yield source, sorted(own & seen)
        seen |= own


def _own(source: Source, taken: Sequence[str], level: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    import polars as pl

    counts = source.frame("counts")
    if taken:
        counts = counts.filter(~pl.col("library_id").is_in(taken))
    columns = [column.name for column in TABLES["features"].columns]
    features = source.frame("features").select(columns)
    if level != "feature":
        features = features.with_columns(pl.lit(None, pl.String).alias(name) for name in _OF_ONE)
    return counts, features


def _with_agreements(features: pl.LazyFrame, counts: pl.LazyFrame) -> pl.LazyFrame:
    """Give features the agreements of the counts that name them."""
    import polars as pl

    named = (
        counts.select("feature_id", "agreement_id")
        .unique()
        .sort("agreement_id")
        .group_by("feature_id", maintain_order=True)
        .agg(pl.col("agreement_id").str.join("|").alias("agreement_ids"))
    )
    return features.drop("agreement_ids", strict=False).join(named, on="feature_id", how="inner")
