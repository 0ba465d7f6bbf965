from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from soilbio.cli.main import main

SOIL = """profile;depth [cm];sample_id;SOC (g/kg);SOC method;recovery_factor_applied;colour
P1;0-10;S1;20;Walkley-Black;no;dark
P1;10-30;;10;Walkley-Black;no;light
"""
SAMPLES = "sample_id;depth\nS1;0-0.2\nS2;0-0.2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "soil.tsv").write_text(SOIL.replace(";", "\t"))
    (tmp_path / "samples.tsv").write_text(SAMPLES.replace(";", "\t"))
    return tmp_path


def soil(*words: object) -> int:
    return main(["metadata", "soil", *map(str, words)])


def test_check_tells_what_columns_were_taken_for_and_warns_of_the_rest(folder, capsys):
    assert soil("check", folder / "soil.tsv", "--samples", folder / "samples.tsv") == 0
    told = capsys.readouterr()
    assert "SOC (g/kg)\ttot_org_carb [g/kg]" in told.out
    assert "colour\t(not read)" in told.out
    assert "Layers: 2  Values: 2" in told.out
    assert "[soil-column-unknown]" in told.err


def test_check_names_errors_and_leaves_with_1(folder, capsys):
    (folder / "soil.tsv").write_text("profile\tdepth\tph\nP\t0-30\t70\n")
    assert soil("check", folder / "soil.tsv") == 1
    told = capsys.readouterr().err
    assert "[depth-unit]" in told
    assert "[number-range]" in told


def test_check_writes_json(folder, capsys):
    assert soil("check", folder / "soil.tsv", "--format", "json") == 0
    content = json.loads(capsys.readouterr().out)
    assert content["values"] == 2
    assert [problem["code"] for problem in content["problems"]] == ["soil-column-unknown"]


def test_measurements_are_written_with_depth_method_and_conversion(folder, capsys):
    target = folder / "out" / "measurements.tsv"
    words = ("measurements", folder / "soil.tsv", "--samples", folder / "samples.tsv")
    assert soil(*words, "--out", target, "--convert", "walkley-black-1.32") == 0
    with target.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    at_depth = {row["method"]: float(row["value"]) for row in rows if row["lower_depth_m"] == "0.2"}
    assert at_depth == {
        "OrgC_wc-cro3-walkleyblack": 15,
        "OrgC_acid-dc-ht-analyser": pytest.approx(19.8),
    }
    converted = next(row for row in rows if "converted" in row["source"] and row["verbatim_value"])
    assert "1.32 * Walkley-Black" in converted["source"]
    assert converted["verbatim_value"] == "20 g/kg"
    assert "6 of 1 samples, 4 of them computed; 1 samples have none" in capsys.readouterr().out


def test_an_unknown_conversion_is_named(folder, capsys):
    words = ("measurements", folder / "soil.tsv", "--samples", folder / "samples.tsv")
    assert soil(*words, "--out", folder / "m.tsv", "--convert", "walkley") == 1
    assert "[soil-conversion-unknown]" in capsys.readouterr().err
    assert not (folder / "m.tsv").exists()


def test_a_column_is_read_as_another(folder, capsys):
    (folder / "soil.tsv").write_text("profile\tdepth\tC\nP\t0-0.1\t2\n")
    assert soil("check", folder / "soil.tsv", "--column", "C=tot_org_carb [%]") == 0
    assert "tot_org_carb [%]" in capsys.readouterr().out


def test_what_a_spreadsheet_would_run_is_written_as_text(folder):
    (folder / "soil.tsv").write_text("sample_id\ttillage\nS1\t=cmd()\n")
    target = folder / "m.tsv"
    words = ("measurements", folder / "soil.tsv", "--samples", folder / "samples.tsv")
    assert soil(*words, "--out", target) == 0
    assert "\t'=cmd()\t" in target.read_text()
