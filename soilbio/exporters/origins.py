"""What a merged dataset's features are to a recipient: what those say whose counts are shared.

A feature of several datasets has what all of them say of it: names, lineages, the longer of two
sequences. Where not all of them may be shared, its row is made anew of the others' own rows, by
the rules of merging: as if the rest had never been there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soilbio.dataset.history import HISTORY, LOTS, ORIGINS, PLACEMENT, UNPLACED, History
from soilbio.dataset.tables import EXCLUDING_FLAGS, FEATURES, RANKS
from soilbio.errors import problem_of
from soilbio.exporters.gate import key_of
from soilbio.taxonomy.named_rows import UNCLASSIFIED, is_taxon, named_rows
from soilbio.taxonomy.settle import SPECIES_HYPOTHESIS, agreed_rows, deepest, plain_name

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = [column.name for column in FEATURES.columns]
# Of a sequence, not of a name.
_OF_ONE = ("sequence", "length_bp", "verbatim_lineage", "ncbi_taxid", "gtdb_species")


@dataclass(frozen=True, slots=True)
class Origins:
    """What a merged dataset's features were made of, and of which lots a recipient may have it.

    `lots` are those of whose libraries the counts are shared, with the agreements that touch them.
    """

    rows: pl.LazyFrame
    lots: Mapping[str, str]


def origins_of(
    rows: pl.LazyFrame | None, history: History, key_of_library: Mapping[str, str]
) -> Origins | None:
    """Tell what may be said of merged features; None for a dataset that was not merged.

    A lot is open if the counts of all of its libraries are shared: they are, or none is, but where
    a sample of one is touched by an agreement that came with a later dataset.

    Raises
    ------
    InputError
        If a merged dataset does not say which features of each dataset were in which libraries:
        then nobody knows whose words its features' names are.

    """
    if rows is None and not history:
        return None
    lots: Mapping[str, Sequence[str]] = history.get(LOTS, {})
    if rows is None or not lots or LOTS not in rows.collect_schema():
        raise problem_of(
            "provenance-missing",
            HISTORY if rows is not None else ORIGINS,
            expected="what each of the datasets said that were merged, and in which libraries",
            fix="Merge the datasets again with this version, or have the sender do so",
        )
    found = {
        lot: key_of(key_of_library[one] for one in own)
        for lot, own in lots.items()
        if own and all(one in key_of_library for one in own)
    }
    return Origins(rows, found)


@dataclass(frozen=True, slots=True)
class Shown:
    """Features with `shown_as`, the id that tells no more than they do (none: a pseudonym).

    `rows` are those of `history.ORIGINS` that they were made of, each under the agreements that
    let it be shared; None in a dataset that was not merged.
    """

    features: pl.LazyFrame
    rows: pl.LazyFrame | None


def shown_features(features: pl.LazyFrame, counts: pl.LazyFrame, origins: Origins | None) -> Shown:
    """Give features as those know them of whose libraries the counts are shared.

    What a dataset says of a feature is told if that feature was in one of its shared libraries.
    That others of the dataset are shared, or others under the same agreement, is not enough.
    """
    import polars as pl

    if origins is None:
        return Shown(features.with_columns(pl.col("feature_id").alias("shown_as")), None)
    rows = origins.rows.with_row_index("row")
    allowed = _allowed(rows, origins.lots)
    known = rows.select("row", "feature_id").collect(engine="streaming")
    every = known["feature_id"].unique()
    others = known.join(allowed, on="row", how="anti")["feature_id"].unique()
    partly = counts.select("feature_id").unique().collect(engine="streaming")["feature_id"]
    partly = partly.filter(partly.is_in(others.implode()) | ~partly.is_in(every.implode()))
    is_partly = pl.col("feature_id").is_in(partly.implode())
    mine = rows.drop("agreement_ids", LOTS).join(allowed.lazy(), on="row", how="inner").drop("row")
    whole = features.filter(~is_partly).with_columns(pl.col("feature_id").alias("shown_as"))
    again = _made_anew(features.filter(is_partly).collect(), mine.filter(is_partly).collect())
    return Shown(pl.concat([whole.select(again.columns), again.lazy()]), mine)


def _allowed(rows: pl.LazyFrame, lots: Mapping[str, str]) -> pl.DataFrame:
    """Give the rows of open lots, with the lots and the agreements that let them be shared."""
    import polars as pl

    is_open = pl.LazyFrame(
        {LOTS: list(lots), "agreement": [key.split("|") for key in lots.values()]},
        schema={LOTS: pl.String, "agreement": pl.List(pl.String)},
    )
    own = pl.col("agreement_ids").str.split("|")
    return (
        rows.select("row", own, pl.col(LOTS).str.split("|"))
        .explode(LOTS)
        .join(is_open, on=LOTS, how="inner")
        .with_columns(pl.col("agreement").list.set_intersection("agreement_ids"))
        .explode("agreement")
        .filter(pl.col("agreement").is_not_null())
        .group_by("row")
        .agg(
            pl.col(LOTS).unique().sort().str.join("|"),
            pl.col("agreement").unique().sort().str.join("|").alias("agreement_ids"),
        )
        .collect(engine="streaming")
    )


def _made_anew(merged: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Make rows of features of some of the rows they came from; what has none of these is bare."""
    import polars as pl

    level = str(rows["level"].first())
    # What is of no clade, or of a gene without hypotheses, is a sequence still.
    named, sequences = rows.filter(is_taxon(level)), rows.filter(~is_taxon(level))
    schema = {name: merged.schema[name] for name in _COLUMNS} | {"shown_as": pl.String}
    columns = [name for name in schema if name != "agreement_ids"]
    found = [
        _of_sequences(_unplaced(agreed_rows(sequences), merged), sequences),
        _of_names(named, merged, level),
    ]
    made = pl.concat(
        one.select(columns).cast({name: schema[name] for name in columns}) for one in found
    )
    return (
        merged.select("feature_id", "agreement_ids")
        .join(made, on="feature_id", how="left")
        .select(list(schema))
        .cast(schema)  # type: ignore[arg-type]
    )


