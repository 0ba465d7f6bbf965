"""What other programs may take for a number, and what only looks like one."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.exporters.numbers import is_number


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("reads_raw", [1, 20], True),
        ("sample_id", ["1.1", "1.10"], False),
        ("run_id", ["1", "2"], False),
        ("ph", ["6.5", "6.50", None, ""], True),  # a slot of numbers
        ("ph", ["6.5", "not collected"], False),
        ("ph", ["", None], False),
        ("dose", ["-1", "0", "2.5"], True),
        ("plot", ["1.1", "1.10"], False),
        ("block", ["01", "2"], False),
        ("block", [".5", "2"], False),
        ("is_tilled", ["T", "F"], False),
        ("word", ["nan", "inf"], False),
    ],
)
def test_a_column_is_of_numbers_where_nothing_is_lost_by_it(name, values, expected):
    assert is_number(pl.Series(name, values)) is expected
