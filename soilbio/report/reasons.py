"""Why datasets were merged as they were: which reasons are those of the level, which of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soilbio.dataset.history import History
from soilbio.harmonise.compare import SAMPLING
from soilbio.harmonise.levels import are_side_by_side, dataset_of
from soilbio.harmonise.rules import LEVELS

_NO_NUMBERS = ("presence", "refused")
_Rule = Mapping[str, Any]
_Pair = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a merging rests on.

    `level` are the reasons that leave nothing finer, `apart` those for which numbers of two assays
    were not compared at all, `beside` what differs, too, and asks for no coarser level. Assays of
    one of the `groups` were compared, those of two stand side by side.
    """

    level: tuple[_Rule, ...]
    apart: tuple[_Rule, ...]
    beside: tuple[_Rule, ...]
    groups: tuple[tuple[str, ...], ...]
    is_coarser_than_sound: bool
    is_nothing_merged: bool

    @property
    def told(self) -> tuple[_Rule, ...]:
        """Give all reasons that say something of what was done."""
        return (*self.level, *self.apart, *self.beside)


def reasons_of(merging: History) -> Reasons:
    """Sort the reasons of one merging; what was received tells none, but its pairs."""
    pairs: Sequence[_Pair] = merging.get("pairs", ())
    level = str(merging["level"])
    compared = [pair for pair in pairs if pair["level"] not in _NO_NUMBERS]
    apart = [pair for pair in pairs if pair["level"] in _NO_NUMBERS]
    groups = tuple(_groups(pairs))
    across = [pair for pair in pairs if dataset_of(pair["one"]) != dataset_of(pair["other"])]
    is_nothing_merged = are_side_by_side((one["one"], one["other"], one["level"]) for one in pairs)
    is_known = bool(across) and all(pair["rules"] for pair in pairs)
    finest = max((LEVELS.index(pair["level"]) for pair in compared), default=0)
    of_level = tuple(
        rule
        for pair in pairs
        for rule in pair["rules"]
        if rule["finest"] == level and not _is_beside(rule)
    )
    return Reasons(
        () if is_nothing_merged else of_level,
        tuple(rule for pair in apart for rule in pair["rules"] if rule["finest"] in _NO_NUMBERS),
        tuple(rule for pair in compared for rule in pair["rules"] if _is_beside(rule)),
        groups,
        # Of what was received only the levels of some pairs are known, not all and not why.
        is_known and not apart and finest < LEVELS.index(level),
        is_nothing_merged,
    )


def _is_beside(rule: _Rule) -> bool:
    """Tell whether it is of how soils were taken and treated, and no stricter one of a user's."""
    return rule.get("name") in SAMPLING and not rule.get("is_own")


def _groups(pairs: Sequence[_Pair]) -> Iterator[tuple[str, ...]]:
    """Part assays: each joins the first group of which no assay stands beside it."""
    apart = {
        frozenset((pair["one"], pair["other"])) for pair in pairs if pair["level"] in _NO_NUMBERS
    }
    found: list[list[str]] = []
    for node in sorted({pair[side] for pair in pairs for side in ("one", "other")}):
        own = (one for one in found if not any(frozenset((node, other)) in apart for other in one))
        if (group := next(own, None)) is not None:
            group.append(node)
        else:
            found.append([node])
    return (tuple(own) for own in found)
