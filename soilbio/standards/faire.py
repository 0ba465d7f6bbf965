"""FAIRe, the checklist for environmental DNA: the names of its fields, and nothing but names.

The checklist states no licence, so no text of it is here. The table is made by
`resources/standards/make_codes.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

VERSION = "1.0.2"
SOURCE = "FAIR eDNA (FAIRe) checklist 1.0.2; names only"

_TABLE = Path(__file__).with_name("faire.tsv")


@dataclass(frozen=True, slots=True)
class FaireField:
    """A field: on which sheets it stands, and whether it is demanded, or only of some studies."""

    name: str
    sheets: tuple[str, ...]
    is_mandatory: bool
    is_conditional: bool


def _read_fields(table: Path) -> dict[str, FaireField]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["name"]: FaireField(
                row["name"],
                tuple(row["sheets"].split("|")),
                row["is_mandatory"] == "yes",
                row["is_conditional"] == "yes",
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


FAIRE: dict[str, FaireField] = _read_fields(_TABLE)
