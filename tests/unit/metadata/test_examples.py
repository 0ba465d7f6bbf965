from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from soilbio.errors import InputError, Problem, Problems
from soilbio.metadata.assays import known_assays
from soilbio.metadata.config import read_config
from soilbio.metadata.samples import sample_rows
from soilbio.metadata.sheet import read_sheet

DATA = Path(__file__).resolve().parents[2] / "data"


def problems_of(read: Callable[[Problems], object], path: Path) -> list[Problem]:
    """Everything that reading a file notes, warnings too."""
    problems = Problems(str(path))
    try:
        read(problems)
    except InputError as error:
        return list(error.problems)
    return problems.found


def read_example(path: Path) -> list[Problem]:
    kind = path.parents[1].name
    if kind == "sheets":
        return problems_of(lambda p: read_sheet(path, known_assays(), problems=p), path)
    if kind == "samples":
        return problems_of(lambda p: sample_rows(path, {}, p), path)
    return problems_of(lambda _: read_config(path), path)


def examples(of: str) -> list[Path]:
    return sorted(
        path for kind in ("sheets", "samples", "configs") for path in (DATA / kind / of).glob("*.*")
    )


def name_of(path: Path) -> str:
    return f"{path.parents[1].name}-{path.stem}"


@pytest.mark.parametrize("path", examples("valid"), ids=name_of)
def test_each_valid_example_has_no_problem_at_all(path):
    assert read_example(path) == []


@pytest.mark.parametrize("path", examples("invalid"), ids=name_of)
def test_each_invalid_example_has_exactly_the_fault_it_is_named_after(path):
    problems = read_example(path)
    assert [problem.code for problem in problems] == [path.stem.split("_")[0]]


@pytest.mark.parametrize("path", examples("invalid"), ids=name_of)
def test_each_problem_says_where_what_and_what_to_do(path):
    (problem,) = read_example(path)
    told = str(problem)
    assert problem.source == str(path)
    assert told.isprintable()
    assert "expected " in told
    assert len(problem.fix) > 10
    assert not problem.fix.endswith("?")
