from __future__ import annotations

import os

import pytest

from soilbio.metadata.file_state import state_of

SMALL, LARGE = b"@r\nACGT\n+\nIIII\n", bytes(2 << 20)


def written(path, content: bytes, time: int = 1_000) -> str:
    path.write_bytes(content)
    os.utime(path, (time, time))
    return state_of([path])


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("time", [0, 2_000], ids=["older", "newer"])
def test_another_file_in_its_place_is_seen_with_whatever_time(tmp_path, content, time):
    path = tmp_path / "reads"
    before = written(path, content)
    assert written(path, content[:-1], time) != before
    assert written(path, content[:-1] + b"x", time) != before


def test_a_small_file_of_the_same_size_and_time_is_seen_and_a_copy_of_it_is_none(tmp_path):
    path = tmp_path / "sheet"
    before = written(path, SMALL)
    assert written(path, SMALL.replace(b"A", b"C")) != before
    assert written(path, SMALL, 5_000) == before


def test_a_project_that_is_moved_has_the_same_state(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    states = {written(tmp_path / folder / "reads", LARGE) for folder in ("here", "there")}
    assert len(states) == 1


def test_no_file_another_order_and_one_more_are_seen(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    assert state_of([one]) == state_of([one])
    missing = state_of([one])
    written(one, SMALL)
    written(other, LARGE)
    told = [missing, state_of([one]), state_of([one, other]), state_of([other, one]), state_of([])]
    assert len(set(told)) == len(told)
