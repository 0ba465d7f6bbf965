"""Rows of tables as people and pipelines write them: any common encoding, separator, workbook."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain, islice, takewhile
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.workbook import is_book, sheet_rows

SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_LOOKED_AT = 200  # rows by which it is told whether their names have a header
# Of a row by which QIIME 2 tells of columns what their cells show.
DIRECTIVE = "#q2:"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
Rows = Iterator[tuple[int, list[str]]]


def rows_of(source: Path, *, sheet: str = "", separator: str = "") -> Rows:
    """Yield rows that are not empty with their numbers; comments before the header are left out.

    So are directives of QIIME 2 (`#q2:types`), which tell of columns what their cells show.

    Raises
    ------
    InputError
        If the file cannot be read, quotes do not close, or columns are parted by spaces or bars
        and that is not stated.

    """
    lines = sheet_rows(source, sheet) if is_book(source) else _text(source, separator)
    is_above = True
    for number, cells in lines:
        if not "".join(cells).strip() or cells[0].strip().lower().startswith(DIRECTIVE):
            continue
        is_comment = cells[0].startswith("#") and (len(cells) == 1 or not cells[1].strip())
        if is_above and is_comment:
            continue
        is_above = False
        yield number, cells


def read_texts(source: Path, *, sheet: str = "") -> tuple[list[str], list[dict[str, str]]]:
    """Read a table of text: its headers, and rows by header."""
    lines = completed(rows_of(source, sheet=sheet))
    number, header = next(lines, (0, []))
    header = [name.strip() for name in header]
    below = [[cell.strip() for cell in cells] for _, cells in lines]
    rows = [dict(zip(header, cells, strict=False)) for cells in below]
    if not number:
        raise empty(source)
    return header, rows


def completed(lines: Rows) -> Rows:
    """Put an empty header above names of rows, where R's write.table has none."""
    number, header = next(lines, (0, []))
    first = list(islice(lines, _LOOKED_AT))
    # A mark at the end of each row makes no column.
    is_filled = any(cells[-1].strip() for _, cells in first if cells)
    if is_filled and {len(cells) for _, cells in first} == {len(header) + 1}:
        header = ["", *header]
    return chain([(number, header)] if number else [], first, lines)


def empty(source: Path) -> InputError:
    """Say that there is no table in a file."""
    return problem_of(
        "import-table-empty",
        str(source),
        expected="a header and at least one row",
        fix="Name the table that holds the numbers",
    )


def _text(source: Path, separator: str) -> Rows:
    """Yield rows; those of which a quote does not close are told, all of them, at the end."""
    problems = Problems(str(source))
    is_below = False
    with open_text(source) as handle:
        start = list(islice(handle, 20))
        mark = SEPARATORS.get(separator) or _separator(source, start)
        for number, line in enumerate(chain(start, handle), start=1):
            text = line.rstrip("\r\n")
            cells = _cells(text, mark)
            if cells is None:
                _note_quote(problems, number, text)
                if not is_below:
                    problems.raise_if_any()
                continue
            is_below = is_below or (bool(text) and not _is_comment(text))
            yield number, cells
    problems.raise_if_any()


def _note_quote(problems: Problems, number: int, text: str) -> None:
    problems.add(
        "import-quote",
        row=number,
        found=text[text.index('"') :][:60],
        expected="quotes around whole cells, closed on the same line",
        fix="Remove the quote that is alone; write one within a cell twice",
    )


def _separator(source: Path, start: Sequence[str]) -> str:
    """Tell what parts columns, by the header; spaces and bars only if they are stated."""
    lines = without_comments([line.rstrip("\r\n") for line in start if line.strip()])
    header = lines[0] if lines else ""
    # Lineages hold commas and semicolons: a tab, where there is one, is the separator; so it is
    # where a title stands above.
    if "\t" in header or (len(lines) > 2 and all("\t" in line for line in lines[1:])):
        return "\t"
    if "," in header or ";" in header:
        return max(",;", key=lambda mark: (_is_even(lines, mark), header.count(mark)))
    for name in ("pipe", "space"):
        if _is_even(lines, SEPARATORS[name]):
            raise problem_of(
                "import-separator",
                str(source),
                row=start.index(next(line for line in start if line.startswith(header))) + 1,
                found=header[:60],
                expected="columns parted by tabs, commas or semicolons",
                fix=f"Write it with tabs; or say in --method `table: {{separator: {name}}}`",
            )
    return "\t"


def without_comments(start: Sequence[str]) -> list[str]:
    """Leave out lines that are comments, but for a header that begins as one: `#OTU ID;A;B`."""
    lines = [line for line in start if not _is_comment(line)]
    above = list(takewhile(_is_comment, start))[-1:]
    is_header = any(
        mark in one and one.count(mark) == lines[0].count(mark)
        for one in (above if lines else ())
        for mark in ",;"
    )
    return [*above, *lines] if is_header else lines


def _is_even(lines: Sequence[str], mark: str) -> bool:
    """Tell whether a mark parts all lines alike: one in the names of a header does not."""
    widths = [len(cells) for line in lines if (cells := _cells(line, mark)) is not None]
    # R's write.table has no header above the names of rows.
    return len(widths) > 1 and widths[0] > 1 and set(widths[1:]) <= {widths[0], widths[0] + 1}


def _is_comment(line: str) -> bool:
    return line.startswith("#") and "\t" not in line.rstrip()


def _cells(line: str, mark: str) -> list[str] | None:
    """Part a line; none if a quote does not close on it: it would swallow what follows."""
    if '"' not in line:
        return line.split(mark)
    if mark == "\t":
        cells = [_unquoted(cell) for cell in line.split(mark)]
        return None if None in cells else [cell or "" for cell in cells]
    try:
        return next(csv.reader([line], delimiter=mark, strict=True))
    except (csv.Error, StopIteration):
        return None


def _unquoted(cell: str) -> str | None:
    """Take quotes around a whole cell off; none where one has no other."""
    if not cell.startswith('"'):
        return cell
    if cell.count('"') % 2:
        return None
    inner = cell[1:-1]
    is_around = cell.endswith('"') and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if is_around else cell


def open_text(source: Path) -> io.TextIOBase:
    """Open text, gzip or not; what is not Unicode is read as Windows' Western European.

    Raises
    ------
    InputError
        If there is no such file, or it cannot be read.

    """
    opener = gzip.open if source.name.endswith(".gz") else open
    try:
        with opener(source, "rb") as handle:
            encoding = _encoding(handle)
        return opener(source, "rt", encoding=encoding, errors="replace", newline="")
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(source, str(getattr(error, "strerror", None) or error)) from error


def _unreadable(source: Path, found: str) -> InputError:
    return problem_of(
        "import-unreadable",
        str(source),
        found=found,
        expected="a file that can be read",
        fix="Name the files in it that are of the format"
        if source.is_dir()
        else "Correct the path, or get the file again",
    )


def _encoding(handle: object) -> str:
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        block = handle.read(1 << 20)  # type: ignore[attr-defined]
        if block[:2] in _UTF16:
            return "utf-16"
        if b"\0" in block:
            raise OSError("bytes that are no text, or UTF-16 without the mark that says so")
        while block:
            decoder.decode(block)
            block = handle.read(1 << 20)  # type: ignore[attr-defined]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
