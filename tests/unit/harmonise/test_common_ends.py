"""Assays whose sequences all begin or end elsewhere are cut alike, whatever their agreements."""

from __future__ import annotations

import json
import random

import pytest
from unit.exporters.test_merged_lots import BARE, ELSE, SEMI, laboratory
from unit.harmonise.test_common_region import bases

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.exporters.merged_history import cuts_of
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules

RNG = random.Random(5)
# V4 as it is: most have 253 bases, some one more or less.
WHOLE = [bases(RNG, 253 + (n % 10 == 0) - (n % 10 == 1)) for n in range(40)]
Cut = tuple[int, int]


def made(folder, sequences, cut: Cut = (0, 0), *, agreement: str = SEMI):
    """Make a laboratory with sequences that its pipeline cut at their ends."""
    start, end = cut
    own = [one[start : len(one) - end] for one in sequences]
    name = folder.name
    return laboratory(folder, {f"{name}-soil": ("", agreement, dict.fromkeys(own, (None, None)))})


def merge(target, *folders):
    harmonise(folders, target, "feature", read_rules())
    return read_dataset(target)


def in_common(dataset) -> int:
    shared = dataset.table("counts").group_by("feature_id").len()
    return int((shared["len"] > 1).sum())


def history(dataset) -> dict:
    return json.loads((dataset.folder / "provenance/harmonised.json").read_text())


@pytest.mark.parametrize("agreement", [SEMI, BARE])
@pytest.mark.parametrize("cut", [(1, 3), (0, 2), (4, 0)])
def test_what_a_method_cuts_from_all_is_cut_from_the_others(tmp_path, cut, agreement, capsys):
    one = made(tmp_path / "x", WHOLE[:30])
    other = made(tmp_path / "y", WHOLE[15:], cut, agreement=agreement)
    merged = merge(tmp_path / "m", one, other)
    assert in_common(merged) == 15
    assert merged.table("features").height == 40
    assert history(merged)["common_ends"] == {"x: 16S-V4-515FY-806RB": list(cut)}
    assert main(["methods", str(merged.folder)]) == 0
    told = capsys.readouterr().out
    assert f"cut by {cut[0]} base{'s' * (cut[0] != 1)} at their start" in told
    assert cuts_of(history(merged)) == {"assays_cut_at_their_ends": 1}


def test_each_is_cut_where_another_begins_or_ends(tmp_path):
    """One is longer at its start, another at its end; a third is met by the first alone."""
    x = made(tmp_path / "x", WHOLE[:25], (0, 4))
    y = made(tmp_path / "y", WHOLE[5:30], (3, 0), agreement=BARE)
    z = made(tmp_path / "z", WHOLE[:15], (0, 3))
    merged = merge(tmp_path / "m", x, y, z)
    assert history(merged)["common_ends"] == {
        "x: 16S-V4-515FY-806RB": [3, 0],
        "y: 16S-V4-515FY-806RB": [0, 4],
        "z: 16S-V4-515FY-806RB": [3, 1],
    }
    assert in_common(merged) == 25
    expected = {one[3 : len(one) - 4] for one in WHOLE[:30]}
    assert set(merged.table("features")["sequence"]) == expected
    again = merge(tmp_path / "again", z, y, x)
    for table in ("features", "counts"):
        assert again.table(table).equals(merged.table(table))
    later = merge(tmp_path / "later", merge(tmp_path / "n", y, z).folder, x)
    assert set(later.table("features")["feature_id"]) == set(merged.table("features")["feature_id"])
    assert in_common(later) == 25


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ((WHOLE[:30], (0, 0)), (WHOLE[21:], (1, 3))),  # nine in common
        ((WHOLE[:30], (0, 0)), (WHOLE[10:], (0, 0))),
        ((WHOLE[:20], (0, 0)), (WHOLE[20:], (1, 3))),
    ],
    ids=["few", "alike", "nothing in common"],
)
def test_else_nothing_is_cut(tmp_path, own, others):
    merged = merge(tmp_path / "m", made(tmp_path / "x", *own), made(tmp_path / "y", *others))
    assert "common_ends" not in history(merged)
    assert max(merged.table("features")["length_bp"]) == 254


