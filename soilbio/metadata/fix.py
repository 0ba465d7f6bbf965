"""Corrections of a sheet that need no judgement; all others are left to who knows the samples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from soilbio.metadata.columns_taken import Taken
from soilbio.metadata.commas import with_points
from soilbio.metadata.positions import to_decimal_degrees
from soilbio.metadata.workbook import Table
from soilbio.standards.envo import find
from soilbio.standards.insdc import INFORMAL_MISSING, is_missing
from soilbio.standards.mixs import SLOTS, parse_lat_lon
from soilbio.standards.units import UNITS, find_unit

_TRIAD = ("env_broad_scale", "env_local_scale", "env_medium")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:\s*-\s*\d+\.?\d*)?)\s*([^\d\s].*)")
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell as it was and as it is now, and why that is safe."""

    row: int
    column: str
    before: str
    after: str
    why: str


def corrections_of(
    table: Table, taken: Sequence[Taken], with_commas: frozenset[str]
) -> list[Correction]:
    """List the safe corrections of a table.

    Parameters
    ----------
    table : Table
        As it was read; spaces around values are gone already.
    taken : sequence of Taken
        What its columns are.
    with_commas : frozenset of str
        Headers of the columns that have decimal commas throughout.

    """
    found = []
    for one in taken:
        if not one.column:
            continue
        for number, cells in table.rows:
            before = cells[one.header]
            after, why = _corrected(one, before, has_commas=one.header in with_commas)
            if after != before:
                found.append(Correction(number, one.header, before, after, why))
    return sorted(found, key=lambda each: (each.row, each.column))


def _corrected(one: Taken, value: str, *, has_commas: bool) -> tuple[str, str]:
    """Correct one value; the same value comes back where nothing is sure."""
    after, why = value, ""
    if not value or is_missing(value):
        pass
    elif has_commas:
        after, why = with_points(value), "decimal point"
    elif value.casefold() in INFORMAL_MISSING:
        after, why = "not provided", "the archives' term for a missing value"
    elif one.column in _TRIAD:
        after, why = _terms(value), "label and id of ENVO"
    elif "date" in one.column:
        after = iso_date(value) or value
        why = "ISO 8601, from a form that can be read in one way only"
    elif one.column in ("lat_lon", "decimal_latitude", "decimal_longitude"):
        after, why = _place(one.column, value), "decimal degrees"
    else:
        after, why = _without_unit(one, value), "the unit is the column's own"
    return after, why


def _terms(value: str) -> str:
    """Complete terms whose label or id leaves no doubt."""
    parts = [part.strip() for part in value.split("|")]
    matches = [find(part) for part in parts]
    return "|".join(
        match.completed if match and match.is_safe else part
        for part, match in zip(parts, matches, strict=True)
    )


def iso_date(text: str) -> str | None:
    """Read a date that has one meaning only, as ISO 8601; None for all others.

    `2021/4/3` and `2021.04.03` (year first), `3 April 2021` and `April 3, 2021` (month by name),
    `31.12.2021` and `12/31/2021` (a number that is no month), with or without a time of midnight.
    """
    text = re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", text.strip())
    if match := re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", text):
        return _iso(match[1], match[2], match[3])
    if match := re.fullmatch(r"(\d{1,2})[./ -]+([A-Za-z]{3,9})\.?[,./ -]+(\d{4})", text):
        return _iso(match[3], _month(match[2]), match[1])
    if match := re.fullmatch(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})", text):
        return _iso(match[3], _month(match[1]), match[2])
    if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second or first == second:
            return _iso(match[3], match[2], match[1])
        if second > 12 >= first:
            return _iso(match[3], match[1], match[2])
    return None


def _month(name: str) -> str:
    short = name[:3].lower()
    return str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _place(column: str, value: str) -> str:
    """Write degrees, minutes and hemispheres as decimal degrees, with six decimals at most."""
    if column == "lat_lon" and parse_lat_lon(value) is None:
        value = to_decimal_degrees(value) or value
    return re.sub(r"-?\d+\.\d{9,}", lambda match: f"{float(match[0]):.{_MOST_DECIMALS}f}", value)


def _without_unit(one: Taken, value: str) -> str:
    """Leave out a unit that the column has anyway; another unit stays, since it says something."""
    slot = SLOTS.get(one.column)
    match = _QUANTITY.fullmatch(value)
    if slot is None or not slot.is_numeric or match is None:
        return value
    stated = find_unit(match[2])
    own = one.unit or slot.unit
    return match[1] if stated and own in UNITS and stated.ucum == own else value
