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
Row = Mapping[str, Any]


def lots_of(sources: Sequence[Source], samples: Sequence[Row], libraries: Sequence[Row]) -> Lots:
    """Put the libraries of all datasets into lots; those of earlier merging stay as they are.

    Libraries are of one lot if the same agreements touch their samples and they are controls alike.

    Parameters
    ----------
    sources : sequence of Source
    samples, libraries : sequence of row
        Those of the merged dataset: a sample of several datasets has the agreements of all.

    """
    sample_of = {row["sample_id"]: row for row in samples}
    touching = {name: {row["agreement_id"]} for name, row in sample_of.items()}
    for row in libraries:
        touching[row["sample_id"]].add(row["agreement_id"])
    kind_of = {
        row["library_id"]: (
            *sorted(touching[row["sample_id"]]),
            *(bool(row.get("control_type")), sample_of[row["sample_id"]].get("samp_category")),
        )
        for row in libraries
    }
    return {source.digest: _lots(source, kind_of) for source in sources}


def _lots(source: Source, kind_of: Mapping[str, Sequence[object]]) -> Mapping[str, Sequence[str]]:
    if source.history:
        before: Mapping[str, Sequence[str]] = source.history.get(LOTS, {})
        return before
    found: dict[str, list[str]] = {}
    for library in sorted(source.dataset.table("libraries")["library_id"]):
        words = json.dumps([source.digest, *kind_of[library]])
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
