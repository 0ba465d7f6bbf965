from __future__ import annotations

import pytest

from soilbio.metadata.commas import are_decimal, comma_fix
from soilbio.metadata.inspect_sheet import inspect

BOTH = "Write {} for {} if the comma parts thousands, {} if it is a decimal comma"


@pytest.mark.parametrize(
    ("column", "text", "is_decimal", "fix"),
    [
        ("ph", "6,5", True, "Write 6.5 for 6,5"),
        ("ph", "0,125", True, "Write 0.125 for 0,125"),
        ("elev", "1,200", False, BOTH.format("1200", "1,200", "1.200")),
        ("elev", "-1,200 m", False, BOTH.format("-1200 m", "-1,200 m", "-1.200 m")),
        ("elev", "1200,5", True, "Write 1200.5 for 1200,5"),
        ("elev", "1,234,567", False, "Write 1234567 for 1,234,567"),
        ("elev", "1,200.5", False, "Write 1200.5 for 1,200.5"),
        ("elev", "1.200,5", True, "Write 1200.5 for 1.200,5"),
        ("elev", "1,2,3", False, "Write a point before decimals"),
        ("lat_lon", "48,136 11,287", True, "Write 48.136 11.287 for 48,136 11,287"),
        ("depth", "1,125", True, "Write 1.125 for 1,125"),
    ],
)
def test_a_comma_is_read_both_ways_where_it_may_be_either(column, text, is_decimal, fix):
    assert comma_fix(column, text).startswith(fix)
    assert are_decimal(column, text) is is_decimal


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (("1,200", "2,350"), None),
        (("1,200", "985"), None),
        (("1,200", "985,5"), ["1.200", "985.5"]),
    ],
)
def test_a_column_of_what_may_be_thousands_is_not_read_as_decimals(tmp_path, values, read):
    path = tmp_path / "sheet.csv"
    rows = (f"S{n};48.1364;11.2871;Germany;2024-04-1{n};{v}" for n, v in enumerate(values))
    header = "sample_id;decimalLatitude;decimalLongitude;country;eventDate;elev"
    path.write_text("\n".join([header, *rows]) + "\n")
    found = inspect(path)
    told = [problem for problem in found.problems if problem.code == "number-comma"]
    assert all(problem.is_warning is (read is not None) for problem in told)
    assert told
    assert [row["elev"] for row in found.rows.values()] == (read or list(values))
