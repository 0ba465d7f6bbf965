from __future__ import annotations

import pytest
from ena_project import make_project
from ena_server import PASSWORD, serving

from soilbio.cli.main import main

WORDS = ["--description", "Who lives in two meadows of Bavaria.", "--date", "2026-11-23"]


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def archive(monkeypatch):
    with serving() as (archive, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("time.sleep", lambda _: None)
        yield archive


def test_prepare_writes_all_and_sends_nothing(project, tmp_path, archive, capsys):
    out = tmp_path / "ena"
    assert main(["ena", "prepare", str(project), "--out", str(out), *WORDS]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert {path.name for path in out.iterdir()} >= {
        "project.xml",
        "sample.xml",
        "experiment.xml",
        "run.xml",
        "submission_first.xml",
        "submission_second.xml",
        "sample.tsv",
        "biosamples.json",
        "checksums.md5",
        "left_out.tsv",
    }
    assert archive.requests == []


def test_submit_prints_accessions_and_no_password(project, tmp_path, archive, capsys):
    out = tmp_path / "ena"
    main(["ena", "prepare", str(project), "--out", str(out), *WORDS])
    capsys.readouterr()
    assert main(["ena", "submit", str(out), "--test"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0].split("\t") == ["kind", "alias", "accession", "external"]
    assert len(told.out.splitlines()) == 11
    assert PASSWORD not in told.out + told.err


def test_submit_wants_to_know_where_to(tmp_path):
    with pytest.raises(SystemExit) as left:
        main(["ena", "submit", str(tmp_path)])
    assert left.value.code == 2


def test_without_an_account_nothing_is_sent(project, tmp_path, archive, monkeypatch, capsys):
    out = tmp_path / "ena"
    main(["ena", "prepare", str(project), "--out", str(out), *WORDS])
    monkeypatch.delenv("ENA_WEBIN_PASSWORD")
    assert main(["ena", "submit", str(out), "--production"]) == 1
    assert "[ena-credentials]" in capsys.readouterr().err
    assert archive.requests == []


def test_an_agreement_that_keeps_the_reads_is_a_refusal(tmp_path, capsys):
    project = make_project(tmp_path / "p", {"raw_reads: allow": "raw_reads: withhold"})
    assert main(["ena", "prepare", str(project), "--out", str(tmp_path / "o"), *WORDS]) == 3
    assert "raw_reads" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--hold", "2030-01-01"], "ena-hold"),
        (["--hold", "2020-01-01"], "ena-hold"),
        (["--study", "my study"], "ena-accession"),
        (["--title", "short"], "ena-study"),
    ],
)
def test_options_that_the_archive_would_refuse_are_told(project, tmp_path, capsys, words, code):
    out = tmp_path / "ena"
    assert main(["ena", "prepare", str(project), "--out", str(out), *WORDS, *words]) == 1
    assert f"[{code}]" in capsys.readouterr().err
    assert not out.exists()
