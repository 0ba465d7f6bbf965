"""Assays of which some libraries have their primers and some do not: no setting fits all."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

import yaml

from soilbio.errors import Problem
from soilbio.metadata.assays import Assay
from soilbio.metadata.sheet import Library

_CODES = ("primers-absent", "primers-present")
_OF_PAIR = (
    *("target_gene", "target_subfragment", "domains"),
    *("forward_name", "forward_primer", "reverse_name", "reverse_primer"),
    *("min_length_bp", "max_length_bp", "forward_follows", "reverse_follows"),
)


class Mixture:
    """Which libraries have the primers of their assay, and what to do where not all are alike."""

    def __init__(self, assays: Mapping[str, Assay]) -> None:
        self._assays = assays
        self._of_row: dict[int, tuple[str, bool]] = {}
        self._seen = defaultdict[str, set[bool]](set)

    def note(self, library: Library, *, has_primers: bool) -> None:
        """Take down a library whose reads have both primers, or lack both and nothing else."""
        self._of_row[library.row] = library.assay, has_primers
        self._seen[library.assay].add(has_primers)

    def settle(self, problems: Iterable[Problem]) -> list[Problem]:
        """Give problems of primers another remedy where the usual one is wrong for others."""
        return [replace(one, fix=self._fix(one) or one.fix) for one in problems]

    def _fix(self, problem: Problem) -> str:
        """Say what to do with a library that is not as its assay says, while others are."""
        assay_id, has_primers = self._of_row.get(problem.row or 0, ("", False))
        if problem.code not in _CODES or len(self._seen[assay_id]) < 2:
            return ""
        assay = self._assays[assay_id]
        if assay.primers_in_reads == has_primers:
            return ""
        name = f"{assay_id}-{'untrimmed' if has_primers else 'trimmed'}"
        is_so, are_so = ("has", "have none") if has_primers else ("lacks", "have them")
        return (
            f"This library {is_so} the primers and others of {assay_id} {are_so}: give it an assay"
            f" of its own, `{_written(name, assay, has_primers)}`, and write {name} in the column"
            " assay; or name the reads of all as they were sequenced"
        )


def _written(name: str, assay: Assay, has_primers: bool) -> str:
    """Write an assay like another one as the configuration has it, in one line."""
    values = asdict(assay)
    own = {
        key: list(values[key]) if isinstance(values[key], tuple) else values[key]
        for key in _OF_PAIR
        if values[key]
    }
    document = {"assays": {name: own | {"primers_in_reads": has_primers}}}
    text = yaml.safe_dump(document, default_flow_style=True, sort_keys=False, width=sys.maxsize)
    return text.strip()[1:-1]
