"""Features of several sources as one list, and features as names of a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import TYPE_CHECKING

from soilbio.dataset.tables import EXCLUDING_FLAGS, RANKS
from soilbio.taxonomy.canonical import CANDIDATUS, SUFFIX
from soilbio.taxonomy.consensus import WIDEST
from soilbio.taxonomy.named_ranks import phyla_of

if TYPE_CHECKING:
    import polars as pl

_MARK = " / "
# UNITE's species hypotheses have a number and the version of UNITE: SH1502188.08FU.
SPECIES_HYPOTHESIS = r"(SH\d{6,8}\.\d{2}FU)"
BY_HYPOTHESIS = "sh"
_CONFLICT = "conflict-"
_BACKBONES = ("ncbi_taxid", "gtdb_species")
# Names are unique within a code of nomenclature: of prokaryotes (ICNP), of animals (ICZN), of
# algae, fungi and plants (ICN). Which one is meant shows in the widest names of a lineage.
_PROKARYOTES = ("Bacteria", "Archaea")
# Beside the animal phyla of NCBI, those of SILVA.
_ANIMALS = ("Animalia", "Metazoa", "Nematozoa", "Vertebrata", *phyla_of("Metazoa"))


def merged_features(parts: Sequence[pl.LazyFrame], notes: dict[str, int]) -> pl.LazyFrame:
    """Take all features, each with its `source`; of one that comes twice, what its rows agree on.

    Names are those of `taxonomy.consensus`; a flag says at which rank rows differ. Verbatim
    lineages and classifiers stand beside each other, the support is the least of them, and flags
    add up.
    """
    import polars as pl

    every = pl.concat(parts, how="vertical").collect(engine="streaming")
    size = every.group_by("feature_id").agg(
        pl.len().alias("rows"), pl.col("source").n_unique().alias("sources")
    )
    several = size.filter(pl.col("rows") > 1)["feature_id"]
    is_shared = pl.col("feature_id").is_in(several.implode())
    every = every.drop("source")
    single, shared = every.filter(~is_shared), every.filter(is_shared)
    joined = shared.group_by("feature_id").agg(
        pl.col("sequence").drop_nulls().first(),
        pl.col("length_bp").drop_nulls().first(),
        _joined("verbatim_lineage"),
        _joined("classifier"),
        pl.col("confidence").min(),
        *_said(RANKS),
        *(_agreed(name) for name in _BACKBONES),
        pl.lit("").alias("agreement_ids"),
    )
    joined = _settled(joined, RANKS)
    joined = joined.with_columns(_deepest(RANKS).alias("taxon_rank")).with_columns(
        _as_flags(pl.col("flags"), pl.col("taxon_rank").is_not_null())
    )
    notes["features_in_several_datasets"] = size.filter(pl.col("sources") > 1).height
    notes["lineages_that_differ"] = joined.filter(
        pl.col("flags").str.contains(_CONFLICT, literal=True)
    ).height
    return pl.concat([single, joined.select(single.columns).cast(single.schema)]).lazy()


def _agreed(name: str) -> pl.Expr:
    """Give the one value of a group; none where there are several."""
    import polars as pl

    values = pl.col(name).drop_nulls().unique()
    return pl.when(values.len() == 1).then(values.first()).alias(name)


def _joined(name: str) -> pl.Expr:
    import polars as pl

    # What was merged before has the mark already.
    texts = pl.col(name).drop_nulls().str.split(_MARK).explode().drop_nulls().unique().sort()
    return pl.when(texts.len() > 0).then(texts.str.join(_MARK)).alias(name)


def _given(rank: str) -> pl.Expr:
    """Give the names of a group at a rank; what names none does not contradict."""
    import polars as pl

    return pl.col(rank).filter(pl.col(rank).fill_null("") != "")


def _in_conflict(rank: str) -> pl.Expr:
    """Tell whether a group has several names at a rank, or had when it was merged before."""
    import polars as pl

    before = pl.col("flags").fill_null("").str.split("|").list.contains(f"{_CONFLICT}{rank}")
    return (_plain(_given(rank)).n_unique() > 1) | before.any()


def _plain(name: pl.Expr) -> pl.Expr:
    """Give names as they are compared (`taxonomy.canonical.plain`)."""
    return name.str.replace(SUFFIX.pattern, "$1").str.replace(CANDIDATUS.pattern, "")


def _said(ranks: Sequence[str]) -> list[pl.Expr]:
    """Give for each rank of a group its first name, whether all give one, whether they differ."""
    import polars as pl

    return [
        pl.col("flags").fill_null("").str.join("|"),
        *(
            pl.when(_given(rank).n_unique() > 1)
            .then(_plain(_given(rank)).first())
            .otherwise(_given(rank).first())
            .alias(rank)
            for rank in ranks
        ),
        *((_given(rank).len() == pl.len()).alias(f"{rank}:all") for rank in ranks),
        *(_in_conflict(rank).alias(f"{rank}:differ") for rank in ranks),
    ]


def _settled(grouped: pl.DataFrame, ranks: Sequence[str]) -> pl.DataFrame:
    """Leave the names that `taxonomy.consensus` leaves, and flag the ranks that differ."""
    import polars as pl

    names = []
    for place, rank in enumerate(ranks):
        above = [pl.lit(value=False), *(pl.col(f"{one}:differ") for one in ranks[:place])]
        others = [
            pl.lit(value=False),
            *(pl.col(f"{w}:differ") for w in WIDEST if w in ranks[:place]),
        ]
        is_lost = (
            pl.col(f"{rank}:differ")
            | pl.any_horizontal(others)
            | (pl.any_horizontal(above) & ~pl.col(f"{rank}:all"))
        )
        names.append(pl.when(~is_lost).then(pl.col(rank)).alias(rank))
    found = [
        pl.when(pl.col(f"{rank}:differ")).then(pl.lit(f"|{_CONFLICT}{rank}")).otherwise(pl.lit(""))
        for rank in ranks
    ]
    return grouped.with_columns(*names, pl.concat_str("flags", *found).alias("flags")).drop(
        f"{rank}:{word}" for rank in ranks for word in ("all", "differ")
    )


def _as_flags(joined: pl.Expr, is_named: pl.Expr) -> pl.Expr:
    """Sort joined flags; what has a name is not unclassified, whichever row gave it."""
    import polars as pl

    flags = joined.str.split("|").list.eval(pl.element().filter(pl.element() != "")).list.unique()
    kept = flags.list.set_difference(pl.lit(["unclassified"]))
    return pl.when(is_named).then(kept).otherwise(flags).list.sort().list.join("|").alias("flags")


def _deepest(ranks: Sequence[str], *, name: bool = False) -> pl.Expr:
    """Give the deepest rank that has a name, or that name."""
    import polars as pl

    return pl.coalesce(
        pl.when(pl.col(rank).fill_null("") != "").then(pl.col(rank) if name else pl.lit(rank))
        for rank in reversed(ranks)
    )


def lineages_of(features: pl.LazyFrame, level: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Make features of the names at a rank.

    Databases place a genus in other families and orders, so that it is known by its name within a
    code of nomenclature; above it stands what all agree on. What has no name at the rank stays
    apart, under the deepest name above it, as unclassified. A flag that keeps features out of
    diversity keeps its names apart from the others.

    Returns
    -------
    taxa, lineage_of : LazyFrame
        The new features, and which of them (`new`) each old one (`feature_id`) is.

    """
    import polars as pl

    is_sh = level == BY_HYPOTHESIS
    ranks = RANKS if is_sh else RANKS[: RANKS.index(level) + 1]
    flags = pl.col("flags").fill_null("").str.split("|")
    excluding = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.sort().list.join("|")
    # Databases with and without GTDB's suffixes, or Candidatus, are to meet in a name.
    code, rank = _code(), _deepest(ranks).fill_null("")
    name = _plain(_deepest(ranks, name=True))
    if is_sh:  # a hypothesis is one whatever it is called
        own = _hypothesis()
        code = pl.when(own != "").then(pl.lit(BY_HYPOTHESIS)).otherwise(code)
        rank = pl.when(own != "").then(pl.lit(BY_HYPOTHESIS)).otherwise(rank)
        name = pl.when(own != "").then(own).otherwise(name)
    parts = [
        code.alias("code"),
        rank.alias("named_rank"),
        name.fill_null("").alias("named"),
        excluding.alias("excluding"),
    ]
    key = [part.meta.output_name() for part in parts]
    known = features.with_columns(parts).collect()
    grouped = known.group_by(key).agg(*_said(ranks), pl.col("confidence").min())
    taxa = _settled(grouped, ranks).with_columns(
        _as_flags(_lasting("flags"), pl.col("named") != ""),
        # The name that a group goes by is its own, whatever was in conflict above.
        *(
            pl.when(pl.col("named_rank") == rank)
            .then(pl.col("named"))
            .otherwise(pl.col(rank))
            .alias(rank)
            for rank in ranks
        ),
        *([] if is_sh else [pl.col("named_rank").replace("", None).alias("taxon_rank")]),
        pl.lit(None, dtype=pl.String).alias("sequence"),
        pl.lit(None, dtype=pl.Int64).alias("length_bp"),
        pl.lit(None, dtype=pl.Int64).alias("ncbi_taxid"),
        pl.lit(None, dtype=pl.String).alias("gtdb_species"),
        pl.lit(None, dtype=pl.String).alias("verbatim_lineage"),
        pl.lit(f"names down to {level}").alias("classifier"),
        *(pl.lit(None, dtype=pl.String).alias(rank) for rank in RANKS if rank not in ranks),
    )
    if is_sh:
        taxa = taxa.with_columns(_deepest(ranks).alias("taxon_rank"))
    ids = [_id(row, level) for row in taxa.select(key).iter_rows(named=True)]
    taxa = taxa.with_columns(pl.Series("feature_id", ids, dtype=pl.String))
    lineage_of = known.select("feature_id", *key).join(
        taxa.select(*key, pl.col("feature_id").alias("new")), on=key, how="inner"
    )
    return taxa.drop(key).lazy(), lineage_of.select("feature_id", "new").lazy()


