"""Methods that headers of columns tell: `pH (CaCl2)` is a pH, and says in what it was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable

from soilbio.metadata.columns_taken import Taken
from soilbio.metadata.tsv import Rows
from soilbio.standards.mixs import SLOTS, method_slot

# By slot what words of a header say, as it is written in the slot of its method.
_WORDS = {
    "ph": (
        (re.compile(r"ca\W*cl\W*[2₂]?", re.I), "CaCl2"),
        (re.compile(r"(?<![a-z])k\W?cl", re.I), "KCl"),
        (re.compile(r"h[2₂]\W?o|water|wasser|\beau\b|\bagua\b|água|acqua", re.I), "water"),
    ),
    "p_extractable": (
        (re.compile("olsen", re.I), "Olsen"),
        (re.compile("bray", re.I), "Bray"),
        (re.compile(r"mehlich\W*([13])?", re.I), "Mehlich"),
    ),
}


def method_in(header: str, slot: str) -> str:
    """Give the method that a header tells of a slot's values; empty if it tells none, or two."""
    found = {method for words, method in _WORDS.get(slot, ()) if words.search(header)}
    return found.pop() if len(found) == 1 else ""


def fill_methods(rows: Rows, columns: Iterable[Taken]) -> None:
    """Write down the methods that headers tell, beside the values that they are of.

    Where a sheet has a column of the method, that one says it.
    """
    taken = list(columns)
    stated = {one.column for one in taken}
    for one in taken:
        slot, method = method_slot(one.column), method_in(one.header, one.column)
        if not method or slot not in SLOTS or slot in stated:
            continue
        for row in rows.values():
            if row.get(one.column):
                row[slot] = method
