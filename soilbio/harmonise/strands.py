"""Assays that were read the other way round, told by each other where no gene is given.

A sequence and its reverse complement in two laboratories' results are one, read on two strands,
also where the one lies in the other: ends are cut at other places, too.
Assays that have more features in common that way than as they stand are turned to the larger one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import TYPE_CHECKING

from soilbio.harmonise.ends import pairs_inside
from soilbio.harmonise.orientation import renamed
from soilbio.harmonise.ways import sequences_of
from soilbio.standards.iupac import reverse_complement

if TYPE_CHECKING:
    from soilbio.harmonise.ways import Part

    # An assay of a dataset, by the place of this in the list.
    Unit = tuple[int, str]


def turned_alike(parts: list[Part], notes: dict[str, int]) -> list[Part]:
    """Turn assays whose sequences are those of others on the other strand.

    Parameters
    ----------
    parts : list of (Source, counts, features)
    notes : dict of str to int
        If there are any: how many sequences were turned, and how many are there both ways still.

    """
    known = set(sequences_of(parts).values())
    both = [(one, other) for one in known if one < (other := reverse_complement(one)) in known]
    both += pairs_inside(known, is_turned=True)
    if not both:
        return parts
    has = _units(parts)
    turned = _turned(has, both, pairs_inside(known, is_turned=False))
    kept, number = [], 0
    for place, (source, counts, features) in enumerate(parts):
        new = {
            name: reverse_complement(sequence)
            for name, sequence in sequences_of([parts[place]]).items()
            # Counts of libraries that another dataset has, too, are of that one alone.
            if _is_turned(has.get(sequence, set()), turned, place)
        }
        number += len(new)
        kept.append((source, *renamed(counts, features, new)) if new else parts[place])
    notes["sequences_that_were_turned"] = number
    still = [
        one
        for one, other in both
        if {unit in turned for unit in has.get(one, ())}
        & {unit in turned for unit in has.get(other, ())}
    ]
    notes["sequences_that_are_there_in_both_directions"] = len(still)
    return kept


def _units(parts: Sequence[Part]) -> dict[str, set[Unit]]:
    """Tell which assays have each sequence."""
    import polars as pl

    found: dict[str, set[Unit]] = {}
    for place, (source, counts, features) in enumerate(parts):
        assay_of = source.frame("libraries").select("library_id", "assay_id")
        rows = (
            counts.join(assay_of, on="library_id", how="inner")
            .select("assay_id", "feature_id")
            .unique()
            .join(features.select("feature_id", "sequence").unique(), on="feature_id")
            .filter(pl.col("sequence").fill_null("") != "")
            .collect(engine="streaming")
        )
        for assay, sequence in rows.select("assay_id", "sequence").iter_rows():
            found.setdefault(sequence, set()).add((place, assay))
    return found


def _turned(
    has: Mapping[str, set[Unit]],
    both: Sequence[tuple[str, str]],
    inside: Sequence[tuple[str, str]],
) -> set[Unit]:
    """Find the assays to turn: in each group of assays that meet, those unlike the largest."""
    sizes = Counter(unit for units in has.values() for unit in units)
    order = sorted(sizes, key=lambda unit: (-sizes[unit], unit))
    alike = Counter(pair for units in has.values() for pair in permutations(units, 2))
    alike += _met(has, inside)
    against = _met(has, both)
    is_turned: dict[Unit, bool] = {}
    for root in order:
        waiting = [root] if root not in is_turned else []
        is_turned.setdefault(root, False)
        while waiting:
            one = waiting.pop()
            met = [unit for unit in order if alike[one, unit] or against[one, unit]]
            for other in (unit for unit in met if unit not in is_turned):
                is_turned[other] = is_turned[one] ^ (against[one, other] > alike[one, other])
                waiting.append(other)
    return {unit for unit, turned in is_turned.items() if turned}


def _met(
    has: Mapping[str, set[Unit]], pairs: Sequence[tuple[str, str]]
) -> Counter[tuple[Unit, Unit]]:
    """Count for each two assays the pairs of sequences of which each has one."""
    return Counter(
        pair
        for sequence, other_one in pairs
        for one, other in product(has.get(sequence, ()), has.get(other_one, ()))
        for pair in ((one, other), (other, one))
        if one != other
    )


def _is_turned(units: set[Unit], turned: set[Unit], place: int) -> bool:
    """Tell whether all assays of a dataset that have a sequence are turned."""
    own = [unit for unit in units if unit[0] == place]
    return bool(own) and all(unit in turned for unit in own)
