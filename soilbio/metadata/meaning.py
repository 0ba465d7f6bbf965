"""What a cell of a sample says, whichever way it is written."""

from __future__ import annotations

from soilbio.metadata.quantities import quantity_in
from soilbio.standards.materials import material_of
from soilbio.standards.mixs import SLOTS
from soilbio.standards.written import written_plainly

# Numbers by which no two of these are told apart: conversions between units round here, too.
_DIGITS = 12


def meaning_of(column: str, text: str) -> str:
    """Give what a value says, so that two ways of writing it are equal; it is for no one to read.

    Numbers are those of the slot's unit (`12 g/kg`, `1.2 %`), accessions what they are called by,
    places, depths, dates and terms what `written_plainly` makes of them. All else is its text.
    """
    slot = SLOTS.get(column)
    if slot is not None and slot.is_numeric and column != "depth":
        quantity = quantity_in(text, slot.unit)
        return text if quantity is None else plain_number(quantity[0])
    if column == "source_mat_id":
        return material_of(text)[0] or text
    return written_plainly(column, text)


def plain_number(value: float) -> str:
    """Write a number so that what differs by rounding alone is the same."""
    return f"{value + 0.0:.{_DIGITS}g}"
