"""Assays of one region whose sequences all begin or end a few bases elsewhere: they are cut alike.

Pipelines cut amplicons at places of their own (mothur filters the columns of an alignment, forward
reads end at one length), so that no sequence of one is any of another's, and laboratories seem to
have nothing in common. Where the sequences that two assays share lie against each other at one
offset, or begin at one and end where all of one assay have one length, that is what their methods
do, and all are cut to what they have in common. Single sequences that differ otherwise are left to
`ends`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.ends import MIDDLE_BP, middle_of, middles_in
from soilbio.harmonise.lengths import CUT

if TYPE_CHECKING:
    from soilbio.harmonise.ways import Part

# An offset is the methods' if so much of what two assays share has it, and so many sequences: fewer
# could be of one odd genus.
_OF_ALL = 0.9
_FEWEST = 10
# Of sequences that were cut to a length where they are longer, so many have it.
_MANY = 0.2
# How many bases more the first has than the other, at its start and at its end.
Offset = tuple[int, int]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Bases to cut from assays' sequences at their start and end, and then to which length."""

    ends: Mapping[str, Offset] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Met:
    """How the sequences of two assays lie against each other.

    Where `end` is not one number, all of `cut` have one length, and the other's go on.
    """

    start: int
    end: int | None
    cut: str = ""


def common_ends(parts: Sequence[Part], alike: Iterable[Pair]) -> Cuts:
    """Find what to cut from assays' sequences so that they begin and end at one place.

    Parameters
    ----------
    parts : sequence of (Source, counts, features)
        On one strand.
    alike : iterable of (assay, assay)
        By `dataset: assay`: those of one region that are merged by sequence.

    Returns
    -------
    Cuts
        Of assays from which something is cut. Sequences are held in memory, O(features).

    """
    pairs = [(min(pair), max(pair)) for pair in alike]
    wanted = {name for pair in pairs for name in pair}
    if not wanted:
        return Cuts()
    holders: dict[str, list[str]] = {}
    for assay, sequence in sorted(_sequences(parts, wanted)):
        holders.setdefault(sequence, []).append(assay)
    lengths = _cut_lengths(holders)
    found = _offsets(holders)
    known = _cut_before(parts)
    met = {pair: _agreed(pair, found[pair], lengths, known) for pair in pairs if pair in found}
    return _cuts({pair: one for pair, one in met.items() if one is not None}, lengths)


