from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from soilbio.cli.main import main

HEADER = "sample_id\tlat_lon\tgeo_loc_name\tcollection_date\tph"
SOUND = "S1\t48.1364 11.2871\tGermany: Bavaria\t2024-04-16\t6.5"


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "soils.tsv"
    path.write_text(f"{HEADER}\n{SOUND}\nS2\t48.1365 11.2872\tGermany: Bavaria\t16.4.2024\t15\n")
    return path


def test_a_sound_sheet_ends_with_0(tmp_path, capsys):
    path = tmp_path / "soils.tsv"
    path.write_text(f"{HEADER}\n{SOUND}\n")
    assert main(["metadata", "check", str(path)]) == 0
    assert "0 problems, 0 warnings" in capsys.readouterr().out


def test_problems_end_with_1_and_columns_are_said(sheet, capsys):
    assert main(["metadata", "check", str(sheet), "--target", "ena"]) == 1
    told = capsys.readouterr().out
    assert "sample_id: samp_name" in told
    assert "[number-range]" in told
    assert "project name, in all samples" in told


def test_json_holds_all_with_severities(sheet, capsys):
    main(["metadata", "check", str(sheet), "--target", "ena,nmdc", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    found = {problem["code"]: problem for problem in document["problems"]}
    assert found["number-range"]["row"] == 3
    assert found["number-range"]["targets"]["ena"] == "error"
    assert set(document["lacking"]) == {"ena", "nmdc"}


def test_safe_corrections_go_to_a_new_file_and_are_listed(sheet, tmp_path, capsys):
    new = tmp_path / "fixed.tsv"
    main(["metadata", "check", str(sheet), "--fix", str(new)])
    assert "'16.4.2024' -> '2024-04-16'" in capsys.readouterr().out
    assert new.read_text() == sheet.read_text().replace("16.4.2024", "2024-04-16")
    assert main(["metadata", "check", str(sheet), "--fix", str(new)]) == 1
    assert "[output-exists]" in capsys.readouterr().err


def test_the_marked_copy_shows_what_is_wrong_at_its_cell_and_nothing_is_live(tmp_path):
    path = tmp_path / "soils.tsv"
    path.write_text(f"{HEADER}\tnotes\n{SOUND}\t=1+1\nS2\t48.1 11.2\tGermany\t2024\t15\t@x\n")
    marked = tmp_path / "marked.xlsx"
    main(["metadata", "check", str(path), "--marked", str(marked)])
    sheet = load_workbook(marked)["samples"]
    assert "number-range" in sheet["E3"].comment.text
    assert sheet["E3"].fill.fgColor.rgb.endswith("F8CBAD")
    assert sheet["E2"].comment is None
    assert (sheet["F2"].value, sheet["F2"].data_type) == ("=1+1", "s")
    assert load_workbook(marked)["problems"].max_row > 1


def test_an_unknown_target_and_a_missing_file_are_told(sheet, capsys):
    assert main(["metadata", "check", str(sheet), "--target", "sra"]) == 1
    assert main(["metadata", "check", "nowhere.xlsx"]) == 1
    told = capsys.readouterr().err
    assert "[target-unknown]" in told
    assert "[sheet-missing]" in told
