"""Names that a sender withheld: features are told apart by pseudonyms, and are not unclassified.

What nobody here can name is neither added up with others by its name nor compared by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import PLACEMENT, UNPLACED
from soilbio.harmonise.rules import LEVELS, Rule
from soilbio.standards.pseudonyms import PSEUDONYM
from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.settle import CHIMERA

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.compare import Pair
    from soilbio.harmonise.sources import Source

NAMES_WITHHELD = "names-withheld"
# A larger part of what an assay counted is not left to chance: it makes laboratories differ.
_FEW = 0.05
_NO_NAMES = ("feature", PLACEMENT, "presence", "refused")
_BY_NAMES = frozenset(LEVELS) - set(_NO_NAMES)
# Levels that leave no number to compare.
_NO_NUMBERS = frozenset({"presence", "refused"})
# What merging says of sequences, whatever they are called.
_OF_SEQUENCES = (CHIMERA, UNPLACED)
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


def assays_without_names(source: Source, *, is_classified: bool = False) -> set[str]:
    """List the assays of which names are withheld: of more than a twentieth of what they counted.

    One whose features have pseudonyms and nothing else is one of them, whatever it says of names.
    Sequences get names where they are classified anew.
    """
    import polars as pl

    has_sequence = pl.col("sequence").fill_null("") != ""
    is_bare = is_nameless() & pl.col("feature_id").str.contains(PSEUDONYM) & ~has_sequence
    is_named_anew = has_sequence if is_classified else pl.lit(value=False)
    known = (
        source.frame("features")
        .select(
            "feature_id",
            (are_names_withheld() & ~is_named_anew).alias("is_withheld"),
            is_bare.alias("is_bare"),
        )
        .collect(engine="streaming")
    )
    if not (known["is_withheld"].any() or known["is_bare"].any()):
        return set()
    amount = pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance"))
    found = (
        source.frame("counts")
        .join(known.lazy(), on="feature_id", how="inner")
        .join(source.frame("libraries").select("library_id", "assay_id"), on="library_id")
        .group_by("assay_id")
        .agg(
            (amount.filter("is_withheld").sum() > _FEW * amount.sum()).alias("is_withheld"),
            pl.col("is_bare").all(),
        )
        .filter(pl.col("is_withheld") | pl.col("is_bare"))
        .collect(engine="streaming")
    )
    return set(found["assay_id"])


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


def of_withheld(one: Assay, other: Assay, level: str, rules: Mapping[str, Rule]) -> list[Rule]:
    """Give the rule of withheld names where two assays would be compared by names."""
    if level not in _BY_NAMES or _is_soundly_named(one, other, level):
        return []
    return [rules[NAMES_WITHHELD]]


def _is_soundly_named(one: Assay, other: Assay, level: str) -> bool:
    """Tell whether names are there, or one sender's pseudonyms stand for names of that level."""
    if not any(assay.get("names_withheld") for assay in (one, other)):
        return True
    are_as_they_came = {assay.get("merged_by") for assay in (one, other)} == {level}
    is_apart = one.get("digest") == other.get("digest") and other["assay_id"] in one["kept_apart"]
    return have_one_key(one, other) and are_as_they_came and not is_apart


def by_level(
    pairs: Sequence[Pair], assays: Mapping[str, Assay], level: str, rules: Mapping[str, Rule]
) -> list[Pair]:
    """Leave those side by side that could be merged by sequence, where all are merged by names.

    Other assays, or the user, ask for names, and these have none; features of one sender stay what
    they are.
    """
    if level not in _BY_NAMES:
        return list(pairs)
    return [_by_level(pair, assays[pair.one], assays[pair.other], rules) for pair in pairs]


def _by_level(pair: Pair, one: Assay, other: Assay, rules: Mapping[str, Rule]) -> Pair:
    is_by_sequence = pair.level in ("feature", PLACEMENT)
    is_withheld = any(assay.get("names_withheld") for assay in (one, other))
    is_of_one = pair.level == "feature" and have_one_key(one, other)
    if not is_by_sequence or not is_withheld or is_of_one:
        return pair
    rule = rules[NAMES_WITHHELD]
    return replace(pair, level=rule.finest, rules=(*pair.rules, rule))


def level_as_it_came(rules: Collection[Rule]) -> str:
    """Give the level that one of two assays has been merged by before, if it was."""
    before = [rule.finest for rule in rules if rule.name in ("merged-before", "placed-before")]
    return max(before, key=LEVELS.index, default="feature")
