"""Features that are one but for their ends, under one name: as `ends` finds them, circle by circle.

Which sequences others have decides whether two are taken for one. So only those decide that are
shared with everybody who sees the two. What such others call a sequence, it is called in a circle,
too, so that who sees both finds it under one name; where nobody who sees one circle need see the
other, a sequence may be joined in one, and stay what it is in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from soilbio.harmonise.ends import Ends, all_inside, same_but_for_ends
from soilbio.harmonise.lots import one_row_each
from soilbio.harmonise.origins import Became
from soilbio.harmonise.terms import Circle, seen_beside, within

if TYPE_CHECKING:
    from soilbio.harmonise.ways import Part

# The datasets that have each feature, with its sequence.
_Held = Mapping[str, set[str]]


def joined_by_ends(
    parts: Sequence[Part], circles: Sequence[Circle], notes: dict[str, int]
) -> tuple[list[Part], list[Became]]:
    """Call features that are one but for their ends by one name, mostly that of the longer one.

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
    inside, sequence = _inside(parts)
    notes["features_that_were_one_but_for_their_ends"] = 0
    if not inside:
        return list(parts), [Became(parts, {})]
    several = len(circles) > 1
    of_circles = [within(one, parts) for one in circles] if several else [list(parts)]
    beside = seen_beside(circles) if several else [[]]
    held = [_held(own, sequence) for own in of_circles]
    names = _names(inside, held, beside)
    renamed = {feature for own in names for feature in own}
    notes["features_that_were_one_but_for_their_ends"] = len(renamed)
    if apart := _apart(inside, held, names):
        notes["features_kept_apart_by_agreements_though_one_but_for_their_ends"] = apart
    if not renamed:
        return list(parts), [Became(parts, {})]
    called = [_called(own, new, sequence) for own, new in zip(of_circles, names, strict=True)]
    lots = [one.lots for one in circles] if several else [None]
    return _together(parts, called), [
        Became(*one) for one in zip(of_circles, names, lots, strict=True)
    ]


def _inside(parts: Sequence[Part]) -> tuple[list[Ends], dict[str, str]]:
    """Find all features that lie in others, and give the sequences of these and those."""
    import polars as pl

    features = [own.select("feature_id", "sequence") for _, _, own in parts]
    # Where a dataset received a feature without its sequence, another one may have it.
    every = pl.concat(features).filter(pl.col("sequence").is_not_null()).unique().collect()
    sequences = dict(every.iter_rows())
    inside = all_inside(sequences)
    return inside, {name: sequences[name] for one in inside for name in (one.shorter, one.longer)}


def _held(parts: Sequence[Part], names: Mapping[str, str]) -> dict[str, set[str]]:
    import polars as pl

    wanted = pl.col("feature_id").is_in(sorted(names)) & pl.col("sequence").is_not_null()
    rows = [own.select("feature_id", "source", "sequence").filter(wanted) for _, _, own in parts]
    found: dict[str, set[str]] = {}
    for name, source in pl.concat(rows).select("feature_id", "source").collect().iter_rows():
        found.setdefault(name, set()).add(source)
    return found


def _names(
    inside: Sequence[Ends], held: Sequence[_Held], beside: Sequence[Sequence[int]]
) -> list[dict[str, str]]:
    """Give for each circle the names of its features that are called by another's name.

    Circles of which more people see come first; in what they call a feature the others follow.
    """
    found: list[dict[str, str]] = [{} for _ in held]
    for place in sorted(range(len(held)), key=lambda one: len(beside[one])):
        seen: dict[str, set[str]] = {}
        fixed: dict[str, str] = {}
        for other in (place, *beside[place]):
            for feature, sources in held[other].items():
                seen.setdefault(feature, set()).update(sources)
                if other != place:
                    fixed.setdefault(feature, found[other].get(feature, feature))
        names = dict(fixed)
        for one in same_but_for_ends(inside, seen):
            if one.shorter not in fixed:
                names[one.shorter] = names.get(one.longer, one.longer)
            elif one.longer not in fixed:
                names[one.longer] = names[one.shorter]
        own = {feature: names.get(feature, feature) for feature in held[place]}
        found[place] = _of_one_each(own, held[place])
    return found


def _of_one_each(names: Mapping[str, str], held: _Held) -> dict[str, str]:
    """Leave out what would make one feature of two that a dataset tells apart."""
    number = Counter((name, source) for one, name in names.items() for source in held[one])
    return {
        feature: name
        for feature, name in names.items()
        if name != feature and all(number[name, source] == 1 for source in held[feature])
    }


def _apart(
    inside: Sequence[Ends], held: Sequence[_Held], names: Sequence[Mapping[str, str]]
) -> int:
    """Count features that would be one, and are called by several names in several circles.

    A sequence that is joined to another in one circle is no longer called as in another.
    """
    sources: dict[str, set[str]] = {}
    called: dict[str, set[str]] = {}
    wanted: dict[str, set[str]] = {}
    for own, new in zip(held, names, strict=True):
        for feature, there in own.items():
            sources.setdefault(feature, set()).update(there)
            called.setdefault(feature, set()).add(new.get(feature, feature))
        for feature, name in new.items():
            wanted.setdefault(feature, {feature, name})
    for one in same_but_for_ends(inside, sources):
        wanted[one.shorter] = {one.shorter, one.longer}
    several = (set().union(*(called.get(one, set()) for one in both)) for both in wanted.values())
    return sum(len(one) > 1 for one in several)


def _called(
    parts: Sequence[Part], names: Mapping[str, str], sequence: Mapping[str, str]
) -> list[Part]:
    import polars as pl

    renamed = pl.col("feature_id").replace(names)
    is_renamed = pl.col("feature_id").is_in(list(names))
    whole = renamed.replace_strict(sequence, default=None, return_dtype=pl.String)
    length = whole.str.len_chars().cast(pl.Int64)
    return [
        (
            source,
            counts.with_columns(renamed),
            features.with_columns(
                renamed,
                pl.when(is_renamed).then(whole).otherwise("sequence").alias("sequence"),
                pl.when(is_renamed).then(length).otherwise("length_bp").alias("length_bp"),
            ),
        )
        for source, counts, features in parts
    ]


def _together(parts: Sequence[Part], circles: Sequence[Sequence[Part]]) -> list[Part]:
    """Put what each dataset has in several circles together again; of no circle is nothing."""
    import polars as pl

    own = {
        source.digest: [(counts.clear(), features.clear())] for source, counts, features in parts
    }
    for circle in circles:
        for source, counts, features in circle:
            own[source.digest].append((counts, features))
    found: list[Part] = []
    for source, _, _ in parts:
        every, said = zip(*own[source.digest], strict=True)
        found.append((source, pl.concat(every), one_row_each(pl.concat(said))))
    return found
