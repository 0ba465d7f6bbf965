"""Assays of one region whose sequences all begin or end a few bases elsewhere: they are cut alike.

Pipelines cut amplicons at places of their own (mothur filters the columns of an alignment, say), so
that no sequence of one is any of another's, and laboratories seem to have nothing in common. Where
the sequences that two assays share lie against each other at one offset, that is what their methods
do, and both are cut to what they have in common. Single sequences that differ otherwise are left
to `ends`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from soilbio.harmonise.ends import MIDDLE_BP, middle_of, middles_in

if TYPE_CHECKING:
    from soilbio.harmonise.ways import Part

# An offset is the methods' if so much of what two assays share has it, and so many sequences: fewer
# could be of one odd genus.
_OF_ALL = 0.9
_FEWEST = 10
# How many bases more the first has than the other, at its start and at its end.
Offset = tuple[int, int]


def common_ends(parts: Sequence[Part], alike: Iterable[tuple[str, str]]) -> dict[str, Offset]:
    """Find the bases to cut from the start and the end of assays' sequences.

    Parameters
    ----------
    parts : sequence of (Source, counts, features)
        On one strand.
    alike : iterable of (assay, assay)
        By `dataset: assay`: those of one region that are merged by sequence.

    Returns
    -------
    dict
        Of assays from which something is cut. Hashes of sequences are held in memory, O(features).

    """
    pairs = [(min(pair), max(pair)) for pair in alike]
    wanted = {name for pair in pairs for name in pair}
    if not wanted:
        return {}
    holders: dict[str, list[str]] = {}
    for assay, sequence in sorted(_sequences(parts, wanted)):
        holders.setdefault(sequence, []).append(assay)
    found = _offsets(holders)
    offsets = {pair: _agreed(found.get(pair)) for pair in pairs}
    return _cuts({pair: offset for pair, offset in offsets.items() if offset is not None})


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


def _agreed(found: Counter[Offset] | None) -> Offset | None:
    """Give the offset of two assays, if what they share has one."""
    if not found:
        return None
    offset, number = min(found.items(), key=lambda one: (-one[1], one[0]))
    is_clear = number >= _OF_ALL * found.total()
    return offset if is_clear and (number >= _FEWEST or offset == (0, 0)) else None


def _cuts(offsets: Mapping[tuple[str, str], Offset]) -> dict[str, Offset]:
    """Say what to cut so that assays that lie against each other begin and end at one place.

    Of assays whose offsets contradict each other nothing is cut.
    """
    nearby: dict[str, list[tuple[str, Offset]]] = defaultdict(list)
    for (one, other), (start, end) in sorted(offsets.items()):
        nearby[one].append((other, (start, end)))
        nearby[other].append((one, (-start, -end)))
    found: dict[str, Offset] = {}
    seen: set[str] = set()
    for first in sorted(nearby):
        if first in seen:
            continue
        # How much longer each is than the first.
        longer: dict[str, Offset] = {first: (0, 0)}
        todo, is_clear = [first], True
        while todo:
            own = todo.pop()
            for other, (start, end) in nearby[own]:
                its = longer[own][0] - start, longer[own][1] - end
                if other not in longer:
                    longer[other] = its
                    todo.append(other)
                is_clear &= longer[other] == its
        seen |= longer.keys()
        if is_clear:
            least = [min(one[end] for one in longer.values()) for end in (0, 1)]
            found |= {
                name: (one[0] - least[0], one[1] - least[1])
                for name, one in longer.items()
                if list(one) != least
            }
    return found
