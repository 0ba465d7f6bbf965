"""By what name a sequence is counted, where partners share on other terms."""

from __future__ import annotations

from pathlib import Path

import pytest
from merged_example import LONG, OTHER, SAME, SHORT
from unit.exporters.test_merged_lots import BARE, ELSE, SEMI, SHUT, Library, laboratory

from soilbio.dataset.read import read_dataset
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules

NONE, MOLLIS, DURUS = (None, None), ("Mollis", None), ("Durus", None)


def names(tmp_path: Path, *laboratories: tuple[str, tuple[str | None, str | None]]) -> list[str]:
    """Merge laboratories that call one sequence so and so; give its name in each by genus."""
    folders = [
        laboratory(tmp_path / f"l{n}", {f"l{n}-soil": ("", tag, {SAME: said})})
        for n, (tag, said) in enumerate(laboratories)
    ]
    harmonise(folders, tmp_path / "m", "genus", read_rules())
    counts = read_dataset(tmp_path / "m").table("counts").sort("library_id")
    return [name.rpartition(" ")[0].removeprefix("genus:") for name in counts["feature_id"]]


@pytest.mark.parametrize("closed", [BARE, SHUT])
@pytest.mark.parametrize("said", [NONE, DURUS, MOLLIS])
def test_who_shares_with_fewer_takes_the_name_of_who_shares_with_more(closed, said, tmp_path):
    assert names(tmp_path, (SEMI, MOLLIS), (closed, said)) == ["Mollis", "Mollis"]


def test_a_name_is_not_lost_since_those_who_share_with_more_have_none(tmp_path):
    found = names(tmp_path, (SEMI, NONE), (SHUT, DURUS))
    assert found[1] == "Durus"
    assert found[0].startswith("unclassified ")


def test_of_three_the_most_open_decides(tmp_path):
    found = names(tmp_path, (SHUT, NONE), (BARE, DURUS), (SEMI, MOLLIS))
    assert found == ["Mollis", "Mollis", "Mollis"]


def test_a_name_is_taken_of_whoever_has_one(tmp_path):
    found = names(tmp_path, (SEMI, NONE), (BARE, MOLLIS), (SHUT, DURUS))
    assert found[1:] == ["Mollis", "Mollis"]


@pytest.mark.parametrize("closed", [BARE, SHUT])
@pytest.mark.parametrize("level", ["genus", "feature"])
def test_a_control_is_called_as_its_own_soils_not_as_the_controls_of_others(
    closed, level, tmp_path
):
    """What contaminates both laboratories' blanks is in the soils of one."""
    libraries: dict[str, dict[str, Library]] = {
        "x": {
            "x-soil": ("", SEMI, {OTHER: NONE}),
            "x-blank": ("extraction_blank", SEMI, {LONG if level == "feature" else SHORT: MOLLIS}),
        },
        "y": {
            "y-soil": ("", closed, {SHORT: DURUS}),
            "y-blank": ("extraction_blank", closed, {SHORT: DURUS}),
        },
    }
    folders = [laboratory(tmp_path / name, own) for name, own in libraries.items()]
    harmonise(folders, tmp_path / "m", level, read_rules())
    counts = read_dataset(tmp_path / "m").table("counts")
    called = {
        library: counts.filter(library_id=library)["feature_id"].to_list()
        for library in ("y-soil", "y-blank")
    }
    assert called["y-soil"] == called["y-blank"]


def test_where_neither_sees_all_of_the_other_each_keeps_its_own(tmp_path):
    assert names(tmp_path, (SEMI, MOLLIS), (ELSE, DURUS)) == ["Mollis", "Durus"]
