"""What the columns of a sheet are taken for, whatever standard's words their headers are in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from soilbio.standards.aliases import recognise
from soilbio.standards.units import find_unit

_IDS = ("samp_name", "sample_id")
# In how much of what pH was measured: `pH (0.01 M CaCl2)`, `pH (1:2.5 H2O)`, `pH CaCl₂`.
_PH = re.compile(r"\s*(?:soil[\s_]*)?ph\b|\s*ph[-_\s]", re.I)
_STRENGTH = re.compile(
    r"[\s,;_]*(?<![\da-z])\d+(?:[.,]\d+)?\s*(?::\s*\d+(?:[.,]\d+)?|mol(?:[\s/·]*l(?:\^?-1)?)?"
    r"|m|n)(?![a-z])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a column was taken for: `column` is empty where nobody knows it, `unit` is UCUM.

    `standard` is whose name it is; `is_certain` is False where the name may mean something else.
    """

    header: str
    column: str
    unit: str
    standard: str
    is_certain: bool = True


def _without_strength(header: str) -> str:
    """Take off how strong the solution was in which pH was measured; other headers stay."""
    if not _PH.match(header):
        return header
    plain = _STRENGTH.sub(" ", header.replace("₂", "2"))
    return re.sub(r"(?<=[(\[])\s+|[\s,;]+(?=[)\]]|$)", "", " ".join(plain.split()))


def take(header: str, unit: str = "") -> Taken:
    """Recognise a header; a unit in a row of units goes before one in the header."""
    if header in _IDS:
        return Taken(header, "samp_name", "", "soilbio")
    alias = recognise(header) or recognise(_without_strength(header))
    if alias is None:
        return Taken(header, "", "", "")
    stated = find_unit(unit) if unit else None
    return Taken(
        header,
        alias.column,
        stated.ucum if stated else alias.unit,
        alias.standard,
        alias.is_certain,
    )
