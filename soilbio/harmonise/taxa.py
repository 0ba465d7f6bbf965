"""What taxa of metagenomes go by: whose ids, and of which rank; of two kinds none is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.rules import LEVELS, Rule

if TYPE_CHECKING:
    import polars as pl

_KIND = r"^([a-z]+):"
IDS_DIFFER, RANKS_DIFFER = "ids-differ", "ranks-differ"


def taxa_of(
    features: pl.LazyFrame, counts: pl.LazyFrame, libraries: pl.LazyFrame
) -> dict[str, dict[str, Any]]:
    """Give for each assay the `id_kind` of most taxa (`ncbi`, `genome`), and their `one_rank`.

    That is the rank of all that are named, where they have one; else it is empty.
    """
    import polars as pl

    known = features.select(
        "feature_id",
        pl.col("feature_id").str.extract(_KIND).alias("kind"),
        pl.col("taxon_rank").alias("rank"),
    )
    found = (
        counts.select("library_id", "feature_id")
        .join(libraries.select("library_id", "assay_id"), on="library_id", how="inner")
        .select("assay_id", "feature_id")
        .unique()
        .join(known, on="feature_id", how="inner")
        .group_by("assay_id")
        .agg(
            pl.col("kind").drop_nulls().mode().sort().first(),
            pl.col("rank").drop_nulls().unique().sort(),
        )
        .collect(engine="streaming")
    )
    return {
        assay_id: {"id_kind": kind or "", "one_rank": ranks[0] if len(ranks) == 1 else ""}
        for assay_id, kind, ranks in found.iter_rows()
    }


def of_taxa(
    one: Mapping[str, Any], other: Mapping[str, Any], rules: Mapping[str, Rule]
) -> Iterator[Rule]:
    """Yield the rules of taxa that go by ids of two kinds, or are of two ranks."""
    kinds, ranks = (
        {str(assay.get(name) or "") for assay in (one, other)} for name in ("id_kind", "one_rank")
    )
    if len(kinds) > 1 and "" not in kinds:
        yield rules[IDS_DIFFER]
    wider = [LEVELS.index(rank) for rank in ranks if rank in LEVELS]
    rule = rules[RANKS_DIFFER]
    if len(ranks) > 1 and wider and max(wider) >= LEVELS.index(rule.finest):
        yield replace(rule, finest=LEVELS[max(wider)])
