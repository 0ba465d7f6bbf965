from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.cli.main import main

DATA = Path(__file__).resolve().parents[1] / "data" / "agreements"


def test_check_names_what_is_all_right(capsys):
    files = sorted(str(path) for path in (DATA / "valid").glob("*.yaml"))
    assert main(["agreement", "check", *files]) == 0
    told = capsys.readouterr().out
    assert "embargo@1.0, 2 clauses" in told
    assert "partners@2.3, 2 clauses" in told


def test_check_tells_the_faults_of_all_files_at_once(capsys):
    files = sorted(str(path) for path in (DATA / "invalid").glob("*.yaml"))
    assert main(["agreement", "check", *files]) == 1
    told = capsys.readouterr().err
    for path in (DATA / "invalid").glob("*.yaml"):
        assert f"[{path.stem}]" in told
    assert f"{len(files)} problems found." in told


def test_explain_says_who_gets_what(capsys):
    file = str(DATA / "valid" / "partners.yaml")
    assert main(["agreement", "explain", file, "--date", "2026-01-01"]) == 0
    told = capsys.readouterr().out
    assert "The public" in told
    assert "A consortium member" in told
    assert "partners@2.3, fine grid" in told
    assert "on a grid of 0.001 degrees" in told


@pytest.mark.parametrize("verb", ["check", "explain"])
def test_a_file_that_is_not_there_is_told(verb, tmp_path, capsys):
    assert main(["agreement", verb, str(tmp_path / "absent.yaml")]) == 1
    assert "[agreement-unreadable]" in capsys.readouterr().err
