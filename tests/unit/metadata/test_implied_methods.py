"""What a header says of how something was measured is written down beside it."""

from __future__ import annotations

import pytest

from soilbio.errors import Problems
from soilbio.metadata.columns_taken import take
from soilbio.metadata.crosswalk.rows import read_sheet
from soilbio.metadata.implied_methods import method_in
from soilbio.metadata.inspect_sheet import inspect, table_rows
from soilbio.metadata.samples import sample_rows


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


@pytest.mark.parametrize(
    "header",
    [
        *("pH (0.01 M CaCl2)", "pH (CaCl2, 0.01 mol/l)", "pH CaCl₂ 0,01 M", "pH (1:2.5 H2O)"),
        *("pH_H2O_1:2.5", "pH (1M KCl)", "pH-Wert (CaCl2)", "pH in KCl", "pH-Wert"),
    ],
)
def test_how_strong_the_solution_was_hides_no_ph(header):
    assert take(header).column.startswith("ph")


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


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        (("pH (H2O)", "pH (CaCl2)"), {"ph": "1", "ph_meth": "water", "ph_cacl2": "2"}),
        (("pH_CaCl2", "pH_H2O"), {"ph": "2", "ph_meth": "water", "ph_cacl2": "1"}),
        (("pH", "pH (0.01 M CaCl2)"), {"ph": "1", "ph_cacl2": "2"}),
        (("pH_CaCl2", "pH_KCl"), {"ph": "1", "ph_meth": "CaCl2", "ph_kcl": "2"}),
        (("ph", "ph_cacl2", "ph_kcl"), {"ph": "1", "ph_cacl2": "2", "ph_kcl": "3"}),
        (("ph_cacl2",), {"ph": "1", "ph_meth": "CaCl2"}),
    ],
)
@pytest.mark.parametrize("mark", ["\t", ","])
def test_ph_that_was_measured_in_several_ways_is_all_there(tmp_path, headers, taken, mark):
    path = tmp_path / f"s.{'csv' if mark == ',' else 'tsv'}"
    path.write_text(
        mark.join(("sample_id", *headers)) + "\n" + mark.join(("a", *"123"[: len(headers)])) + "\n"
    )
    problems = Problems(str(path))
    ((_, row),) = sample_rows(path, {}, problems).items()
    assert row == {"sample_id": "a", **taken}
    assert read_sheet(path, problems)[0] == {2: {"samp_name": "a", **taken}}
    assert problems.found == []


def test_two_columns_of_one_method_are_no_two_properties(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("sample_id,pH_CaCl2,pH (0.01 M CaCl2)\na,1,2\n")
    problems = Problems(str(path))
    (row,) = sample_rows(path, {}, problems).values()
    assert row == {"sample_id": "a", "ph": "1", "ph_meth": "CaCl2"}
    assert [(one.code, one.column) for one in problems.found] == [
        ("column-unknown", "pH (0.01 M CaCl2)")
    ]
