"""What would stop the scores at the end of a run is told before it starts."""

from __future__ import annotations

import gzip

import pytest

from soilbio.cli.main import main

TABLE = "library_id\tsequence\tlineage\treads\n"
SHARES = "library_id\tlineage\tshare_of_reads\n"
FASTA = ">a\nACGT\n"


def told(project, capsys, truth: str, code: str) -> int:
    with project.config.open("a") as handle:
        handle.write(f"truth: {truth}\n")
    ended = main(["check", "--config", str(project.config)])
    return ended, capsys.readouterr().err.count(f"[{code}]")


@pytest.mark.parametrize(
    ("name", "text", "code", "times"),
    [
        ("truth.tsv", "garbage\n", "truth-column", 4),
        ("truth.tsv", "", "truth-column", 4),
        ("truth.tsv", "library_id\tasv\tcount\nL1\tACGT\t3\n", "truth-column", 3),
        ("truth.tsv", f"{TABLE}X9\tACGT\t\t3\n", "truth-library", 1),
        ("truth.tsv", f"{TABLE}L1\tACGT\t\t12.5\nL2\tACGT\t\tmany\n", "truth-value", 1),
        ("truth.tsv", f"{SHARES}L1\tk__Bacteria\t50\n", "truth-value", 1),
        ("truth.tsv", f"{SHARES}X9\tk__Bacteria\t0.5\n", "truth-library", 1),
        ("truth.tsv", "reads\tlibrary_id\tsequence\tlineage\n5\tL1\n", "row-length", 1),
        ("truth.tsv", f"{TABLE}L1\tACGT\t\t3\tmore\n", "row-length", 1),
        ("truth.tsv", f"{TABLE}L1\t\t\t3\n", "truth-value", 1),
        ("truth.tsv", f"{TABLE}L1\tNOT A SEQ\t\t3\n", "truth-value", 1),
        ("truth.tsv", f"{TABLE}L1\tACGTNNACGT\t\t3\n", "truth-value", 1),
        ("truth.fasta", ">x\nACGRACGT\n", "truth-value", 1),
        ("truth.fasta", ">x\n>y\nACGT\n", "truth-value", 1),
        ("truth.fasta", ">x\nMKLVEFQ\n", "truth-value", 1),
        ("truth.fasta", "ACGT\n", "reference-file-unreadable", 1),
        ("truth.fasta", "", "truth-unreadable", 1),
        ("truth.fasta", FASTA, "truth-library", 1),  # no library is a mock
    ],
)
def test_a_truth_that_cannot_be_scored_is_named(project, capsys, name, text, code, times):
    (project.config.parent / name).write_text(text)
    assert told(project, capsys, name, code) == (1, times)


@pytest.mark.parametrize("name", ["mock.fasta", "mock.fna.gz"])
def test_expected_sequences_are_of_a_mock(project, capsys, name):
    open_text = gzip.open if name.endswith(".gz") else open
    with open_text(project.config.parent / name, "wt") as handle:
        handle.write(FASTA)
    sheet = project.config.parent / "libraries.tsv"
    header, row, *rest = sheet.read_text().split("\n")
    cells = row.split("\t")
    cells[header.split("\t").index("control_type")] = "mock"
    sheet.write_text("\n".join([header, "\t".join(cells), *rest]))
    assert told(project, capsys, name, "truth-") == (0, 0)


def test_two_truths_of_amplicons_are_one_too_many(project, capsys):
    for name in ("a.tsv", "b.tsv"):
        (project.config.parent / name).write_text(f"{TABLE}L1\tACGT\t\t3\n")
    assert told(project, capsys, "[a.tsv, b.tsv]", "truth-library") == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sound_truth_is_no_problem(project, capsys, encoding):
    (project.config.parent / "t.tsv").write_text(f"{TABLE}L1\tACGT\t\t3\n", encoding)
    assert told(project, capsys, "t.tsv", "truth-") == (0, 0)
