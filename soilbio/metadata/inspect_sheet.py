"""A laboratory's sheet, looked at as a whole: what its columns are, and all that is wrong with it.

Every value is judged by the rule of the column that its header was taken for. A problem is told
once for each cell, and for each target how much it matters there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from soilbio.errors import Problem, Problems
from soilbio.metadata.columns_taken import Taken, take
from soilbio.metadata.commas import COMMA, has_decimal_commas, with_points
from soilbio.metadata.crosswalk.convert import convert, target_named
from soilbio.metadata.crosswalk.normal import to_own_unit, with_parts_joined
from soilbio.metadata.implied_methods import each_by_its_method, fill_methods
from soilbio.metadata.sample_checks import check_together, check_twins, is_control
from soilbio.metadata.sheet import check_id
from soilbio.metadata.slots import Cell, check_value
from soilbio.metadata.workbook import Table, read_table
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS
from soilbio.standards.units import UNITS, is_convertible

# What users call the targets, and the crosswalk that knows what each demands.
TARGETS = {
    "mixs": "mixs",
    "ena": "ena",
    "biosamples": "biosamples",
    "gbif": "dwc",
    "nmdc": "nmdc",
    "faire": "faire",
}
_BARE = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:\s*-\s*\d+\.?\d*)?")
# What a spreadsheet makes of 2-10 or MAR1 and writes into a text file.
_DAY_NAME = re.compile(
    r"(?i)\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:-\d{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-\d{2,4}"
)
_ENDS = ("depth_upper", "depth_lower")
_LIMITS = {"decimal_latitude": 90.0, "decimal_longitude": 180.0}
_EXAMPLES = {
    "lat_lon": "48.1 11.2",
    "collection_date": "2024-04-16",
    "geo_loc_name": "Germany",
    "country": "Germany",
    "decimal_latitude": "48.1",
    "decimal_longitude": "11.2",
    "samp_taxon_id": "soil metagenome [NCBITaxon:410658]",
}
Rows = dict[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Lack:
    """A field that a target demands and some samples, in these rows, have nothing for."""

    field: str
    columns: tuple[str, ...]
    fix: str
    rows: tuple[int, ...]


@dataclass(slots=True)
class Inspection:
    """What was found: columns, rows by the names of columns, problems, and what targets lack.

    Values in `rows` have points in decimals and are in the unit of their slot. `lacking` counts,
    for each target and demanded field, the samples without it: field, columns, fix, rows.
    """

    source: str
    table: Table
    taken: list[Taken]
    rows: Rows
    problems: list[Problem]
    with_commas: frozenset[str] = frozenset()
    lacking: dict[str, list[Lack]] = field(default_factory=dict)
    columns: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """List what each header was taken for."""
        self.columns = {one.header: one.column for one in self.taken}

    @property
    def sheet(self) -> str:
        """The sheet of the workbook; empty for text."""
        return self.table.sheet

    def severities(self, problem: Problem) -> dict[str, str]:
        """Say for each target how much a problem matters: error, warning, or none.

        What a target has no place for does not matter there.
        """
        own = "warning" if problem.is_warning else "error"
        column = self.columns.get(problem.column or "")
        return {
            target: own if column is None or (column and has_place(column, target)) else "none"
            for target in self.lacking
        }

    def errors_for(self, targets: Iterable[str]) -> int:
        """Count what must be mended before the sheet is right for some targets."""
        own = sum(not problem.is_warning for problem in self.problems)
        return own + sum(len(self.lacking.get(target, ())) for target in targets)


def table_rows(path: Path, own: frozenset[str], problems: Problems) -> tuple[Rows, list[str], int]:
    """Read a sheet of any form into rows by MIxS slot, and list the headers nobody knows.

    These are listed if anything is below them, with the number of the row that they stand in;
    rows do not have them.

    Parameters
    ----------
    path : Path
        A workbook or text.
    own : frozenset of str
        Columns that are known besides, by their very names.
    problems : Problems
        Collects what is wrong with the file's form.

    """
    table = read_table(path, problems, "samples")
    read = [
        Taken(name, "" if name in own and name not in SLOTS else one.column, one.unit, one.standard)
        for name in table.header
        for one in (take(name, table.units.get(name, "")),)
    ]
    form = Problems(problems.source)
    taken = settle(read, table.header_row, form)
    problems.extend(one for one in form.found if one.code == "column-missing")
    rows = _rows(table, taken, _with_commas(table, taken), problems)
    names = [one.column for one in taken if one.column]
    unknown = [one.header for one in taken if not one.column and one.header not in own]
    told = [name for name in unknown if any(cells[name] for _, cells in table.rows)]
    filled = {number: with_parts_joined(row) for number, row in rows.items()}
    columns = dict.fromkeys(name for row in filled.values() for name in row) | dict.fromkeys(
        name for name in names if name in SLOTS
    )
    kept = [name for name in columns if name in names or name not in unknown]
    return (
        {number: {name: row.get(name, "") for name in kept} for number, row in filled.items()},
        told,
        table.header_row,
    )


@cache
def has_place(column: str, target: str) -> bool:
    """Tell whether a target has a place for a column."""
    slot = SLOTS.get(column)
    value = _EXAMPLES.get(column, "1" if slot and slot.is_numeric else "x")
    losses = convert({1: {"samp_name": "a", column: value}}, TARGETS[target]).losses
    return not any(loss.kind == "no-place" and loss.value == value for loss in losses)


def inspect(path: Path, targets: Sequence[str] = ()) -> Inspection:
    """Read a sheet and find everything that is wrong with it.

    Parameters
    ----------
    path : Path
        A workbook or text.
    targets : sequence of str
        Keys of `TARGETS`; what each demands beside what every sample needs.

    Raises
    ------
    InputError
        If the file cannot be read as a sheet at all.

    """
    problems = Problems(str(path))
    table = read_table(path, problems, "samples")
    read = [take(name, table.units.get(name, "")) for name in table.header]
    taken = settle(read, table.header_row, problems)
    with_commas = _with_commas(table, taken)
    rows = _rows(table, taken, with_commas, problems)
    header_of = {one.column: one.header for one in taken if one.column}
    if not rows:
        problems.add(
            "sheet-empty",
            row=table.header_row,
            expected="at least one sample below the header",
            fix="Fill the sheet",
            is_warning=True,
        )
    _check_ids(rows, header_of, problems)
    _check_dates_made(table, taken, problems)
    _check_values(rows, header_of, problems)
    check_together(rows, header_of, problems)
    check_twins(rows, header_of.get("samp_name", "samp_name"), problems)
    problems.found.sort(key=lambda problem: problem.row or 0)
    found = Inspection(str(path), table, taken, rows, problems.found, with_commas)
    if targets:
        samples = {number: with_parts_joined(row) for number, row in rows.items()}
        found.lacking = {target: _lacking(samples, target) for target in targets}
    return found


def settle(taken: Sequence[Taken], row: int, problems: Problems) -> list[Taken]:
    """Let of several columns that may be the same thing one be it; tell what is nobody's."""
    taken = each_by_its_method(taken)
    first: dict[str, Taken] = {}
    for one in sorted(taken, key=lambda each: not each.is_certain):
        first.setdefault(one.column, one)
    settled = []
    for one in taken:
        if one.column and first[one.column] is not one:
            problems.add(
                "column-second",
                row=row,
                column=one.header,
                found=one.header,
                expected=f"one column for {one.column}; '{first[one.column].header}' is it here",
                fix="It is kept as a column of your own; soil properties by several methods go"
                " to the soil sheet",
                is_warning=True,
            )
            settled.append(replace(one, column="", unit=""))
            continue
        if not one.column:
            problems.add(
                "column-own",
                row=row,
                column=one.header,
                expected="a name of MIxS, ENA, Darwin Core, NMDC or FAIRe",
                fix="It is kept as a column of your own, and shared with nobody until the"
                " configuration gives it a sharing class",
                is_warning=True,
            )
        settled.append(one)
    if "samp_name" not in first:
        problems.add(
            "column-missing",
            row=row,
            column="samp_name",
            expected="a column 'samp_name' (or sample_id) with the names of the samples",
            fix="Add the column",
        )
    return settled


