"""The template as a workbook: drop-downs, colours for what is required, help on each header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.metadata.plain_workbook import bytes_of
from soilbio.metadata.sheet_template import OPTIONAL, RECOMMENDED, REQUIRED, Column, soil_columns

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SAMPLES, SOIL, EXAMPLES, GUIDE, LISTS = "samples", "soil", "examples", "read me", "lists"
# Rows that have drop-downs and limits.
_ROWS = 10_000
_COLOURS = {REQUIRED: "F4B183", RECOMMENDED: "FFE699", OPTIONAL: "E7E6E6"}
# A spreadsheet keeps these as they are typed: no dates of names, no zeros lost.
_TEXT = "@"
_LONGEST_HELP = 255


def workbook_bytes(columns: Sequence[Column], made_for: str) -> bytes:
    """Write the workbook; the same columns give the same bytes.

    Parameters
    ----------
    columns : sequence of Column
        Of the samples' sheet.
    made_for : str
        The assays and archives, for the first sheet.

    """
    from openpyxl import Workbook

    book = Workbook()
    soil = soil_columns()
    samples = book.active
    if samples is None:  # what a new workbook always has
        raise AssertionError
    lists = _Lists(book.create_sheet(LISTS))
    _fill(samples, SAMPLES, columns, lists)
    _fill(book.create_sheet(SOIL, 1), SOIL, soil, lists)
    _examples(book.create_sheet(EXAMPLES, 2), columns, soil)
    _guide(book.create_sheet(GUIDE, 3), columns, soil, made_for)
    return bytes_of(book)


class _Lists:
    """The sheet of drop-downs: a column of it for each list, shared by equal lists."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.known: dict[tuple[str, ...], str] = {}

    def range_of(self, name: str, choices: tuple[str, ...]) -> str:
        """Write a list, where it is not there yet, and give its place as a formula has it."""
        from openpyxl.utils import get_column_letter

        if choices not in self.known:
            place = len(self.known) + 1
            letter = get_column_letter(place)
            self.sheet.cell(1, place, name)
            for row, choice in enumerate(choices, start=2):
                _put(self.sheet, row, place, choice)
            self.sheet.column_dimensions[letter].width = 30
            self.known[choices] = f"{LISTS}!${letter}$2:${letter}${len(choices) + 1}"
        return self.known[choices]


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a text as text: what begins like a formula is none."""
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"


def _fill(sheet: Worksheet, title: str, columns: Sequence[Column], lists: _Lists) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    sheet.title = title
    line = Side(style="thin", color="7F7F7F")
    for place, one in enumerate(columns, start=1):
        cell = sheet.cell(1, place, one.header)
        cell.fill = PatternFill("solid", start_color=_COLOURS[one.need])
        cell.font = Font(bold=one.need == REQUIRED)
        cell.border = Border(bottom=line)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        comment = Comment(_comment(one), "soilbio")
        comment.width, comment.height = 340, 190
        cell.comment = comment
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = max(14, min(34, len(one.header) + 4))
        if not one.is_number:
            dimension.number_format = _TEXT
        _validate(sheet, get_column_letter(place), one, lists)
    sheet.freeze_panes = "B2"


def _comment(one: Column) -> str:
    parts = [f"{one.need.upper()}. {one.help}"]
    if one.for_targets:
        parts.append(f"Demanded by: {', '.join(one.for_targets)}.")
    if one.choices:
        parts.append("Choose from the list; another value is possible where none fits.")
    if one.example:
        parts.append(f"Example: {one.example}")
    return "\n".join(parts)


def _validate(sheet: Worksheet, letter: str, one: Column, lists: _Lists) -> None:
    """Offer the choices, or warn of numbers out of their limits; a warning can be overruled."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if one.choices:
        rule = DataValidation("list", formula1=lists.range_of(one.name, one.choices))
        rule.error = "This value is not on the list. Archives may refuse it. Keep it?"
    elif one.is_number and one.minimum is not None and one.maximum is not None:
        low, high = f"{one.minimum:g}", f"{one.maximum:g}"
        rule = DataValidation("decimal", operator="between", formula1=low, formula2=high)
        rule.error = f"A number from {low} to {high} is expected. Keep it?"
    else:
        return
    rule.errorStyle, rule.showErrorMessage, rule.allowBlank = "warning", True, True
    rule.errorTitle = one.header[:32]
    rule.promptTitle, rule.prompt = one.header[:32], one.help[:_LONGEST_HELP]
    rule.showInputMessage = True
    rule.add(f"{letter}2:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def _examples(sheet: Worksheet, columns: Sequence[Column], soil: Sequence[Column]) -> None:
    """Show a sample and a value of soil as they would stand in the sheets, one under the other."""
    from openpyxl.styles import Font

    row = 1
    for title, several in ((SAMPLES, columns), (SOIL, soil)):
        sheet.cell(row, 1, f"An example of the sheet '{title}'").font = Font(bold=True)
        sheet.cell(row + 1, 1, "column").font = Font(italic=True)
        sheet.cell(row + 1, 2, "example").font = Font(italic=True)
        for place, one in enumerate(several, start=row + 2):
            _put(sheet, place, 1, one.header)
            _put(sheet, place, 2, one.example)
        row += len(several) + 3
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 60


def _guide(
    sheet: Worksheet, columns: Sequence[Column], soil: Sequence[Column], made_for: str
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    lines = (
        f"Metadata of soil samples, for {made_for}",
        "1. Fill one row a sample in 'samples'; one row a measured value in 'soil'.",
        "2. Columns in orange are required, in yellow recommended, in grey optional.",
        "3. Each header has a note that says what is meant, and shows an example.",
        "4. What is not known: leave it empty, or write 'not collected' or 'not provided' where"
        " the column is required; 'restricted access' where it may not be told.",
        "5. Columns that you do not need may go; columns of your own may be added.",
        "6. Then: soilbio metadata check FILE, and soilbio metadata convert FILE --to ena",
    )
    for row, line in enumerate(lines, start=1):
        sheet.cell(row, 1, line).font = Font(bold=row == 1)
    start = len(lines) + 2
    for place, name in enumerate(("sheet", "column", "need", "demanded by", "help"), start=1):
        sheet.cell(start, place, name).font = Font(bold=True)
    rows = [(SAMPLES, one) for one in columns] + [(SOIL, one) for one in soil]
    for row, (title, one) in enumerate(rows, start=start + 1):
        texts = (title, one.header, one.need, ", ".join(one.for_targets), one.help)
        for place, text in enumerate(texts, start=1):
            _put(sheet, row, place, text)
        sheet.cell(row, 3).fill = PatternFill("solid", start_color=_COLOURS[one.need])
        sheet.cell(row, 5).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (12, 30, 14, 24, 100), strict=True):
        sheet.column_dimensions[letter].width = width
