"""Whatever is done to a ledger afterwards is found; what is due comes from what was noted."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import time
from hashlib import sha256
from pathlib import Path

import pytest
from exchange_example import A, B, C
from hypothesis import given
from hypothesis import strategies as st

from soilbio.errors import InputError, Problems
from soilbio.transfer.entries import due, holders, identity
from soilbio.transfer.ledger import Head, append, check, read

AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def filled(path: Path, entries: int = 5) -> list[Head]:
    return [
        append(path, "export", {"recipient": B, "text": f"{n}\n,ü"}, AT) for n in range(entries)
    ]


def codes(path: Path, head: Head | None = None) -> list[tuple[str, int | None]]:
    problems = Problems("ledger")
    check(path, head, problems)
    return [(one.code, one.row) for one in problems.found]


def test_each_line_names_the_one_before_and_the_head_is_its_digest(tmp_path):
    path = tmp_path / "l"
    heads = filled(path)
    lines = path.read_bytes().splitlines()
    assert [head.digest for head in heads] == [sha256(line).hexdigest() for line in lines]
    records = read(path)
    assert [record["previous"] for record in records] == ["0" * 64, *(h.digest for h in heads[:-1])]
    assert [record["n"] for record in records] == [1, 2, 3, 4, 5]
    assert path.stat().st_mode & 0o777 == 0o600
    assert codes(path, heads[2]) == []


@given(st.data())
def test_any_edit_deletion_or_reordering_is_found(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("l") / "l"
    heads = filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    kind = data.draw(st.sampled_from(["edit", "delete", "swap", "copy"]))
    place = data.draw(st.integers(0, 4))
    if kind == "edit":
        line = bytearray(lines[place])
        spot = data.draw(st.integers(0, len(line) - 1))
        line[spot] = data.draw(st.integers(0, 255).filter(lambda one: one != line[spot]))
        lines[place] = bytes(line)
    elif kind == "delete":
        del lines[place]
    elif kind == "copy":
        lines.insert(place, lines[data.draw(st.integers(0, 4))])
    else:
        other = data.draw(st.integers(0, 4).filter(lambda one: one != place))
        lines[place], lines[other] = lines[other], lines[place]
    path.write_bytes(b"".join(lines))
    assert codes(path, heads[-1])


def test_a_cut_end_is_found_with_the_last_head(tmp_path):
    path = tmp_path / "l"
    heads = filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]))
    assert codes(path) == []
    assert codes(path, heads[-1]) == [("ledger-cut", 5)]
    append(path, "export", {}, AT)
    append(path, "export", {}, AT)
    assert codes(path, heads[-1]) == [("ledger-changed", 5)]


def test_a_ledger_that_somebody_wrote_anew_is_found_with_an_earlier_head(tmp_path):
    heads = filled(tmp_path / "l")
    other = tmp_path / "other"
    for _ in range(7):
        append(other, "export", {"recipient": C}, AT)
    assert codes(other) == []
    assert codes(other, heads[1]) == [("ledger-changed", 2)]


def test_a_torn_line_is_set_right_by_the_next_and_kept(tmp_path):
    path = tmp_path / "l"
    heads = filled(path, 2)
    with path.open("ab") as file:
        file.write(b'{"kind":"exp')
    assert codes(path, heads[-1]) == [("ledger-torn", 3)]
    append(path, "seal", {}, AT)
    records = read(path)
    assert [record["kind"] for record in records] == ["export", "export", "repair", "seal"]
    assert records[2]["torn"] == '{"kind":"exp'


def test_nothing_is_added_to_what_is_no_ledger(tmp_path):
    path = tmp_path / "notes"
    path.write_text("my notes\n")
    with pytest.raises(InputError):
        append(path, "export", {}, AT)
    assert path.read_text() == "my notes\n"


def write_many(path: Path, who: str) -> None:
    for number in range(50):
        append(path, "export", {"recipient": who, "number": number, "text": "x" * 5000}, AT)


def test_two_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "l"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(path, who)) for who in (B, C)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    records = read(path)
    for who in (B, C):
        assert [r["number"] for r in records if r["recipient"] == who] == list(range(50))


def test_a_kill_in_the_middle_leaves_a_ledger_that_goes_on(tmp_path):
    path = tmp_path / "l"
    context = multiprocessing.get_context("spawn")
    for _ in range(3):
        writer = context.Process(target=write_many, args=(path, B))
        writer.start()
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.02)
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
    append(path, "seal", {}, AT)
    assert read(path)[-1]["kind"] == "seal"


def entry(**fields) -> dict:
    deletion = {"kind": "deletion", "text": "Delete the data", "until": "2027-12-31"}
    return {
        **{"recipient": B, "package": "p1", "until": None, "duties": [deletion]},
        **{"dataset": {"sha256": "d1", "title": "T", "folder": "/x"}, **fields},
    }


def test_what_is_due_is_listed_once_a_package_the_soonest_first_until_it_is_met(tmp_path):
    path = tmp_path / "l"
    credit = {"kind": "attribution", "text": "Credit us", "until": ""}
    append(path, "export", entry(), AT)
    append(path, "seal", entry(export="p1", package="s1", sender=A), AT)
    append(
        path, "export", entry(package="p2", recipient=C, duties=[credit], until="2026-12-31"), AT
    )
    found = [(one.number, one.who, one.kind, one.until) for one in due(read(path))]
    assert found == [
        (3, C, "end", "2026-12-31"),
        (2, B, "deletion", "2027-12-31"),
        (3, C, "attribution", ""),
    ]
    append(path, "deleted", {"of": 2, "note": "letter"}, AT)
    append(path, "credited", {"of": 3, "note": "doi"}, AT)
    assert [one.kind for one in due(read(path))] == ["end"]


def test_everyone_who_holds_a_dataset_is_found_until_they_have_deleted_it(tmp_path):
    path, dataset = tmp_path / "l", tmp_path / "dataset"
    dataset.mkdir()
    (dataset / "datapackage.json").write_text('{"title": "T"}')
    own = identity(dataset)
    append(path, "export", entry(dataset=own), AT)
    append(path, "seal", entry(export="p1", package="s1"), AT)
    append(path, "export", entry(package="p2", recipient=C, dataset={**own, "folder": "/old"}), AT)
    append(path, "export", entry(package="p3", recipient=A), AT)
    assert [one["recipient"] for one in holders(read(path), dataset)] == [B, C]
    append(path, "deleted", {"of": 2}, AT)
    assert [one["recipient"] for one in holders(read(path), dataset)] == [C]
