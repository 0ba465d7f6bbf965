"""Darwin Core Data Package 0.1: the fields of the tables that soil samples fill.

Names, types and identifiers are facts of the schemas at rs.gbif.org (CC BY 4.0); the package is
experimental there. The table is made by `resources/standards/make_dwc_dp.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROFILE = "https://rs.gbif.org/sandbox/experimental/data-packages/dwc-dp/0.1/dwc-dp-profile.json"
SCHEMAS = "https://rs.gbif.org/sandbox/experimental/data-packages/dwc-dp/0.1/table-schemas"


@dataclass(frozen=True, slots=True)
class DpField:
    """A field of a table: its Table Schema type, the IRI of its term."""

    name: str
    type: str
    iri: str
    is_required: bool


@cache
def fields_of(table: str) -> dict[str, DpField]:
    """Give the fields of a table by name, in the schema's order."""
    with Path(__file__).with_name("dwc_dp.tsv").open(encoding="utf-8", newline="") as handle:
        return {
            row["name"]: DpField(row["name"], row["type"], row["iri"], row["is_required"] == "yes")
            for row in csv.DictReader(handle, delimiter="\t")
            if row["table"] == table
        }
