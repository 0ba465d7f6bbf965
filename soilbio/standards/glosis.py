"""Code lists of GLOSIS (soil description), codes only: GLOSIS' texts may not be shipped.

The lists are those that ISRIC's iso-28258 model takes for site, profile, surface and layer. The
table is made by `resources/standards/make_soil.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

SOURCE = "ISRIC iso-28258 1.9 (MIT): names of lists and codes"
CODELISTS = "http://w3id.org/glosis/model/codelists/"

_TABLE = Path(__file__).with_name("glosis.tsv")


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: the property that it describes, its name, and its codes."""

    property_iri: str
    name: str
    describes: str
    codes: tuple[str, ...]

    def iri(self, code: str) -> str:
        """Give the IRI of a code."""
        return f"{CODELISTS}{self.name}-{code}"


def _read(table: Path) -> dict[str, CodeList]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["property"]: CodeList(
                row["property_iri"], row["list"], row["describes"], tuple(row["codes"].split("|"))
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


CODE_LISTS: dict[str, CodeList] = _read(_TABLE)
