"""The metadata slots that soilbio knows: those of MIxS for soil, and its own where MIxS has none.

Names, ids, enumerations and requirements are facts of the release; sharing class, UCUM unit and
plausible range are ours. The table is made by `resources/standards/make_mixs.py`.
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


@dataclass(frozen=True, slots=True)
class Slot:
    """One metadata column: `mixs_id` is empty for soilbio's own, `unit` is UCUM or empty.

    `allowed` is empty for free values; `required_by` names the MIxS classes that demand the slot.
    """

    name: str
    mixs_id: str
    sharing_class: SharingClass
    unit: str
    is_numeric: bool
    minimum: float | None
    maximum: float | None
    allowed: tuple[str, ...]
    required_by: tuple[str, ...]


def _read_slots(table: Path) -> dict[str, Slot]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {row["name"]: _slot(row) for row in csv.DictReader(handle, delimiter="\t")}


def _slot(row: dict[str, str]) -> Slot:
    return Slot(
        name=row["name"],
        mixs_id=row["mixs_id"],
        sharing_class=SharingClass(row["sharing_class"]),
        unit=row["unit"],
        is_numeric=row["is_numeric"] == "yes",
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        allowed=tuple(row["allowed"].split("|")) if row["allowed"] else (),
        required_by=tuple(row["required_by"].split("|")) if row["required_by"] else (),
    )


SLOTS: dict[str, Slot] = _read_slots(_TABLE)


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
