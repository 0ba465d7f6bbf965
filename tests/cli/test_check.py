from __future__ import annotations

import csv
from pathlib import Path

import pytest

from soilbio.cli.main import main
from tests.unit.metadata.conftest import Project, make_project, write_gzip


@pytest.fixture(autouse=True)
def references(tmp_path, monkeypatch) -> Path:
    """Say that the default reference is installed, whatever this machine has."""
    folder = tmp_path / "references" / "greengenes-13_8"
    folder.mkdir(parents=True)
    (folder / "reference.json").write_text('{"version": "13_8", "sha256": "0"}')
    monkeypatch.setenv("SOILBIO_REFERENCES", str(folder.parent))
    return folder


@pytest.fixture
def project(tmp_path) -> Project:
    return make_project(tmp_path / "project")


def check(project: Project, *more: str) -> int:
    return main(["check", "--config", str(project.config), *more])


def rows(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_a_sound_project_gives_a_summary_and_0(project, capsys):
    assert check(project) == 0
    told = capsys.readouterr()
    assert "3 of 2 samples" in told.out
    assert "[sample-recommended]" in told.err


def test_a_reference_that_is_not_installed_is_told_with_the_command_that_gets_it(
    project, references, capsys
):
    (references / "reference.json").unlink()
    assert check(project) == 1
    told = capsys.readouterr().err
    assert f"{project.config} taxonomy.reference: found 'greengenes-13_8'" in told
    assert "Run `soilbio reference get greengenes-13_8`" in told


def test_problems_give_1_and_go_to_stderr(project, capsys):
    project.reads("L1", 1).unlink()
    assert check(project) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "libraries.tsv:2 fastq_1: found 'L1_R1.fastq.gz'; expected" in told.err
    assert "1 problem found." in told.err


def test_many_rows_with_the_same_problem_are_one_line_and_all_in_the_list(
    project, tmp_path, capsys
):
    for library in ("L1", "L2", "NTC"):
        project.reads(library, 2).write_bytes(b"no gzip")
    target = tmp_path / "problems.tsv"
    assert check(project) == 1
    told = capsys.readouterr().err
    assert told.count("[fastq-not-gzip]") == 1
    assert "--problems FILE" in told
    assert check(project, "--problems", str(target)) == 1
    assert "--problems" not in capsys.readouterr().err
    listed = [row for row in rows(target) if row["code"] == "fastq-not-gzip"]
    assert [(row["row"], row["column"], row["severity"]) for row in listed] == [
        ("2", "fastq_2", "error"),
        ("3", "fastq_2", "error"),
        ("4", "fastq_2", "error"),
    ]


def test_what_the_reads_show_is_written_when_all_is_right(project, tmp_path):
    target = tmp_path / "new" / "checked.tsv"
    assert check(project, "--out", str(target)) == 0
    assert [path.name for path in target.parent.iterdir()] == ["checked.tsv"]
    first = rows(target)[0]
    assert first["library_id"] == "L1"
    assert first["length_1_bp"] == "200"
    assert first["primer_2_percent"] == "100.0"


def test_nothing_is_written_when_something_is_wrong(project, tmp_path):
    project.reads("L1", 1).unlink()
    assert check(project, "--out", str(tmp_path / "checked.tsv")) == 1
    assert not (tmp_path / "checked.tsv").exists()


def test_deep_reads_all(project, capsys):
    content = project.reads("L1", 1).read_bytes()
    assert check(project, "--deep") == 0
    write_gzip(project.reads("L1", 1), b"")
    project.reads("L1", 1).write_bytes(content[:-8])
    assert check(project, "--deep") == 1
    assert "[fastq-truncated]" in capsys.readouterr().err


def test_files_below_the_working_folder_are_named_from_there(project, monkeypatch, capsys):
    monkeypatch.chdir(project.folder)
    project.change(project.samples, "6.5", "6,5")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.startswith("config/samples.tsv:2 ph: found '6,5'; expected")


def test_a_configuration_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["check", "--config", str(tmp_path / "none.yaml")]) == 1
    assert "[config-unreadable]" in capsys.readouterr().err
