"""Lots: libraries of one dataset that are shared with anybody together, or not at all.

What a dataset says of a feature may be told where a library of its that has the feature is shared.
Counts that were added up by name, or cut to one sequence, do not show which of a dataset's features
a library had: so each feature of a dataset keeps the lots that it was found in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import LOTS

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source

    # The libraries of each lot, by the checksum of the dataset that they are of.
    Lots = Mapping[str, Mapping[str, Sequence[str]]]
    # Of each library the agreements that touch its sample, and what says whether it is a control.
    Kinds = Mapping[str, tuple[Sequence[str], Sequence[object]]]
Row = Mapping[str, Any]


def kinds_of(samples: Sequence[Row], libraries: Sequence[Row]) -> Kinds:
    """Say of each library by what it is shared: a sample of several datasets has what all say.

    Parameters
    ----------
    samples, libraries : sequence of row
        Those of the merged dataset.

    """
    sample_of = {row["sample_id"]: row for row in samples}
    touching = {name: {row["agreement_id"]} for name, row in sample_of.items()}
    for row in libraries:
        touching[row["sample_id"]].add(row["agreement_id"])
    return {
        row["library_id"]: (
            sorted(touching[row["sample_id"]]),
            (bool(row.get("control_type")), sample_of[row["sample_id"]].get("samp_category")),
        )
        for row in libraries
    }


def lots_of(sources: Sequence[Source], kinds: Kinds) -> Lots:
    """Put the libraries of all datasets into lots; those of earlier merging stay as they are.

    Libraries are of one lot if the same agreements touch their samples and they are controls alike.
    """
    return {source.digest: _lots(source, kinds) for source in sources}


def _lots(source: Source, kinds: Kinds) -> Mapping[str, Sequence[str]]:
    if source.history:
        before: Mapping[str, Sequence[str]] = source.history.get(LOTS, {})
        return before
    found: dict[str, list[str]] = {}
    for library in sorted(source.dataset.table("libraries")["library_id"]):
        agreements, kind = kinds[library]
        words = json.dumps([source.digest, *agreements, *kind])
        found.setdefault(sha256(words.encode()).hexdigest()[:16], []).append(library)
    return found


def all_lots(lots: Lots) -> dict[str, list[str]]:
    """Give the libraries of each lot of all datasets."""
    found: dict[str, set[str]] = {}
    for own in lots.values():
        for lot, libraries in own.items():
            found.setdefault(lot, set()).update(libraries)
    return {lot: sorted(found[lot]) for lot in sorted(found)}


def with_lots(source: Source, features: pl.LazyFrame, lots: Lots) -> pl.LazyFrame:
    """Give features of a dataset that was not merged the lots they are found in (`lots`)."""
    import polars as pl

    own = lots[source.digest]
    if len(own) == 1:  # as most datasets are: nothing is to be looked up
        return features.with_columns(pl.lit(next(iter(own))).alias(LOTS))
    lot_of = {library: lot for lot, libraries in own.items() for library in libraries}
    libraries = pl.LazyFrame(
        {"library_id": list(lot_of), LOTS: list(lot_of.values())},
        schema={"library_id": pl.String, LOTS: pl.String},
    )
    there = (
        source.frame("counts")
        .select("library_id", "feature_id")
        .join(libraries, on="library_id", how="inner")
        .select("feature_id", LOTS)
        .unique()
        .group_by("feature_id")
        .agg(pl.col(LOTS).sort().str.join("|"))
    )
    return features.join(there, on="feature_id", how="left")


def of_lots(features: pl.LazyFrame, lots: frozenset[str]) -> pl.LazyFrame:
    """Take the features that are of any of some lots, and of their lots these; else those of none.

    Those of no lot are what an older version merged.
    """
    import polars as pl

    if not lots:
        return features.filter(pl.col(LOTS).is_null())
    own = pl.col(LOTS).str.split("|").list.set_intersection(sorted(lots)).list.sort()
    return features.with_columns(own.list.join("|").alias(LOTS)).filter(pl.col(LOTS) != "")


def one_row_each(every: pl.LazyFrame) -> pl.LazyFrame:
    """Make one row of those that are the same but for their lots, with the lots of all."""
    import polars as pl

    lots = pl.col(LOTS).str.split("|").list.explode().drop_nulls().unique().sort().str.join("|")
    columns = every.collect_schema().names()
    return (
        every.group_by(pl.exclude(LOTS))
        .agg(lots)
        .with_columns(pl.when(pl.col(LOTS) != "").then(LOTS).alias(LOTS))
        .select(columns)
    )
