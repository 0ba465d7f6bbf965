"""Which two assays could be merged more finely without the others: where these leave no region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.harmonise.compare import Pair, compare
from soilbio.harmonise.rules import Rule
from soilbio.harmonise.trimming import find_windows

Assays = Mapping[str, Mapping[str, Any]]


def finer_alone(
    pairs: Sequence[Pair], assays: Assays, rules: Mapping[str, Rule], reference: Path
) -> list[Pair]:
    """Give the pairs that share a region which not all assays of their gene have.

    Parameters
    ----------
    pairs : sequence of Pair
        As all assays were compared together.
    assays : mapping of `dataset: assay` to row of `assays`
    rules : mapping of name to Rule
    reference : Path
        FASTA of whole genes.

    """
    regions: dict[frozenset[tuple[str, str]], bool] = {}
    found = []
    for pair in pairs:
        both = {name: assays[name] for name in (pair.one, pair.other)}
        primers = frozenset(
            (str(row.get("pcr_primer_forward")), str(row.get("pcr_primer_reverse")))
            for row in both.values()
        )
        if pair.level == "feature" or len(primers) < 2 or regions.get(primers) is False:
            continue
        trimming = find_windows(both, reference)
        windows = trimming.genes()
        regions[primers] = bool(windows)
        (alone,) = compare(both, rules, windows, short=trimming.are_inside())
        if windows and alone.level == "feature":
            found.append(alone)
    return found


def told_alone(pairs: Sequence[Pair]) -> str:
    """Say which two could be merged by their sequences, if nothing else were merged with them."""
    return "\n".join(
        f"{pair.one} and {pair.other} alone could be merged by their sequences: they share a region"
        " that other assays of the gene do not have"
        for pair in pairs
    )
