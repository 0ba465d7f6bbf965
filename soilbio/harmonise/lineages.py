"""Features of several sources as one list, and features as names of a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import TYPE_CHECKING

from soilbio.dataset.history import LOTS
from soilbio.dataset.pools import UNCLASSIFIED, is_unclassified
from soilbio.dataset.tables import EXCLUDING_FLAGS, RANKS
from soilbio.taxonomy.codes import code_of_names
from soilbio.taxonomy.settle import (
    CONFLICT,
    SPECIES_HYPOTHESIS,
    agreed_rows,
    as_flags,
    deepest,
    plain_name,
    said,
    settled,
)

if TYPE_CHECKING:
    import polars as pl

BY_HYPOTHESIS = "sh"


def merged_features(parts: Sequence[pl.LazyFrame], notes: dict[str, int]) -> pl.LazyFrame:
    """Take all features as `origins` gives them; of one that comes twice, what its rows agree on.

    Names are those of `taxonomy.consensus`; a flag says at which rank rows differ.
    """
    import polars as pl

    every = pl.concat(parts, how="vertical").collect(engine="streaming")
    size = every.group_by("feature_id").agg(
        pl.len().alias("rows"), pl.col("source").n_unique().alias("sources")
    )
    several = size.filter(pl.col("rows") > 1)["feature_id"]
    is_shared = pl.col("feature_id").is_in(several.implode())
    every = every.drop("source", "came_as", LOTS)
    single, shared = every.filter(~is_shared), every.filter(is_shared)
    joined = agreed_rows(shared).with_columns(pl.lit("").alias("agreement_ids"))
    notes["features_in_several_datasets"] = size.filter(pl.col("sources") > 1).height
    notes["lineages_that_differ"] = joined.filter(
        pl.col("flags").str.contains(CONFLICT, literal=True)
    ).height
    return pl.concat([single, joined.select(single.columns).cast(single.schema)]).lazy()


def lineages_of(features: pl.LazyFrame, level: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Make features of the names at a rank.

    Databases place a genus in other families and orders, so that it is known by its name within a
    code of nomenclature; above it stands what all agree on. What has no name at the rank stays
    apart, under the deepest name above it, as unclassified. A flag that keeps features out of
    diversity keeps its names apart from the others.

    Returns
    -------
    taxa, lineage_of : LazyFrame
        The new features, and which of them (`new`) each old one (`feature_id`) is.

    """
    import polars as pl

    is_sh = level == BY_HYPOTHESIS
    ranks = RANKS if is_sh else RANKS[: RANKS.index(level) + 1]
    flags = pl.col("flags").fill_null("").str.split("|")
    excluding = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.sort().list.join("|")
    # Databases with and without GTDB's suffixes, or Candidatus, are to meet in a name.
    code, rank = code_of_names(), deepest(ranks).fill_null("")
    name = plain_name(deepest(ranks, name=True))
    if is_sh:  # a hypothesis is one whatever it is called
        own = _hypothesis()
        code = pl.when(own != "").then(pl.lit(BY_HYPOTHESIS)).otherwise(code)
        rank = pl.when(own != "").then(pl.lit(BY_HYPOTHESIS)).otherwise(rank)
        name = pl.when(own != "").then(own).otherwise(name)
    # What nothing explains stays that; what is named above all ranks is another thing.
    is_pool = is_unclassified() & (rank == "")
    parts = [
        pl.when(is_pool).then(pl.lit("")).otherwise(code).alias("code"),
        pl.when(is_pool).then(pl.lit(UNCLASSIFIED)).otherwise(rank).alias("named_rank"),
        name.fill_null("").alias("named"),
        pl.when(is_pool).then(pl.lit("")).otherwise(excluding).alias("excluding"),
    ]
    key = [part.meta.output_name() for part in parts]
    known = features.with_columns(parts).collect()
    grouped = known.group_by(key).agg(*said(ranks), pl.col("confidence").min())
    taxa = settled(grouped, ranks).with_columns(
        pl.when(pl.col("named_rank") == UNCLASSIFIED)
        .then(pl.lit(UNCLASSIFIED))
        .otherwise(as_flags(lasting("flags"), pl.col("named") != ""))
        .alias("flags"),
        # The name that a group goes by is its own, whatever was in conflict above.
        *(
            pl.when(pl.col("named_rank") == rank)
            .then(pl.col("named"))
            .otherwise(pl.col(rank))
            .alias(rank)
            for rank in ranks
        ),
        *([] if is_sh else [_rank_named().alias("taxon_rank")]),
        pl.lit(None, dtype=pl.String).alias("sequence"),
        pl.lit(None, dtype=pl.Int64).alias("length_bp"),
        pl.lit(None, dtype=pl.Int64).alias("ncbi_taxid"),
        pl.lit(None, dtype=pl.String).alias("gtdb_species"),
        pl.lit(None, dtype=pl.String).alias("verbatim_lineage"),
        pl.lit(f"names down to {level}").alias("classifier"),
        *(pl.lit(None, dtype=pl.String).alias(rank) for rank in RANKS if rank not in ranks),
    )
    if is_sh:
        taxa = taxa.with_columns(deepest(ranks).alias("taxon_rank"))
    ids = [_id(row, level) for row in taxa.select(key).iter_rows(named=True)]
    taxa = taxa.with_columns(pl.Series("feature_id", ids, dtype=pl.String))
    lineage_of = known.select("feature_id", *key).join(
        taxa.select(*key, pl.col("feature_id").alias("new")), on=key, how="inner"
    )
    return taxa.drop(key).lazy(), lineage_of.select("feature_id", "new").lazy()


