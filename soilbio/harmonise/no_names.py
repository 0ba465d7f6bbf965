"""Features without names: a sender withheld these, or nothing of an assay was ever classified.

What nobody here can name is neither added up with others by its name nor compared by it. What was
classified poorly is another thing: it is compared by the names that it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import PLACEMENT, UNPLACED
from soilbio.dataset.pools import may_be_pool
from soilbio.harmonise.rules import LEVELS, Rule
from soilbio.standards.pseudonyms import PSEUDONYM
from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.settle import CHIMERA

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.compare import Pair
    from soilbio.harmonise.sources import Source

WITHHELD, NONE = "names-withheld", "no-names"
# A larger part of what an assay counted makes laboratories differ; less of it says nothing.
_FEW = 0.05
_NO_NAMES = ("feature", PLACEMENT, "presence", "refused")
BY_NAMES = frozenset(LEVELS) - set(_NO_NAMES)
# Levels that leave no number to compare.
_NO_NUMBERS = frozenset({"presence", "refused"})
# What flags say of sequences, whatever they are called.
_OF_SEQUENCES = (CHIMERA, UNPLACED, "off-target-length")
_UNCLASSIFIED = "unclassified"
Assay = Mapping[str, Any]


def is_nameless() -> pl.Expr:
    """Tell features that have no name at any rank."""
    import polars as pl

    return pl.all_horizontal(pl.col(rank).fill_null("") == "" for rank in RANKS)


def are_names_withheld() -> pl.Expr:
    """Tell features of which nothing is said; of what was named in vain flags say that."""
    import polars as pl

    flags = pl.col("flags").str.split("|")
    of_names = flags.list.set_difference(pl.lit([*_OF_SEQUENCES])).list.len()
    return is_nameless() & (pl.col("flags").is_null() | (of_names == 0))


def assays_without_names(source: Source, *, is_classified: bool = False) -> dict[str, str]:
    """Tell of which assays names are withheld, and which have none, with the rule of either.

    Of the first more than a twentieth of what they counted is withheld, of the others less than
    that has a name below the domain. Sequences get names where they are classified anew; reads that
    a profiler gave no name are of no feature.
    """
    import polars as pl

    has_sequence = pl.col("sequence").fill_null("") != ""
    is_named_anew = has_sequence if is_classified else pl.lit(value=False)
    is_named = pl.any_horizontal(pl.col(rank).fill_null("") != "" for rank in RANKS[1:])
    is_pool = is_nameless() & may_be_pool()
    lacking = (
        source.frame("features")
        .filter(~(is_named | is_named_anew))
        .select(
            "feature_id",
            is_pool.alias("of_pools"),
            (are_names_withheld() & ~is_pool).alias("withheld"),
            (~is_pool).alias("unnamed"),
        )
        .collect()
    )
    if not lacking.height:
        return {}
    found = _amounts(source, lacking).with_columns(pl.col("every") - pl.col("of_pools"))
    named = pl.col("every") - pl.col("unnamed")
    told = found.select(
        "assay_id",
        pl.when(pl.col("withheld") > _FEW * pl.col("every"))
        .then(pl.lit(WITHHELD))
        .when(named < _FEW * pl.col("every"))
        .then(pl.lit(NONE)),
    )
    return dict(told.drop_nulls().iter_rows())


def _amounts(source: Source, lacking: pl.DataFrame) -> pl.DataFrame:
    """Add up by assay `every` amount that was counted, and that of features that lack names.

    Most features have some: so no table is joined with all counts.
    """
    import polars as pl

    kinds = [name for name in lacking.columns if name != "feature_id"]
    amount = pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance"))
    counts = source.frame("counts").select("library_id", "feature_id", every=amount)
    of_these = (
        counts.filter(pl.col("feature_id").is_in(lacking["feature_id"].implode()))
        .join(lacking.lazy(), on="feature_id", how="inner")
        .group_by("library_id")
        .agg(pl.col("every").filter(kind).sum().alias(kind) for kind in kinds)
    )
    return (
        counts.group_by("library_id")
        .agg(pl.col("every").sum())
        .join(of_these, on="library_id", how="left")
        .join(source.frame("libraries").select("library_id", "assay_id"), on="library_id")
        .group_by("assay_id")
        .agg(pl.col("every", *kinds).sum())
        .collect()
    )


def as_unnamed(source: Source, counts: pl.LazyFrame, features: pl.LazyFrame) -> pl.LazyFrame:
    """Leave unsaid that features are unclassified that are of assays without names only.

    So they stay what they are where others are added up by names.
    """
    import polars as pl

    lacking = [assay for assay, why in assays_without_names(source).items() if why == NONE]
    if not lacking:
        return features
    named = (
        counts.join(source.frame("libraries").select("library_id", "assay_id"), on="library_id")
        .filter(~pl.col("assay_id").is_in(lacking))
        .select("feature_id")
        .unique()
        .collect(engine="streaming")["feature_id"]
    )
    flags = pl.col("flags").str.split("|").list.set_difference(pl.lit([_UNCLASSIFIED]))
    is_unnamed = is_nameless() & ~may_be_pool() & ~pl.col("feature_id").is_in(named.implode())
    said = flags.list.sort().list.join("|").replace("", None)
    return features.with_columns(pl.when(is_unnamed).then(said).otherwise("flags").alias("flags"))


def of_one_key(sources: Sequence[Source]) -> dict[str, frozenset[str]]:
    """Tell which datasets have features of the same pseudonyms: one sender's, who calls one so.

    Returns
    -------
    dict of str to frozenset of str
        Of the checksums of those that have pseudonyms; each is with itself.

    """
    import polars as pl

    is_pseudonym = pl.col("feature_id").str.contains(PSEUDONYM)
    own = {
        source.digest: set(
            source.frame("features").filter(is_pseudonym).select("feature_id").collect().to_series()
        )
        for source in sources
    }
    found = {digest: {digest} for digest, names in own.items() if names}
    for one, other in combinations(sorted(found), 2):
        if not own[one].isdisjoint(own[other]):
            found[one].add(other)
            found[other].add(one)
    return {digest: frozenset(others) for digest, others in found.items()}


def kept_apart(source: Source) -> dict[str, set[str]]:
    """Tell which assays of a merged dataset were left side by side when it was merged."""
    names = source.history.get("assays", {})
    found: dict[str, set[str]] = {}
    for pair in source.history.get("pairs", ()):
        both = [names[node] for node in (pair["one"], pair["other"]) if node in names]
        if pair["level"] in _NO_NUMBERS and len(both) > 1:
            found.setdefault(both[0], set()).add(both[1])
            found.setdefault(both[1], set()).add(both[0])
    return found


def have_one_key(one: Assay, other: Assay) -> bool:
    """Tell whether pseudonyms of two assays' features are of one sender."""
    return other.get("digest") in one.get("of_one_key", ())


