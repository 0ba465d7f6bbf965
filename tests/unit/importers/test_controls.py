"""A sample that its own row calls a control is measured and shared as a soil by no import."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

TABLE = "OTU ID\tsoil\tneg\nf1\t31\t0\nf2\t4\t9\nf3\t0\t7\n"
MORE = "samples: samples.tsv\nlibraries: libraries.tsv\ntable: {rows: features}\n"


def imported(tmp_path: Path, kind: str) -> int:
    (tmp_path / "t.tsv").write_text(TABLE)
    (tmp_path / "samples.tsv").write_text(
        "sample_name\tsamp_category\nsoil\tsample\nneg\tnegative control\n"
    )
    (tmp_path / "libraries.tsv").write_text(
        f"library_id\tsample_id\tcontrol_type\nsoil\tsoil\t\nneg\tneg\t{kind}\n"
    )
    method = write_method(tmp_path, METHOD + MORE)
    words = ["import", "table", str(tmp_path / "t.tsv"), "--method", str(method)]
    return main([*words, "--out", str(tmp_path / "out")])


def test_the_kind_of_a_control_is_asked_for(tmp_path, capsys):
    assert imported(tmp_path, "") == 1
    said = capsys.readouterr().err
    assert "[control-unstated]" in said
    assert "the kind of control of neg" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["pcr_blank", "mock"])
def test_a_control_of_a_stated_kind_is_one(tmp_path, kind):
    assert imported(tmp_path, kind) == 0
    libraries = read_dataset(tmp_path / "out").table("libraries").sort("library_id")
    assert libraries["control_type"].to_list() == [kind, ""]
