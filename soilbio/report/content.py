"""What a page is made of: sections of sentences, plots and tables; no HTML, no disk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_TABLE_ROWS = 200
ABSENT = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from: which variant of a panel's plots is drawn."""

    label: str
    options: tuple[str, ...]
    default: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot; `variants` holds a plotly figure per choice, keyed by one option of each list.

    `description` says in words what the plot shows, for those who cannot see it.
    """

    plot_id: str
    title: str
    description: str
    variants: Mapping[tuple[str, ...], Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """Plots that share their choices; beside one another where there is room."""

    panel_id: str
    plots: tuple[Plot, ...]
    choices: tuple[Choice, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `is_folded` hides it behind its title until it is asked for.

    On paper nobody can ask: a folded table is left out there, unless it `is_printed`.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[str] = frozenset()
    note: str = ""
    is_folded: bool = True
    is_printed: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short points; `title` may be empty."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """A few numbers to see at a glance: pairs of value and what it counts."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """What to do next: pairs of purpose and command line."""

    items: tuple[tuple[str, str], ...]


Block = Panel | Grid | Bullets | Cards | Commands | str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its blocks stand in order; a block of text is a paragraph."""

    section_id: str
    title: str
    blocks: tuple[Block, ...]
    short_title: str = ""


def grid(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    note: str = "",
    is_folded: bool = True,
    is_printed: bool = False,
) -> Grid:
    """Make a table: numbers are written with their separators, and a long one is cut, saying so."""
    shown = [tuple(write(cell) for cell in row) for row in rows[:MAX_TABLE_ROWS]]
    if len(rows) > MAX_TABLE_ROWS:
        note = f"{note} The first {MAX_TABLE_ROWS} of {len(rows):,} rows are shown.".strip()
    numeric = frozenset(
        name
        for place, name in enumerate(columns)
        if any(isinstance(row[place], int | float) for row in rows)
    )
    return Grid(title, tuple(columns), tuple(shown), numeric, note, is_folded, is_printed)


def write(value: object) -> str:
    """Write a value for people: 12,345; 0.123; nothing for an absent one."""
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _write_number(value)
    return str(value)


def _write_number(value: float) -> str:
    """Write a number with as many digits as are worth reading."""
    if math.isnan(value):
        return ABSENT
    if value == int(value) and abs(value) >= 10:
        return f"{int(value):,}"
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


def percent(part: float, whole: float) -> str:
    """Write a share of a whole, with one decimal where that is needed."""
    if not whole:
        return ABSENT
    share = 100 * part / whole
    return f"{share:.1f} %" if share < 99.95 else f"{share:.0f} %"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Write a number of things."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def listed(items: Sequence[str], most: int = 8) -> str:
    """Write a list as people do, and leave the end of a long one to a number."""
    if len(items) > most:
        return ", ".join(items[:most]) + f" and {len(items) - most:,} more"
    return " and ".join(items) if len(items) < 3 else ", ".join(items[:-1]) + " and " + items[-1]