def of_no_names(one: Assay, other: Assay, level: str, rules: Mapping[str, Rule]) -> list[Rule]:
    """Give the rules of names that are not there where two assays would be compared by names."""
    lacking = _lacking(one, other) if level in BY_NAMES else []
    if not lacking or _are_as_they_came(one, other, level):
        return []
    return [rules[name] for name in lacking]


def _lacking(one: Assay, other: Assay) -> list[str]:
    return sorted({str(assay["lacks_names"]) for assay in (one, other) if assay.get("lacks_names")})


def _are_as_they_came(one: Assay, other: Assay, level: str) -> bool:
    """Tell whether one sender's pseudonyms stand for names of that level in both."""
    is_merged = {assay.get("merged_by") for assay in (one, other)} == {level}
    is_apart = one.get("digest") == other.get("digest") and other["assay_id"] in one["kept_apart"]
    return have_one_key(one, other) and is_merged and not is_apart


def by_level(
    pairs: Sequence[Pair], assays: Mapping[str, Assay], level: str, rules: Mapping[str, Rule]
) -> list[Pair]:
    """Leave those side by side that could be merged by sequence, where all are merged by names.

    Other assays, or the user, ask for names, and one of these has none; where neither has any, and
    in what is of one sender, features stay what they are, and are one as by sequence.
    """
    if level not in BY_NAMES:
        return list(pairs)
    return [_by_level(pair, assays[pair.one], assays[pair.other], rules) for pair in pairs]


def _by_level(pair: Pair, one: Assay, other: Assay, rules: Mapping[str, Rule]) -> Pair:
    lacking = [rules[name] for name in _lacking(one, other)]
    both_lack = all(assay.get("lacks_names") for assay in (one, other))
    are_alike = pair.level == "feature" and (both_lack or have_one_key(one, other))
    if pair.level not in ("feature", PLACEMENT) or not lacking or are_alike:
        return pair
    finest = max((rule.finest for rule in lacking), key=LEVELS.index)
    return replace(pair, level=finest, rules=(*pair.rules, *lacking))
