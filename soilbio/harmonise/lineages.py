"""Features of several sources as one list, and features as lineages of a rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.dataset.tables import EXCLUDING_FLAGS, RANKS

if TYPE_CHECKING:
    import polars as pl

_SEPARATOR = "; "


def merged_features(parts: Sequence[pl.LazyFrame], notes: dict[str, int]) -> pl.LazyFrame:
    """Take all features, each with its `source`; of one that comes twice, what all rows say.

    From the first rank on which they differ, there is no name; verbatim lineages and classifiers
    stand beside each other, the support is the least of them, and flags add up.
    """
    import polars as pl

    every = pl.concat(parts, how="vertical").collect(engine="streaming")
    size = every.group_by("feature_id").agg(
        pl.len().alias("rows"),
        pl.col("source").n_unique().alias("sources"),
        *(pl.col(rank).fill_null("").n_unique().alias(f"n_{rank}") for rank in RANKS),
    )
    several = size.filter(pl.col("rows") > 1)["feature_id"]
    is_shared = pl.col("feature_id").is_in(several.implode())
    every = every.drop("source")
    single, shared = every.filter(~is_shared), every.filter(is_shared)
    agreed, agrees = [], pl.lit(value=True)
    for rank in RANKS:
        agrees = agrees & (pl.col(rank).fill_null("").n_unique() == 1)
        agreed.append(pl.when(agrees).then(pl.col(rank).first()).alias(rank))
    joined = shared.group_by("feature_id").agg(
        pl.col("sequence").drop_nulls().first(),
        pl.col("length_bp").drop_nulls().first(),
        _joined("verbatim_lineage", " / "),
        _joined("classifier", " / "),
        pl.col("confidence").min(),
        *agreed,
        pl.col("flags").fill_null("").str.join("|").alias("flags"),
        pl.lit("").alias("agreement_ids"),
    )
    joined = joined.with_columns(
        pl.coalesce(
            pl.when(pl.col(rank).is_not_null() & (pl.col(rank) != "")).then(pl.lit(rank))
            for rank in reversed(RANKS)
        ).alias("taxon_rank"),
        pl.col("flags")
        .str.split("|")
        .list.eval(pl.element().filter(pl.element() != ""))
        .list.unique()
        .list.sort()
        .list.join("|"),
    )
    notes["features_in_several_datasets"] = size.filter(pl.col("sources") > 1).height
    notes["lineages_that_differ"] = size.filter(
        (pl.col("rows") > 1) & pl.any_horizontal(pl.col(f"n_{rank}") > 1 for rank in RANKS)
    ).height
    return pl.concat([single, joined.select(single.columns).cast(single.schema)]).lazy()


def _joined(name: str, mark: str) -> pl.Expr:
    import polars as pl

    texts = pl.col(name).drop_nulls().unique().sort()
    return pl.when(texts.len() > 0).then(texts.str.join(mark)).alias(name)


def as_lineages(
    features: pl.LazyFrame, counts: pl.LazyFrame, level: str
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Add up, in each library, the features of one lineage down to a rank.

    What has no name at the rank stays apart, under the deepest name above it, as unclassified. A
    flag that keeps features out of diversity keeps its lineages apart from the others.
    """
    import polars as pl

    ranks = RANKS[: RANKS.index(level) + 1]
    flags = pl.col("flags").fill_null("").str.split("|")
    excluding = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.sort().list.join("|")
    names = [pl.col(rank).fill_null("").replace("", f"(no {rank})") for rank in ranks]
    lineage = pl.concat_str(names, separator=_SEPARATOR)
    new = pl.concat_str(
        pl.lit(f"{level}:"),
        lineage,
        pl.when(excluding != "").then(pl.lit(" |") + excluding).otherwise(pl.lit("")),
    )
    known = features.with_columns(new.alias("new"), excluding.alias("flags"))
    taxa = (
        known.group_by("new")
        .agg(
            *(pl.col(rank).first() for rank in ranks),
            pl.col("flags").first(),
            pl.col("confidence").min(),
        )
        .with_columns(
            pl.coalesce(
                pl.when(pl.col(rank).fill_null("") != "").then(pl.lit(rank))
                for rank in reversed(ranks)
            ).alias("taxon_rank"),
            pl.lit(None, dtype=pl.String).alias("sequence"),
            pl.lit(None, dtype=pl.Int64).alias("length_bp"),
            pl.lit(None, dtype=pl.String).alias("verbatim_lineage"),
            pl.lit(f"lineages down to {level}").alias("classifier"),
            *(pl.lit(None, dtype=pl.String).alias(rank) for rank in RANKS if rank not in ranks),
        )
        .rename({"new": "feature_id"})
    )
    added = (
        counts.join(known.select("feature_id", "new"), on="feature_id", how="inner")
        .group_by("library_id", "new", "agreement_id")
        .agg(_sum("count"), _sum("relative_abundance"))
        .rename({"new": "feature_id"})
        .select("library_id", "feature_id", "count", "relative_abundance", "agreement_id")
    )
    return taxa, added


def _sum(name: str) -> pl.Expr:
    """Add up what is there; nothing stays nothing."""
    import polars as pl

    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
