from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from soilbio.cli.main import main
from soilbio.errors import Problems
from soilbio.metadata.assays import known_assays
from soilbio.metadata.crosswalk.convert import TARGETS, convert
from soilbio.metadata.crosswalk.files import from_tsv
from soilbio.metadata.sheet_template import (
    OPTIONAL,
    REQUIRED,
    SHOTGUN,
    assays_named,
    sample_columns,
    soil_columns,
    tables_of_template,
    targets_named,
)
from soilbio.metadata.sheet_workbook import workbook_bytes
from soilbio.metadata.slots import Cell, check_value
from soilbio.metadata.soil import columns as soil_sheet
from soilbio.standards.aliases import recognise
from soilbio.standards.mixs import SLOTS
from soilbio.standards.procedures import PROCEDURES

ASSAY = known_assays()["16S-V4-515FY-806RB"]
ALL = [*TARGETS]


@pytest.fixture(scope="module")
def content() -> bytes:
    return workbook_bytes(sample_columns([ASSAY], ["ena", "dwc", "nmdc"]), "ena, gbif, nmdc")


@pytest.fixture(scope="module")
def book(content):
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content))


def column_named(columns, name):
    return next(one for one in columns if one.name == name)


@pytest.mark.parametrize("target", ALL)
def test_what_the_target_demands_and_a_sheet_can_hold_is_required(target):
    columns = {one.name: one.need for one in sample_columns([ASSAY], [target])}
    example = {one.name: one.example for one in sample_columns([ASSAY], [target], is_full=True)}
    needed = {name: value for name, value in example.items() if columns.get(name) == REQUIRED}
    lacking = [one for one in convert({2: needed}, target).lacking if one.column]
    assert lacking == []


@pytest.mark.parametrize("target", ALL)
def test_the_examples_are_right(target):
    problems = Problems("examples")
    for one in sample_columns([ASSAY], [target], is_full=True):
        name = recognise(one.header).column if recognise(one.header) else one.name
        if one.example and name in SLOTS:
            check_value(Cell(name, one.example, 2, problems))
        if one.choices and one.example:
            assert one.example in one.choices, one.name
    assert problems.errors == []


def test_every_header_is_recognised_as_the_column_that_it_is():
    for one in sample_columns([ASSAY], ALL, is_full=True):
        found, plain = recognise(one.header), recognise(one.name)
        if one.name != "samp_name":
            assert found, one.header
            assert found.column == plain.column, one.header


def test_the_soil_sheet_s_columns_are_those_that_the_soil_sheet_reads():
    found = [soil_sheet.recognise(one.header) for one in soil_columns()]
    assert soil_sheet.is_long(found)
    assert all(one.role in ("place", "long") for one in found)
    assert {one.example for one in soil_columns() if one.name == "procedure"} <= set(PROCEDURES)


def test_shotgun_asks_for_no_primers():
    names = {one.name for one in sample_columns([None], ["ena"], is_full=True)}
    assert not names & {"pcr_primer_forward", "target_gene", "pcr_cond"}


def test_optional_columns_are_there_only_when_all_are_asked_for():
    needs = {one.need for one in sample_columns([ASSAY], ["ena"])}
    assert OPTIONAL not in needs
    assert column_named(sample_columns([ASSAY], ["ena"], is_full=True), "local_class")


def test_the_workbook_has_its_sheets_none_of_them_hidden(book):
    assert book.sheetnames == ["samples", "soil", "examples", "read me", "lists"]
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    assert not any(sheet.merged_cells.ranges for sheet in book)


def test_each_header_has_its_help_and_colour(book):
    columns = sample_columns([ASSAY], ["ena", "dwc", "nmdc"])
    for one, cell in zip(columns, book["samples"][1], strict=True):
        assert cell.value == one.header
        assert one.help in cell.comment.text
    colours = {cell.fill.start_color.rgb[-6:] for cell in book["samples"][1]}
    assert colours == {"F4B183", "FFE699"}


def test_drop_downs_offer_the_choices_of_their_column(book):
    columns = sample_columns([ASSAY], ["ena", "dwc", "nmdc"])
    place = [one.name for one in columns].index("country") + 1
    letter = book["samples"].cell(1, place).column_letter
    rule = next(
        one
        for one in book["samples"].data_validations.dataValidation
        if f"{letter}2:{letter}" in str(one.sqref)
    )
    start, end = rule.formula1.removeprefix("lists!").replace("$", "").split(":")
    offered = [cell.value for (cell,) in book["lists"][f"{start}:{end}"]]
    assert offered == list(column_named(columns, "country").choices)
    assert rule.errorStyle == "warning", "a term for a missing value must be possible"


def test_texts_stay_texts_so_that_no_date_becomes_a_number(book):
    columns = [one.name for one in sample_columns([ASSAY], ["ena", "dwc", "nmdc"])]
    sheet = book["samples"]
    for name in ("collection_date", "samp_name"):
        letter = sheet.cell(1, columns.index(name) + 1).column_letter
        assert sheet.column_dimensions[letter].number_format == "@"


def test_no_cell_is_a_formula(book):
    assert not [
        cell.coordinate for sheet in book for row in sheet for cell in row if cell.data_type == "f"
    ]


def test_every_part_of_the_workbook_is_well_formed(content):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                etree.fromstring(parts.read(name))


def test_the_same_columns_give_the_same_bytes(content):
    again = workbook_bytes(sample_columns([ASSAY], ["ena", "dwc", "nmdc"]), "ena, gbif, nmdc")
    assert again == content


def test_the_tables_have_the_columns_of_the_workbook(book):
    columns = sample_columns([ASSAY], ["ena", "dwc", "nmdc"])
    tables = tables_of_template(columns)
    header = tables["samples.tsv"].decode().strip().split("\t")
    assert header == [cell.value for cell in book["samples"][1]]
    explained = from_tsv(tables["columns.tsv"])
    assert len(explained) == len(columns) + len(soil_columns())


def test_an_unknown_assay_and_an_unknown_archive_are_both_named(capsys):
    assert main(["metadata", "template", "--assay", "16S-V4", "--target", "gbfi"]) == 1
    told = capsys.readouterr().err
    assert "[template-assay]" in told
    assert "[template-target]" in told


def test_names_of_archives_and_assays_are_found():
    problems = Problems("command")
    assert targets_named(["ENA", "gbif", "dwc"], problems) == ["ena", "dwc"]
    assert assays_named([SHOTGUN, ASSAY.assay_id], problems) == [None, ASSAY]
    assert not problems.found


def test_the_command_writes_workbook_and_tables(tmp_path, capsys):
    out = tmp_path / "new"
    assert main(["metadata", "template", "--assay", ASSAY.assay_id, "--out", str(out)]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {"metadata.xlsx", "samples.tsv", "soil.tsv", "columns.tsv"}
    assert "required" in capsys.readouterr().out
