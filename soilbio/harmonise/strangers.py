"""Assays that were merged by sequence, and have none in common: soils of one earth share some.

Methods and primers say that their sequences can be compared; the sequences say otherwise. They may
begin elsewhere than stated, be of another gene, or have been cut where nobody said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.compare import Pair
    from soilbio.harmonise.sources import Source

# Of fewer features it may be chance that none is the same.
_FEWEST = 30


def strangers(
    pairs: Iterable[Pair], sources: Sequence[Source], counts: pl.LazyFrame
) -> list[tuple[str, str, int, int]]:
    """Give the pairs that share no feature, with how many each has.

    Parameters
    ----------
    pairs : iterable of Pair
        Of `dataset: assay`, as they were compared.
    sources : sequence of Source
    counts : LazyFrame
        Of the merged dataset. Ids of features are held in memory, O(features of each assay).

    """
    import polars as pl

    asked = [pair for pair in pairs if pair.level == "feature"]
    if not asked:
        return []
    names = {name for pair in asked for name in (pair.one, pair.other)}
    nodes = pl.concat(_nodes(source) for source in sources)
    found = (
        counts.join(nodes.filter(pl.col("node").is_in(sorted(names))), on="library_id")
        .select("node", "feature_id")
        .unique()
        .collect(engine="streaming")
    )
    features = {
        str(name): set(own["feature_id"])
        for (name,), own in found.group_by("node")
        if own.height >= _FEWEST
    }
    return [
        (pair.one, pair.other, len(features[pair.one]), len(features[pair.other]))
        for pair in asked
        if pair.one in features
        and pair.other in features
        and features[pair.one].isdisjoint(features[pair.other])
    ]


def _nodes(source: Source) -> pl.LazyFrame:
    import polars as pl

    node = pl.lit(f"{source.name}: ") + pl.col("assay_id")
    return source.frame("libraries").select("library_id", node.alias("node"))


def told_strangers(found: Iterable[tuple[str, str, int, int]]) -> str:
    """Say which assays share nothing, and what to look at."""
    return "\n".join(
        f"{one} and {other}: merged by sequence, and none of their {features:,} and {others:,}"
        " features is the same: look whether their primers, regions and cuts are as stated; by"
        " genus (--level genus) they can be compared"
        for one, other, features, others in found
    )
