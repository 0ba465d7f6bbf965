from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.conftest import ROOT

DOCS = ROOT / "docs" / "errors.md"
NOTED_BY = {"add", "note", "problem_of", "Problem"}
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
# Examples of other kinds are named otherwise.
KINDS = ("sheets", "samples", "configs")


def codes_of(tree: ast.AST) -> set[str]:
    """Codes that a module notes: the first argument of a call, both ways of a choice."""
    found = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or name_of(call.func) not in NOTED_BY or not call.args:
            continue
        for part in ast.walk(call.args[0]):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
    return {code for code in found if CODE.fullmatch(code)}


def name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def codes_in_source() -> dict[str, set[str]]:
    """Each code with the modules that note it."""
    modules = defaultdict(set)
    for path in sorted((ROOT / "soilbio").rglob("*.py")):
        for code in codes_of(ast.parse(path.read_text(encoding="utf-8"))):
            modules[code].add(str(path.relative_to(ROOT)))
    return modules


def codes_in_docs() -> list[str]:
    return re.findall(r"^### `([a-z0-9-]+)`$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_code_of_the_source_has_its_paragraph():
    documented = set(codes_in_docs())
    missing = [
        f"{code} ({', '.join(sorted(modules))})"
        for code, modules in sorted(codes_in_source().items())
        if code not in documented
    ]
    assert not missing, "docs/errors.md lacks:\n" + "\n".join(missing)


def test_every_paragraph_is_of_a_code_that_is_there():
    gone = sorted(set(codes_in_docs()) - codes_in_source().keys())
    assert not gone, f"docs/errors.md explains what no module notes: {', '.join(gone)}"


def test_every_code_is_explained_once():
    documented = codes_in_docs()
    twice = sorted({code for code in documented if documented.count(code) > 1})
    assert not twice


def test_every_paragraph_says_why_and_shows_wrong_and_right():
    sections = re.split(r"^### ", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    bare = [
        section.splitlines()[0]
        for section in sections
        if not {"Wrong:", "Right:"} <= set(re.findall(r"\w+:", section))
    ]
    assert not bare, f"without 'Wrong:' and 'Right:': {', '.join(bare)}"


def test_every_invalid_example_is_named_after_a_code_that_is_there():
    names = {
        path.stem.split("_")[0]
        for kind in KINDS
        for path in Path(ROOT / "tests" / "data" / kind / "invalid").iterdir()
    }
    assert names <= codes_in_source().keys()


def test_the_scan_sees_codes_in_all_the_ways_they_are_noted():
    text = """
problems.add("one-a", fix="x-y")
cell.note("two-b", "of-what")
raise problem_of("three-c" if x else "four-d", source)
Problem("five-e", "p-q")
other("six-f")
"""
    found = codes_of(ast.parse(text))
    assert found == {"one-a", "two-b", "three-c", "four-d", "five-e"}
