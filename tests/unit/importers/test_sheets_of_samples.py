"""What is wrong with the sheet of samples is told at once with what it lacks."""

from __future__ import annotations

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main


@pytest.mark.parametrize(
    ("sheet", "codes"),
    [
        ("sample_id\tcollection_date\nA1\t31.02.2024\nA2\t2024-03-01\n", ["date-format"]),
        ("sample_id\tcollection_date\nA1\t31.02.2024\nA-2\t2024-03-01\n", ["date-format", "Did"]),
        ("sample_id\tcollection_date\nA1\t2024-02-01\nzz\t2024-03-01\n", ["Add it"]),
        ("collection_date\n31.02.2024\n", ["column-missing"]),
    ],
)
def test_wrong_values_hide_no_sample_that_is_not_there(tmp_path, capsys, sheet, codes):
    (tmp_path / "t.tsv").write_text("id\tA1\tA2\nACGTACGT\t5\t0\nACGTACGA\t3\t7\n")
    (tmp_path / "samples.tsv").write_text(sheet)
    method = write_method(tmp_path, f"{METHOD}samples: samples.tsv\ntable: {{rows: features}}\n")
    words = ["--method", str(method), "--out", str(tmp_path / "d")]
    source = tmp_path / "t.tsv"
    status = main(["import", "table", str(source), *words])
    told = capsys.readouterr().err
    assert status == 1
    assert ("found 'A2'" in told) == (codes[-1] in ("Did", "Add it"))
    is_like = {"Did": "Did you mean A-2?", "Add it": "Add it, or say in"}
    for code in codes:
        assert is_like.get(code, f"[{code}]") in told
