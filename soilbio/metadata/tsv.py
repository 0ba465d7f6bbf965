"""Tab-separated sheets as people make them: what is harmless is accepted, the rest is named.

Accepted without a word: a byte order mark, Windows or old Macintosh line ends, empty lines at the
end, empty columns at the right. Accepted with a warning: spaces around a value, empty lines
between rows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from soilbio.errors import InputError, Problem, Problems

# Rows of QIIME 2's metadata that are none: `#q2:types`, `#q2:missing`.
_DIRECTIVE = "#q2:"
_COMMENT = re.compile(r'"?#(?=\s)(?!.*\t\s*\S)')
# Rows by their number, as a spreadsheet counts: the header is row 1.
Rows = dict[int, dict[str, str]]


def read_rows(
    path: Path,
    problems: Problems,
    *,
    required: Sequence[str],
    known: Iterable[str],
    advise: Callable[[str], str] = lambda _: "Remove the column, or correct its name",
    rename: Callable[[str], str] = lambda name: name,
) -> Rows:
    """Read a sheet with a header; values are stripped of spaces at both ends.

    Parameters
    ----------
    path : Path
        UTF-8 text, tab-separated, quoted as spreadsheets do.
    problems : Problems
        Collects what is found.
    required, known : iterables of str
        Columns that must, and that may be there.
    advise : callable
        What to do about an unknown column that is like no known one.
    rename : callable
        The known name of a column that goes by another one elsewhere, else the same.

    Raises
    ------
    InputError
        Where nothing sensible can be said of the rows: no text, no tabs, no header. It carries
        what `problems` holds so far.

    """
    table = _split(_read_text(path, problems), problems)
    header = _renamed(_header(table[0], problems), rename)
    _check_header(header, [*required], [*known], advise, problems)
    filled = [number for number, cells in enumerate(table, start=1) if "".join(cells).strip()]
    rows: Rows = {}
    for number, cells in enumerate(table[1 : filled[-1]], start=2):
        if cells and cells[0].startswith(_DIRECTIVE):
            continue
        if "".join(cells).strip():
            if _has_length(number, cells, header, problems):
                rows[number] = _row(number, cells, header, problems)
        else:
            problems.add(
                "row-empty",
                row=number,
                expected="no empty rows between others",
                fix="Remove the empty row",
                is_warning=True,
            )
    if len(filled) == 1:
        problems.add(
            "sheet-empty",
            expected="at least one row below the header",
            fix="Fill the sheet",
        )
    return rows


def is_comment(cells: Sequence[str]) -> bool:
    """Tell whether a row is a remark, as NCBI's templates begin with, and no header.

    QIIME 2's header may be `#SampleID`, and `#q2:types` is not alone in its row.
    """
    return bool(_COMMENT.match(cells[0])) and not any(cell.strip() for cell in cells[1:])


def _stop(problems: Problems, problem: Problem) -> InputError:
    return InputError([*problems.found, problem])


def _no_header(source: str, found: str | None = None) -> Problem:
    return Problem(
        "sheet-header",
        source,
        expected="the names of the columns in the first row",
        fix="Write the header in row 1, without a title or empty line above it",
        row=1,
        found=found,
    )


def _read_text(path: Path, problems: Problems) -> str:
    """Read the whole file as UTF-8."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        missing = Problem(
            "sheet-missing",
            problems.source,
            expected="a file that can be read",
            fix=f"{error.strerror}: correct the path; it was looked for at {path.resolve()}",
        )
        raise _stop(problems, missing) from error
    if raw.startswith(b"PK\x03\x04"):
        workbook = Problem(
            "sheet-workbook",
            problems.source,
            expected="tab-separated text",
            fix="In the spreadsheet program, save this sheet as 'Unicode Text' (Excel) or as CSV"
            " with tabs, character set UTF-8 (LibreOffice), and name that file",
            found="a workbook (.xlsx or .ods)",
        )
        raise _stop(problems, workbook)
    try:
        # What Excel calls Unicode Text is UTF-16 with a mark at its start.
        is_utf_16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        return raw.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        garbled = Problem(
            "sheet-encoding",
            problems.source,
            expected="text in UTF-8",
            fix="Save the sheet as text in UTF-8 (in Excel: as 'Unicode Text'); letters such as ä"
            " or µ are lost else",
            row=row,
            found=raw.split(b"\n")[row - 1].decode("latin-1")[:80],
        )
        raise _stop(problems, garbled) from error


