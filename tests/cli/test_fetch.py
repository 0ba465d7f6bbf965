from __future__ import annotations

import hashlib

import pytest
from ena_project import fastq
from ena_server import serving

from soilbio.cli.main import main

RUN, SAMPLE = "ERR100001", "SAMEA100"
PATH = f"/vol1/fastq/{RUN}.fastq.gz"


@pytest.fixture
def archive(monkeypatch):
    with serving() as (archive, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("time.sleep", lambda _: None)
        content = fastq(RUN, 1, 40)
        archive.files[PATH] = content
        archive.reports[RUN] = (
            "run_accession\tsample_accession\tstudy_accession\tfastq_ftp\tfastq_md5\tfastq_bytes\n"
            f"{RUN}\t{SAMPLE}\tPRJEB1\tftp.sra.ebi.ac.uk{PATH}"
            f"\t{hashlib.md5(content).hexdigest()}\t{len(content)}\n"
        )
        archive.samples = f'<SAMPLE_SET><SAMPLE accession="{SAMPLE}" alias="a"/></SAMPLE_SET>'
        yield archive


def test_fetch_writes_reads_and_sheets(archive, tmp_path, capsys):
    out = tmp_path / "got"
    assert main(["fetch", RUN, "--out", str(out)]) == 0
    assert [line.rpartition("/")[2] for line in capsys.readouterr().out.splitlines()] == [
        "libraries.tsv",
        "samples.tsv",
        "attributes.tsv",
    ]
    assert (out / "reads" / f"{RUN}.fastq.gz").read_bytes() == archive.files[PATH]


def test_a_dry_run_lists_and_gets_nothing(archive, tmp_path, capsys):
    out = tmp_path / "got"
    assert main(["fetch", RUN, "--out", str(out), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert f"reads/{RUN}.fastq.gz" in told.out
    assert "1 runs; 1 files to get" in told.err
    assert not out.exists()


def test_offline_asks_nobody_and_says_what_is_missing(archive, tmp_path, capsys):
    assert main(["fetch", RUN, "--out", str(tmp_path), "--offline"]) == 1
    assert f"ena/{RUN}.tsv" in capsys.readouterr().out
    assert archive.requests == []


def test_offline_writes_the_sheets_of_what_was_carried_in(archive, tmp_path, capsys):
    main(["fetch", RUN, "--out", str(tmp_path)])
    for name in ("libraries.tsv", "samples.tsv", "attributes.tsv"):
        (tmp_path / name).unlink()
    archive.requests.clear()
    assert main(["fetch", RUN, "--out", str(tmp_path), "--offline"]) == 0
    assert archive.requests == []
    assert (tmp_path / "libraries.tsv").exists()


def test_a_mistake_is_told(tmp_path, capsys):
    assert main(["fetch", "GCA_1", "--out", str(tmp_path)]) == 1
    assert "[fetch-accession]" in capsys.readouterr().err
