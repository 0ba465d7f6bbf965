"""Workbooks of several sheets, titles above headers: told which is meant, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.importers.found import facts_of
from soilbio.importers.registry import detect, read

OTUS = [["OTU ID", "S1", "S2"], ["x", 1, 2], ["y", 3, 5]]
TAXA = [["OTU ID", "Taxonomy"], ["x", "k__Fungi;p__A"], ["y", "k__Fungi;p__B"]]
NOTES = [["Read this first"], ["All was done with care"]]


def book(path: Path, **sheets: list[list[object]]) -> Path:
    from openpyxl import Workbook

    made = Workbook()
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del made["Sheet"]
    made.save(path)
    return path


def codes(source: Path, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read("table", [source], options)
    return [one.code for one in caught.value.problems]


def test_one_table_and_its_lineages_are_read_from_two_sheets(tmp_path):
    source = book(tmp_path / "t.xlsx", taxonomy=TAXA, otu=OTUS)
    found = read("table", [source], {})
    assert found.libraries == ("S1", "S2")
    assert found.features["y"].lineage == "k__Fungi;p__B"


def test_what_is_read_as_it_is_has_nothing_to_settle(tmp_path):
    source = book(tmp_path / "t.xlsx", taxonomy=TAXA, otu=OTUS)
    assert detect(source) == [("table", "2 rows and 2 columns of numbers")]
    source = book(tmp_path / "u.xlsx", taxonomy=TAXA, more=TAXA)
    assert "import-table-count" in dict(detect(source))["table"]


def test_a_table_may_end_in_tab(tmp_path):
    source = tmp_path / "t.tab"
    source.write_text("OTU ID\tS1\tS2\nx\t1\t2\ny\t3\t5\n")
    assert dict(detect(source))["table"] == "2 rows and 2 columns of numbers"


@pytest.mark.parametrize("name", ["t.xls", "T.XLSX"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_that_is_called_a_workbook_is_read_as_text(tmp_path, name, encoding):
    """Sequencing services call tables with tabs `.xls`."""
    source = tmp_path / name
    text = "OTU ID\tS1\tS2\ttaxonomy\nx\t1\t2\tk__Fungi;p__A\ny\t3\t5\tk__Fungi;p__B\n"
    source.write_text(text, encoding=encoding)
    assert dict(detect(source))["table"] == "2 rows and 2 columns of numbers"
    assert read("table", [source], {}).features["y"].lineage == "k__Fungi;p__B"


@pytest.mark.parametrize(
    "content", [b"<html><table>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", b"PK\x03\x04", b""]
)
def test_what_is_called_a_workbook_and_is_no_text_is_none_that_can_be_read(tmp_path, content):
    source = tmp_path / "t.xls"
    source.write_bytes(content)
    assert codes(source) == ["import-unreadable"]


def test_empty_sheets_are_none(tmp_path):
    source = book(tmp_path / "t.xlsx", empty=[], otu=OTUS)
    assert read("table", [source], {}).libraries == ("S1", "S2")


@pytest.mark.parametrize("other", [OTUS, NOTES])
def test_of_several_tables_one_has_to_be_named(tmp_path, other):
    source = book(tmp_path / "t.xlsx", bacteria=OTUS, other=other)
    with pytest.raises(InputError, match="sheets bacteria, other"):
        read("table", [source], {})
    assert [form for form, _ in detect(source)] == ["table"]
    assert read("table", [source], {"sheet": "bacteria"}).libraries == ("S1", "S2")


BASES = [["OTU ID", "sequence"], ["x", "ACGT" * 15], ["y", "TTGC" * 15]]
SOILS = [["SampleID", "crop", "pH"], ["S1", "wheat", 6.5], ["S2", "rye", 7.1]]


def test_beside_a_stated_sheet_those_of_its_features_are_taken_and_others_named(tmp_path):
    source = book(tmp_path / "t.xlsx", counts=OTUS, taxonomy=TAXA, fasta=BASES, soils=SOILS)
    found = read("table", [source], {"sheet": "Counts"})
    assert found.libraries == ("S1", "S2")
    assert found.features["y"].lineage == "k__Fungi;p__B"
    assert found.features["y"].sequence == "TTGC" * 15
    assert facts_of(found.notes) == ["sheets of t.xlsx that are not taken: soils"]


@pytest.mark.parametrize(
    "sheets",
    [
        {"fungi": [*TAXA, ["z", "k__Fungi;p__C"]]},
        {"fungi": TAXA[:-1]},
        {"silva": TAXA, "unite": TAXA},
    ],
    ids=["more", "fewer", "two"],
)
def test_beside_a_stated_sheet_lineages_of_another_table_are_not_taken(tmp_path, sheets):
    source = book(tmp_path / "t.xlsx", counts=OTUS, soils=SOILS, **sheets)
    found = read("table", [source], {"sheet": "counts"})
    assert not any(one.lineage for one in found.features.values())
    (note,) = found.notes
    assert f"not taken: {', '.join(['soils', *sheets])} (" in note


def test_lineages_of_a_file_go_before_those_of_a_sheet(tmp_path):
    source = book(tmp_path / "t.xlsx", counts=OTUS, taxonomy=TAXA)
    (tmp_path / "taxa.tsv").write_text("OTU ID\tTaxonomy\nx\tk__Fungi;p__C\ny\tk__Fungi;p__D\n")
    found = read("table", [source, tmp_path / "taxa.tsv"], {"sheet": "counts"})
    assert (found.features["y"].lineage, found.features["y"].others) == ("k__Fungi;p__D", ())


@pytest.mark.parametrize("sheets", [{"Sheet1": TAXA}, {"mine": TAXA, "empty": []}])
def test_a_sheet_that_is_named_is_that_of_the_workbook_that_has_it(tmp_path, sheets):
    source = book(tmp_path / "t.xlsx", bacteria=OTUS, other=NOTES)
    lineages = book(tmp_path / "taxa.xlsx", **sheets)
    for files in ([source, lineages], [lineages, source]):
        found = read("table", files, {"sheet": "Bacteria"})
        assert found.features["y"].lineage == "k__Fungi;p__B"
    with pytest.raises(InputError, match="a workbook with a sheet fungi") as caught:
        read("table", [source, lineages], {"sheet": "fungi"})
    assert len(caught.value.problems) == 2


def test_a_bad_cell_in_one_of_two_sheets_is_told(tmp_path):
    bad = [*OTUS[:-1], ["y", 3, "n.d."]]
    assert codes(book(tmp_path / "t.xlsx", otu=bad, taxonomy=TAXA)) == ["import-cell"]


@pytest.mark.parametrize("form", ["xlsx", "tsv", "csv"])
def test_a_title_above_the_header_is_called_so(tmp_path, form):
    rows = [["Table S1: reads, by OTU"], *OTUS]
    path = tmp_path / f"t.{form}"
    if form == "xlsx":
        book(path, otu=rows)
    else:
        mark = "\t" if form == "tsv" else ","
        title = rows[0][0] if form == "tsv" else '"Table S1: reads, by OTU"'
        lines = [title, *(mark.join(map(str, row)) for row in OTUS)]
        path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match="this one is a title"):
        read("table", [path], {})
