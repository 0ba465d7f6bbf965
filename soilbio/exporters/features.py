"""Counts that may be shared, and the features that they name: streamed, since these are large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soilbio.dataset.history import LOTS
from soilbio.dataset.tables import COUNTS, FEATURES
from soilbio.exporters.evidence import Fate, Ledger
from soilbio.exporters.gate import Gate, key_of
from soilbio.exporters.origins import Origins, shown_features
from soilbio.exporters.rows import Names
from soilbio.standards.sharing_classes import SharingClass as Share

if TYPE_CHECKING:
    import polars as pl

# What an ASV's id looks like.
MD5 = r"^[0-9a-f]{32}$"


def counted(key_of_library: Mapping[str, str], gate: Gate) -> dict[str, str]:
    """Take the shared libraries whose agreements allow counts."""
    return {
        library: key
        for library, key in sorted(key_of_library.items())
        if gate.allows(key, Share.COUNTS)
    }


def keep_counts(counts: pl.LazyFrame, is_open: Mapping[str, str], ledger: Ledger) -> pl.LazyFrame:
    """Keep the counts of the libraries that are `counted`, and note how many.

    The result has a column `key` beside the table's own: the agreements that touch the row.
    """
    import polars as pl

    libraries = pl.LazyFrame(
        {"library_id": list(is_open), "key": list(is_open.values())},
        schema={"library_id": pl.String, "key": pl.String},
    )
    kept = counts.join(libraries, on="library_id", how="inner")
    names = [column.name for column in COUNTS.columns if not column.is_id]
    rows, *values = _numbers(counts, names)
    rows_kept, *values_kept = _numbers(kept, names)
    ledger.rows["counts", True] += rows_kept
    ledger.rows["counts", False] += rows - rows_kept
    ledger.values[Share.COUNTS, Fate.SHARED] += sum(values_kept)
    ledger.values[Share.COUNTS, Fate.WITHHELD] += sum(values) - sum(values_kept)
    return kept


def _numbers(frame: pl.LazyFrame, names: list[str]) -> tuple[int, ...]:
    import polars as pl

    asked = frame.select(pl.len(), *(pl.col(name).count() for name in names))
    return tuple(asked.collect(engine="streaming").row(0))


@dataclass(frozen=True, slots=True)
class Copied:
    """Features and counts with a recipient's ids; `origins`, what merged features were made of."""

    features: pl.LazyFrame
    counts: pl.LazyFrame
    origins: pl.LazyFrame | None


def copy_features(
    source: tuple[pl.LazyFrame, Origins | None],
    counts: pl.LazyFrame,
    new_library: Mapping[str, str],
    gate: Gate,
    record: tuple[Names, Ledger],
) -> Copied:
    """Copy the features that shared counts name, and give all tables the recipient's ids.

    `source` are features and, of a merged dataset, what they were made of. An id stays only where
    sequences are shared: the MD5 of a known sequence tells which it is. An id of another kind names
    a taxon or a reference, so lineages must be shared as well.
    """
    import polars as pl

    names, ledger = record
    known = shown_features(source[0], counts, source[1])
    ids = _ids(counts, known.features.select("feature_id", "shown_as"), gate, names)
    copied = known.features.drop("shown_as").join(ids.lazy(), on="feature_id", how="left")
    _count(copied, gate, ledger)
    open_keys = {
        one: [key for key in ids["key"].unique().to_list() if gate.allows(key, one)]
        for one in {column.sharing_class for column in FEATURES.columns}
    }
    verbatim = [
        pl.when(pl.col("key").is_in(open_keys[column.sharing_class]))
        .then(pl.col(column.name))
        .alias(column.name)
        for column in FEATURES.columns
        if not column.is_id
    ]
    shown = (
        copied.filter(pl.col("key").is_not_null())
        .select(pl.col("new").alias("feature_id"), *verbatim, pl.col("key").alias("agreement_ids"))
        .sort("feature_id")
    )
    origins = None
    if known.rows is not None:
        rows = known.rows.join(ids.lazy(), on="feature_id", how="inner")
        origins = _origins(rows, verbatim, names)
    return Copied(shown, _renamed(counts, ids, new_library), origins)


