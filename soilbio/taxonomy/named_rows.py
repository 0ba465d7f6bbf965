"""Taxa that rows of several datasets were merged to: what these rows say of them together.

The rows that somebody may have give the same taxa wherever there are others: so a merged dataset
and what its recipients get of it are made in one way.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.settle import (
    CONFLICT,
    SPECIES_HYPOTHESIS,
    as_flags,
    deepest,
    plain_name,
    said,
    settled,
)

if TYPE_CHECKING:
    import polars as pl

UNCLASSIFIED = "unclassified"
_CLADE = "placement:"


def is_taxon(level: str) -> pl.Expr:
    """Tell by their ids the features that rows were merged to by a level; the rest is sequences."""
    import polars as pl

    is_named = pl.col("feature_id").str.starts_with(f"{level}:")
    return is_named if level == "feature" else is_named | (pl.col("feature_id") == UNCLASSIFIED)


def named_rows(
    rows: pl.DataFrame, taxa: pl.DataFrame, level: str, excluding: Collection[str]
) -> pl.DataFrame:
    """Give taxa the names that their rows have, no deeper than they were merged by.

    Clades and hypotheses are not merged by names, so that theirs are all that the rows agree on.
    A flag stays if it is one of `excluding`, or of a conflict.

    Parameters
    ----------
    rows : DataFrame
        Features of datasets as these had them, `feature_id` the taxon that they became; with the
        ranks, `flags` and `confidence`.
    taxa : DataFrame
        `feature_id`, the name it goes by (`named`), the rank of that (`named_rank`), whether the
        rows say it (`is_named`), and `classifier`.
    level : str
    excluding : collection of str

    Returns
    -------
    DataFrame
        `feature_id`, the ranks, `taxon_rank`, `flags`, `confidence`, and the columns of `taxa`.

    """
    import polars as pl

    # What the rows name below the level was not compared in merging, and is no conflict.
    ranks = RANKS[: RANKS.index(level) + 1] if level in RANKS else RANKS
    alike = rows.group_by("feature_id", "flags", *ranks).agg(pl.col("confidence").min())
    grouped = alike.group_by("feature_id").agg(*said(ranks), pl.col("confidence").min())
    spelt = grouped.select("feature_id", *(pl.col(rank).alias(f"\0{rank}") for rank in ranks))
    agreed = (
        settled(grouped, ranks)
        .join(taxa, on="feature_id", how="left")
        .join(spelt, on="feature_id", how="left")
    )
    places = {rank: place for place, rank in enumerate(RANKS)}
    depth = pl.col("named_rank").replace_strict(places, default=-1, return_dtype=pl.Int64)
    is_by_name = ~pl.col("feature_id").str.starts_with(_CLADE)
    is_by_name &= ~pl.col("feature_id").str.contains(SPECIES_HYPOTHESIS)
    is_said = pl.col("is_named") & pl.col("named_rank").is_not_null()
    names = [
        pl.when(~is_by_name)
        .then(pl.col(rank))
        .when(is_said & (pl.col("named_rank") == rank))
        .then(_as_all_spell_it(f"\0{rank}"))
        .when(depth >= place)
        .then(pl.col(rank))
        .alias(rank)
        if rank in ranks
        else pl.lit(None, pl.String).alias(rank)
        for rank, place in places.items()
    ]
    is_lasting = pl.element().is_in(list(excluding)) | pl.element().str.starts_with(CONFLICT)
    lasting = pl.col("flags").str.split("|").list.eval(pl.element().filter(is_lasting))
    return (
        agreed.with_columns(names)
        .drop(spelt.columns[1:])
        .with_columns(deepest(RANKS).alias("taxon_rank"))
        .with_columns(
            pl.when(pl.col("feature_id") == UNCLASSIFIED)
            .then(pl.lit(UNCLASSIFIED))
            .otherwise(as_flags(lasting.list.join("|"), pl.col("taxon_rank").is_not_null()))
            .alias("flags")
        )
    )


def _as_all_spell_it(spelt: str) -> pl.Expr:
    """Give a name with its Candidatus, or GTDB's suffix, if all rows that have it say it so."""
    import polars as pl

    plain = plain_name(pl.col("named"))
    return pl.when(plain_name(pl.col(spelt)) == plain).then(pl.col(spelt)).otherwise(plain)