def _unplaced(agreed: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """Flag what is of no clade; its own sequence says so, whatever others say of it."""
    import polars as pl

    has_it = pl.col("flags").str.split("|").list.contains(UNPLACED)
    names = merged.filter(has_it)["feature_id"]
    flags = pl.concat_str(pl.col("flags"), pl.lit(f"|{UNPLACED}")).str.strip_chars_start("|")
    told = flags.str.split("|").list.unique().list.sort().list.join("|")
    is_unplaced = pl.col("feature_id").is_in(names.implode())
    return agreed.with_columns(pl.when(is_unplaced).then(told).otherwise("flags").alias("flags"))


def _of_sequences(agreed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Give features the sequence, and its id, that their own rows have."""
    import polars as pl

    ids = rows.group_by("feature_id").agg(pl.col("own_id").unique())
    only = pl.when(pl.col("own_id").list.len() == 1).then(pl.col("own_id").list.first())
    is_there = pl.col("own_id").list.contains(pl.col("feature_id"))
    ids = ids.select(
        "feature_id", pl.when(is_there).then(pl.col("feature_id")).otherwise(only).alias("shown_as")
    )
    own = (
        rows.join(ids, on="feature_id", how="inner")
        .filter(pl.col("own_id") == pl.col("shown_as"))
        .group_by("feature_id")
        .agg(pl.col(name).drop_nulls().first() for name in ("sequence", "length_bp"))
    )
    return (
        agreed.drop("sequence", "length_bp")
        .join(own, on="feature_id", how="left")
        .join(ids, on="feature_id", how="left")
    )


def _of_names(rows: pl.DataFrame, merged: pl.DataFrame, level: str) -> pl.DataFrame:
    """Give taxa the names that their own rows have (`named_rows`).

    A taxon's id tells its name, and its checksum the flags that keep it apart: it stays where all
    of these are known to the rows. That of a clade tells the tips of the tree that it has, and no
    name; a hypothesis goes by its code.
    """
    import polars as pl

    before = merged.select(
        "feature_id",
        deepest(RANKS, name=True).alias("named"),
        pl.col("taxon_rank").alias("named_rank"),
        "classifier",
        _excluding().alias("excluding"),
    )
    taxa = before.join(_knowing(rows, before), on="feature_id", how="left")
    made = named_rows(rows, taxa, level, EXCLUDING_FLAGS)
    is_clade = pl.col("feature_id").str.starts_with(f"{PLACEMENT}:clade ")
    is_known = is_clade | pl.col("is_named") | pl.col("is_coded")
    is_known |= pl.col("feature_id") == UNCLASSIFIED
    is_same = is_known & (_excluding() == pl.col("excluding"))
    return made.with_columns(
        pl.when(is_same).then(pl.col("feature_id")).alias("shown_as"),
        *(pl.lit(None, merged.schema[name]).alias(name) for name in _OF_ONE),
    )


def _knowing(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Tell for each taxon whether any of its rows has the name, or hypothesis, it goes by.

    `is_coded` tells so of those with the code of a hypothesis alone.
    """
    import polars as pl

    both = rows.join(before.select("feature_id", "named", "named_rank"), on="feature_id")
    own = pl.coalesce(*(pl.when(pl.col("named_rank") == rank).then(pl.col(rank)) for rank in RANKS))
    is_named = pl.col("named").is_null() | (plain_name(own) == plain_name(pl.col("named")))
    code = pl.col("feature_id").str.extract(SPECIES_HYPOTHESIS)
    texts = pl.concat_str("verbatim_lineage", "own_id", separator=" ", ignore_nulls=True)
    is_coded = code.is_null() | texts.str.contains(code, literal=True)
    has_both = is_named.fill_null(value=False) & is_coded.fill_null(value=False)
    has_code = (code.is_not_null() & is_coded).fill_null(value=False)
    return both.group_by("feature_id").agg(
        has_both.any().alias("is_named"), has_code.any().alias("is_coded")
    )


def _excluding() -> pl.Expr:
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    return flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.sort().list.join("|")
