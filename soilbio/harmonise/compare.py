"""Assays side by side: the finest level at which their results may soundly be merged, and why.

What is a reason stands in `resources/comparability.tsv`, with its source; what makes one apply is
here. A user's own table can make rules stricter, never looser.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from soilbio.errors import Problems
from soilbio.standards import shipped

# From fine to coarse. `presence`: names of genera that are there, no numbers; `refused`: nothing.
LEVELS = (
    *("feature", "species", "genus", "family", "order", "class", "phylum", "domain"),
    *("presence", "refused"),
)
_SPELLING = re.compile(r"\b(?:r[rd]na|gene|region)\b|[\s_-]+")
_OTU = ("otu", "97", "cluster")
Assay = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason: the finest level that it leaves, in words, and who says so."""

    name: str
    finest: str
    because: str
    source: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two assays by dataset and id, the finest sound level, and the rules that apply."""

    one: str
    other: str
    level: str
    rules: tuple[Rule, ...]


def read_rules(own: Path | None = None) -> dict[str, Rule]:
    """Read the rules; a user's table replaces those that it names, if it makes them stricter.

    Raises
    ------
    InputError
        If the user's table names a rule or level that is none, or makes one looser.

    """
    rules = {rule.name: rule for rule in _read(shipped("resources/comparability.tsv"))}
    problems = Problems(str(own))
    for row, rule in enumerate(_read(own) if own else (), start=2):
        if rule.name not in rules or rule.finest not in LEVELS:
            problems.add(
                "rule-unknown",
                row=row,
                found=f"{rule.name} {rule.finest}",
                expected=f"a rule of {', '.join(rules)} and a level of {', '.join(LEVELS)}",
                fix="Correct the word",
            )
        elif LEVELS.index(rule.finest) < LEVELS.index(rules[rule.name].finest):
            problems.add(
                "rule-looser",
                row=row,
                found=rule.finest,
                expected=f"{rules[rule.name].finest} or coarser",
                fix="Rules can be made stricter only",
            )
        else:
            rules[rule.name] = rule
    problems.raise_if_any()
    return rules


def _read(path: Path) -> list[Rule]:
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return [
            Rule(*(row.get(name) or "" for name in ("rule", "finest", "because", "source")))
            for row in rows
        ]


def compare(
    assays: Mapping[str, Assay],
    rules: Mapping[str, Rule],
    windows: Mapping[str, str] | None = None,
) -> list[Pair]:
    """Compare each assay with each other.

    Parameters
    ----------
    assays : mapping of name to row of `assays`
        With `has_counts` beside the columns of the table.
    rules : mapping of name to Rule
    windows : mapping of assay to gene, optional
        Assays whose sequences can be trimmed to a region that they share.

    """
    windows = windows or {}
    pairs = []
    for one, other in combinations(sorted(assays), 2):
        names = _reasons(assays[one], assays[other])
        if one in windows and windows[one] == windows.get(other):
            names = ["common-region" if name in _OF_PLACE else name for name in names]
        pairs.append(_pair(one, other, [rules[name] for name in names]))
    return pairs


def _pair(one: str, other: str, applying: Sequence[Rule]) -> Pair:
    coarsest = max((LEVELS.index(rule.finest) for rule in applying), default=0)
    return Pair(one, other, LEVELS[coarsest], tuple(applying))


def _reasons(one: Assay, other: Assay) -> list[str]:
    """List the rules that apply to two assays."""
    if not all(_is_stated(assay) for assay in (one, other)):
        return ["method-unstated"]
    fingerprint = one.get("method_fingerprint")
    if fingerprint and fingerprint == other.get("method_fingerprint"):
        return ["same-method"]
    return [*_of_marker(one, other), *_of_numbers(one, other)]


# What was sequenced, from wide to narrow: of the first that differs, the rest is beside the point.
_MARKER = {
    "strategy-differs": ("library_strategy",),
    "gene-differs": ("target_gene",),
    "region-differs": ("target_subfragment",),
    "primers-differ": ("pcr_primer_forward", "pcr_primer_reverse"),
}
_OF_PLACE = ("region-differs", "primers-differ")
_MAKING = {
    "engine-differs": ("engine", "engine_parameters"),
    "reference-differs": ("reference", "reference_version", "reference_sha256", "classifier"),
}


def _of_marker(one: Assay, other: Assay) -> list[str]:
    return [rule for rule, names in _MARKER.items() if _differ(one, other, names)][:1]


def _of_numbers(one: Assay, other: Assay) -> list[str]:
    found = [rule for rule, names in _MAKING.items() if _differ(one, other, names)]
    if bool(one.get("has_counts", True)) != bool(other.get("has_counts", True)):
        found.append("counts-against-abundances")
    # Clusters of two runs are two sets of clusters, whatever their representatives are called.
    if _is_clustered(one) or _is_clustered(other):
        found.append("clusters-against-variants")
    return found


def _differ(one: Assay, other: Assay, names: Iterable[str]) -> bool:
    return any(_said(one, name) != _said(other, name) for name in names)


def _said(assay: Assay, name: str) -> str:
    """Give a value to compare; genes and regions are written in many ways (V3-V4, V3V4)."""
    text = _plain(assay.get(name))
    return _SPELLING.sub("", text) if name.startswith("target_") else text


def _is_stated(assay: Assay) -> bool:
    strategy = assay.get("library_strategy")
    return bool(strategy) and (strategy != "AMPLICON" or bool(assay.get("target_gene")))


def _is_clustered(assay: Assay) -> bool:
    engine = str(assay.get("engine") or "").casefold()
    return any(word in engine for word in _OTU)


def _plain(value: Any) -> str:
    return str(value or "").strip().casefold()


def sound_level(pairs: Iterable[Pair]) -> str:
    """Give the finest level that is sound for all pairs whose numbers can be compared at all.

    Assays that share names at most stay side by side, each with its own libraries.
    """
    levels = [LEVELS.index(pair.level) for pair in pairs if pair.level not in LEVELS[-2:]]
    return LEVELS[max(levels, default=0)]


def told(pairs: Sequence[Pair], name: Callable[[str], str] = str) -> str:
    """Write what can be compared, and why not more finely."""
    lines = []
    for pair in pairs:
        lines.append(f"{name(pair.one)} and {name(pair.other)}: {_words(pair.level)}")
        lines += [f"  {rule.because} [{rule.source}]" for rule in pair.rules]
    return "\n".join(lines)


def _words(level: str) -> str:
    return {
        "feature": "by their sequences",
        "presence": "side by side; in common only which genera are there",
        "refused": "not at all until the method is stated",
    }.get(level, f"by {level}")