def test_what_was_cut_is_met_by_few_where_it_was_before(tmp_path):
    """x and y have eight sequences in common, as they came; y was cut to where z begins and ends.

    Eight alone show no method of cutting, but y is known to have been cut so.
    """
    x = made(tmp_path / "x", WHOLE[:18], agreement=BARE)
    y, z = made(tmp_path / "y", WHOLE[10:]), made(tmp_path / "z", WHOLE[18:], (1, 4))
    once = merge(tmp_path / "once", x, y, z)
    assert in_common(once) == 8 + 22
    later = merge(tmp_path / "later", merge(tmp_path / "n", y, z).folder, x)
    for table in ("features", "counts"):
        found, expected = (
            one.table(table).select("feature_id").sort("feature_id") for one in (later, once)
        )
        assert found.equals(expected)
    # And so when there was another merging between.
    w = made(tmp_path / "w", WHOLE[18:30], (2, 4))
    again = merge(tmp_path / "3", merge(tmp_path / "2", w, tmp_path / "n").folder, x)
    assert in_common(again) == 8 + 22


def test_offsets_of_several_kinds_are_no_method(tmp_path):
    """Half of what two share ends elsewhere: no cut makes all of it one."""
    cut = [one[1:-3] if n % 2 else one for n, one in enumerate(WHOLE[:30])]
    x, y = made(tmp_path / "x", WHOLE[:30]), made(tmp_path / "y", cut, agreement=ELSE)
    merged = merge(tmp_path / "m", x, y)
    assert "common_ends" not in history(merged)
    apart = "features_kept_apart_by_agreements_though_one_but_for_their_ends"
    assert history(merged)["notes"][apart] == 15
    assert in_common(merged) == 15


def read(length_bp: int, sequences):
    """Give sequences as forward reads cut to one length show them."""
    return [one[:length_bp] for one in sequences if len(one) >= length_bp]


@pytest.mark.parametrize("agreement", [SEMI, BARE])
@pytest.mark.parametrize("length_bp", [252, 250, 240])
def test_forward_reads_of_nearly_the_whole_length_are_met(tmp_path, length_bp, agreement):
    one = made(tmp_path / "x", WHOLE[:30])
    other = made(tmp_path / "y", read(length_bp, WHOLE[10:]), agreement=agreement)
    merged = merge(tmp_path / "m", one, other)
    assert in_common(merged) == 20
    assert set(merged.table("features")["length_bp"]) == {length_bp}
    assert set(history(merged)["common_lengths"].values()) == {length_bp}
    assert "common_ends" not in history(merged)


def test_forward_reads_meet_also_what_begins_elsewhere(tmp_path):
    """Merged pairs, forward reads, and what mothur's columns leave of merged pairs."""
    x = made(tmp_path / "x", WHOLE)
    y = made(tmp_path / "y", read(250, WHOLE), agreement=BARE)
    z = made(tmp_path / "z", WHOLE, (1, 3))
    merged = merge(tmp_path / "m", x, y, z)
    name = "16S-V4-515FY-806RB"
    assert history(merged)["common_ends"] == {f"x: {name}": [1, 0], f"y: {name}": [1, 0]}
    assert set(history(merged)["common_lengths"].values()) == {249}
    common = [one for one in WHOLE if len(one) >= 253]
    assert {one[1:250] for one in common} <= set(merged.table("features")["sequence"])
    shared = merged.table("counts").group_by("feature_id").len()
    assert (shared["len"] == 3).sum() == len(WHOLE)  # shorter ones by `ends`


def test_what_never_reached_a_length_stays_one(tmp_path):
    """ITS has many lengths: reads were cut to one, and the shorter ones are whole."""
    its = [bases(RNG, 100 + 3 * n) for n in range(60)]
    x = made(tmp_path / "x", [one[:200] for one in its])
    y = made(tmp_path / "y", [one[:188] for one in its], agreement=BARE)
    merged = merge(tmp_path / "m", x, y)
    assert in_common(merged) == len(its)
    assert set(merged.table("features")["sequence"]) == {one[:188] for one in its}
    assert not (merged.folder / "provenance/outside_window.tsv").read_text().splitlines()[1:]


def test_no_chimera_is_looked_for_where_ends_alone_are_cut(tmp_path):
    merged = merge(tmp_path / "m", made(tmp_path / "x", WHOLE), made(tmp_path / "y", WHOLE, (1, 3)))
    assert history(merged)["common_ends"]
    assert history(merged)["programs"] == {}
    written = {path.name for path in (merged.folder / "provenance").iterdir()}
    assert not written & {"chimeras.tsv", "outside_window.tsv"}


def test_what_has_one_length_by_nature_is_not_cut_to_it(tmp_path):
    natural = [one for one in WHOLE if len(one) == 253]
    merged = merge(tmp_path / "m", made(tmp_path / "x", WHOLE), made(tmp_path / "y", natural))
    assert "common_lengths" not in history(merged)
    assert merged.table("features").height == len(WHOLE)
