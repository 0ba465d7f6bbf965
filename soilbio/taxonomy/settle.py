"""Rows of one feature as one row: the names that all of them agree on (`consensus`), in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import CANDIDATUS, EXCLUSIVE_KINGDOMS, SAME_KINGDOMS, SUFFIX
from soilbio.taxonomy.consensus import EUKARYOTES, WIDEST, of_eukaryotes

if TYPE_CHECKING:
    import polars as pl

MARK = " / "
# UNITE's species hypotheses have a number and the version of UNITE: SH1502188.08FU.
SPECIES_HYPOTHESIS = r"(SH\d{6,8}\.\d{2}FU)"
CONFLICT = "conflict-"
# Flags of a feature only if all of its rows have them: what one dataset has beside its parents is
# no chimera; what one found too short may be one with what another, cut since, has whole.
CHIMERA = "chimera"
_OF_ALL_ROWS = (CHIMERA, "off-target-length")
# Of a feature if all rows of any of its domains have it: one that another dataset's primers are
# meant for is not off target.
OFF_TARGET = "off-target-domain"
_BY_ROWS = (*_OF_ALL_ROWS, OFF_TARGET)
_BACKBONES = ("ncbi_taxid", "gtdb_species")


def agreed_rows(rows: pl.DataFrame, ranks: Sequence[str] = RANKS) -> pl.DataFrame:
    """Make one row of the rows of each `feature_id`: of columns of features, what they agree on.

    Verbatim lineages and classifiers stand beside each other, the support is the least of them,
    and flags add up, but for those that all rows must have. Only the `ranks`, the wider ones, are
    looked at: below them is no name.
    """
    import polars as pl

    joined = rows.group_by("feature_id").agg(
        pl.col("sequence").drop_nulls().first(),
        pl.col("length_bp").drop_nulls().first(),
        joined_texts("verbatim_lineage"),
        joined_texts("classifier"),
        pl.col("confidence").min(),
        *said(ranks),
        *(_agreed(name) for name in _BACKBONES),
    )
    return (
        settled(joined, ranks)
        .with_columns(pl.lit(None, pl.String).alias(rank) for rank in RANKS if rank not in ranks)
        .with_columns(deepest(RANKS).alias("taxon_rank"))
        .with_columns(as_flags(pl.col("flags"), pl.col("taxon_rank").is_not_null()))
    )


def _agreed(name: str) -> pl.Expr:
    """Give the one value of a group; none where there are several."""
    import polars as pl

    values = pl.col(name).drop_nulls().unique()
    return pl.when(values.len() == 1).then(values.first()).alias(name)


def joined_texts(name: str) -> pl.Expr:
    """Give the texts of a group beside each other, each once."""
    import polars as pl

    # What was merged before has the mark already.
    texts = pl.col(name).drop_nulls().str.split(MARK).explode().drop_nulls().unique().sort()
    return pl.when(texts.len() > 0).then(texts.str.join(MARK)).alias(name)


def _given(rank: str) -> pl.Expr:
    """Give the names of a group at a rank; what names none does not contradict."""
    import polars as pl

    return pl.col(rank).filter(pl.col(rank).fill_null("") != "")


def _compared(rank: str, ranks: Sequence[str]) -> pl.Expr:
    """Give the names of a group at a rank as they are compared.

    A lineage without a domain speaks for eukaryotes where its kingdom or phylum is one of theirs.
    """
    import polars as pl

    if rank != "domain":
        return plain_name(_given(rank))
    own = pl.col(rank).fill_null("")
    told = [
        pl.col(one).is_in(list(of_eukaryotes()[one])) for one in of_eukaryotes() if one in ranks
    ]
    is_told = pl.any_horizontal([pl.lit(value=False), *told]).fill_null(value=False)
    spoken = pl.when(own != "").then(own).when(is_told).then(pl.lit(EUKARYOTES))
    return plain_name(spoken.drop_nulls())


def _in_conflict(rank: str, ranks: Sequence[str]) -> pl.Expr:
    """Tell whether a group has several names at a rank, or had when it was merged before."""
    before = has_flag(f"{CONFLICT}{rank}").any()
    return (_compared(rank, ranks).n_unique() > 1) | before


def _are_others(rank: str, ranks: Sequence[str]) -> pl.Expr:
    """Tell whether names of a group at one of the widest ranks are of several organisms."""
    names = _compared(rank, ranks)
    is_exclusive = names.is_in(EXCLUSIVE_KINGDOMS).any() if rank == "kingdom" else True
    return (names.n_unique() > 1) & is_exclusive


def plain_name(name: pl.Expr) -> pl.Expr:
    """Give names as they are compared (`taxonomy.canonical.plain`)."""
    bare = name.str.replace_all(SUFFIX.pattern, "$1").str.replace(CANDIDATUS.pattern, "")
    return bare.replace(SAME_KINGDOMS)


def said(ranks: Sequence[str]) -> list[pl.Expr]:
    """Give for each rank of a group its first name, whether all give one, whether they differ.

    Also its flags, and of those that all rows must have whether they do.
    """
    import polars as pl

    flags = pl.col("flags").fill_null("")
    return [
        # Of what nothing is said in any row nothing is said: its names are withheld.
        pl.when(pl.col("flags").is_not_null().any()).then(flags.str.join("|")).alias("flags"),
        *(has_flag(flag).all().alias(flag) for flag in _OF_ALL_ROWS),
        _is_off_target().alias(OFF_TARGET),
        *(
            pl.when(_given(rank).n_unique() > 1)
            .then(plain_name(_given(rank)).first())
            .otherwise(_given(rank).first())
            .alias(rank)
            for rank in ranks
        ),
        *((_given(rank).len() == pl.len()).alias(f"{rank}:all") for rank in ranks),
        *(_in_conflict(rank, ranks).alias(f"{rank}:differ") for rank in ranks),
        *(_are_others(rank, ranks).alias(f"{rank}:others") for rank in WIDEST if rank in ranks),
    ]


def _is_off_target() -> pl.Expr:
    """Tell whether any domain of a group is off target in all rows that name it."""
    import polars as pl

    is_off = has_flag(OFF_TARGET)
    unnamed = pl.when(is_off).then(pl.lit(OFF_TARGET)).otherwise(pl.lit(""))
    domain = pl.when(pl.col("domain").fill_null("") == "").then(unnamed).otherwise("domain")
    return domain.n_unique() > domain.filter(~is_off).n_unique()


def settled(grouped: pl.DataFrame, ranks: Sequence[str]) -> pl.DataFrame:
    """Leave the names that `taxonomy.consensus` leaves, and flag the ranks that differ."""
    import polars as pl

    names = []
    for place, rank in enumerate(ranks):
        above = [pl.lit(value=False), *(pl.col(f"{one}:differ") for one in ranks[:place])]
        others = [
            pl.lit(value=False),
            *(pl.col(f"{w}:others") for w in WIDEST if w in ranks[:place]),
        ]
        is_lost = (
            pl.col(f"{rank}:differ")
            | pl.any_horizontal(others)
            | (pl.any_horizontal(above) & ~pl.col(f"{rank}:all"))
        )
        names.append(pl.when(~is_lost).then(pl.col(rank)).alias(rank))
    found = [
        pl.when(pl.col(f"{rank}:differ")).then(pl.lit(f"|{CONFLICT}{rank}")).otherwise(pl.lit(""))
        for rank in ranks
    ]
    return grouped.with_columns(*names, pl.concat_str(_of_all_rows(), *found).alias("flags")).drop(
        *_BY_ROWS,
        *(f"{rank}:{word}" for rank in ranks for word in ("all", "differ")),
        *(f"{rank}:others" for rank in WIDEST if rank in ranks),
    )


def _of_all_rows() -> pl.Expr:
    """Leave out the flags that all rows of a group must have and some have not."""
    import polars as pl

    flags = pl.col("flags").str.split("|")
    for flag in _BY_ROWS:
        others = flags.list.set_difference(pl.lit([flag]))
        flags = pl.when(pl.col(flag)).then(flags).otherwise(others)
    return flags.list.join("|")


def has_flag(flag: str) -> pl.Expr:
    """Tell of rows whether they have a flag."""
    import polars as pl

    return pl.col("flags").fill_null("").str.split("|").list.contains(flag)


def with_flag(flag: str) -> pl.Expr:
    """Give the flags of rows and one more."""
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|").list.concat(pl.lit([flag]))
    own = flags.list.eval(pl.element().filter(pl.element() != "")).list.unique()
    return own.list.sort().list.join("|").alias("flags")


def without_flag(flag: str) -> pl.Expr:
    """Give the flags of rows but one."""
    import polars as pl

    others = pl.col("flags").str.split("|").list.set_difference(pl.lit([flag]))
    return others.list.sort().list.join("|").alias("flags")


def as_flags(joined: pl.Expr, is_named: pl.Expr) -> pl.Expr:
    """Sort joined flags; what has a name is not unclassified, whichever row gave it."""
    import polars as pl

    flags = joined.str.split("|").list.eval(pl.element().filter(pl.element() != "")).list.unique()
    kept = flags.list.set_difference(pl.lit(["unclassified"]))
    return pl.when(is_named).then(kept).otherwise(flags).list.sort().list.join("|").alias("flags")


def deepest(ranks: Sequence[str], *, name: bool = False) -> pl.Expr:
    """Give the deepest rank that has a name, or that name."""
    import polars as pl

    return pl.coalesce(
        pl.when(pl.col(rank).fill_null("") != "").then(pl.col(rank) if name else pl.lit(rank))
        for rank in reversed(ranks)
    )
