"""One spelling for each value, so that values can be compared: what differs only there is equal.

The columns are MIxS slots as far as there are any; parts that MIxS joins are joined, and joined
values whose parts have columns of their own are split. Digits are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from soilbio.metadata.crosswalk.model import Sample
from soilbio.metadata.datum import WGS84
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS, parse_lat_lon
from soilbio.standards.samp_taxa import find_taxon
from soilbio.standards.units import UNITS, convert, find_unit, is_convertible

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
# No unit begins with what parts digits, or with one: `6,1` and `1'200` are numbers of others.
_QUANTITY = re.compile(
    rf"({NUMBER})(?:\s*-\s*(\d+\.?\d*))?\s*((?:[^\s\d,.;'\u2019*].*)?)", re.DOTALL
)
# Joined values that are split: the slot, and the form that its parts are put into.
_FORMS = {
    "soil_texture": re.compile(rf"({NUMBER})/({NUMBER})/({NUMBER}) % sand/silt/clay"),
    "pcr_primers": re.compile(r"FWD:([A-Z]+);REV:([A-Z]+)"),
}
_TERM = re.compile(r"\s*(.*\S)\s*\[\s*([A-Za-z]\w*:\w+)\s*\]\s*", re.DOTALL)
TEXTURE = ("sand", "silt", "clay")
PRIMERS = ("pcr_primer_forward", "pcr_primer_reverse")
# Fields whose MIxS slot has another name, and holds nothing else.
_RENAMED = {
    field.name: field.mixs_slot
    for field in FIELDS.values()
    if field.mixs_slot in SLOTS
    and field.name not in SLOTS
    and sum(other.mixs_slot == field.mixs_slot for other in FIELDS.values()) == 1
} | {"sample_id": "samp_name"}


def normal(row: Mapping[str, str]) -> Sample:
    """Bring a row into the one spelling; empty cells are left out.

    Parts whose joined value is there, too, stay as they are: no target has a place for them.
    """
    sample = with_parts_joined(row)
    for name in [*sample]:
        sample[name] = normal_value(name, sample[name])
    _part(sample, "soil_texture", TEXTURE)
    _part(sample, "pcr_primers", PRIMERS)
    if sample.get("geodetic_datum", WGS84) in (WGS84, "WGS84", "WGS 84"):
        sample.pop("geodetic_datum", None)
    return dict(sorted(sample.items()))


def with_parts_joined(row: Mapping[str, str]) -> Sample:
    """Give the filled cells of a row by MIxS slot, as far as there are any; values as they are."""
    sample = {name: value.strip() for name, value in row.items() if value and value.strip()}
    for name, slot in _RENAMED.items():
        if name in sample and slot not in sample:
            sample[slot] = sample.pop(name)
    _join(sample)
    _take_parameters(sample)
    return sample


def joined(sample: Mapping[str, str]) -> Sample:
    """Join again what `normal` has split, for targets that have one field for all parts."""
    whole = dict(sample)
    for name, parts, form in (
        ("soil_texture", TEXTURE, "{}/{}/{} % sand/silt/clay"),
        ("pcr_primers", PRIMERS, "FWD:{};REV:{}"),
    ):
        values = [whole.get(part, "") for part in parts]
        if name not in whole and all(values) and not any(is_missing(one) for one in values):
            text = form.format(*values)
            # Only what is split again as it was.
            if _FORMS[name].fullmatch(text):
                whole = {key: value for key, value in whole.items() if key not in parts}
                whole[name] = text
    return whole


def _join(sample: Sample) -> None:
    """Join latitude and longitude, the ends of a layer, and country and locality."""
    ends = ("decimal_latitude", "decimal_longitude")
    if "lat_lon" not in sample and all(end in sample for end in ends):
        latitude, longitude = (sample.pop(end) for end in ends)
        one = is_missing(latitude) and latitude == longitude
        sample["lat_lon"] = latitude if one else f"{latitude} {longitude}"
    if "depth" not in sample and ("depth_upper" in sample or "depth_lower" in sample):
        sample["depth"] = _layer(
            [sample.pop(end) for end in ("depth_upper", "depth_lower") if end in sample]
        )
    if "geo_loc_name" not in sample and "country" in sample:
        parts = [sample.pop(name) for name in ("country", "region_locality") if name in sample]
        sample["geo_loc_name"] = ": ".join(parts)


def _take_parameters(sample: Sample) -> None:
    """Take `name;value` out of `misc_param` where the name is that of a column which is free."""
    free, taken = [], Sample()
    for part in sample.pop("misc_param", "").split("|"):
        name, mark, value = (text.strip() for text in part.partition(";"))
        if mark and value and name not in sample and (name in SLOTS or name in FIELDS):
            taken[name] = f"{taken[name]}|{value}" if name in taken else value
        elif part.strip():
            free.append(part.strip())
    sample.update(taken)
    if free:
        sample["misc_param"] = "|".join(free)


def _layer(ends: list[str]) -> str:
    """Join the ends of a layer; a unit that both have stands once."""
    matches = [_QUANTITY.fullmatch(end) for end in ends]
    units = {match[3].strip() if match else "" for match in matches}
    if len(units) == 1 and all(matches):
        numbers = dict.fromkeys(match[1] for match in matches if match)
        return f"{'-'.join(numbers)} {units.pop()}".strip()
    return "-".join(dict.fromkeys(ends))


def _part(sample: Sample, name: str, parts: tuple[str, ...]) -> None:
    """Split a joined value of one form, where nothing else is known of its parts."""
    match = _FORMS[name].fullmatch(sample.get(name, ""))
    if match and all(is_missing(sample.get(part, "missing")) for part in parts):
        del sample[name]
        sample.update(zip(parts, match.groups(), strict=True))


@lru_cache(maxsize=65536)
def normal_value(name: str, value: str) -> str:
    """Give a value of a column its one spelling."""
    value = " ".join(value.split())
    if is_missing(value):
        return value.lower()
    if name in _OF:
        return _OF[name](value)
    slot = SLOTS.get(name)
    if slot is not None and slot.is_numeric:
        return _quantity(value, slot.unit)
    if slot is not None and slot.is_multivalued:
        return "|".join(part.strip() for part in value.split("|") if part.strip()) or value
    return value


def _quantity(value: str, unit: str) -> str:
    """Leave the unit out where it is the slot's own; ranges have no spaces."""
    match = _QUANTITY.fullmatch(value)
    if match is None:
        return value
    number = match[1].lstrip("+")
    if match[2] and number != match[2]:
        number = f"{number}-{match[2]}"
    stated = match[3].strip()
    if stated in ("", unit) or _ucum(stated) == (_ucum(unit) or unit):
        return number
    return f"{number} {_ucum(stated) or stated}"