def _sequences(parts: Sequence[Part], wanted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield assays and their sequences, each once."""
    import polars as pl

    for source, counts, features in parts:
        assays = [row["assay_id"] for row in source.rows("assays")]
        own = [assay for assay in assays if f"{source.name}: {assay}" in wanted]
        if not own:
            continue
        libraries = source.frame("libraries").filter(pl.col("assay_id").is_in(own))
        known = features.select("feature_id", "sequence").filter(pl.col("sequence").is_not_null())
        rows = (
            counts.select("library_id", "feature_id")
            .join(libraries.select("library_id", "assay_id"), on="library_id", how="inner")
            .select("assay_id", "feature_id")
            .unique()
            .join(known.unique(), on="feature_id", how="inner")
            .select("assay_id", "sequence")
            .unique()
            .collect(engine="streaming")
        )
        for assay, sequence in rows.iter_rows():
            yield f"{source.name}: {assay}", sequence


def _offsets(holders: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], Counter[Offset]]:
    """Count at which offsets the sequences of each two assays lie against each other."""
    sequences = list(holders)
    found: dict[tuple[str, str], Counter[Offset]] = defaultdict(Counter)
    for (one, other), (start, end) in _met(sequences).items():
        for own, its in product(holders[sequences[one]], holders[sequences[other]]):
            if own < its:
                found[own, its][start, end] += 1
            elif its < own and one != other:
                found[its, own][-start, -end] += 1
    return found


def _met(sequences: Sequence[str]) -> dict[tuple[int, int], Offset]:
    """Give the offset of sequences that are one where they lie against each other, by place.

    Each of itself, too.
    """
    by_middle: dict[str, list[int]] = {}
    for place, sequence in enumerate(sequences):
        if len(sequence) >= MIDDLE_BP:
            by_middle.setdefault(middle_of(sequence), []).append(place)
    met: dict[tuple[int, int], Offset] = {}
    for place, sequence in enumerate(sequences):
        for at, middle in middles_in(sequence):
            for other in by_middle.get(middle, ()):
                offset = _offset(sequence, sequences[other], at)
                if offset and place <= other:
                    met[place, other] = offset
                elif offset:
                    met[other, place] = -offset[0], -offset[1]
    return met


def _offset(one: str, other: str, at: int) -> Offset | None:
    """Give how much more one has than the other, whose middle lies at a place in it; or nothing."""
    start = at - (len(other) - MIDDLE_BP) // 2
    end = len(one) - start - len(other)
    own = one[max(start, 0) : len(one) - max(end, 0)]
    return (start, end) if own == other[max(-start, 0) : len(other) - max(-end, 0)] else None


def _cut_lengths(holders: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Give the length of assays that look cut to it: nearly all have it, or many and none more."""
    lengths: dict[str, Counter[int]] = defaultdict(Counter)
    for sequence, owners in holders.items():
        for assay in owners:
            lengths[assay][len(sequence)] += 1
    most = {assay: max(own.items(), key=itemgetter(1)) for assay, own in lengths.items()}
    return {
        assay: length
        for assay, (length, number) in most.items()
        if number >= CUT * lengths[assay].total()
        or (length == max(lengths[assay]) and number >= _MANY * lengths[assay].total())
    }


def _cut_before(parts: Sequence[Part]) -> dict[str, set[Offset]]:
    """Give what earlier merging cut from the ends of what is in each assay of a merged dataset."""
    return {
        f"{source.name}: {name}": cuts
        for source, _, _ in parts
        for name, cuts in cuts_before(source.history).items()
    }


def cuts_before(history: Mapping[str, Any]) -> dict[str, set[Offset]]:
    """Give all cuts at ends by name of the merged assay, those of earlier mergings added up."""
    found: dict[str, set[Offset]] = defaultdict(set)
    earlier = [cuts_before(one) for one in history.get("before", ())]
    for node, name in history.get("assays", {}).items():
        start, end = history.get("common_ends", {}).get(node, (0, 0))
        own = node.partition(": ")[2]
        before = {cut for one in earlier for cut in one.get(own, ())} | {(0, 0)}
        found[name] |= {(start + one, end + other) for one, other in before}
    return found


def _agreed(
    pair: Pair,
    found: Counter[Offset],
    lengths: Mapping[str, int],
    known: Mapping[str, set[Offset]],
) -> _Met | None:
    """Say how two assays lie against each other, if what they share says one thing.

    What was as it is and was cut is met where it was before by any sequence.
    """
    offset, number = min(found.items(), key=lambda one: (-one[1], one[0]))
    enough = _OF_ALL * found.total()
    if number >= enough:
        turned = -offset[0], -offset[1]
        is_known = offset in known.get(pair[1], ()) or turned in known.get(pair[0], ())
        is_clear = number >= _FEWEST or offset == (0, 0) or is_known
        shorter = pair[offset[1] > 0]
        # Some are equal at their end: those that never reached the length that others were cut to.
        has_length = offset[1] and shorter in lengths and found[offset[0], 0]
        met = _Met(offset[0], None, shorter) if has_length else _Met(*offset)
        return met if is_clear else None
    start = offset[0]
    for cut, sign in zip(pair, (-1, 1), strict=True):
        goes_on = sum(
            number for (own, end), number in found.items() if own == start and sign * end >= 0
        )
        if cut in lengths and goes_on >= max(enough, _FEWEST):
            return _Met(start, None, cut)
    return None


def _cuts(met: Mapping[Pair, _Met], lengths: Mapping[str, int]) -> Cuts:
    """Say what to cut; of assays that contradict each other nothing is."""
    ends: dict[str, Offset] = {}
    to_length: dict[str, int] = {}
    starts = {pair: one.start for pair, one in met.items()}
    for group in _groups(met):
        start = _longer({pair: starts[pair] for pair in met if pair[0] in group})
        end = _longer(
            {pair: one.end for pair, one in met.items() if pair[0] in group and one.end is not None}
        )
        if start is None or end is None:
            continue
        cut = {one.cut for pair, one in met.items() if pair[0] in group and one.cut}
        # Where all are cut to a length, that is where they end.
        own = {name: (start[name], 0 if cut else end.get(name, 0)) for name in group}
        ends |= {name: both for name, both in own.items() if both != (0, 0)}
        if cut:
            shortest = min(lengths[name] - start[name] for name in cut)
            to_length |= dict.fromkeys(sorted(group), shortest)
    return Cuts(ends, to_length)


def _groups(pairs: Iterable[Pair]) -> list[set[str]]:
    """Put assays together that lie against each other, also by way of others."""
    of: dict[str, set[str]] = {}
    for one, other in sorted(pairs):
        group = of.get(one, {one}) | of.get(other, {other})
        of |= dict.fromkeys(group, group)
    return [of[name] for name in sorted(of) if name == min(of[name])]


def _longer(offsets: Mapping[Pair, int]) -> dict[str, int] | None:
    """Give by how much each assay is longer than the shortest; None where pairs contradict."""
    found: dict[str, int] = {}
    for group in _groups(offsets):
        own = {min(group): 0}
        while len(own) < len(group):
            for (one, other), more in offsets.items():
                if one in own and other in group:
                    own.setdefault(other, own[one] - more)
                elif other in own and one in group:
                    own.setdefault(one, own[other] + more)
        found |= {name: one - min(own.values()) for name, one in own.items()}
    is_clear = all(found[one] - found[other] == more for (one, other), more in offsets.items())
    return found if is_clear else None
