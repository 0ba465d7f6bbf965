"""A row of samples → the attributes of an ENA sample (checklist ERC000022), with their units.

Nothing is dropped and no unit is changed. What the checklist's field cannot hold, a value in a unit
that ENA does not know or a word that is not of its list, goes along under a label of our own: total
nitrogen in g/kg is `soil total nitrogen`, since ENA's field takes µg/L, which no soil has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

from soilbio.standards.aliases import recognise
from soilbio.standards.ena import CHECKLIST, EnaField
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS, parse_lat_lon

Attribute = tuple[str, str, str]

# Elements of the archive's records, or joined values that are split below.
_ELSEWHERE = frozenset(
    {"samp_name", "samp_title", "samp_taxon_id", "seq_meth", "lib_layout", "agreement_id"}
)
# Labels of our own for what ENA's fields have units for that no soil is measured in.
_OWN_LABELS = {
    "total nitrogen content": "soil total nitrogen",
    "organic matter": "soil organic matter",
    "organic nitrogen": "soil organic nitrogen",
    "microbial biomass": "soil microbial biomass",
}
# UCUM -> the spellings that ENA has; both degree signs occur in its checklist.
_SPELLINGS = {"Cel": ("ºC", "°C"), "deg": ("DD",), "ug/L": ("µg/L",), "umol/L": ("µmol/L",)}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:\s*([^\s\d.+-]\S*))?")
_LAYER = re.compile(r"(\d+(?:\.\d*)?)(?:\s*-\s*(\d+(?:\.\d*)?))?(?:\s*m)?")
_DECIMALS = 8
# UCUM of what is counted or has a scale of its own; nobody writes it.
_NO_UNITS = ("1", "[pH]")


def sample_attributes(row: Mapping[str, str]) -> list[Attribute]:
    """List label, value and unit of what a sample's row holds, in the checklist's order.

    Parameters
    ----------
    row : mapping of str to str
        A row of the dataset's `samples`, by MIxS slot; columns of the user's own may be there.

    Returns
    -------
    list of tuple of three str
        Units in ENA's spelling for its labels, else in UCUM; empty for none. The name, title and
        taxon of a sample are no attributes and are left to the caller.

    """
    found: dict[str, Attribute] = {}
    for name in sorted(row):
        for label, value, unit in _of_slot(name, row[name].strip()):
            # Two columns that ENA has one label for: the second keeps its own name.
            own = name if label in found else label
            found[own] = (own, value, unit)
    order = {label: place for place, label in enumerate(CHECKLIST)}
    return sorted(found.values(), key=lambda one: (order.get(one[0], len(order)), one[0]))


def _of_slot(name: str, value: str) -> Iterator[Attribute]:
    if name in _ELSEWHERE or not value:
        return
    if name in _SPLIT:
        yield from _SPLIT[name](value)
        return
    label = label_of(name)
    field = CHECKLIST.get(label)
    yield _own(name, value) if field is None else _of_field(name, value, field)


@cache
def label_of(slot: str) -> str:
    """Name the checklist's label for a slot; empty where it has none."""
    return _labels().get(slot, "")


@cache
def _labels() -> dict[str, str]:
    """Find a label for each slot: the crosswalk's, else one that the aliases are certain of."""
    known: dict[str, str] = {}
    for label in CHECKLIST:
        alias = recognise(label)
        if alias is not None and alias.is_certain:
            known.setdefault(alias.column, label)
    of_fields = {
        slot: field.ena_label
        for field in FIELDS.values()
        for slot in (field.mixs_slot, field.name)
        if slot and field.ena_label in CHECKLIST
    }
    return known | of_fields


def _unit(slot: str) -> str:
    """Give the unit that a slot's numbers have, where it is one that people write."""
    known = SLOTS.get(slot)
    return known.unit if known and known.unit not in _NO_UNITS else ""


def _own(name: str, value: str) -> Attribute:
    """Keep a value that the checklist has no field for under its column's name."""
    match = _NUMBER.fullmatch(value)
    is_number = match is not None and name in SLOTS and SLOTS[name].is_numeric
    return (name, match[1], match[2] or _unit(name)) if match and is_number else (name, value, "")


def _of_field(name: str, value: str, field: EnaField) -> Attribute:
    """Put a value into the checklist's field, or beside it where it does not fit."""
    if is_missing(value):
        return field.label, value, ""
    if field.allowed:
        return _of_list(value, field)
    if field.kind in ("number", "integer"):
        return _of_number(value, _unit(name), field)
    if field.units:
        return field.label, value, field.units[0]
    # A free text that is a bare number says its unit in the text.
    match = _NUMBER.fullmatch(value)
    is_bare = match is not None and not match[2] and _unit(name)
    return field.label, f"{value} {_unit(name)}" if is_bare else value, ""


def _of_list(value: str, field: EnaField) -> Attribute:
    """Find the list's word for a value, whatever its case or the id behind it."""
    plain = value.partition("[")[0].strip().casefold()
    for word in field.allowed:
        if plain in (word.casefold(), f"{word.casefold()}s"):
            return field.label, word, ""
    return f"{field.label} as stated", value, ""


def _of_number(value: str, unit: str, field: EnaField) -> Attribute:
    match = _NUMBER.fullmatch(value)
    if match is None:
        return f"{field.label} as stated", value, ""
    stated = match[2] or unit
    if not field.units:
        return (
            (field.label, match[1], "")
            if stated in ("", unit)
            else _beside(field, match[1], stated)
        )
    for spelling in (stated, *_SPELLINGS.get(stated, ())):
        if spelling in field.units:
            return field.label, match[1], spelling
    return _beside(field, match[1], stated)


def _beside(field: EnaField, number: str, unit: str) -> Attribute:
    return _OWN_LABELS.get(field.label, f"{field.label} as stated"), number, unit


def _place(value: str) -> Iterator[Attribute]:
    """Split a place; digits stay as they were written, up to those that ENA takes."""
    labels = [f"geographic location ({end})" for end in ("latitude", "longitude")]
    found = parse_lat_lon(value)
    if found is None:
        texts = [value, value]
    else:
        digits = re.findall(r"\d+(?:\.\d*)?", value)
        texts = [
            f"{'-' if degrees < 0 else ''}{_digits(text)}"
            for degrees, text in zip(found, digits, strict=True)
        ]
    for label, text in zip(labels, texts, strict=True):
        yield label, text, "" if is_missing(text) else "DD"


def _digits(text: str) -> str:
    whole, _, decimals = text.partition(".")
    if len(decimals) <= _DECIMALS:
        return text.rstrip(".")
    return f"{Decimal(f'{whole}.{decimals}'):.{_DECIMALS}f}"


def _country(value: str) -> Iterator[Attribute]:
    country, _, locality = (part.strip() for part in value.partition(":"))
    if is_missing(value):
        country, locality = value, ""
    yield "geographic location (country and/or sea)", country, ""
    if locality:
        yield "geographic location (region and locality)", locality, ""


def _depth(value: str) -> Iterator[Attribute]:
    """Give the middle of a layer, the one number that ENA takes, and its ends beside it."""
    match = _LAYER.fullmatch(value)
    if match is None:
        yield "depth", value, "" if is_missing(value) else "m"
        return
    upper, lower = Decimal(match[1]), Decimal(match[2] or match[1])
    yield "depth", f"{((upper + lower) / 2).normalize():f}", "m"
    if match[2]:
        yield "depth upper", f"{upper:f}", "m"
        yield "depth lower", f"{lower:f}", "m"


_SPLIT = {"lat_lon": _place, "geo_loc_name": _country, "depth": _depth}