def _ucum(stated: str) -> str:
    known = find_unit(stated)
    return known.ucum if known else ""


def _place(value: str) -> str:
    """Write a place as two signed numbers with the digits that it had."""
    found = parse_lat_lon(value)
    if found is None:
        return value
    digits = re.findall(r"\d+(?:\.\d*)?", value)
    return " ".join(
        ("-" if degrees < 0 else "") + text.rstrip(".")
        for degrees, text in zip(found, digits, strict=True)
    )


def _depth(value: str) -> str:
    return _quantity(value, "m")


def _country(value: str) -> str:
    country, _, rest = (part.strip() for part in value.partition(":"))
    rest = ", ".join(part.strip() for part in rest.split(",") if part.strip())
    return f"{country}: {rest}" if rest else country


def _terms(value: str) -> str:
    return "|".join(_term(part.strip()) for part in value.split("|") if part.strip()) or value


def _term(value: str) -> str:
    match = _TERM.fullmatch(value)
    return f"{match[1]} [{match[2]}]" if match else value


def _taxon(value: str) -> str:
    """Write a taxon that is listed with its name and id."""
    known = find_taxon(value)
    return str(known) if known else _term(value)


_OF: dict[str, Callable[[str], str]] = {
    "lat_lon": _place,
    "depth": _depth,
    "geo_loc_name": _country,
    "env_broad_scale": _terms,
    "env_local_scale": _terms,
    "env_medium": _terms,
    "samp_taxon_id": _taxon,
}


def split_term(value: str) -> tuple[str, str]:
    """Take `label [ENVO:id]` apart; the id is empty where there is none."""
    match = _TERM.fullmatch(value)
    return (match[1], match[2]) if match else (value, "")


@lru_cache(maxsize=65536)
def split_quantity(name: str, value: str) -> tuple[str, str, str]:
    """Take a number apart: it, the other end of a range or nothing, and its unit, UCUM.

    Empty texts where the value is no quantity. The unit is the slot's where none is stated.
    """
    slot = SLOTS.get(name)
    match = _QUANTITY.fullmatch(value)
    if slot is None or not slot.is_numeric or match is None:
        return "", "", ""
    unit = match[3].strip() or slot.unit
    # What follows a number and is no unit makes a text of it: `6 to 7`.
    is_unit = unit == slot.unit or (_ucum(unit) == unit)
    return (match[1], match[2] or "", unit) if is_unit else ("", "", "")


def quantity(name: str, number: str, unit: str) -> str:
    """Write a number with its unit as the one spelling has it."""
    return normal_value(name, f"{number} {unit}".strip())


@lru_cache(maxsize=65536)
def to_own_unit(name: str, value: str) -> str:
    """Bring a quantity to its slot's unit, to 12 digits; others stay as they are."""
    number, other, unit = split_quantity(name, value)
    own = SLOTS[name].unit if number else ""
    if unit == own or not {unit, own} <= UNITS.keys() or not is_convertible(unit, own):
        return value
    ends = [f"{convert(float(end), unit, own):.12g}" for end in (number, other) if end]
    return "-".join(ends)


def is_same(name: str, one: str, other: str) -> bool:
    """Tell whether two values in the one spelling say the same; `6.60` is 6.6."""
    if one == other:
        return True
    slot = SLOTS.get(name)
    if name not in ("lat_lon", "depth") and not (slot and slot.is_numeric):
        return False
    try:
        return [Decimal(part) for part in _parts(one)] == [Decimal(part) for part in _parts(other)]
    except InvalidOperation:
        return False


def _parts(value: str) -> list[str]:
    return re.split(r"(?<=\d)-| ", value)
