"""Features of several sources as one list, and features as lineages of a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import md5
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

    # What was merged before has the mark already.
    texts = pl.col(name).drop_nulls().str.split(mark).explode().drop_nulls().unique().sort()
    return pl.when(texts.len() > 0).then(texts.str.join(mark)).alias(name)


def lineages_of(features: pl.LazyFrame, level: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Make features of the lineages down to a rank.

    What has no name at the rank stays apart, under the deepest name above it, as unclassified. A
    flag that keeps features out of diversity keeps its lineages apart from the others.

    Returns
    -------
    taxa, lineage_of : LazyFrame
        The new features, and which of them (`new`) each old one (`feature_id`) is.

    """
    import polars as pl

    ranks = RANKS[: RANKS.index(level) + 1]
    flags = pl.col("flags").fill_null("").str.split("|")
    excluding = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.sort().list.join("|")
    lineage = pl.concat_str([pl.col(rank).fill_null("") for rank in ranks], separator=_SEPARATOR)
    known = (
        features.with_columns(excluding.alias("flags"))
        .with_columns(pl.concat_str(lineage, pl.col("flags"), separator=" |").alias("lineage"))
        .collect()
    )
    taxa = (
        known.group_by("lineage")
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
    )
    ids = [_name(row, ranks) for row in taxa.select("lineage", *ranks).iter_rows(named=True)]
    taxa = taxa.with_columns(pl.Series("feature_id", ids, dtype=pl.String))
    lineage_of = known.select("feature_id", "lineage").join(
        taxa.select("lineage", pl.col("feature_id").alias("new")), on="lineage", how="inner"
    )
    return taxa.drop("lineage").lazy(), lineage_of.select("feature_id", "new").lazy()


def _name(row: Mapping[str, str | None], ranks: Sequence[str]) -> str:
    """Name a lineage by its deepest name; homonyms differ by the checksum of all its names."""
    digest = md5(str(row["lineage"]).encode(), usedforsecurity=False).hexdigest()[:8]
    deepest = next((name for rank in reversed(ranks) if (name := row[rank])), "organism")
    known = deepest if row[ranks[-1]] else f"unclassified {deepest}"
    return f"{ranks[-1]}:{known} {digest}"


def added_up(counts: pl.LazyFrame, lineage_of: pl.LazyFrame) -> pl.LazyFrame:
    """Add up, in each library, the features of one lineage."""
    return (
        counts.join(lineage_of, on="feature_id", how="inner")
        .group_by("library_id", "new", "agreement_id")
        .agg(_sum("count"), _sum("relative_abundance"))
        .rename({"new": "feature_id"})
        .select("library_id", "feature_id", "count", "relative_abundance", "agreement_id")
    )


def _sum(name: str) -> pl.Expr:
    """Add up what is there; nothing stays nothing."""
    import polars as pl

    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
