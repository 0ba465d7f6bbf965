"""Local Contexts: the codes of traditional knowledge and biocultural labels, and of notices.

Only codes are here; the labels' texts and icons belong to Local Contexts and to the communities
who adapt them. A label is applied by a community through a project of the Local Contexts Hub:
soilbio stores and shows it, and never makes one. The table is made by
`resources/standards/make_codes.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

VERSION = "2024-10-24"
SOURCE = "Local Contexts Hub 2024-10-24; codes only"

# Where a community's label says so, nothing is released without the community.
BLOCKING = frozenset({"bccnv", "tkss", "tkcs", "tkco"})
_TABLE = Path(__file__).with_name("local_contexts.tsv")


@dataclass(frozen=True, slots=True)
class Label:
    """A label or notice: `family` is `BC`, `TK` or `NOTICE`; `category` says what it is about."""

    code: str
    family: str
    category: str

    @property
    def is_blocking(self) -> bool:
        """Tell whether the label forbids release unless the community agrees."""
        return self.code in BLOCKING


def _read_labels(table: Path) -> dict[str, Label]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["code"]: Label(row["code"], row["family"], row["category"])
            for row in csv.DictReader(handle, delimiter="\t")
        }


LABELS: dict[str, Label] = _read_labels(_TABLE)


def find_label(text: str) -> Label | None:
    """Find a label by its code, however it is spaced: `tknc`, `TK NC`, `TK-NC`; None if unknown."""
    plain = "".join(c for c in text.casefold() if c.isalnum() or c == "_")
    return LABELS.get(plain) or LABELS.get(plain.replace("_", ""))
