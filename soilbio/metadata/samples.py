"""Sample metadata: one row per sample, MIxS slots and the project's own columns."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.columns_taken import Taken, take
from soilbio.metadata.implied_methods import method_in
from soilbio.metadata.quantities import check_units
from soilbio.metadata.sheet import check_id
from soilbio.metadata.slots import Cell, check_value
from soilbio.metadata.tsv import Rows, is_comment, read_rows
from soilbio.standards.aliases import plain
from soilbio.standards.mixs import SLOTS

# Columns of NCBI's templates that tell of a submission, not of a sample.
_OF_SUBMISSIONS = (plain("bioproject_accession"), plain("description"))
_OTHER_FORMATS = (".csv", ".xlsx", ".xls", ".ods", ".biom", ".biom.gz")
# Parts of a place, which MIxS joins; what else tells of places, by words of it.
_OF_PLACE = {"decimal_latitude", "decimal_longitude", "lat_lon"}
_WORDS_OF_PLACE = re.compile(
    r"\butm|easting|northing|coord|gps|latit|longit|(?:^|_)(?:lat|lon|lng|x|y)(?:_|$)", re.I
)
# Without these a sample is of no use to others: an empty cell is wrong, a missing-value term right.
DEMANDED = ("lat_lon", "geo_loc_name", "collection_date")


def read_samples(path: Path, columns: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Read the samples, in the order of the sheet; each has all columns, empty where unknown.

    Parameters
    ----------
    path : Path
        The sheet.
    columns : mapping of column name to sharing class, optional
        The project's own columns.

    Raises
    ------
    InputError
        With all problems.

    """
    problems = Problems(str(path))
    rows = sample_rows(path, columns or {}, problems)
    problems.raise_if_any()
    return list(rows.values())


def sample_rows(path: Path, columns: Mapping[str, str], problems: Problems) -> Rows:
    """Read the samples by row number; note what is wrong with their form and values.

    Columns may be in the words of any standard, and parts that MIxS joins (latitude and longitude,
    depths) apart. Text with tabs that has no such parts, no units or methods in its header, and is
    no template of NCBI's, is held to the names of columns.
    """
    _check_places(columns, problems)
    known = [*(name for name in SLOTS if name != "samp_name"), *columns]
    if path.name.lower().endswith(_OTHER_FORMATS) or _is_of_others(path, known):
        rows = _table_rows(path, known, problems)
    else:
        rows = read_rows(
            path,
            problems,
            required=("sample_id",),
            known=known,
            advise=_advise,
            rename=lambda name: name if name in known else _known_name(name),
        )
    first: dict[str, int] = {}
    for number, row in rows.items():
        if "sample_id" in row:
            check_id(row["sample_id"], "sample_id", number, problems)
            _check_once(row["sample_id"], number, first, problems)
        for name, value in row.items():
            if value and name in SLOTS:
                check_value(Cell(name, value, number, problems))
    check_units(rows, problems)
    return rows


def _is_of_others(path: Path, known: Sequence[str]) -> bool:
    """Tell whether a sheet of text has another form than ours.

    Its columns are parts of a slot, such as latitude, tell a unit or a method (`Corg (%)`,
    `pH (CaCl2)`), or have NCBI's stars (`*organism`), or remarks stand above them.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as handle:
            rows = enumerate(line.rstrip("\r\n").split("\t") for line in handle)
            place, cells = next((one for one in rows if not is_comment(one[1])), (0, []))
    except OSError:
        return False
    headers = [cell.strip().strip('"') for cell in cells]
    others = (one for one in headers if one not in known or (one in SLOTS and method_in(one, one)))
    return place > 0 or any(map(_is_written_otherwise, others))


def _is_written_otherwise(header: str) -> bool:
    """Tell whether a header says more than which slot is meant, or is one that NCBI demands."""
    one = take(header)
    is_part = one.is_certain and (one.column not in SLOTS or bool(one.unit))
    tells_more = is_part or bool(method_in(header, one.column))
    return bool(one.column) and (tells_more or header.startswith("*"))


def _check_places(columns: Mapping[str, str], problems: Problems) -> None:
    """Refuse to open parts of a place under another class, as own columns."""
    for name, share in columns.items():
        if name not in SLOTS and take(name).column in _OF_PLACE and share != "location":
            problems.add(
                "config-column-known",
                column=f"columns.{name}",
                found=share,
                expected="a column of your own; this one is a part of the place",
                fix="Remove the line: the column is read, and its sharing class is location",
            )


def _known_name(header: str) -> str:
    """Give the column that another standard's name means beyond doubt; none with a unit."""
    one = take(header)
    if one.column == "samp_name":
        return "sample_id"
    is_sure = one.is_certain and not one.unit and one.column in SLOTS
    return one.column if is_sure else header


