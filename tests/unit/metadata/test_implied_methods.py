"""What a header says of how something was measured is written down beside it."""

from __future__ import annotations

import pytest

from soilbio.errors import Problems
from soilbio.metadata.implied_methods import method_in
from soilbio.metadata.inspect_sheet import inspect, table_rows


@pytest.mark.parametrize(
    ("header", "slot", "method"),
    [
        ("pH (CaCl2)", "ph", "CaCl2"),
        ("ph_cacl2", "ph", "CaCl2"),
        ("pH CaCl₂ 0.01 M", "ph", "CaCl2"),
        ("pH_KCl", "ph", "KCl"),
        ("pH (1M KCl)", "ph", "KCl"),
        ("pH (H2O)", "ph", "water"),
        ("pH Wasser", "ph", "water"),
        ("pH", "ph", ""),
        ("soil pH", "ph", ""),
        ("pH H2O/KCl", "ph", ""),
        ("P_Olsen (mg/kg)", "p_extractable", "Olsen"),
        ("P Bray-1", "p_extractable", "Bray"),
        ("CaCl2", "tot_org_carb", ""),
    ],
)
def test_a_header_tells_the_method_of_its_own_slot(header, slot, method):
    assert method_in(header, slot) == method


def read(path):
    problems = Problems(str(path))
    rows, unknown, _ = table_rows(path, frozenset(), problems)
    assert (unknown, problems.found) == ([], [])
    return rows


@pytest.mark.parametrize("header", ["pH (CaCl2)", "ph_cacl2", "pH_KCl"])
def test_a_sheet_of_samples_keeps_in_what_ph_was_measured(tmp_path, header):
    path = tmp_path / "s.csv"
    path.write_text(f"sample_name,{header},latitude,longitude\na,6.1,48,11\nb,,48,11\n")
    rows = read(path)
    method = "KCl" if "KCl" in header else "CaCl2"
    assert [(row["ph"], row["ph_meth"]) for row in rows.values()] == [("6.1", method), ("", "")]
    assert inspect(path).rows[2]["ph_meth"] == method


def test_a_column_of_the_method_says_it_itself(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("sample_name,pH (CaCl2),ph_meth\na,6.1,ISO 10390\nb,6.2,\n")
    assert [row["ph_meth"] for row in read(path).values()] == ["ISO 10390", ""]
