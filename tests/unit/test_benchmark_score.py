"""The benchmark's scorer: kinds of false ASVs, distances, shares."""

from __future__ import annotations

import importlib
import random
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def accuracy(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("accuracy")


def _sequence(seed: int, length: int = 250) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


A, B = _sequence(1), _sequence(2, 253)


def _with_other_bases(sequence: str, *places: int) -> str:
    bases = list(sequence)
    for place in places:
        bases[place] = "ACGT"["CGTA".index(bases[place])]
    return "".join(bases)


@pytest.mark.parametrize(
    ("asv", "kind"),
    [
        (_with_other_bases(A, 100), "near"),
        (_with_other_bases(B, 0, 252), "near"),
        (_with_other_bases(A, 10, 100, 200), "other"),
        (A[:120] + B[123:], "bimera"),
        (B[:40] + A[37:], "bimera"),
        (_with_other_bases(A[:120] + B[123:], 60), "other"),
        (A + "ACGTACGT", "other"),
        (_sequence(3), "other"),
    ],
)
def test_a_false_asv_is_called_by_what_made_it(accuracy: ModuleType, asv: str, kind: str) -> None:
    assert accuracy.false_kinds([asv], [A, B]) == {asv: kind}


def test_a_chimera_one_base_from_its_parent_is_called_near(accuracy: ModuleType) -> None:
    chimera = A[:249] + _with_other_bases(A, 249)[249:]
    assert accuracy.false_kinds([chimera], [A, B]) == {chimera: "near"}


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ({"x": 5, "y": 5}, {"x": 50, "y": 50}, 0.0),
        ({"x": 1}, {"y": 1}, 1.0),
        ({"x": 3, "y": 1}, {"x": 1, "y": 3}, 0.5),
        ({}, {"x": 1}, 1.0),
        ({}, {}, 0.0),
    ],
)
def test_bray_curtis_is_that_of_relative_abundances(
    accuracy: ModuleType, one: dict[str, float], other: dict[str, float], distance: float
) -> None:
    assert accuracy.bray_curtis(one, other) == pytest.approx(distance)


def test_truth_and_finding_are_counted_per_dataset_and_per_library(accuracy: ModuleType) -> None:
    c, near = _sequence(4), _with_other_bases(A, 5)
    truth = accuracy.Truth(
        sequences={A, B, c},
        counts={"L1": {A: 10, B: 1}, "L2": {A: 5, B: 5, c: 1}},
        genera={A: "Bacillus", B: "[Candidatus] Solibacter"},
        pairs=25,
    )
    found = accuracy.Found(
        counts={"L1": {A: 9, near: 1, B: 0}, "L2": {A: 5, B: 5}},
        genera={A: "g__Bacillus", B: "Nitrospira"},
    )
    scores = accuracy.score(found, truth)
    assert (scores["asvs"], scores["true"], scores["false"], scores["missed"]) == (3, 2, 1, 0)
    assert (scores["false_near"], scores["false_bimera"]) == (1, 0)
    assert scores["library_recall"] == 1.0
    assert scores["library_precision"] == pytest.approx(3 / 4)
    assert scores["reads_kept"] == pytest.approx(20 / 25)
    assert (scores["genus_called"], scores["genus_correct"]) == (1.0, 0.5)
    in_l1, in_l2 = 1 - 0.9, 1 - 10 / 11
    assert scores["bray_curtis"] == pytest.approx((in_l1 + in_l2) / 2)


def test_without_truth_only_what_was_found_is_told(accuracy: ModuleType) -> None:
    found = accuracy.Found(counts={"L1": {A: 9}})
    assert accuracy.score(found, accuracy.Truth(sequences=())) == {"asvs": 1}
