"""Which features of a view are soil organisms of their assay, for archives of occurrences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soilbio.agreements.model import Strictness
from soilbio.dataset.formulas import made_safe
from soilbio.dataset.pools import may_be_pool
from soilbio.dataset.tables import EXCLUDING_FLAGS, RANKS
from soilbio.exporters.view import View
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl

_WANTED = ("sequence", "verbatim_lineage", "confidence", *RANKS, "taxon_rank", "flags")
_TEXT = ("verbatim_lineage", *RANKS)
_BREAKS = r"[\x00-\x1f\x7f\x85\x{2028}\x{2029}]+"


def features_with_reason(view: View) -> pl.LazyFrame:
    """Give features all columns that are used, and the `reason` why one is no occurrence.

    `flagged`: an organelle, or off-target. `lineage_withheld`: it cannot be told whether it is.
    `pool`: reads that a profiler gave no name, all of them together, and no organism.
    Lineages have no line ends, and nothing that a spreadsheet would run.
    """
    import polars as pl

    open_keys = [
        key
        for key, decision in view.decisions.items()
        if decision.outcomes[SharingClass.TAXONOMY].strictness == Strictness.ALLOW
    ]
    present = view.columns["features"]
    flag = (
        pl.col("flags")
        .fill_null("")
        .str.split("|")
        .list.eval(pl.element().is_in(list(EXCLUDING_FLAGS)))
        .list.any()
    )
    is_pool = (
        may_be_pool()
        & pl.col("sequence").is_null()
        & pl.all_horizontal(pl.col(rank).is_null() for rank in RANKS)
    )
    return (
        view.tables["features"]
        .with_columns(
            pl.lit(None, dtype=pl.String).alias(name) for name in _WANTED if name not in present
        )
        .select("feature_id", "agreement_ids", *_WANTED)
        .with_columns(pl.col(name).str.replace_all(_BREAKS, " ") for name in _TEXT)
        .with_columns(made_safe(name) for name in _TEXT)
        .with_columns(
            pl.when(~pl.col("agreement_ids").is_in(pl.Series(open_keys, dtype=pl.String).implode()))
            .then(pl.lit("lineage_withheld"))
            .when(flag)
            .then(pl.lit("flagged"))
            .when(is_pool)
            .then(pl.lit("pool"))
            .alias("reason")
        )
    )