def _origins(rows: pl.LazyFrame, verbatim: list[pl.Expr], names: Names) -> pl.LazyFrame:
    """Copy what merged features were made of: who passes it on may have to part it again."""
    import polars as pl

    def told(name: str) -> pl.Expr:
        values = rows.select(pl.col(name).unique()).collect(engine="streaming")[name].to_list()
        return pl.col(name).replace_strict({old: names.of(old) for old in values})

    of_lot = rows.select(pl.col(LOTS).str.split("|").explode().unique())
    known = of_lot.collect(engine="streaming")[LOTS].to_list()
    lots = (
        pl.col(LOTS)
        .str.split("|")
        .list.eval(
            pl.element().replace_strict(
                {old: names.of(old) for old in known}, return_dtype=pl.String
            )
        )
        .list.sort()
    )
    # An id of a row is that of its feature, or tells of a sequence or name of its own.
    is_its = (pl.col("own_id") == pl.col("feature_id")) | (pl.col("own_id") == pl.col("shown_as"))
    is_asv = pl.col("is_told") & pl.col("own_id").str.contains(MD5)
    own = pl.when(is_its).then(pl.col("new")).when(is_asv).then(pl.col("own_id"))
    return rows.select(
        pl.col("new").alias("feature_id"),
        *verbatim,
        "agreement_ids",
        told("source").alias("source"),
        own.otherwise(told("own_id")).alias("own_id"),
        told("came_as").alias("came_as"),
        lots.list.join("|").alias(LOTS),
        "level",
    )


def _ids(counts: pl.LazyFrame, shown_as: pl.LazyFrame, gate: Gate, names: Names) -> pl.DataFrame:
    """Give the id of each shared feature, the agreements that touch it, and its new id."""
    import polars as pl

    found = (
        counts.select("feature_id", "key")
        .unique()
        .group_by("feature_id")
        .agg(pl.col("key").sort().str.join("|"))
        .join(shown_as, on="feature_id", how="left")
        .collect(engine="streaming")
        .sort("feature_id")
    )
    keys = {key: key_of([key]) for key in found["key"].unique().to_list()}
    found = found.with_columns(pl.col("key").replace_strict(keys, return_dtype=pl.String))
    has_sequence = [key for key in set(keys.values()) if gate.allows(key, Share.SEQUENCES)]
    has_both = [key for key in has_sequence if gate.allows(key, Share.TAXONOMY)]
    is_told = pl.col("key").is_in(has_sequence)
    is_open = pl.col("key").is_in(has_both) | (is_told & pl.col("shown_as").str.contains(MD5))
    kept = found.select(pl.when(is_open).then(pl.col("shown_as"))).to_series()
    pseudonyms = pl.Series(
        "new",
        [
            names.of(old) if shown is None else shown
            for old, shown in zip(found["feature_id"], kept, strict=True)
        ],
        dtype=pl.String,
    )
    return found.with_columns(pseudonyms, is_told.alias("is_told"))


def _count(copied: pl.LazyFrame, gate: Gate, ledger: Ledger) -> None:
    """Note what becomes of the values of features; a row without key is withheld whole."""
    import polars as pl

    columns = [column for column in FEATURES.columns if not column.is_id]
    is_text = {column.name: column.type == "string" for column in columns}
    filled = [
        ((pl.col(name) != "") if text else pl.col(name).is_not_null()).sum().alias(name)
        for name, text in is_text.items()
    ]
    renamed = (pl.col("new") != pl.col("feature_id")).sum().alias("renamed")
    asked = copied.group_by("key").agg(pl.len().alias("rows"), renamed, *filled)
    for row in asked.collect(engine="streaming").iter_rows(named=True):
        key = row["key"]
        ledger.rows["features", key is not None] += row["rows"]
        if key is not None:
            ledger.values[Share.TAXONOMY, Fate.PSEUDONYM] += row["renamed"]
            ledger.values[Share.TAXONOMY, Fate.SHARED] += row["rows"] - row["renamed"]
        for column in columns:
            is_open = key is not None and gate.allows(key, column.sharing_class)
            fate = Fate.SHARED if is_open else Fate.WITHHELD
            ledger.values[column.sharing_class, fate] += row[column.name]


def _renamed(
    counts: pl.LazyFrame, ids: pl.DataFrame, new_library: Mapping[str, str]
) -> pl.LazyFrame:
    """Put the recipient's ids into counts and sort by them; order would tell the old ones."""
    import polars as pl

    libraries = pl.LazyFrame(
        {"library_id": list(new_library), "new_library": list(new_library.values())},
        schema={"library_id": pl.String, "new_library": pl.String},
    )
    features = ids.lazy().select("feature_id", "new")
    # Numbers in place of text while sorting: 100 million rows of text would not fit in memory.
    of_library = pl.Enum(sorted(set(new_library.values())))
    of_feature = pl.Enum(ids["new"].sort())
    return (
        counts.join(libraries, on="library_id", how="inner")
        .join(features, on="feature_id", how="inner")
        .select(
            pl.col("new_library").cast(of_library).alias("library_id"),
            pl.col("new").cast(of_feature).alias("feature_id"),
            *(column.name for column in COUNTS.columns if column.name not in COUNTS.key),
        )
        .sort("library_id", "feature_id")
        .with_columns(pl.col(COUNTS.key).cast(pl.String))
    )
