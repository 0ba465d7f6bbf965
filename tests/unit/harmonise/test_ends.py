"""Two sequences are taken for one only if nothing else is possible."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from soilbio.harmonise.ends import Ends, all_inside, same_but_for_ends


def bases(seed: int, number: int = 250) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=number))


def found(sequences: dict[str, str], **sources: str) -> list[Ends]:
    return same_but_for_ends(
        all_inside(sequences), {name: frozenset(sources.get(name, name)) for name in sequences}
    )


@given(st.integers(0, 10), st.integers(0, 10), st.integers(200, 300))
def test_one_inside_the_other_is_found_wherever_it_lies(start, end, length):
    whole = bases(1, length)
    inner = whole[start : length - end]
    expected = [Ends("b", "a", start, end)] if start + end else []
    if inner != whole:
        assert found({"a": whole, "b": inner, "c": bases(2)}) == expected


def test_a_base_that_differs_is_another_sequence():
    whole = bases(1)
    changed = "A" if whole[100] != "A" else "C"
    assert found({"a": whole, "b": whole[3:100] + changed + whole[101:]}) == []


def test_what_may_be_either_of_two_stays_what_it_is():
    inner = bases(1)
    assert found({"a": "A" + inner, "b": "C" + inner, "c": inner}) == []
    assert found({"a": "A" + inner + "G", "b": inner + "G", "c": inner}) == []


def test_within_a_dataset_two_are_two():
    whole = bases(1)
    assert found({"a": whole, "b": whole[2:]}, a="1", b="2") == [Ends("b", "a", 2, 0)]
    assert found({"a": whole, "b": whole[2:]}, a="12", b="2") == []


def test_a_piece_is_no_end():
    whole = bases(1)
    assert found({"a": whole, "b": whole[: int(0.89 * len(whole))]}) == []
    assert found({"a": "ACGT" * 10, "b": "ACGT" * 10 + "A"}) == []
