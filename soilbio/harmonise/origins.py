"""The features of each dataset as they came, which stay beside what became of them.

So nothing that a dataset said is lost, a recipient gets what those say whose data they may have,
and what was merged by sequence can be merged with more as if all had been there at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.history import LOTS, write_said
from soilbio.dataset.tables import FEATURES
from soilbio.harmonise.lots import of_lots, one_row_each, with_lots
from soilbio.taxonomy.settle import OFF_TARGET, has_flag, without_flag

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.lots import Lots
    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

_COLUMNS = [column.name for column in FEATURES.columns]
_TEXTS = ("sequence", "verbatim_lineage", "classifier")


def own_tables(source: Source, lots: Lots | None = None) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Give counts and features of a dataset; one that was merged by sequence is taken apart.

    Features have the columns of their table, `source`, the checksum of the dataset they are of,
    `came_as`, how they were called there, and `lots`, those that they were found in.
    """
    import polars as pl

    counts, origins = source.frame("counts"), kept_origins(source)
    if origins is None or source.history.get("level") != "feature":
        features = source.frame("features").select(
            *_COLUMNS,
            pl.lit(source.digest).alias("source"),
            pl.col("feature_id").alias("came_as"),
        )
        if lots is None or source.history:
            return counts, features.with_columns(pl.lit(None, pl.String).alias(LOTS))
        return counts, with_lots(source, features, lots)
    origins = _never_to_be_joined_again(source, origins)
    apart = _apart(source, with_dataset(source, counts), origins)
    apart = apart.select(counts.collect_schema().names())
    features = origins.with_columns(pl.col("own_id").alias("feature_id"))
    return apart, one_row_each(features.select(*_COLUMNS, "source", "came_as", LOTS))


def in_several(origins: Path) -> int:
    """Count the merged features that several datasets have, of a file that `write_origins` made."""
    import polars as pl

    rows = pl.scan_parquet(origins, glob=False).group_by("feature_id")
    sizes = rows.agg(pl.col("source").n_unique()).filter(pl.col("source") > 1)
    return int(sizes.select(pl.len()).collect(engine="streaming").item())


def _apart(source: Source, counts: pl.LazyFrame, origins: pl.LazyFrame) -> pl.LazyFrame:
    """Call features as their datasets do; what is several of one's is told apart by library.

    A sequence may be taken for another in some libraries of a dataset, and in others not.
    """
    import polars as pl

    own = origins.group_by("feature_id", "source").agg(
        pl.col("own_id").min(), pl.col("own_id").n_unique().alias("number")
    )
    several = own.filter(pl.col("number") > 1).select("feature_id", "source")
    libraries = pl.LazyFrame(
        [(lot, one) for lot, every in source.history.get(LOTS, {}).items() for one in every],
        schema={LOTS: pl.String, "library_id": pl.String},
        orient="row",
    )
    there = (
        origins.join(several, on=["feature_id", "source"], how="semi")
        .select(
            "feature_id", "source", pl.col("own_id").alias("there"), pl.col(LOTS).str.split("|")
        )
        .explode(LOTS)
        .join(libraries, on=LOTS, how="inner")
        .group_by("library_id", "feature_id", "source")
        .agg(pl.col("there").min())
    )
    return (
        counts.join(own.drop("number"), on=["feature_id", "source"], how="left")
        .join(there, on=["library_id", "feature_id", "source"], how="left")
        .with_columns(pl.coalesce("there", "own_id", "feature_id").alias("feature_id"))
    )


def _never_to_be_joined_again(source: Source, origins: pl.LazyFrame) -> pl.LazyFrame:
    """Leave features one that were made of several, of which the sequence of any is withheld.

    By their sequences they were made one; who received them without these cannot do so again.
    """
    import polars as pl

    lacks = pl.col("sequence").fill_null("") == ""
    joined = (
        origins.group_by("feature_id")
        .agg(lacks.any().alias("lacks"), pl.col("own_id").n_unique().alias("number"))
        .filter(pl.col("lacks") & (pl.col("number") > 1))
        .select("feature_id")
    )
    of_ones = ("sequence", "length_bp")
    merged = source.frame("features").join(joined, on="feature_id", how="semi")
    is_one = pl.col("is_one").fill_null(value=False)
    return (
        origins.join(
            merged.select("feature_id", *(pl.col(x).alias(f"{x}:merged") for x in of_ones)),
            on="feature_id",
            how="left",
        )
        .join(joined.with_columns(is_one=pl.lit(value=True)), on="feature_id", how="left")
        .with_columns(
            pl.when(is_one).then("feature_id").otherwise("own_id").alias("own_id"),
            *(pl.when(is_one).then(f"{x}:merged").otherwise(x).alias(x) for x in of_ones),
        )
        .select(origins.collect_schema().names())
    )