def _with_commas(table: Table, taken: Sequence[Taken]) -> frozenset[str]:
    return frozenset(
        one.header
        for one in taken
        if has_decimal_commas(one.column, [cells[one.header] for _, cells in table.rows])
    )


def _rows(
    table: Table, taken: Sequence[Taken], with_commas: frozenset[str], problems: Problems
) -> Rows:
    """Give the rows by the columns they were taken for, decimals and units brought in line."""
    rows: Rows = {number: {} for number, _ in table.rows}
    for one in taken:
        name = one.column or one.header
        values = [(number, cells[one.header]) for number, cells in table.rows]
        has_commas = one.header in with_commas
        cache: dict[str, str] = {}
        for number, value in values:
            if value not in cache:
                cache[value] = _in_line(one, value, has_commas=has_commas)
            rows[number][name] = cache[value]
            if has_commas and COMMA.search(value):
                problems.add(
                    "number-comma",
                    row=number,
                    column=one.header,
                    found=value,
                    expected="a point in a decimal number",
                    fix="It was read as one, as the whole column has commas; --fix writes points",
                    is_warning=True,
                )
        _check_unit(one, problems, table.header_row)
    fill_methods(rows, taken)
    return rows


def _in_line(one: Taken, value: str, *, has_commas: bool) -> str:
    if has_commas:
        value = with_points(value)
    if one.unit and _BARE.fullmatch(value) and not is_missing(value):
        value = f"{value} {one.unit}"
    if not value or (not one.unit and value.replace(".", "", 1).isdecimal()):
        return value
    if one.column in _ENDS:
        return to_own_unit("depth", value)
    return to_own_unit(one.column, value) if one.column in SLOTS else value


