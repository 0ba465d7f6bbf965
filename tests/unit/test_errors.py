from __future__ import annotations

import pytest

from soilbio.errors import InputError, Problem, fold


def told(*values: str | None) -> str:
    """The one line that becomes of a problem in rows 2, 3, …, with these values."""
    (line,) = fold(
        Problem("a-b", "x.tsv", "a number", "Mend it", row, "ph", value)
        for row, value in enumerate(values, start=2)
    )
    return str(line)


@pytest.mark.parametrize(
    ("values", "end"),
    [
        (["5,1"], "Mend it. [a-b]"),
        (["5,1", "5,1"], "Mend it. And 1 more row. [a-b]"),
        ([None, None, None], "Mend it. And 2 more rows. [a-b]"),
        (["5,1", "6,2"], "Mend it. And 1 more row: '6,2' in row 3. [a-b]"),
        (
            ["5,1", "6,2", "5,1", "6,2", "7"],
            "Mend it. And 4 more rows: '6,2' in rows 3, 5, '7' in row 6. [a-b]",
        ),
        (["1", *["2"] * 7], "And 7 more rows: '2' in rows 3, 4, 5, 6, 7 and 2 more. [a-b]"),
        (
            [*"1234567"],
            "And 6 more rows: '2' in row 3, '3' in row 4, '4' in row 5, '5' in row 6;"
            " and 2 other values. [a-b]",
        ),
    ],
)
def test_rows_that_share_a_problem_are_one_line_with_up_to_five_values(values, end):
    assert told(*values).endswith(end)


def test_where_all_rows_are_listed_is_said_where_some_are_not():
    one = Problem("a-b", "x.tsv", "a number", "Mend it", 2, "ph", "5,1")
    other = Problem("a-b", "x.tsv", "a number", "Mend it", 3, "ph", "5,2")
    assert "--all" not in str(InputError([one], whole="All: --all."))
    assert str(InputError([one, other], whole="All: --all.")).endswith(
        "2 problems found. All: --all."
    )


def test_problems_without_a_row_are_told_apart_by_what_was_found():
    lines = fold(Problem("a-b", "x", "a key", "Mend it", found=value) for value in "aba")
    assert [line.found for line in lines] == ["a", "b"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("[Errno 2] No such file or directory: 'a b.yaml'", "'No such file or directory'"),
        ("[Errno 28] No space left on device", "'No space left on device'"),
        ("what: 'it' is", "'what: 'it' is'"),
    ],
)
def test_what_the_system_says_is_told_in_its_words_alone(found, told):
    assert f"found {told};" in str(Problem("a-code", "here", "more", "Mend it", found=found))
