"""Commas in numbers: the decimal point of some, what parts thousands for others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from soilbio.standards.mixs import SLOTS

COMMA = re.compile(r"[-+]?\d+,\d+")
_POINT = re.compile(r"[+-]?\d+\.\d+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BY_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+,\d+")
# No thousands of these are possible: degrees, and metres below the surface.
_SMALL = frozenset(
    {"lat_lon", "decimal_latitude", "decimal_longitude", "depth", "depth_upper", "depth_lower"}
)


def are_decimal(column: str, text: str) -> bool:
    """Tell whether a cell has commas that can only be decimal ones."""
    with_commas = [number for number in _NUMBER.findall(text) if "," in number]
    return bool(with_commas) and all(
        _as_decimal(number) and not _as_thousands(column, number) for number in with_commas
    )


def has_decimal_commas(column: str, values: Sequence[str]) -> bool:
    """Tell whether a column of numbers has commas for points throughout, one beyond doubt."""
    slot = SLOTS.get(column)
    if column not in _SMALL and not (slot and slot.is_numeric):
        return False
    has_point = any(_POINT.search(value) for value in values)
    return not has_point and any(are_decimal(column, value) for value in values)


def with_points(text: str) -> str:
    """Write points for the commas of decimal numbers."""
    return COMMA.sub(lambda match: match[0].replace(",", "."), text)


def comma_fix(column: str, text: str) -> str:
    """Say what to write for a cell with a comma in a number: both, where it can be read so."""
    decimal = _NUMBER.sub(lambda match: _as_decimal(match[0]) or match[0], text)
    thousands = _NUMBER.sub(lambda match: _as_thousands(column, match[0]) or match[0], text)
    ways = [way for way in (thousands, decimal) if not COMMA.search(way)]
    if len(set(ways)) == 2:
        return (
            f"Write {thousands} for {text} if the comma parts thousands, {decimal} if it is a"
            " decimal comma, and so in the whole column"
        )
    if ways:
        return f"Write {ways[0]} for {text}, and so in the whole column"
    return "Write a point before decimals, and nothing between thousands, in the whole column"


def _as_decimal(number: str) -> str:
    """Read a comma as the decimal one; empty where it cannot be."""
    if _BY_POINTS.fullmatch(number):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", ".") if re.fullmatch(r"\d+,\d+", number) else ""


def _as_thousands(column: str, number: str) -> str:
    """Read commas as what parts thousands; empty where they cannot be."""
    is_grouped = column not in _SMALL and _BY_COMMAS.fullmatch(number)
    return number.replace(",", "") if is_grouped else ""
