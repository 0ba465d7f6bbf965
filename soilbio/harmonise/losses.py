"""What each dataset lost on the way to what is compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.dataset.pools import is_unclassified
from soilbio.harmonise.lineages import unnamed
from soilbio.harmonise.sources import is_its
from soilbio.standards.ranks import RANKS

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Ways


def losses(
    before: Sequence[tuple[Source, pl.LazyFrame]],
    after: Sequence[pl.LazyFrame],
    ways: Ways,
    taken: Sequence[int],
) -> list[dict[str, object]]:
    """Tell for each dataset what came in, what went out, and what of it has no name at the level.

    Parameters
    ----------
    before : sequence of (Source, counts)
    after : sequence of LazyFrame
        Their counts as they are merged, in the same order.
    ways : Ways
    taken : sequence of int
        How many libraries of each were taken from an earlier one, that has them, too.

    Returns
    -------
    list of dict
        `dataset`, `features` and `features_after`, `reads` and `reads_after` (None where there are
        shares only), `libraries_of_others`, those taken from an earlier one, and `without_name`,
        the share of reads or abundance that has no name at the level (None at the level of
        features, and of assays that the level is not for: of other genes beside hypotheses or
        clades).

    """
    rows: list[dict[str, object]] = []
    for (source, counts), own, others in zip(before, after, taken, strict=True):
        came, went = _summed(counts), _summed(own)
        rows.append(
            {
                "dataset": source.name,
                "features": came[0],
                "features_after": went[0],
                "reads": came[1],
                "reads_after": None if came[1] is None else went[1] or 0,
                "libraries_of_others": others,
                "without_name": _without(_of_level(own, source, ways), ways),
            }
        )
    return sorted(rows, key=lambda row: str(row["dataset"]))


def _summed(counts: pl.LazyFrame) -> tuple[int, int | None]:
    import polars as pl

    reads = pl.when(pl.col("count").count() > 0).then(pl.col("count").sum())
    found = counts.select(pl.col("feature_id").n_unique(), reads).collect(engine="streaming")
    return found.row(0)


def _of_level(counts: pl.LazyFrame, source: Source, ways: Ways) -> pl.LazyFrame:
    """Take the counts of assays that the level is for: ITS have hypotheses, what is placed clades.

    Others stay the features that they are.
    """
    import polars as pl

    if ways.level != "sh" and not ways.by_clades:
        return counts
    placed = ways.by_clades.assays if ways.by_clades else frozenset()
    assays = {
        row["assay_id"]
        for row in source.rows("assays")
        if (is_its(row) if ways.level == "sh" else f"{source.name}: {row['assay_id']}" in placed)
    }
    own = [row["library_id"] for row in source.rows("libraries") if row["assay_id"] in assays]
    return counts.filter(pl.col("library_id").is_in(own))


def _without(counts: pl.LazyFrame, ways: Ways) -> float | None:
    """Give the share of what was counted that has no name at a level, or is of no clade."""
    import polars as pl

    if ways.level == "feature":
        return None
    amount = pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance"))
    is_unnamed = pl.col("feature_id").str.starts_with(unnamed(ways.level)) | is_unclassified()
    if ways.level in RANKS:  # whose names are withheld stay what they are
        is_unnamed |= ~pl.col("feature_id").str.starts_with(f"{ways.level}:")
    if placing := ways.by_clades:
        is_unnamed = pl.col("feature_id").is_in(placing.unplaced())
    sums = counts.select(amount.filter(is_unnamed).sum().alias("part"), amount.sum().alias("all"))
    part, every = sums.collect(engine="streaming").row(0)
    return round(part / every, 6) if every else None
