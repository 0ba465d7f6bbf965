"""Methods that headers of columns tell: `pH (CaCl2)` is a pH, and says in what it was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

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
# MIxS has one pH. Where a sheet has several, those that are not in water have slots of ours.
_BESIDE = {"ph": {"CaCl2": "ph_cacl2", "KCl": "ph_kcl"}}
_SLOT_OF = {own: slot for slot, beside in _BESIDE.items() for own in beside.values()}


def method_in(header: str, slot: str) -> str:
    """Give the method that a header tells of a slot's values; empty if it tells none, or two."""
    of_slot = _WORDS.get(_SLOT_OF.get(slot, slot), ())
    found = {method for words, method in of_slot if words.search(header)}
    return found.pop() if len(found) == 1 else ""


def each_by_its_method(columns: Sequence[Taken]) -> list[Taken]:
    """Give what was measured in several ways a slot for each; one alone has that of MIxS."""
    settled = list(columns)
    for slot, beside in _BESIDE.items():
        own = [one for one in settled if _SLOT_OF.get(one.column, one.column) == slot]
        if not own:
            continue
        first = next((one for one in own if method_in(one.header, slot) not in beside), own[0])
        told = {one.header: method_in(one.header, slot) for one in own}
        slot_of = {
            header: beside.get(method, slot) if method != told[first.header] else slot
            for header, method in told.items()
        }
        settled = [replace(one, column=slot_of.get(one.header, one.column)) for one in settled]
    return settled


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
