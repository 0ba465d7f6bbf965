"""Every real sheet is read, and the problems found in it are those that were reviewed by hand."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from soilbio.metadata.inspect_sheet import inspect

REVIEWED = Path(__file__).with_name("metadata_reviewed.tsv")
ROWS = list(csv.DictReader(REVIEWED.read_text("utf-8").splitlines(), delimiter="\t"))
SHEETS = sorted({row["sheet"] for row in ROWS})


@pytest.mark.parametrize("name", SHEETS)
def test_the_problems_of_a_real_sheet_are_the_reviewed_ones(shared, name):
    found = inspect(shared / "data" / "metadata_real" / name)
    counted = Counter(
        (one.code, one.column or "")
        for one in found.problems
        if one.code not in ("column-own", "column-second")
    )
    reviewed = {
        (row["code"], row["column"]): int(row["count"])
        for row in ROWS
        if row["sheet"] == name and row["code"]
    }
    assert dict(counted) == reviewed


def test_every_sheet_of_samples_was_reviewed(shared):
    folder = shared / "data" / "metadata_real"
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in (".csv", ".tsv", ".xlsx")
    }
    # Horizons and profiles are soil sheets: tests/real/test_soil_profiles.py reads them.
    soil = {name for name in there if name.startswith(("jacobs", "sierra", "sp4", "sp6"))}
    # Of ENA's templates only this one holds samples.
    empty = {name for name in there if name.startswith("ena_") and not name.endswith("/sample.tsv")}
    assert there - soil - empty == set(SHEETS)


def test_every_entry_says_why(shared):
    assert all(row["reason"] for row in ROWS)
