"""Sheets as people keep them are read; what would harm their reader is refused."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
from openpyxl import Workbook

from soilbio.errors import InputError, Problems
from soilbio.metadata import archive
from soilbio.metadata.workbook import read_table


def book(path, rows, *, sheet="samples", change=lambda _: None):
    """Write a workbook; `change` may do more to it."""
    made = Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    change(made)
    made.save(path)
    return path


ROWS = [["sample_id", "lat_lon", "ph"], ["S1", "48.1 11.2", 6.5], ["S2", "48.2 11.3", 7]]


def read(path, sheet="samples"):
    problems = Problems(path.name)
    return read_table(path, problems, sheet), problems


def codes(problems) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in problems.found]


def test_a_workbook_is_read_as_text_with_the_numbers_of_its_rows(tmp_path):
    table, problems = read(book(tmp_path / "a.xlsx", ROWS))
    assert table.header == ("sample_id", "lat_lon", "ph")
    assert table.rows[1] == (3, {"sample_id": "S2", "lat_lon": "48.2 11.3", "ph": "7"})
    assert problems.found == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", "\t;,")
def test_text_is_read_in_any_usual_encoding_and_separator(tmp_path, encoding, mark):
    path = tmp_path / "a.csv"
    lines = [["sample_id", "geo_loc_name", "ph"], ["S1", "Österreich", "6.5"]]
    path.write_bytes("\r\n".join(mark.join(line) for line in lines).encode(encoding))
    table, _ = read(path)
    assert table.rows == [(2, {"sample_id": "S1", "geo_loc_name": "Österreich", "ph": "6.5"})]


def test_windows_text_is_read_with_a_warning_that_names_the_row(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes("sample_id\tfarm\nS1\tHof\nS2\tMühle\n".encode("cp1252"))
    table, problems = read(path)
    assert table.rows[1][1]["farm"] == "Mühle"
    assert codes(problems) == [("sheet-codepage", 3)]


def test_a_cell_may_hold_line_breaks_and_the_rows_behind_keep_their_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('sample_id,notes\nS1,"two\nlines"\nS2,x\n')
    table, _ = read(path)
    assert table.rows == [
        (2, {"sample_id": "S1", "notes": "two lines"}),
        (4, {"sample_id": "S2", "notes": "x"}),
    ]


def test_titles_above_the_header_are_left_out_with_a_warning(tmp_path):
    table, problems = read(book(tmp_path / "a.xlsx", [["Soils of the valley"], [], *ROWS]))
    assert table.header_row == 3
    assert table.rows[0][0] == 4
    assert codes(problems) == [("sheet-title", 1)]


def test_a_row_of_units_is_read_as_units(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("sample_id\tdepth\n#units\tcm\nS1\t10\n")
    table, _ = read(path)
    assert table.units["depth"] == "cm"
    assert [number for number, _ in table.rows] == [3]


def test_formulas_are_problems_and_their_text_is_never_read(tmp_path):
    rows = [*ROWS, ["S3", "48.3 11.4", "=1+1"]]
    table, problems = read(book(tmp_path / "a.xlsx", rows))
    assert codes(problems) == [("cell-formula", 4)]
    assert "=" not in "".join(table.rows[2][1].values())


def test_hidden_sheets_and_merged_cells_are_told(tmp_path):
    def change(made):
        hidden = made.create_sheet("secret")
        hidden["A1"] = "farmer"
        hidden.sheet_state = "hidden"
        made["samples"].merge_cells("C2:C3")

    _, problems = read(book(tmp_path / "a.xlsx", ROWS, change=change))
    assert codes(problems) == [("sheet-hidden", None), ("cell-merged", 2)]


def test_dates_are_iso_and_known_as_such(tmp_path):
    rows = [["sample_id", "collection_date"], [dt.date(2024, 3, 1), dt.datetime(2024, 4, 16, 9, 5)]]
    table, _ = read(book(tmp_path / "a.xlsx", rows))
    assert table.rows[0][1] == {
        "sample_id": "2024-03-01",
        "collection_date": "2024-04-16T09:05:00",
    }
    assert table.dates == {(2, "sample_id"), (2, "collection_date")}


def test_numbers_are_written_as_the_program_shows_them(tmp_path):
    table, _ = read(book(tmp_path / "a.xlsx", [["sample_id", "ph"], ["S1", 2.1 * 3], ["S2", 7.0]]))
    assert [cells["ph"] for _, cells in table.rows] == ["6.3", "7"]


def repack(path, target, part, change):
    """Copy a workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return target


def refused(path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value.problems[-1].code


SHEET = "xl/worksheets/sheet1.xml"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    source = book(tmp_path / "a.xlsx", ROWS)
    with (
        zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("xl/media/image.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(300):
            part.write(b" " * 1_000_000)
    assert source.stat().st_size < 1_000_000
    assert refused(source) == "sheet-large"


def test_a_cell_at_the_far_end_is_refused_since_readers_fill_the_grid(tmp_path):
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    path = repack(
        book(tmp_path / "a.xlsx", ROWS),
        tmp_path / "b.xlsx",
        SHEET,
        lambda text: text.replace(b"</sheetData>", far),
    )
    assert refused(path) == "sheet-large"


def test_ten_million_cells_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_MAX_CELLS", 5)
    assert refused(book(tmp_path / "a.xlsx", ROWS)) == "sheet-large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path, encoding):
    entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    path = repack(
        book(tmp_path / "a.xlsx", ROWS),
        tmp_path / "b.xlsx",
        SHEET,
        lambda text: (entity + text.decode().split("?>", 1)[-1]).encode(encoding),
    )
    assert refused(path) == "sheet-entities"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet-empty"),
        (b"\n\n\t\n", "sheet-empty"),
        (b"PK\x03\x04 no zip", "sheet-unreadable"),
        (b"\xd0\xcf\x11\xe0 no workbook", "sheet-unreadable"),
    ],
)
def test_what_is_no_sheet_is_told(tmp_path, content, code):
    (tmp_path / "a.xlsx").write_bytes(content)
    assert refused(tmp_path / "a.xlsx") == code


def test_a_missing_file_is_told(tmp_path):
    assert refused(tmp_path / "nowhere.xlsx") == "sheet-missing"
