"""Libraries that several datasets have: one is taken, so all must say the same of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.harmonise.origins import own_tables
from soilbio.standards.iupac import COMPLEMENTS

if TYPE_CHECKING:
    import polars as pl

    from soilbio.errors import Problems
    from soilbio.harmonise.sources import Source


def check_repeated(sources: Sequence[Source], problems: Problems) -> None:
    """Note libraries of several datasets whose counts differ.

    Counts are compared feature by feature; where one dataset was merged by name, by their sum,
    which merging by name keeps.
    """
    owners: dict[str, list[Source]] = {}
    for source in sources:
        for library in source.dataset.table("libraries")["library_id"].to_list():
            owners.setdefault(library, []).append(source)
    repeated = {library: own for library, own in owners.items() if len(own) > 1}
    if not repeated:
        return
    sums = {source.digest: _sums(source, sorted(repeated)) for source in sources}
    for library, own in sorted(repeated.items()):
        is_by_name = any(one.history.get("level", "feature") != "feature" for one in own)
        places = slice(1, None) if is_by_name else slice(None)
        first = sums[own[0].digest].get(library, (0, 0, 0.0))
        for other in own[1:]:
            second = sums[other.digest].get(library, (0, 0, 0.0))
            if first[places] != second[places]:
                problems.add(
                    "harmonise-conflict",
                    source=f"{own[0].name}, {other.name}",
                    column="counts",
                    found=library,
                    expected="the same counts of one library in both datasets",
                    fix="Two libraries that share a name need another one each (here with --prefix"
                    " DATASET=TEXT; in the method.yaml of an import `prefix`, or `library_prefix`"
                    " for one sample's assays); of two results of one library leave one out",
                )


def _sums(source: Source, libraries: Sequence[str]) -> dict[str, tuple[int, int, float]]:
    """Give for each library a checksum of its counts, its reads, and the sum of its shares."""
    import polars as pl

    counts, features = own_tables(source)
    row = pl.struct("feature_id", "count", "relative_abundance").hash(0).alias("digest")
    summed = (
        counts.filter(pl.col("library_id").is_in(list(libraries)))
        .join(_on_either_strand(features), on="feature_id", how="left")
        .with_columns(pl.coalesce("strand", "feature_id").alias("feature_id"))
        .group_by("library_id")
        .agg(row.sum(), pl.col("count").sum(), pl.col("relative_abundance").sum().round(6))
        .collect(engine="streaming")
    )
    return {name: (digest, reads, share) for name, digest, reads, share in summed.iter_rows()}


def _on_either_strand(features: pl.LazyFrame) -> pl.LazyFrame:
    """Give the sequence of features on that of its strands which sorts first.

    Merging turns assays to those that they meet, so that one library may be there both ways.
    """
    import polars as pl

    sequence = pl.col("sequence")
    other = sequence.str.reverse().str.replace_many(list(COMPLEMENTS), list(COMPLEMENTS.values()))
    strand = pl.when(other < sequence).then(other).otherwise(sequence).alias("strand")
    known = features.filter(sequence.fill_null("") != "").select("feature_id", strand)
    return known.group_by("feature_id").agg(pl.col("strand").min())
