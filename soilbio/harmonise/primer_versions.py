"""Pairs of primers that are versions of one: other wobbles, the same sites (515F and 515F-Y)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from soilbio.standards.iupac import BITS

_PAIR = ("pcr_primer_forward", "pcr_primer_reverse")
# Less of a primer does not tell a site.
_SHORTEST_BP = 15


def are_versions(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether both primers of two assays bind the same sites, so that sequences end alike.

    Laid on each other by their 3' ends, where sequences begin, their codes have a base in common
    at every place of the shorter one.
    """
    return all(_bind_one_site(_plain(one.get(name)), _plain(other.get(name))) for name in _PAIR)


def _plain(primer: object) -> str:
    """Give a primer in capitals; an inosine pairs with all."""
    return str(primer or "").strip().upper().replace("I", "N").replace("U", "T")


def _bind_one_site(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SHORTEST_BP:
        return False
    both = zip(reversed(one), reversed(other), strict=False)
    return all(BITS.get(letter, 0) & BITS.get(beside, 0) for letter, beside in both)
