import gzip

import pytest

from soilbio.cli.main import main
from soilbio.references.manifest import read_manifest


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "references"))
    return tmp_path / "references"


def test_known_references_are_listed(capsys):
    assert main(["reference", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("\t") == ["name", "version", "licence", "installed"]
    assert {line.split("\t")[0] for line in lines[1:]} == set(read_manifest())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["get", "nothing"], "reference-unknown"),
        (["get", "greengenes-13_8", "--from", "none.tar.gz"], "reference-file-missing"),
        (["build", "greengenes-13_8", "--out", "x.fasta"], "reference-missing"),
        (["build", "--sequences", "a.fasta", "--out", "x.fasta"], "reference-choice"),
        (["build", "--out", "x.fasta"], "reference-choice"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code(words, code, capsys):
    assert main(["reference", *words]) == 1
    assert f"[{code}]" in capsys.readouterr().err


def test_own_files_become_what_sintax_reads(tmp_path, capsys):
    (tmp_path / "s.fasta").write_text(">a\nACGT\n>b\nGGGG\n")
    (tmp_path / "l.tsv").write_text("a\tk__Bacteria; g__X\nb\tk__Bacteria\n")
    (tmp_path / "ids").write_text("b\n")
    words = ["reference", "build", "--for", "sintax", "--out", str(tmp_path / "o.fasta.gz")]
    words += ["--sequences", str(tmp_path / "s.fasta"), "--lineages", str(tmp_path / "l.tsv")]
    assert main([*words, "--exclude", str(tmp_path / "ids")]) == 0
    packed = (tmp_path / "o.fasta.gz").read_bytes()
    assert gzip.decompress(packed) == b">a;tax=d:Bacteria,g:X;\nACGT\n"
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "1 sequences written" in captured.err
