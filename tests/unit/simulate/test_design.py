from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.simulate.design import FORWARD, read_design, to_design
from soilbio.standards import shipped

DATA = Path(__file__).parents[2] / "data" / "designs"


def read(path):
    return to_design(read_design(path), str(path), path.parent)


@pytest.mark.parametrize("path", sorted((DATA / "valid").glob("*.yaml")), ids=lambda p: p.stem)
def test_each_valid_design_is_read(path):
    assert read(path).libraries


@pytest.mark.parametrize("path", sorted((DATA / "invalid").glob("*.yaml")), ids=lambda p: p.stem)
def test_each_invalid_design_has_exactly_the_fault_it_is_named_after(path):
    with pytest.raises(InputError) as caught:
        read(path)
    assert {problem.code for problem in caught.value.problems} == {path.stem.split("_")[0]}


def test_the_demo_is_what_was_promised():
    design = read(shipped("resources/simulate/demo.yaml"))
    groups = [library.group for library in design.libraries]
    assert [groups.count(name) for name in ("arable", "grassland")] == [3, 3]
    kinds = [library.control_type for library in design.libraries if library.control_type]
    assert kinds == ["mock", "extraction_blank"]
    soils_and_mock = [x.pairs for x in design.libraries if x.control_type != "extraction_blank"]
    assert min(soils_and_mock) >= 10_000
    assert (design.read_length_bp, design.forward) == (250, FORWARD)


def test_what_is_left_out_has_a_default():
    design = to_design({"groups": {"soil": {}}}, "design", Path())
    assert [library.library_id for library in design.libraries] == ["soil-1"]
    assert (design.reference, design.seed, design.libraries[0].pairs) == (
        "greengenes-13_8",
        1,
        10_000,
    )


def test_all_problems_are_told_at_once():
    with pytest.raises(InputError) as caught:
        to_design({"pairs": -5, "seed": "x", "grups": {}}, "design", Path())
    places = {(problem.code, problem.column) for problem in caught.value.problems}
    assert places == {("design-value", "pairs"), ("design-value", "seed"), ("design-key", None)}


def test_metadata_of_library_goes_before_group_and_all():
    design = to_design(
        {
            "sheets": {"metadata": {"depth": "0-0.1", "ph": 6}},
            "groups": {"a": {"metadata": {"ph": 7}, "libraries": {"x": {"metadata": {"ph": 8}}}}},
        },
        "design",
        Path(),
    )
    assert design.libraries[0].metadata == {"depth": "0-0.1", "ph": "8"}