def _split(text: str, problems: Problems) -> list[list[str]]:
    """Cut the text into cells."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = lines[0]
    if not header.strip():
        raise _stop(problems, _no_header(problems.source))
    if "\t" not in header and any(mark in header for mark in ";,|"):
        mark = max(";,|", key=header.count)
        raise _stop(
            problems,
            Problem(
                "sheet-separator",
                problems.source,
                expected="columns separated by tabs",
                fix=f"Save the sheet as tab-separated text (TSV); its columns are separated by"
                f" '{mark}'",
                row=1,
                found=header[:60],
            ),
        )
    try:
        reader = csv.reader([line + "\n" for line in lines], delimiter="\t", strict=True)
        return list(reader)
    except csv.Error as error:
        # The reader went on to the end for the closing mark; it was opened in the last such cell.
        row = max(
            (n for n, line in enumerate(lines, 1) if line.count('"') % 2), default=reader.line_num
        )
        raise _stop(
            problems,
            Problem(
                "sheet-quote",
                problems.source,
                expected="every value that begins with a quotation mark to end with one",
                fix="Remove or double the quotation mark that stands alone",
                row=row,
                found=lines[row - 1][:60],
            ),
        ) from error


def _header(cells: list[str], problems: Problems) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name, cell in zip(header, cells, strict=True):
        if name != cell:
            _warn_of_spaces(1, name, cell, problems)
    return header


def _renamed(header: list[str], rename: Callable[[str], str]) -> list[str]:
    """Give columns their known names, but to none that another column has already."""
    given = [rename(name) if name else name for name in header]
    return [
        new if new == old or (new not in header and given.count(new) == 1) else old
        for new, old in zip(given, header, strict=True)
    ]


def _check_header(
    header: Sequence[str],
    required: Sequence[str],
    known: Sequence[str],
    advise: Callable[[str], str],
    problems: Problems,
) -> None:
    """Note unknown, missing and repeated columns; stop at repeated ones, and without a header."""
    known = [*required, *(name for name in known if name not in required)]
    if not _is_header(header, known):
        found = " ".join(name for name in header if name)[:60]
        raise _stop(problems, _no_header(problems.source, found))
    unknown = [name for name in header if name and name not in known]
    for name in unknown:
        like = _most_like(name, [other for other in known if other not in header])
        problems.add(
            "column-unknown",
            row=1,
            column=name,
            found=name,
            expected="a known column",
            fix=f"Did you mean '{like}'? {advise(name)}" if like else advise(name),
        )
    for name in required:
        if name not in header:
            problems.add(
                "column-missing",
                row=1,
                column=name,
                expected=f"a column '{name}'",
                fix="Add the column",
            )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    for name in twice:
        problems.add(
            "column-duplicate",
            row=1,
            column=name,
            found=name,
            expected="each column once",
            fix="Remove or rename one of the columns",
        )
    if twice:
        raise InputError(problems.found)


def _is_header(cells: Sequence[str], known: Sequence[str]) -> bool:
    """Tell names of columns, some perhaps misspelt, from a title or a first row of values."""
    names = [name for name in cells if name]
    if {_plain(name) for name in names} & {_plain(name) for name in known}:
        return True
    alike = sum(_most_like(name, known) is not None for name in names)
    return alike >= max(1, len(names) / 3)


def _most_like(name: str, known: Sequence[str]) -> str | None:
    """Find the known name that a wrong one was probably meant to be."""
    plain = {_plain(other): other for other in known}
    like = get_close_matches(_plain(name), plain, n=1, cutoff=0.75)
    return plain[like[0]] if like else None


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_").replace(".", "_")


def _has_length(number: int, cells: list[str], header: Sequence[str], problems: Problems) -> bool:
    """Note a row with too few or too many values; what stands where in it is not sure."""
    if len(cells) >= len(header) and not "".join(cells[len(header) :]).strip():
        return True
    problems.add(
        "row-length",
        row=number,
        found=f"{len(cells)} values",
        expected=f"{len(header)} values, as many as there are columns",
        fix="Look for a tab that is missing or too many; an empty value needs its tab too",
    )
    return False


def _row(
    number: int, cells: list[str], header: Sequence[str], problems: Problems
) -> dict[str, str]:
    """Give the values their columns' names; note what is wrong with the row's form."""
    values = {name: "" for name in header if name}
    for name, cell in zip(header, cells, strict=False):
        value = cell.strip()
        if value != cell:
            _warn_of_spaces(number, name, cell, problems)
        if not value.isprintable() and any(ord(c) < 32 or ord(c) == 127 for c in value):
            problems.add(
                "value-character",
                row=number,
                column=name,
                found=value[:60],
                expected="text without line breaks, tabs, NUL or other control characters",
                fix="Remove the character that cannot be seen",
            )
        if name:
            values[name] = value
        elif value:
            problems.add(
                "column-unnamed",
                row=number,
                found=value[:60],
                expected="no values in a column without a name",
                fix="Name the column in row 1, or remove it",
            )
    return values


def _warn_of_spaces(number: int, name: str, cell: str, problems: Problems) -> None:
    problems.add(
        "value-spaces",
        row=number,
        column=name or None,
        found=cell[:60],
        expected="no spaces around a value",
        fix="They are left out; remove them if you want the warning to go",
        is_warning=True,
    )