def of_several_circles(taxa: Sequence[pl.LazyFrame], level: str) -> pl.LazyFrame:
    """Take the taxa of all circles; above a name that several have is what these agree on."""
    import polars as pl

    ranks = RANKS if level == BY_HYPOTHESIS else RANKS[: RANKS.index(level) + 1]
    columns = sorted(set(taxa[0].collect_schema()) & set(taxa[-1].collect_schema()))
    every = pl.concat([one.select(columns) for one in taxa], how="vertical_relaxed").collect()
    is_several = pl.col("feature_id").is_duplicated()
    single, several = every.filter(~is_several), every.filter(is_several)
    agreed = agreed_rows(several, ranks)
    names = [name for name in single.columns if name in agreed.columns]
    return pl.concat(
        [single.select(names), agreed.select(names).cast(single.select(names).schema)]
    ).lazy()


def _rank_named() -> pl.Expr:
    import polars as pl

    return pl.col("named_rank").replace(["", UNCLASSIFIED], None)


def _hypothesis() -> pl.Expr:
    """Give the one species hypothesis that a feature's lineage or id names, else nothing."""
    import polars as pl

    texts = pl.concat_str("verbatim_lineage", "feature_id", separator=" ", ignore_nulls=True)
    found = texts.str.extract_all(SPECIES_HYPOTHESIS).list.unique()
    return pl.when(found.list.len() == 1).then(found.list.first()).otherwise(pl.lit(""))


def lasting(name: str) -> pl.Expr:
    """Keep those flags that say something of a name, not of a sequence."""
    import polars as pl

    flags = pl.col(name).str.split("|")
    is_lasting = pl.element().is_in(EXCLUDING_FLAGS) | pl.element().str.starts_with(CONFLICT)
    return flags.list.eval(pl.element().filter(is_lasting)).list.join("|")


def _id(key: Mapping[str, str], level: str) -> str:
    """Name a taxon; what is called the same and is another differs in the checksum of its key."""
    if key["named_rank"] == UNCLASSIFIED:
        return UNCLASSIFIED
    digest = md5("|".join(key.values()).encode(), usedforsecurity=False).hexdigest()[:8]
    deepest = key["named"] or "organism"
    before = f"{level}:" if key["named_rank"] == level else unnamed(level)
    return f"{before}{deepest} {digest}"


def unnamed(level: str) -> str:
    """Give how the ids of what has no name at a level begin."""
    return f"{level}:unclassified "


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
