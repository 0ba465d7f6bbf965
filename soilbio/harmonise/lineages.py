"""Features of several sources as one list, and features as names of a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import TYPE_CHECKING

from soilbio.dataset.history import LOTS
from soilbio.dataset.pools import UNCLASSIFIED, is_unclassified
from soilbio.dataset.shares import counts_and_shares_added
from soilbio.dataset.tables import EXCLUDING_FLAGS, RANKS
from soilbio.harmonise.no_names import are_names_withheld
from soilbio.taxonomy.codes import code_of_names
from soilbio.taxonomy.named_rows import is_taxon, named_rows
from soilbio.taxonomy.settle import (
    CONFLICT,
    SPECIES_HYPOTHESIS,
    agreed_rows,
    deepest,
    plain_name,
)

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.codes import Codes

BY_HYPOTHESIS = "sh"


def merged_features(parts: Sequence[pl.LazyFrame], notes: dict[str, int]) -> pl.LazyFrame:
    """Take all features as `origins` gives them; of one that comes twice, what its rows agree on.

    Names are those of `taxonomy.consensus`; a flag says at which rank rows differ.
    """
    import polars as pl

    every = pl.concat(parts, how="vertical").collect(engine="streaming")
    several = every.group_by("feature_id").len().filter(pl.col("len") > 1)["feature_id"]
    is_shared = pl.col("feature_id").is_in(several.implode())
    every = every.drop("source", "came_as", LOTS)
    single, shared = every.filter(~is_shared), every.filter(is_shared)
    joined = agreed_rows(shared).with_columns(pl.lit("").alias("agreement_ids"))
    notes["lineages_that_differ"] = joined.filter(
        pl.col("flags").str.contains(CONFLICT, literal=True)
    ).height
    return pl.concat([single, joined.select(single.columns).cast(single.schema)]).lazy()


def lineages_of(
    features: pl.LazyFrame, level: str, codes: Codes
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Make features of the names at a rank.

    Databases place a genus in other families and orders, so that it is known by its name within a
    code of nomenclature (`codes` tells it of names that have nothing above them); above it stands
    what all agree on. What has no name at the rank stays apart, under the deepest name above it, as
    unclassified. A flag that keeps features out of diversity keeps its names apart from the others.
    Features whose names are withheld stay what they are: nobody knows which of them are one.

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
    apart = features.filter(are_names_withheld())
    named = features.filter(~are_names_withheld())
    known = codes.told(named.with_columns(parts).select("feature_id", *key).collect())
    taxa = known.select(key).unique(maintain_order=True)
    ids = [_id(row, level) for row in taxa.iter_rows(named=True)]
    taxa = taxa.with_columns(pl.Series("new", ids, dtype=pl.String))
    lineage_of = known.join(taxa, on=key, how="inner").select("feature_id", "new").lazy()
    same = apart.select("feature_id", pl.col("feature_id").alias("new"))
    return (
        pl.concat([features_of(taxa, features, level), apart]),
        pl.concat([lineage_of, same]),
    )


def features_of(taxa: pl.DataFrame, features: pl.LazyFrame, level: str) -> pl.LazyFrame:
    """Write taxa as features that have the name they go by; what their rows say of them follows.

    `taxa` have an id (`new`), a name (`named`), its rank (`named_rank`) and `excluding` flags.
    """
    import polars as pl

    own = {
        "feature_id": pl.col("new"),
        "classifier": pl.lit(f"names down to {level}"),
        "taxon_rank": pl.when(pl.col("named_rank").is_in(RANKS)).then("named_rank"),
        "flags": pl.col("excluding"),
        **{rank: pl.when(pl.col("named_rank") == rank).then("named") for rank in RANKS},
    }
    schema = features.collect_schema()
    return taxa.lazy().select(
        own.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in schema.items()
    )


def as_known(
    lineage_of: pl.LazyFrame, taxa: pl.LazyFrame, known: Sequence[pl.LazyFrame], level: str
) -> pl.LazyFrame:
    """Call features as others call them that are seen beside these; the first of them decides.

    Not one that has no name at the level, since names would be lost, nor where flags keep a feature
    out of diversity in one of them, and not in the other.

    Parameters
    ----------
    lineage_of, taxa : LazyFrame
        As `lineages_of` gives them.
    known : sequence of LazyFrame
        What this gave for the others.

    Returns
    -------
    LazyFrame
        As `lineage_of`, with the `flags` of the taxon.

    """
    import polars as pl

    flags = taxa.select(pl.col("feature_id").alias("new"), pl.col("flags").fill_null(""))
    own = lineage_of.join(flags, on="new", how="left").collect()
    if not known:
        return own.lazy()
    has_none = [pl.col(name).str.starts_with(unnamed(level)) for name in ("new", "new_there")]
    taken = (
        pl.concat(one.with_columns(order=pl.lit(place)) for place, one in enumerate(known))
        .join(own.lazy(), on="feature_id", how="inner", suffix="_there")
        .rename({"new": "new_there", "new_there": "new"})
        .filter(pl.col("flags") == pl.col("flags_there"), has_none[0] | ~has_none[1])
        .sort("order")
        .unique("feature_id", keep="first", maintain_order=True)
        .select("feature_id", "new_there")
    )
    return (
        own.lazy()
        .join(taken, on="feature_id", how="left")
        .select("feature_id", pl.coalesce("new_there", "new").alias("new"), "flags")
        .collect()
        .lazy()
    )


def of_several_circles(taxa: Sequence[pl.LazyFrame], level: str) -> pl.LazyFrame:
    """Take the taxa of all circles, each once, and of sequences what the circles agree on."""
    import polars as pl

    every = pl.concat(taxa, how="vertical").collect()
    named = every.filter(is_taxon(level)).unique("feature_id")
    rest = every.filter(~is_taxon(level))
    is_several = pl.col("feature_id").is_duplicated()
    agreed = agreed_rows(rest.filter(is_several)).with_columns(pl.lit("").alias("agreement_ids"))
    single = rest.filter(~is_several)
    return pl.concat([named, single, agreed.select(single.columns).cast(single.schema)]).lazy()


def said_by_rows(features: pl.LazyFrame, origins: pl.LazyFrame, level: str) -> pl.LazyFrame:
    """Give taxa the names and flags that the rows they were merged of have (`named_rows`)."""
    import polars as pl

    known = features.collect()
    taxa = known.filter(is_taxon(level))
    before = taxa.select(
        "feature_id",
        deepest(RANKS, name=True).alias("named"),
        pl.col("taxon_rank").alias("named_rank"),
        pl.lit(value=True).alias("is_named"),
    )
    rows = (
        origins.filter(is_taxon(level))
        .select("feature_id", *RANKS, "flags", "confidence")
        .collect()
    )
    made = named_rows(rows, before, level, EXCLUDING_FLAGS)
    own = [*RANKS, "taxon_rank", "flags", "confidence"]
    there = taxa.drop(own).join(made.select("feature_id", *own), on="feature_id", how="left")
    return pl.concat(
        [known.filter(~is_taxon(level)), there.select(known.columns).cast(known.schema)]
    ).lazy()


def _hypothesis() -> pl.Expr:
    """Give the one species hypothesis that a feature's lineage or id names, else nothing."""
    import polars as pl

    texts = pl.concat_str("verbatim_lineage", "feature_id", separator=" ", ignore_nulls=True)
    found = texts.str.extract_all(SPECIES_HYPOTHESIS).list.unique()
    return pl.when(found.list.len() == 1).then(found.list.first()).otherwise(pl.lit(""))


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
        .agg(counts_and_shares_added())
        .rename({"new": "feature_id"})
        .select("library_id", "feature_id", "count", "relative_abundance", "agreement_id")
    )
