"""What a conversion gives: the target's tables, what was lost on the way, and what is lacking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# A sample, by column; samples by their number in the sheet, or by name when they are read back.
Sample = dict[str, str]
# A target's tables by name; the cells of a row are texts, but for JSON records.
Tables = dict[str, list[dict[str, Any]]]
Rows = dict[int, Sample]


@dataclass(frozen=True, slots=True)
class Loss:
    """A value that is not in the target as it was in the source.

    `kind` is `no-place` (the target has none for it), `personal` (names people or land, and the
    target is public), `missing-term` (the target has no terms for missing values), `less-precise`,
    `transformed` (into the target's reference system), `changed`, or `row-left-out`. `column` is
    empty for a row.
    """

    row: int
    sample: str
    column: str
    value: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A field that the target demands, and that no sample, or this one, has a value for.

    `column` is what a sheet of samples calls it; empty where it cannot be given there.
    """

    row: int
    sample: str
    field: str
    column: str
    fix: str


@dataclass(slots=True)
class Converted:
    """The result of a conversion."""

    target: str
    tables: Tables
    losses: list[Loss] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Demand:
    """A field that a target demands, and the columns of which any fills it."""

    field: str
    columns: tuple[str, ...]
    fix: str = ""
    takes_missing: bool = True


def name_of(number: int, sample: Sample) -> str:
    """Name a sample; one that has no name is called after its row."""
    return sample.get("samp_name") or f"row{number}"


def named(rows: Iterable[dict[str, Any]], column: str) -> dict[str, dict[str, Any]]:
    """List rows by the name in a column."""
    return {str(row.get(column, "")): row for row in rows}
