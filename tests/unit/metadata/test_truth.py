from __future__ import annotations

import pytest

from soilbio.metadata.check import check_project


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("truth.tsv", "garbage\n", "truth-column"),
        ("truth.tsv", "", "truth-column"),
        ("truth.tsv", "library_id\tsequence\nX9\tACGT\n", "truth-library"),
        ("truth.fasta", "ACGT\n", "truth-unreadable"),
        ("truth.tsv", "library_id\tsequence\nL1\tACGT\n", None),
        ("truth.fasta", ">a\nACGT\n", None),
    ],
)
def test_a_truth_is_looked_at_before_anything_runs(project, name, text, code):
    (project.config.parent / name).write_text(text)
    with project.config.open("a") as handle:
        handle.write(f"truth: {name}\n")
    problems = [p for p in check_project(project.config) if p.source.endswith(name)]
    assert [p.code for p in problems] == ([code] if code else [])


def test_a_sample_that_was_not_sequenced_needs_no_place(project):
    text = project.samples.read_text()
    width = text.splitlines()[0].count("\t")
    project.samples.write_text(f"{text}later{chr(9) * width}\n")
    codes = {p.code for p in check_project(project.config)}
    assert "sample-incomplete" not in codes
