"""The Data Use Ontology: its codes for permissions and for the modifiers that restrict or oblige.

The table is made by `resources/standards/make_codes.py`; which purposes an agreement may grant is
said in `soilbio.standards.purposes`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from soilbio.standards.purposes import HUMAN_ONLY, VERSION

SOURCE = f"Data Use Ontology (DUO) {VERSION}, GA4GH, CC BY 4.0"

_TABLE = Path(__file__).with_name("duo.tsv")


@dataclass(frozen=True, slots=True)
class Code:
    """A code; `kind` is `permission` or `modifier`.

    `is_human_only` codes have no meaning for soils; `is_enforceable` tells what a machine can hold
    to from what can only be asked for and recorded.
    """

    id: str
    shorthand: str
    label: str
    kind: str
    is_enforceable: bool

    @property
    def is_human_only(self) -> bool:
        """Tell whether the code speaks of people's health or ancestry."""
        return self.id in HUMAN_ONLY


def _read_codes(table: Path) -> dict[str, Code]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["id"]: Code(
                row["id"],
                row["shorthand"],
                row["label"],
                row["kind"],
                row["is_enforceable"] == "yes",
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


CODES: dict[str, Code] = _read_codes(_TABLE)
_BY_SHORTHAND = {code.shorthand: code for code in CODES.values()}


def find_code(text: str) -> Code | None:
    """Find a code by its id (`DUO:0000042`, also as IRI or with `_`) or shorthand (`GRU`)."""
    text = text.strip().rpartition("/")[2].upper().replace("_", ":")
    return CODES.get(text) or _BY_SHORTHAND.get(text)