def _hypothesis() -> pl.Expr:
    """Give the one species hypothesis that a feature's lineage or id names, else nothing."""
    import polars as pl

    texts = pl.concat_str("verbatim_lineage", "feature_id", separator=" ", ignore_nulls=True)
    found = texts.str.extract_all(SPECIES_HYPOTHESIS).list.unique()
    return pl.when(found.list.len() == 1).then(found.list.first()).otherwise(pl.lit(""))


def _code() -> pl.Expr:
    """Give the code of nomenclature that names of a lineage follow; empty where nothing tells."""
    import polars as pl

    wide = [pl.col(rank).fill_null("") for rank in ("kingdom", "phylum")]
    return (
        pl.when(pl.col("domain").is_in(_PROKARYOTES))
        .then(pl.lit("ICNP"))
        .when(pl.any_horizontal(name.is_in(_ANIMALS) for name in wide))
        .then(pl.lit("ICZN"))
        .when((pl.col("domain") == "Eukaryota") | (wide[0] != ""))
        .then(pl.lit("ICN"))
        .otherwise(pl.col("domain").fill_null(""))
    )


def _lasting(name: str) -> pl.Expr:
    """Keep those flags that say something of a name, not of a sequence."""
    import polars as pl

    flags = pl.col(name).str.split("|")
    is_lasting = pl.element().is_in(EXCLUDING_FLAGS) | pl.element().str.starts_with(_CONFLICT)
    return flags.list.eval(pl.element().filter(is_lasting)).list.join("|")


def _id(key: Mapping[str, str], level: str) -> str:
    """Name a taxon; what is called the same and is another differs in the checksum of its key."""
    digest = md5("|".join(key.values()).encode(), usedforsecurity=False).hexdigest()[:8]
    deepest = key["named"] or "organism"
    before = f"{level}:" if key["named_rank"] == level else unnamed(level)
    return f"{before}{deepest} {digest}"


def unnamed(level: str) -> str:
    """Give how the ids of what has no name at a level begin."""
    return f"{level}:unclassified "


def added_up(counts: pl.LazyFrame, lineage_of: pl.LazyFrame) -> pl.LazyFrame:
    """Add up, in each library, the features of one lineage."""
    return (
        counts.join(lineage_of, on="feature_id", how="inner")
        .group_by("library_id", "new", "agreement_id")
        .agg(_sum("count"), _sum("relative_abundance"))
        .rename({"new": "feature_id"})
        .select("library_id", "feature_id", "count", "relative_abundance", "agreement_id")
    )


def _sum(name: str) -> pl.Expr:
    """Add up what is there; nothing stays nothing."""
    import polars as pl

    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
