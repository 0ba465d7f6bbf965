"""Look into a zipped workbook before a library unpacks it: size, cells, entities, formulas."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from soilbio.errors import InputError, Problem, Problems

_MAX_UNPACKED_BYTES = 200_000_000
_MAX_PARTS = 5_000
_MAX_CELLS = 4_000_000
# Libraries make a full grid of what a sheet spans, empty cells included.
_MAX_AREA = 10_000_000
_SHEETS = re.compile(r"(?i)^/?(xl/worksheets/[^/]+\.xml|content\.xml)$")
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<row [^>]*?r="(\d{1,7})"')
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[ />]')
_MOST_FORMULAS = 1_000


def check_archive(path: Path, problems: Problems) -> None:
    """Refuse a workbook that would not fit into memory, or that makes its reader expand XML.

    Raises
    ------
    InputError
        With one problem more than `problems` has.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if total > _MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
                raise _large(problems, f"{total // 1_000_000} MB unpacked, {len(parts)} parts")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(archive.read(part), part.filename, problems)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            [
                *problems.found,
                Problem(
                    "sheet-unreadable",
                    problems.source,
                    "a whole workbook",
                    "Copy or save it again; it may be damaged or protected by a password",
                    found=str(error)[:100],
                ),
            ]
        ) from error


def _check_part(text: bytes, name: str, problems: Problems) -> None:
    plain = text.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain[:65536] or b"<!ENTITY" in plain[:65536]:
        raise InputError(
            [
                *problems.found,
                Problem(
                    "sheet-entities",
                    problems.source,
                    "a workbook without document types and entities, as all programs write it",
                    "Do not use this file: somebody made it by hand, to make its reader fail",
                    found=name,
                ),
            ]
        )
    if not _SHEETS.match(name):
        return
    cells = text.count(b"<c ") + text.count(b"<table:table-cell")
    if cells > _MAX_CELLS or _area(text) > _MAX_AREA:
        raise _large(problems, f"{name} of {cells:,} cells that span {_area(text):,}")


def _area(text: bytes) -> int:
    """Count the cells between the first and the last, empty ones too."""
    rows = max((int(row) for row in _ROW.findall(text)), default=0)
    widest = 3 if re.search(rb'<c r="[A-Z]{3}\d', text) else 2
    if widest == 2 and rows * 702 <= _MAX_AREA:
        return rows * 702
    columns = max((_number(letters) for letters, _ in _CELL.findall(text)), default=0)
    return rows * columns


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _large(problems: Problems, found: str) -> InputError:
    return InputError(
        [
            *problems.found,
            Problem(
                "sheet-large",
                problems.source,
                f"a workbook of at most {_MAX_CELLS:,} cells"
                f" and {_MAX_UNPACKED_BYTES // 1_000_000} MB unpacked",
                "Leave out what is no metadata; delete empty rows and columns that are formatted",
                found=found,
            ),
        ]
    )


def formulas_of(path: Path, sheet: str) -> Iterator[tuple[int | None, str]]:
    """List the cells of a sheet that hold formulas, as row and letters of the column.

    Of an OpenDocument sheet only whether there are any is told; of .xls nothing is known.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            if b"table:formula=" in archive.read("content.xml"):
                yield None, ""
            return
        part = _part_of(archive, sheet)
        if part in names:
            found = _FORMULA.findall(archive.read(part))
            for letters, row in found[:_MOST_FORMULAS]:
                yield int(row), letters.decode()


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Find the part that holds a sheet, by the workbook's own list."""
    from defusedxml.ElementTree import fromstring

    relations = {
        one.get("Id"): one.get("Target", "")
        for one in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for one in fromstring(archive.read("xl/workbook.xml")).iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            identity = next((v for k, v in one.attrib.items() if k.endswith("}id")), "")
            target = relations.get(identity, "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""
