"""What a pipeline found beside what was there: ASVs, their counts, their genera."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# A read seen once cannot be told from an error; what must be found has this many in truth.
LEAST_READS = 2
_LARGEST_NEAR = 2

Counts = Mapping[str, Mapping[str, float]]  # library id -> sequence -> reads


@dataclass(frozen=True, slots=True)
class Truth:
    """What is in the reads: true reads per library and sequence, and the genus of a sequence.

    Without `counts` only the sequences are known (a real mock); without `sequences` nothing is
    (real samples). `pairs` are all read pairs of the libraries, errors and chimeras included.
    """

    sequences: Collection[str]
    counts: Counts = field(default_factory=dict)
    genera: Mapping[str, str] = field(default_factory=dict)
    pairs: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a pipeline found: reads per library and ASV, and the genera it was sure of."""

    counts: Counts
    genera: Mapping[str, str] = field(default_factory=dict)


def score(found: Found, truth: Truth) -> dict[str, float]:
    """Compare; what cannot be told from this truth is left out.

    Returns
    -------
    dict
        `asvs`, and with true sequences: `true`, `false` (`false_bimera`, `false_near`,
        `false_other`, `false_reads_share`) and `missed` of those with at least two true reads.
        With true counts: `library_recall` over all (library, ASV) pairs with at least two true
        reads, `library_precision` over all pairs found, `bray_curtis` (mean over libraries, of
        relative abundances). `reads_kept` is the share of all pairs that is in ASVs. With
        genera: `genus_called` of the true ASVs found, `genus_correct` of those called.

    """
    totals = _totals(found.counts)
    scores: dict[str, float] = {"asvs": len(totals)}
    if truth.pairs:
        scores["reads_kept"] = sum(totals.values()) / truth.pairs
    if not truth.sequences:
        return scores
    false = {asv: reads for asv, reads in totals.items() if asv not in truth.sequences}
    expected = set(truth.sequences)
    if truth.counts:
        expected = {s for s, reads in _totals(truth.counts).items() if reads >= LEAST_READS}
    kinds = list(false_kinds(list(false), list(truth.sequences)).values())
    scores |= {
        "true": len(totals) - len(false),
        "false": len(false),
        "missed": len(expected - set(totals)),
        **{f"false_{kind}": kinds.count(kind) for kind in ("bimera", "near", "other")},
        "false_reads_share": sum(false.values()) / max(1, sum(totals.values())),
    }
    if truth.counts:
        scores |= _score_libraries(found.counts, truth.counts)
    return scores | _score_genera(found, truth, set(totals) - set(false))


def _totals(counts: Counts) -> dict[str, float]:
    """Sum reads of each sequence over all libraries; leave out those without reads."""
    totals: dict[str, float] = {}
    for library in counts.values():
        for sequence, reads in library.items():
            if reads > 0:
                totals[sequence] = totals.get(sequence, 0) + reads
    return totals


def _score_libraries(found: Counts, truth: Counts) -> dict[str, float]:
    expected = hit = calls = right = 0
    distances = []
    for library, true_reads in truth.items():
        reads = {s: n for s, n in found.get(library, {}).items() if n > 0}
        there = {s for s, n in true_reads.items() if n > 0}
        wanted = {s for s in there if true_reads[s] >= LEAST_READS}
        expected += len(wanted)
        hit += len(wanted & set(reads))
        calls += len(reads)
        right += len(there & set(reads))
        distances.append(bray_curtis(reads, true_reads))
    return {
        "library_recall": hit / max(1, expected),
        "library_precision": right / max(1, calls),
        "bray_curtis": float(np.mean(distances)),
    }


def bray_curtis(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Dissimilarity of two libraries in relative abundances, 0 to 1; 1 if just one is empty."""
    sum_one, sum_other = sum(one.values()), sum(other.values())
    if not sum_one or not sum_other:
        return float(bool(sum_one) != bool(sum_other))
    shared = sum(
        min(reads / sum_one, other[sequence] / sum_other)
        for sequence, reads in one.items()
        if sequence in other
    )
    return 1.0 - shared


def _score_genera(found: Found, truth: Truth, true: Collection[str]) -> dict[str, float]:
    known = [asv for asv in true if truth.genera.get(asv)]
    if not found.genera or not known:
        return {}
    called = [asv for asv in known if found.genera.get(asv)]
    correct = [
        asv for asv in called if plain_genus(found.genera[asv]) == plain_genus(truth.genera[asv])
    ]
    return {
        "genus_called": len(called) / len(known),
        "genus_correct": len(correct) / max(1, len(called)),
    }


def plain_genus(name: str) -> str:
    """Name without what tools change in it: case, rank prefix, brackets, other signs."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower().removeprefix("g__").replace("[", "")).strip("_")


def false_kinds(false: Collection[str], true: Collection[str]) -> dict[str, str]:
    """Say what each false ASV is.

    Returns
    -------
    dict
        `near`: of the length of a true sequence, with one or two bases other; else `bimera`: the
        start of one true sequence and the end of another cover it without mismatch; else `other`.

    """
    if not true:
        return dict.fromkeys(false, "other")
    from_start = _codes([s.encode() for s in true])
    from_end = _codes([s.encode()[::-1] for s in true])
    lengths = np.array([len(s) for s in true])
    return {asv: _kind(asv.encode(), from_start, from_end, lengths) for asv in false}


def _codes(sequences: list[bytes]) -> NDArray[np.uint8]:
    """Bytes of sequences as rows, filled with 0."""
    table = np.zeros((len(sequences), max(map(len, sequences))), np.uint8)
    for row, sequence in enumerate(sequences):
        table[row, : len(sequence)] = np.frombuffer(sequence, np.uint8)
    return table


def _kind(
    asv: bytes,
    from_start: NDArray[np.uint8],
    from_end: NDArray[np.uint8],
    lengths: NDArray[np.int64],
) -> str:
    starts = _unlike(asv, from_start)
    ends = _unlike(asv[::-1], from_end)
    mismatches = starts.sum(axis=1)[lengths == len(asv)]
    if mismatches.size and mismatches.min() <= _LARGEST_NEAR:
        return "near"
    if _longest_alike(starts) + _longest_alike(ends) >= len(asv):
        return "bimera"
    return "other"


def _unlike(asv: bytes, table: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where each row differs from a sequence, over the sequence's length."""
    width = max(0, len(asv) - table.shape[1])
    wide = np.pad(table, ((0, 0), (0, width)))[:, : len(asv)]
    return np.asarray(wide != np.frombuffer(asv, np.uint8))


def _longest_alike(unlike: NDArray[np.bool_]) -> int:
    """Length of the longest start of any row without a difference."""
    first = np.where(unlike.any(axis=1), unlike.argmax(axis=1), unlike.shape[1])
    return int(first.max())