def with_dataset(source: Source, counts: pl.LazyFrame) -> pl.LazyFrame:
    """Put the checksum of the dataset, of those that were merged, beside counts as `source`."""
    import polars as pl

    if source.history.get("level") != "feature":
        return counts.with_columns(pl.lit(source.digest).alias("source"))
    libraries = _source_of_library(source)
    is_of = pl.LazyFrame(
        {"library_id": list(libraries), "source": list(libraries.values())},
        schema={"library_id": pl.String, "source": pl.String},
    )
    return counts.join(is_of, on="library_id", how="left")


def names_of(source: Source) -> dict[str, str]:
    """Give the names of a dataset, and of those that it was merged of, by checksum."""
    before = {one["sha256"]: one["name"] for one in source.history.get("datasets", ())}
    return {source.digest: source.name, **before}


def kept_origins(source: Source) -> pl.LazyFrame | None:
    """Give what the features of a merged dataset were; none that an older version wrote has lots.

    What is of no lot is in no export: nobody knows in which libraries it was found.
    """
    import polars as pl

    origins = source.dataset.origins
    if origins is not None and source.is_in_part and source.history.get(LOTS):
        return of_lots(origins, frozenset(source.history[LOTS]))
    if origins is None or LOTS in origins.collect_schema():
        return origins
    return origins.with_columns(pl.lit(None, pl.String).alias(LOTS))


def _source_of_library(source: Source) -> dict[str, str]:
    """Tell of which dataset the counts of each library are; of several the first one's."""
    digests = {one["name"]: one["sha256"] for one in source.history["datasets"]}
    found: dict[str, str] = {}
    for name, libraries in source.history["libraries"].items():
        for library in libraries:
            found[library] = min(digests[name], found.get(library, digests[name]))
    return found


@dataclass(frozen=True, slots=True)
class Became:
    """What the features of all datasets became, or those of some lots of libraries.

    Attributes
    ----------
    parts : sequence of (Source, counts, features)
        After turning, trimming and naming, before features of several datasets were made one.
    new : mapping of id to id, or LazyFrame
        Other ids of features, or a table of all (`feature_id`, `new`).
    lots : frozenset of str, optional
        Those whose features these are; all of them, if it is None.

    """

    parts: Sequence[Part]
    new: Mapping[str, str] | pl.LazyFrame
    lots: frozenset[str] | None = None


def write_origins(became: Sequence[Became], level: str, target: Path) -> Path:
    """Write what the features of all datasets were before they became those of the merged one."""
    import polars as pl

    rows = [
        _rows(source, features, one, level) for one in became for source, _, features in one.parts
    ]
    every = pl.concat(rows, how="vertical")
    if len(became) > 1:  # what became the same under several terms is one row again
        every = one_row_each(every)
    write_said(every.with_columns(pl.lit(level).alias("level")), target)
    return target


def _rows(source: Source, features: pl.LazyFrame, became: Became, level: str) -> pl.LazyFrame:
    import polars as pl

    if isinstance(became.new, pl.LazyFrame):
        placed = features.join(became.new, on="feature_id", how="inner")
    else:
        placed = features.with_columns(pl.col("feature_id").replace(became.new).alias("new"))
    kept = kept_origins(source)
    columns = [*_COLUMNS, "source", "own_id", "came_as", LOTS]
    if kept is not None and source.history.get("level") != "feature":
        # Its features are of several already: what these were stays known through them.
        own = kept if became.lots is None else of_lots(kept, became.lots)
        return _former(own, placed).select(columns)
    if level != "feature":  # texts were not held while names were compared
        texts = _texts(source, kept)
        placed = placed.drop(_TEXTS).join(texts, on=["source", "came_as"], how="left")
        placed = placed.with_columns(pl.col("came_as").alias("own_id"))
    else:
        placed = placed.with_columns(pl.col("feature_id").alias("own_id"))
    return placed.with_columns(pl.col("new").alias("feature_id")).select(columns)


def _former(kept: pl.LazyFrame, placed: pl.LazyFrame) -> pl.LazyFrame:
    """Give what taxa were before under the new names of these, with their domains as judged now.

    What is said of a taxon in some lots only is said of what it was in these.
    """
    import polars as pl

    is_meant = ~has_flag(OFF_TARGET)
    new = placed.select("came_as", "new", pl.col(LOTS).alias("there"), is_meant=is_meant).unique()
    lots, there = (pl.col(name).str.split("|") for name in (LOTS, "there"))
    both = lots.list.set_intersection(there).list.sort().list.join("|")
    return (
        kept.join(new, left_on="feature_id", right_on="came_as", how="inner")
        .with_columns(
            pl.col("new").alias("feature_id"),
            pl.when("is_meant").then(without_flag(OFF_TARGET)).otherwise("flags"),
            pl.when(pl.col("there").is_null()).then(LOTS).otherwise(both).alias(LOTS),
        )
        .filter(pl.col(LOTS).is_null() | (pl.col(LOTS) != ""))
    )


def _texts(source: Source, kept: pl.LazyFrame | None) -> pl.LazyFrame:
    import polars as pl

    if kept is not None:
        return kept.select("source", "came_as", *_TEXTS).unique(["source", "came_as"])
    return source.frame("features").select(
        pl.lit(source.digest).alias("source"), pl.col("feature_id").alias("came_as"), *_TEXTS
    )
