from __future__ import annotations

import pytest

from soilbio.standards.materials import by_material


def parts(*samples: tuple[str, str, str]) -> dict[str, set[str]]:
    """Give the samples of each material, of (laboratory, sample, depth)."""
    rows = [
        (who, {"sample_id": name, "source_mat_id": "core-1", "depth": depth})
        for who, name, depth in samples
    ]
    found, none = by_material(rows)
    assert none == []
    return {material.told: {row["sample_id"] for _, row in own} for material, own in found.items()}


@pytest.mark.parametrize("depth", ["0-0.1", "0.0-0.10", "0-0.2", "0.1", ""])
def test_laboratories_write_the_depth_of_one_soil_in_several_ways(depth):
    assert parts(("north", "a", "0-0.1"), ("south", "b", depth)) == {"core-1": {"a", "b"}}


def test_increments_of_a_core_are_soils_of_their_own():
    cut = [(who, f"{who}{n}", f"{n / 10}-{n / 10 + 0.1:.1f}") for who in "ns" for n in range(3)]
    assert parts(*cut, ("west", "w", "not collected")) == {
        "core-1 at 0-0.1 m": {"n0", "s0"},
        "core-1 at 0.1-0.2 m": {"n1", "s1"},
        "core-1 at 0.2-0.3 m": {"n2", "s2"},
    }


def test_depths_of_two_laboratories_that_do_not_meet_are_of_two_soils():
    found = parts(("north", "a", "0-0.1"), ("south", "b", "0.1-0.3"))
    assert found == {"core-1 at 0-0.1 m": {"a"}, "core-1 at 0.1-0.3 m": {"b"}}
