"""NMDC: the columns of its sheet for soils, and how its Biosample record holds them.

The sheet is what a laboratory submits, the record what the database keeps; names are those of
MIxS 6.0. The table is made by `resources/standards/make_nmdc.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

VERSION = "11.25"
SUBMISSION_VERSION = "2026-08-19"
SOURCE = "NMDC schema 11.25, CC0-1.0; NMDC submission schema 2026-08-19, MIT"

_TABLE = Path(__file__).with_name("nmdc.tsv")


@dataclass(frozen=True, slots=True)
class NmdcSlot:
    """One slot: `kind` is that of the sheet's column, empty where the sheet has none.

    `record` is `Biosample` or `LibraryPreparation`, `range` the type of value there
    (`QuantityValue`, `TextValue`, `ControlledIdentifiedTermValue` ...), `units` are UCUM;
    `pattern`, `allowed` and the limits are the sheet's. `is_required` is of the sheet where it has
    the column, else of the record.
    """

    name: str
    record: str
    title: str
    iri: str
    range: str
    kind: str
    is_required: bool
    is_recommended: bool
    is_multivalued: bool
    units: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    pattern: str
    allowed: tuple[str, ...]


def _read_slots(table: Path) -> dict[str, NmdcSlot]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {row["name"]: _slot(row) for row in csv.DictReader(handle, delimiter="\t")}


def _slot(row: dict[str, str]) -> NmdcSlot:
    return NmdcSlot(
        name=row["name"],
        record=row["record"],
        title=row["title"],
        iri=row["iri"],
        range=row["range"],
        kind=row["kind"],
        is_required=row["is_required"] == "yes",
        is_recommended=row["is_recommended"] == "yes",
        is_multivalued=row["is_multivalued"] == "yes",
        units=_split(row["unit"]),
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        pattern=row["pattern"],
        allowed=_split(row["allowed"]),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


NMDC: dict[str, NmdcSlot] = _read_slots(_TABLE)
# Columns of the sheet that a laboratory fills, without those of the record alone.
SHEET: tuple[str, ...] = tuple(slot.name for slot in NMDC.values() if slot.kind)
