"""Measured numbers in cells of MIxS slots, with or without a unit, in the unit of the slot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from soilbio.errors import Problems
from soilbio.standards.mixs import SLOTS, Slot
from soilbio.standards.sharing_classes import SharingClass
from soilbio.standards.units import UNITS, convert, find_unit, is_convertible

_QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)")
# Numbers of the place where a sample was taken; other words than measurements tell them.
_OF_PLACE = frozenset({"depth", "elev", "lat_lon"})


def is_measured(slot: Slot) -> bool:
    """Tell whether numbers of a slot are measurements of the soil or its surroundings."""
    return (
        slot.is_numeric
        and slot.sharing_class == SharingClass.ENVIRONMENT
        and slot.name not in _OF_PLACE
    )


def quantity_in(text: str, unit: str) -> tuple[float, str] | None:
    """Read a number in a slot's unit, and the unit that the text states.

    `7.1` is taken as in the slot's unit; `7.1 g/kg`, `0.71 %` and `7.1 mg g-1` are converted.

    Parameters
    ----------
    text : str
        A cell.
    unit : str
        UCUM code of the slot's unit; may be empty.

    Returns
    -------
    (float, str) or None
        None for what is no number (a range, `<5`), or has a unit that measures another thing.

    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        return None
    value, stated = float(match[1]), match[2].strip()
    if not abs(value) < float("inf"):
        return None
    if stated in ("", unit):
        return value, ""
    found = find_unit(stated)
    if found is None or unit not in UNITS or not is_convertible(found.ucum, unit):
        return None
    return convert(value, found.ucum, unit), "" if found.ucum == unit else stated


def other_units(texts: Iterable[str], unit: str) -> dict[str, str]:
    """List the units that cells of one column state and that are not the slot's, with a cell."""
    found: dict[str, str] = {}
    for text in texts:
        if (quantity := quantity_in(text, unit)) and quantity[1]:
            found.setdefault(quantity[1], text)
    return found


def check_units(rows: Mapping[int, Mapping[str, str]], problems: Problems) -> None:
    """Note numbers without a unit beside others of the column in a unit that is not the slot's."""
    columns = {name for row in rows.values() for name in row}
    for name in sorted(columns & SLOTS.keys()):
        slot = SLOTS[name]
        if not is_measured(slot):
            continue
        cells = {number: row.get(name, "") for number, row in rows.items()}
        others = other_units(cells.values(), slot.unit)
        for number, text in cells.items() if others else ():
            if is_bare(text):
                problems.add(
                    "unit-mixed",
                    row=number,
                    column=name,
                    found=text,
                    expected=f"its unit, since others of the column have {', '.join(others)}",
                    fix=f"Write the unit behind every number; without one it is {slot.unit}",
                )


def is_bare(text: str) -> bool:
    """Tell whether a cell is a number without a unit."""
    match = _QUANTITY.fullmatch(text.strip())
    return match is not None and not match[2]
