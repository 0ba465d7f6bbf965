"""Small tables from a dataset's large ones; streamed, never dense."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soilbio.dataset.pools import is_unclassified
from soilbio.dataset.shares import sum_of_shares
from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.report.figures import OTHER, UNKNOWN, UNNAMED
from soilbio.report.view import subject_of

if TYPE_CHECKING:
    import polars as pl

TOP_NAMES = 12


@dataclass(frozen=True, slots=True)
class Composition:
    """Shares (0 to 1) per library at one rank; `names` are sorted by mean share, rest last."""

    names: tuple[str, ...]
    shares: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class BlankFeature:
    """A feature found in a blank, and where else it is."""

    feature_id: str
    name: str
    blanks: tuple[str, ...]
    reads_in_blanks: int
    samples: tuple[str, ...]
    reads_in_samples: int


def is_excluded() -> pl.Expr:
    """Tell of each feature whether a flag keeps it out of composition and diversity."""
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    return flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.len() > 0


def composition(
    tables: Mapping[str, pl.LazyFrame],
    libraries: Collection[str],
    rank: str,
    samples: Collection[str] = (),
) -> Composition:
    """Sum the reads of unflagged features by their name at a rank, for the given libraries.

    Names beyond the `TOP_NAMES` of highest mean share become one; shares of `samples` count, where
    there are any, and not those of controls. O(libraries x names) in memory.
    """
    import polars as pl

    features = (
        tables["features"]
        .filter(~is_excluded())
        .select("feature_id", name=pl.when(is_unclassified()).then(pl.lit(UNKNOWN)).otherwise(rank))
    )
    sums = (
        tables["counts"]
        .filter(pl.col("library_id").is_in(list(libraries)))
        .join(features, on="feature_id", how="inner")
        .with_columns(pl.when(pl.col("name") == "").then(None).otherwise(pl.col("name")))
        .with_columns(pl.col("name").fill_null(UNNAMED))
        .group_by("library_id", "name")
        .agg(
            reads=pl.when(pl.col("count").is_null())
            .then(pl.col("relative_abundance"))
            .otherwise(pl.col("count").cast(pl.Float64))
            .sum()
        )
        .with_columns(share=pl.col("reads") / pl.col("reads").sum().over("library_id"))
    )
    top = (
        sums.filter(~pl.col("name").is_in([UNNAMED, UNKNOWN]))
        .filter(pl.col("library_id").is_in(list(samples or libraries)))
        .group_by("name")
        .agg(sum_of_shares("share"))
        .sort(["share", "name"], descending=[True, False])
        .head(TOP_NAMES)
        .collect()["name"]
        .to_list()
    )
    kept = pl.when(pl.col("name").is_in([*top, UNNAMED, UNKNOWN])).then(pl.col("name"))
    rows = (
        sums.with_columns(name=kept.otherwise(pl.lit(OTHER)))
        .group_by("library_id", "name")
        .agg(sum_of_shares("share"))
        .sort("library_id", "name")
        .collect()
    )
    shares: dict[str, dict[str, float]] = {}
    for library_id, name, share in rows.iter_rows():
        shares.setdefault(library_id, {})[name] = share
    rest = [name for name in (OTHER, UNNAMED, UNKNOWN) if name in set(rows["name"].to_list())]
    return Composition((*top, *rest), shares)


def features_per_library(tables: Mapping[str, pl.LazyFrame]) -> dict[str, tuple[int, int, int]]:
    """Count the features of each library, its reads, and the reads of flagged features."""
    import polars as pl

    flagged = tables["features"].select("feature_id", is_flagged=is_excluded())
    rows = (
        tables["counts"]
        .join(flagged, on="feature_id", how="inner")
        .group_by("library_id")
        .agg(
            features=pl.len(),
            reads=pl.col("count").sum(),
            flagged=pl.col("count").filter(pl.col("is_flagged")).sum(),
        )
        .sort("library_id")
        .collect()
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows.iter_rows()}


def number_of_features(tables: Mapping[str, pl.LazyFrame]) -> int:
    """Count the features of a dataset; those of several assays once."""
    import polars as pl

    return int(tables["features"].select(pl.len()).collect().item())


def libraries_once(tables: Mapping[str, pl.LazyFrame]) -> dict[str, tuple[bool, int | None]]:
    """Tell of each library as it was sequenced whether it is a control, and what was kept of it.

    A metagenome's is in the dataset once for each profiler, of the same reads: those kept are what
    was left to profile, or what the profiler that names most of them counted; not known (None)
    where there are shares only. Of amplicons they are the reads in the table of counts.
    """
    import polars as pl

    strategies = tables["assays"].select("assay_id", "library_strategy")
    counted = tables["counts"].group_by("library_id").agg(pl.col("count").sum(), pl.len())
    rows = tables["libraries"].join(strategies, on="assay_id", how="left")
    rows = rows.join(counted, on="library_id", how="left").sort("library_id")
    found: dict[str, tuple[bool, int | None]] = {}
    for row in rows.collect().iter_rows(named=True):
        one = subject_of(row, row["library_id"], row["sample_id"], {})
        counts = row["count"] or None
        is_whole = row["library_strategy"] == "WGS"
        kept = (one.reads_kept or counts) if is_whole else row["count"] or 0
        known = found.get(one.sequenced, (False, None))[1]
        reads = [number for number in (known, kept) if number is not None]
        found[one.sequenced] = (not one.is_sample, max(reads, default=None))
    return found


def shares_named(tables: Mapping[str, pl.LazyFrame]) -> dict[str, float]:
    """Give for each assay of amplicons the share of its reads whose features have any name."""
    import polars as pl

    amplicons = tables["assays"].filter(pl.col("library_strategy") == "AMPLICON")
    rows = (
        tables["counts"]
        .join(tables["libraries"].select("library_id", "assay_id"), on="library_id")
        .join(amplicons.select("assay_id"), on="assay_id", how="semi")
        .join(tables["features"].select("feature_id", "taxon_rank"), on="feature_id", how="left")
        .group_by("assay_id")
        .agg(
            named=pl.col("count").filter(pl.col("taxon_rank").fill_null("") != "").sum(),
            reads=pl.col("count").sum(),
        )
        .filter(pl.col("reads") > 0)
        .select("assay_id", pl.col("named") / pl.col("reads"))
        .sort("assay_id")
        .collect()
    )
    return dict(rows.iter_rows())


def flag_counts(tables: Mapping[str, pl.LazyFrame]) -> list[tuple[str, int, int]]:
    """Count features and reads of each flag."""
    import polars as pl

    reads = tables["counts"].group_by("feature_id").agg(pl.col("count").sum())
    rows = (
        tables["features"]
        .filter(pl.col("flags").fill_null("") != "")
        .select("feature_id", flag=pl.col("flags").str.split("|"))
        .explode("flag")
        .join(reads, on="feature_id", how="left")
        .group_by("flag")
        .agg(features=pl.len(), reads=pl.col("count").sum())
        .sort("flag")
        .collect()
    )
    return list(rows.iter_rows())


def blank_features(
    tables: Mapping[str, pl.LazyFrame], blanks: Collection[str], samples: Collection[str]
) -> list[BlankFeature]:
    """List the features of blanks, most reads first, and the samples that hold them, too.

    Reads that a profiler gave no name are no feature.
    """
    import polars as pl

    here = pl.col("library_id").is_in(list(blanks))
    there = pl.col("library_id").is_in(list(samples))
    rows = (
        tables["counts"]
        .join(
            tables["counts"].filter(here, ~is_unclassified()).select("feature_id").unique(),
            on="feature_id",
            how="semi",
        )
        .group_by("feature_id")
        .agg(
            blanks=pl.col("library_id").filter(here).sort(),
            in_blanks=pl.col("count").filter(here).sum(),
            samples=pl.col("library_id").filter(there).sort(),
            in_samples=pl.col("count").filter(there).sum(),
        )
        .join(tables["features"], on="feature_id", how="inner")
        .sort(["in_blanks", "feature_id"], descending=[True, False])
        .collect()
    )
    return [
        BlankFeature(
            row["feature_id"],
            name_of(row),
            tuple(row["blanks"]),
            row["in_blanks"] or 0,
            tuple(row["samples"]),
            row["in_samples"] or 0,
        )
        for row in rows.iter_rows(named=True)
    ]


def name_of(feature: Mapping[str, object]) -> str:
    """Name a feature by the deepest rank that it has."""
    rank = feature.get("taxon_rank")
    name = feature.get(str(rank)) if rank else None
    return f"{name} ({rank})" if name else "unclassified"


def mean_shares(shares: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, float]:
    """Average the shares of several libraries, each weighing the same."""
    count = len(shares) or 1
    return {name: sum(part.get(name, 0.0) for part in shares) / count for name in names}
