"""What the columns of a sheet are taken for, whatever standard's words their headers are in."""

from __future__ import annotations

from dataclasses import dataclass

from soilbio.standards.aliases import recognise
from soilbio.standards.units import find_unit

_IDS = ("samp_name", "sample_id")


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


def take(header: str, unit: str = "") -> Taken:
    """Recognise a header; a unit in a row of units goes before one in the header."""
    if header in _IDS:
        return Taken(header, "samp_name", "", "soilbio")
    alias = recognise(header)
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
