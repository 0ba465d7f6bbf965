"""The metadata slots that soilbio knows: those of MIxS for soils and farming, and its own besides.

Names, ids, titles, enumerations, patterns and requirements are facts of the release; sharing class,
UCUM unit, possible range and corrected patterns are ours. Every slot of the classes for soil and
agriculture (marker genes and metagenomes) is here. The table is made by
`resources/standards/make_mixs.py`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from soilbio.standards.sharing_classes import SharingClass

VERSION = "7.0.1"
SOURCE = "Genomic Standards Consortium, MIxS 7.0.1 (2026-07-31), CC0-1.0"

_TABLE = Path(__file__).with_name("mixs.tsv")
_DEGREES = r"[+-]?\d{1,3}(?:\.\d*)?"
_SIGNED = re.compile(rf"({_DEGREES})(?:\s*[,;])?\s+({_DEGREES})")
_LETTERED = re.compile(
    rf"({_DEGREES})\s*°?\s*([NS])(?:\s*[,;])?\s+({_DEGREES})\s*°?\s*([EW])", re.IGNORECASE
)
_METRES = r"\+?(\d+\.?\d*|\.\d+)"
_DEPTH = re.compile(rf"{_METRES}(?:\s*-\s*{_METRES})?\s*m?")


@dataclass(frozen=True, slots=True)
class Slot:
    """One metadata column: `mixs_id` is empty for soilbio's own, `unit` is UCUM or empty.

    `allowed` is empty for free values; `also_allowed` are values that the release lacks and that
    soilbio takes all the same. `required_by` and `recommended_by` name the classes for soil that
    demand or recommend the slot, `carried_by` all classes for soil and agriculture that have it.
    `is_of_library` marks what describes the sequencing and not the soil. `range` is the release's
    type, `preferred_unit` its unit in words. `pattern` is the release's, word by word; where it
    rejects right values, `is_pattern_corrected` and `our_pattern` is the one to use. Either is to
    be matched by `re.search`, and holds for one value of several. `synonyms` are former names.
    """

    name: str
    mixs_id: str
    title: str
    sharing_class: SharingClass
    unit: str
    is_numeric: bool
    minimum: float | None
    maximum: float | None
    allowed: tuple[str, ...]
    also_allowed: tuple[str, ...]
    required_by: tuple[str, ...]
    recommended_by: tuple[str, ...]
    carried_by: tuple[str, ...]
    is_of_library: bool
    is_multivalued: bool
    range: str
    preferred_unit: str
    pattern: str
    is_pattern_corrected: bool
    our_pattern: str
    synonyms: tuple[str, ...]


def _read_slots(table: Path) -> dict[str, Slot]:
    with table.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["name"]: _slot(row) for row in rows}


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _slot(row: dict[str, str]) -> Slot:
    return Slot(
        name=row["name"],
        mixs_id=row["mixs_id"],
        title=row["title"],
        sharing_class=SharingClass(row["sharing_class"]),
        unit=row["unit"],
        is_numeric=row["is_numeric"] == "yes",
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        allowed=_split(row["allowed"]),
        also_allowed=_split(row["also_allowed"]),
        required_by=_split(row["required_by"]),
        recommended_by=_split(row["recommended_by"]),
        carried_by=_split(row["carried_by"]),
        is_of_library=row["is_of_library"] == "yes",
        is_multivalued=row["is_multivalued"] == "yes",
        range=row["range"],
        preferred_unit=row["preferred_unit"],
        pattern=row["pattern"],
        is_pattern_corrected=bool(row["our_pattern"]),
        our_pattern=row["our_pattern"] or row["pattern"],
        synonyms=_split(row["synonyms"]),
    )


SLOTS: dict[str, Slot] = _read_slots(_TABLE)


def method_slot(name: str) -> str:
    """Find the slot that says how a property was measured (MIxS is not regular here)."""
    known = {
        "tot_org_carb": "tot_org_c_meth",
        "tot_nitro_content": "tot_nitro_cont_meth",
        "water_content": "water_cont_soil_meth",
    }
    return known.get(name, f"{name}_meth")


def matches(name: str, value: str) -> bool:
    """Tell whether a value has the form of a MIxS slot, several values with `|` between included.

    The form is the release's, or ours where that is wrong; a slot without one takes any text. The
    form says nothing of meaning: a depth of `9 apples` has it.
    """
    slot = SLOTS[name]
    values = [part.strip() for part in value.split("|")] if slot.is_multivalued else [value]
    return all(re.search(slot.our_pattern, one) is not None for one in values)


def parse_lat_lon(text: str) -> tuple[float, float] | None:
    """Read a place in decimal degrees: `48.12 11.57`, `48.12, 11.57`, or `48.12 N 11.57 E`.

    Returns
    -------
    tuple of two float or None
        Latitude and longitude, degrees; None for anything else, also for a place that is not on
        Earth. A number with a decimal comma is no number here.

    """
    text = text.strip()
    signed, lettered = _SIGNED.fullmatch(text), _LETTERED.fullmatch(text)
    if signed:
        latitude, longitude = float(signed[1]), float(signed[2])
    elif lettered and not lettered[1].startswith("-") and not lettered[3].startswith("-"):
        latitude = float(lettered[1]) * (-1 if lettered[2] in "sS" else 1)
        longitude = float(lettered[3]) * (-1 if lettered[4] in "wW" else 1)
    else:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def parse_depth(text: str) -> tuple[float, float] | None:
    """Read a depth in metres, `0-0.2`, or `0.1` for a point.

    Returns
    -------
    tuple of two float or None
        Upper and lower, one number of a point; None for anything else.

    """
    found = _DEPTH.fullmatch(text.strip())
    return (float(found[1]), float(found[2] or found[1])) if found else None
