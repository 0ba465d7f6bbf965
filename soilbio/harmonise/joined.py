"""Features that are one but for their ends, under one name: as `ends` finds them, circle by circle.

Which sequences others have decides whether two are taken for one. So only those decide that are
shared with everybody who sees the two; a sequence of several circles may be joined in one, and stay
what it is in another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from soilbio.harmonise.ends import same_but_for_ends
from soilbio.harmonise.lots import one_row_each
from soilbio.harmonise.origins import Became
from soilbio.harmonise.terms import Circle, seen_with, within

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.ways import Part


def joined_by_ends(
    parts: Sequence[Part], circles: Sequence[Circle], notes: dict[str, int]
) -> tuple[list[Part], list[Became]]:
    """Call features that are one but for their ends by one name, that of the longer one.

    Parameters
    ----------
    parts : sequence of (Source, counts, features)
    circles : sequence of Circle
        All that have libraries.
    notes : dict of str to int
        The number of features that have another's name then is added.

    Returns
    -------
    parts, became : list of (Source, counts, features), list of Became

    """
    every: list[tuple[Sequence[Part], dict[str, str], frozenset[str] | None]]
    if len(circles) < 2:
        every = [(parts, _longer(parts), None)]
    else:
        every = [
            (
                within(one, parts),
                _longer([part for own in seen_with(one, circles) for part in within(own, parts)]),
                one.lots,
            )
            for one in circles
        ]
    shorter = {name for _, longer, _ in every for name in longer}
    notes["features_that_were_one_but_for_their_ends"] = len(shorter)
    if len(circles) > 1 and (apart := _apart(parts, every)):
        notes["features_kept_apart_by_agreements_though_one_but_for_their_ends"] = apart
    if not shorter:
        return list(parts), [Became(parts, {})]
    sequence = _sequences(parts, {name for _, longer, _ in every for name in longer.values()})
    called = [_called(own, longer, sequence) for own, longer, _ in every]
    return _together(called), [Became(own, longer, lots) for own, longer, lots in every]


def _longer(parts: Sequence[Part]) -> dict[str, str]:
    """Find features that are one but for their ends; give the longer one's name for the other's."""
    import polars as pl

    features = [own.select("feature_id", "sequence", "source") for _, _, own in parts]
    every = pl.concat(features).filter(pl.col("sequence").is_not_null())
    rows = every.group_by("feature_id", "sequence").agg("source").collect()
    ends = same_but_for_ends(
        dict(rows.select("feature_id", "sequence").iter_rows()),
        {name: frozenset(own) for name, own in rows.select("feature_id", "source").iter_rows()},
    )
    return {one.shorter: one.longer for one in ends}


def _apart(
    parts: Sequence[Part],
    every: Sequence[tuple[Sequence[Part], Mapping[str, str], frozenset[str] | None]],
) -> int:
    """Count features that would be one, and are called by several names in several circles.

    A sequence that is joined to a longer one in one circle is no longer called as in another.
    """
    names: dict[str, set[str]] = {}
    for own, longer, _ in every:
        for feature in _features(own):
            names.setdefault(feature, set()).add(longer.get(feature, feature))
    wanted = {shorter: {shorter, longer} for shorter, longer in _longer(parts).items()}
    for _, longer, _ in every:
        for one, other in longer.items():
            wanted.setdefault(one, {one, other})
    called = (set().union(*(names.get(one, set()) for one in both)) for both in wanted.values())
    return sum(len(one) > 1 for one in called)


def _features(parts: Sequence[Part]) -> set[str]:
    import polars as pl

    frames = [own.select("feature_id") for _, _, own in parts]
    return set(pl.concat(frames).unique().collect()["feature_id"])


def _sequences(parts: Sequence[Part], names: set[str]) -> dict[str, str]:
    import polars as pl

    # Where a dataset received a feature without its sequence, another one may have it.
    wanted = pl.col("feature_id").is_in(sorted(names)) & pl.col("sequence").is_not_null()
    found = [own.select("feature_id", "sequence").filter(wanted) for _, _, own in parts]
    return dict(pl.concat(found).unique().collect().iter_rows())


def _called(
    parts: Sequence[Part], longer: Mapping[str, str], sequence: Mapping[str, str]
) -> list[Part]:
    import polars as pl

    renamed = pl.col("feature_id").replace(longer)
    is_short = pl.col("feature_id").is_in(list(longer))
    whole = renamed.replace_strict(sequence, default=None, return_dtype=pl.String)
    length = whole.str.len_chars().cast(pl.Int64)
    return [
        (
            source,
            counts.with_columns(renamed),
            features.with_columns(
                renamed,
                pl.when(is_short).then(whole).otherwise("sequence").alias("sequence"),
                pl.when(is_short).then(length).otherwise("length_bp").alias("length_bp"),
            ),
        )
        for source, counts, features in parts
    ]


def _together(circles: Sequence[Sequence[Part]]) -> list[Part]:
    """Put what each dataset has in several circles together again."""
    import polars as pl

    found: list[Part] = []
    for same in zip(*circles, strict=True):
        counts: list[pl.LazyFrame] = [own for _, own, _ in same]
        features: list[pl.LazyFrame] = [own for _, _, own in same]
        found.append((same[0][0], pl.concat(counts), one_row_each(pl.concat(features))))
    return found
