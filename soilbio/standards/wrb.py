"""Reference soil groups of the World Reference Base, and names of older editions."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

EDITION = "2022"
SOURCE = "IUSS Working Group WRB 2022, 4th edition: codes and names of the 32 reference soil groups"

_TABLE = Path(__file__).with_name("wrb.tsv")


@dataclass(frozen=True, slots=True)
class SoilGroup:
    """One group: `successors` are what became of a former one; not every one has an `envo_id`.

    A deprecated group has no certain successor: the profile's description decides.
    """

    code: str
    plural: str
    singular: str
    is_current: bool
    envo_id: str
    successors: tuple[str, ...]


def _read(table: Path) -> tuple[SoilGroup, ...]:
    with table.open(encoding="utf-8", newline="") as handle:
        return tuple(
            SoilGroup(
                row["code"],
                row["plural"],
                row["singular"],
                row["is_current"] == "yes",
                row["envo_id"],
                tuple(row["successors"].split("|")) if row["successors"] else (),
            )
            for row in csv.DictReader(handle, delimiter="\t")
        )


GROUPS: tuple[SoilGroup, ...] = _read(_TABLE)


@cache
def _by_word() -> dict[str, SoilGroup]:
    return {word.casefold(): one for one in GROUPS for word in (one.plural, one.singular)}


def find_group(text: str) -> SoilGroup | None:
    """Find the group that a soil's name holds: `LV`, `Luvisols`, `Haplic Luvisol (Siltic)`.

    Qualifiers before and behind do not count; a code counts only by itself, in capitals.
    """
    stripped = text.strip()
    by_code = next((one for one in GROUPS if one.code and one.code == stripped), None)
    if by_code:
        return by_code
    words = re.findall(r"[A-Za-z]+", re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", stripped))
    found = [_by_word()[word.casefold()] for word in words if word.casefold() in _by_word()]
    return found[-1] if found else None