def _table_rows(path: Path, known: Sequence[str], problems: Problems) -> Rows:
    """Read a sheet of any form, values in the units of their slots."""
    from soilbio.metadata.inspect_sheet import table_rows

    rows, headers, header_row = table_rows(path, frozenset(known), problems)
    there = {name for row in rows.values() for name in row}
    for header in headers:
        _note_unknown(header, header_row, there, problems)
    return {
        number: {("sample_id" if name == "samp_name" else name): v for name, v in row.items()}
        for number, row in rows.items()
    }


def _note_unknown(header: str, row: int, there: Collection[str], problems: Problems) -> None:
    """Note a column that nobody knows; what is of a submission is not of the sample."""
    if plain(header) in _OF_SUBMISSIONS:
        problems.add(
            "column-left-out",
            row=row,
            column=header,
            found=header,
            expected="columns that tell of samples; this one is of a submission, and not taken",
            fix="Nothing needs to be done; to have it, give it a sharing class in the"
            " configuration (`columns:`)",
            is_warning=True,
        )
        return
    problems.add(
        "column-unknown",
        row=row,
        column=header,
        found=header,
        expected="a known column",
        fix=_advise(header, there),
    )


def _check_once(sample_id: str, number: int, first: dict[str, int], problems: Problems) -> None:
    other = first.setdefault(sample_id.casefold(), number)
    if sample_id and other != number:
        problems.add(
            "id-duplicate",
            row=number,
            column="sample_id",
            found=sample_id,
            expected=f"each sample in one row; row {other} has it too",
            fix="Join the two rows, or give one of the samples another id",
        )


def _advise(name: str, there: Collection[str] = ()) -> str:
    if name == "samp_name":
        return "Call the column sample_id"
    # JSON's quotes are YAML's, too; only a plain word does without.
    is_plain = re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII)
    key = name if is_plain else json.dumps(name, ensure_ascii=False)
    share = "location" if _WORDS_OF_PLACE.search(name) else "environment"
    one = take(name)
    meant = ""
    if one.column in there:
        meant = f"Another column is {one.column} here. "
    elif one.column:
        meant = f"Call it {_called(one)} if that is meant. "
    return meant + (
        "Else give it a sharing class in the configuration, for example"
        f" `columns: {{{key}: {share}}}` (of what tells a place location, of people identity)"
    )


def _called(one: Taken) -> str:
    """Name a column; without a unit its values are taken for such in the slot's."""
    if one.unit:
        return f"'{one.column} ({one.unit})'"
    unit = SLOTS[one.column].unit if one.column in SLOTS else ""
    return f"{one.column} ({one.standard}{f'; in {unit}' if unit not in ('', '1') else ''})"


def check_demanded(rows: Rows, controls: frozenset[str], problems: Problems) -> None:
    """Note samples without place or time, where no missing-value term says why; not of controls."""
    for number, row in rows.items():
        if row.get("sample_id") in controls:
            continue
        for name in DEMANDED:
            if not row.get(name):
                problems.add(
                    "sample-incomplete",
                    row=number,
                    column=name,
                    expected=f"{_WORDS[name]} of every sample that is no control",
                    fix="Fill it in; where it is not known write 'not collected', where it may"
                    " not be told 'restricted access'",
                )


def check_recommended(rows: Rows, controls: frozenset[str], problems: Problems) -> None:
    """Warn of columns that MIxS demands and that are empty in all samples."""
    soils = [row for row in rows.values() if row.get("sample_id") not in controls]
    wanted = [
        name
        for name, slot in SLOTS.items()
        if slot.required_by and not slot.is_of_library and name not in (*DEMANDED, "samp_name")
    ]
    empty = [name for name in wanted if not any(row.get(name) for row in soils)]
    if soils and empty:
        problems.add(
            "sample-recommended",
            expected=f"the slots that MIxS demands; {', '.join(empty)} are empty in all samples",
            fix="Fill them in before the data go to an archive",
            is_warning=True,
        )


_WORDS = {
    "lat_lon": "the place, such as '48.1364 11.2871',",
    "geo_loc_name": "the country, such as 'Germany: Bavaria, Eichmoos',",
    "collection_date": "the date, such as 2024-04-16,",
}
