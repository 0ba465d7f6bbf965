"""A laboratory's sheet → rows of samples by column, whatever words its header is in."""

from __future__ import annotations

import re
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.columns_taken import Taken, take
from soilbio.metadata.crosswalk.model import Rows, Sample
from soilbio.metadata.implied_methods import fill_methods
from soilbio.metadata.inspect_sheet import settle
from soilbio.metadata.workbook import read_table
from soilbio.standards.insdc import is_missing

SHEET = "samples"
_BARE = re.compile(r"[+-]?\d+(?:\.\d*)?(?:\s*-\s*\d+(?:\.\d*)?)?")


def read_sheet(path: Path, problems: Problems) -> tuple[Rows, list[Taken]]:
    """Read a sheet of samples; units of headers go to the values that have none.

    Parameters
    ----------
    path : Path
        A workbook, of which the sheet `samples`, else the first, is read, or text.
    problems : Problems
        Collects columns that are there twice and samples without a name of their own.

    """
    table = read_table(path, problems, SHEET)
    read = [take(name, table.units.get(name, "")) for name in table.header]
    taken = settle(read, table.header_row, problems)
    rows = {number: _row(row, taken) for number, row in table.rows if any(row.values())}
    fill_methods(rows, taken)
    _check_names(rows, problems)
    return rows, taken


def _row(cells: Sample, taken: list[Taken]) -> Sample:
    row = {}
    for one in taken:
        value = cells.get(one.header, "").strip()
        is_bare = one.unit and _BARE.fullmatch(value) and not is_missing(value)
        if value:
            row[one.column or one.header] = f"{value} {one.unit}" if is_bare else value
    return row


def _check_names(rows: Rows, problems: Problems) -> None:
    first: dict[str, int] = {}
    for number, row in rows.items():
        name = row.get("samp_name", "")
        if not name:
            problems.add(
                "value-missing",
                row=number,
                column="samp_name",
                expected="the name of the sample",
                fix="Fill it in",
            )
            continue
        other = first.setdefault(name.casefold(), number)
        if other != number:
            problems.add(
                "id-duplicate",
                row=number,
                column="samp_name",
                found=name,
                expected=f"each sample in one row; row {other} has it, too",
                fix="Join the two rows, or give one of the samples another name",
            )
