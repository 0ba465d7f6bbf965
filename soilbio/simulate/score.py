"""How well a dataset's features agree with what is truly in the libraries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from soilbio.simulate.truth import Truth

RANKS = ("domain", "phylum", "class", "order", "family", "genus")


@dataclass(frozen=True, slots=True)
class Found:
    """What a dataset holds of one library: reads and names of each sequence."""

    library_id: str
    reads: Mapping[str, int]
    ranks: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one library; None where the truth does not say enough.

    Features are compared by their sequence. `_2` leaves true sequences with a single read out;
    `within_` counts the false positives that lie so near to a true sequence.
    """

    library_id: str
    expected_features: int
    expected_features_2: int | None
    found: int
    true_positive: int
    false_positive: int
    false_negative: int
    precision: float | None
    recall: float | None
    recall_2: float | None
    false_positive_reads: float | None
    within_1_difference: int | None
    within_3_percent: int | None
    bray_curtis: float | None
    bray_curtis_genus: float | None
    genus_named: int | None
    genus_called: int | None
    genus_correct: int | None


SCORE_COLUMNS = tuple(field.name for field in fields(Score))


def score_table(found: Found, truth: Truth, true_ranks: Mapping[str, Mapping[str, str]]) -> Score:
    """Score a library whose true sequences, lineages and reads are known.

    Parameters
    ----------
    found : Found
        What the dataset holds.
    truth : Truth
        What is truly there, with reads.
    true_ranks : mapping of sequence to mapping of rank to name
        Names of the true sequences, spelt as the dataset spells them.

    """
    true = found.reads.keys() & truth.reads.keys()
    repeated = {sequence for sequence, reads in truth.reads.items() if reads > 1}
    named = [s for s in true if same_name(true_ranks[s].get("genus", ""))]
    called = [s for s in named if found.ranks[s].get("genus")]
    correct = sum(
        same_name(found.ranks[s]["genus"]) == same_name(true_ranks[s]["genus"]) for s in called
    )
    false_reads = sum(reads for s, reads in found.reads.items() if s not in true)
    return Score(
        found.library_id,
        len(truth.reads),
        len(repeated),
        len(found.reads),
        len(true),
        len(found.reads) - len(true),
        len(truth.reads) - len(true),
        _ratio(len(true), len(found.reads)),
        _ratio(len(true), len(truth.reads)),
        _ratio(len(true & repeated), len(repeated)),
        _ratio(false_reads, sum(found.reads.values())),
        None,
        None,
        bray_curtis(found.reads, truth.reads),
        bray_curtis(
            summed(found.reads, found.ranks, "genus"), summed(truth.reads, true_ranks, "genus")
        ),
        len(named),
        len(called),
        correct,
    )


def score_expected(found: Found, truth: Truth) -> Score:
    """Score a library of which only the sequences are known; a feature may be part of one."""
    true = [s for s in found.reads if any(s in whole for whole in truth.expected)]
    missed = [whole for whole in truth.expected if not any(s in whole for s in true)]
    false = [s for s in found.reads if s not in set(true)]
    distances = [min(differences(s, whole) for whole in truth.expected) for s in false]
    near = sum(
        distance <= 0.03 * len(sequence)
        for sequence, distance in zip(false, distances, strict=True)
    )
    expected = len(truth.expected)
    return Score(
        found.library_id,
        expected,
        None,
        len(found.reads),
        len(true),
        len(false),
        len(missed),
        _ratio(len(true), len(found.reads)),
        _ratio(expected - len(missed), expected),
        None,
        _ratio(sum(found.reads[s] for s in false), sum(found.reads.values())),
        sum(distance <= 1 for distance in distances),
        near,
        *([None] * 5),
    )


def composition_rows(
    found: Found, truth: Truth, true_ranks: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str, float, float]]:
    """List expected and found share of each name: library, rank, name, expected, found.

    Each rank's shares sum to 1; reads without a name at a rank have an empty one.
    """
    rows = []
    for rank in RANKS:
        here = _shares(summed(found.reads, found.ranks, rank))
        there = _shares(summed(truth.reads, true_ranks, rank))
        spelling = {
            same_name(names.get(rank, "")): names.get(rank, "")
            for names in [*true_ranks.values(), *found.ranks.values()]
        }
        rows += [
            (
                found.library_id,
                rank,
                spelling[name],
                round(there.get(name, 0.0), 6),
                round(here.get(name, 0.0), 6),
            )
            for name in sorted(here.keys() | there.keys())
        ]
    return rows


def pooled(founds: Iterable[Found]) -> Found:
    """Add the libraries up."""
    reads: dict[str, int] = {}
    ranks: dict[str, Mapping[str, str]] = {}
    for found in founds:
        ranks |= found.ranks
        for sequence, count in found.reads.items():
            reads[sequence] = reads.get(sequence, 0) + count
    return Found("", reads, ranks)


def pooled_truth(truths: Iterable[Truth]) -> Truth:
    """Add the truths of libraries up."""
    total = Truth()
    expected: dict[str, None] = {}
    for truth in truths:
        expected.update(dict.fromkeys(truth.expected))
        total.lineages |= truth.lineages
        for sequence, count in truth.reads.items():
            total.reads[sequence] = total.reads.get(sequence, 0) + count
    total.expected = tuple(expected)
    return total


def same_name(name: str) -> str:
    """Fold what spellings of a name differ in: Greengenes' brackets, underscores, case."""
    return re.sub(r"[\[\]]", "", name).replace("_", " ").strip().lower()


def summed(
    reads: Mapping[str, int], ranks: Mapping[str, Mapping[str, str]], rank: str
) -> dict[str, int]:
    """Sum the reads of each name at a rank; names are folded by `same_name`."""
    sums: dict[str, int] = {}
    for sequence, count in reads.items():
        name = same_name(ranks[sequence].get(rank, "") or "")
        sums[name] = sums.get(name, 0) + count
    return sums


def bray_curtis(one: Mapping[str, int], other: Mapping[str, int]) -> float | None:
    """Bray-Curtis dissimilarity of shares: half the sum of their differences, 0 to 1."""
    if not any(one.values()) or not any(other.values()):
        return None
    first, second = _shares(one), _shares(other)
    names = sorted(first.keys() | second.keys())
    return sum(abs(first.get(name, 0.0) - second.get(name, 0.0)) for name in names) / 2


def _shares(reads: Mapping[str, int]) -> dict[str, float]:
    total = sum(reads.values())
    return {name: count / total for name, count in reads.items()} if total else {}


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def differences(sequence: str, expected: str) -> int:
    """Fewest substitutions, insertions and deletions between a sequence and a part of another.

    References
    ----------
    Myers 1999, J. ACM 46:395, with one word as long as the sequence.

    """
    width = len(sequence)
    full, last = (1 << width) - 1, 1 << (width - 1)
    places: dict[str, int] = {}
    for place, letter in enumerate(sequence):
        places[letter] = places.get(letter, 0) | 1 << place
    more, less, score, best = full, 0, width, width
    for letter in expected:
        equal = places.get(letter, 0)
        vertical = equal | less
        horizontal = (((equal & more) + more) ^ more) | equal
        plus = (less | ~(horizontal | more)) & full
        minus = more & horizontal
        score += bool(plus & last) - bool(minus & last)
        plus, minus = plus << 1, minus << 1
        more = (minus | ~(vertical | plus)) & full
        less = plus & vertical & full
        best = min(best, score)
    return best