def _check_unit(one: Taken, problems: Problems, row: int) -> None:
    """Note a unit in the header that does not measure what the column is."""
    slot = SLOTS.get("depth" if one.column in _ENDS else one.column)
    if slot is None or not one.unit or one.unit == slot.unit:
        return
    if {one.unit, slot.unit} <= UNITS.keys() and is_convertible(one.unit, slot.unit):
        return
    problems.add(
        "unit-alien",
        row=row,
        column=one.header,
        found=one.unit,
        expected=f"{slot.unit or 'no unit'}, or a unit that converts into it",
        fix="Correct the unit, or give the column its right name",
    )


def _check_ids(rows: Rows, header_of: Mapping[str, str], problems: Problems) -> None:
    column = header_of.get("samp_name", "samp_name")
    first: dict[str, int] = {}
    for number, row in rows.items():
        name = row.get("samp_name", "")
        if "samp_name" in header_of and not name:
            problems.add(
                "value-missing",
                row=number,
                column=column,
                expected="the name of the sample",
                fix="Fill it in",
            )
        elif name:
            check_id(name, column, number, problems)
        other = first.setdefault(name.casefold(), number)
        if name and other != number:
            problems.add(
                "id-duplicate",
                row=number,
                column=column,
                found=name,
                expected=f"each sample in one row; row {other} has it too",
                fix="Join the two rows, or give one of the samples another name",
            )


def _check_dates_made(table: Table, taken: Sequence[Taken], problems: Problems) -> None:
    """Note names, depths and the like that a spreadsheet took for dates."""
    is_date = {one.header: "date" in one.column for one in taken}
    for number, cells in table.rows:
        for header, value in cells.items():
            if is_date[header] or not value:
                continue
            if (number, header) in table.dates or _DAY_NAME.fullmatch(value):
                problems.add(
                    "value-date",
                    row=number,
                    column=header,
                    found=value,
                    expected="what was typed; the spreadsheet made a date of it",
                    fix="Format the column as text, and type the value again",
                )


def _check_values(rows: Rows, header_of: Mapping[str, str], problems: Problems) -> None:
    """Judge every cell by its column's rule; equal values are judged once."""
    for column, header in header_of.items():
        if column not in SLOTS and column not in _LIMITS and column not in _ENDS:
            continue
        judged: dict[str, list[Problem]] = {}
        low, high = _safe_range(column)
        for number, row in rows.items():
            value = row.get(column, "")
            if not value:
                continue
            # Most cells of a large sheet are numbers that nothing is wrong with.
            if value.replace(".", "", 1).isdecimal() and low <= float(value) <= high:
                continue
            if value not in judged:
                judged[value] = _judge(column, value, problems.source)
            if judged[value]:
                problems.extend(replace(one, row=number, column=header) for one in judged[value])


def _safe_range(column: str) -> tuple[float, float]:
    """Give the limits within which a plain number of a column is right by all its rules."""
    slot = SLOTS.get(column)
    if slot is None or not slot.is_numeric or column == "depth":
        return math.inf, -math.inf
    low = -math.inf if slot.minimum is None else slot.minimum
    return low, math.inf if slot.maximum is None else slot.maximum


def _judge(column: str, value: str, source: str) -> list[Problem]:
    found = Problems(source)
    cell = Cell(column, value, 0, found)
    if column in SLOTS:
        check_value(cell)
    elif column in _ENDS:
        check_value(replace(cell, name="depth"))
    elif not is_missing(value):
        _check_degrees(cell, _LIMITS[column])
    return found.found


def _check_degrees(cell: Cell, limit: float) -> None:
    """Judge one half of a place by itself."""
    if not re.fullmatch(r"[+-]?\d+(?:\.\d*)?", cell.value):
        cell.note(
            "place-format",
            "decimal degrees, such as 48.1364 or -11.2871",
            "Convert degrees and minutes; south and west have a minus sign",
        )
    elif abs(float(cell.value)) > limit:
        cell.note("place-range", f"a number from -{limit:g} to {limit:g}", "Correct the place")


def _lacking(samples: Mapping[int, Mapping[str, str]], target: str) -> list[Lack]:
    """List what a target demands and samples, controls aside, do not have."""
    found = []
    for demand in target_named(TARGETS[target]).DEMANDS:
        if not demand.columns:
            continue
        without = tuple(
            number
            for number, row in samples.items()
            if not any(
                value and (demand.takes_missing or not is_missing(value))
                for column in demand.columns
                if (value := row.get(column, ""))
            )
            and not is_control(row)
        )
        if without:
            fix = demand.fix or f"Fill in {' or '.join(demand.columns)}"
            found.append(Lack(demand.field, demand.columns, fix, without))
    return found
