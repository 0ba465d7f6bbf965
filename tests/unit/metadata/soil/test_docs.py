from __future__ import annotations

import doctest
import re

from soilbio.errors import Problems
from soilbio.metadata.soil.conversions import CONVERSIONS
from soilbio.metadata.soil.sheet import inspect_soil
from soilbio.standards.soil_properties import SOIL_PROPERTIES
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "soil-properties.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_sheets_of_the_page_have_no_errors(tmp_path):
    for text in blocks("tsv"):
        path = tmp_path / "soil.tsv"
        path.write_text(text, encoding="utf-8")
        problems = Problems("page")
        assert inspect_soil(path, problems).observations
        assert problems.errors == []


def test_the_examples_of_the_page_are_true():
    examples = doctest.DocTestParser().get_doctest("".join(blocks("python")), {}, "page", None, 0)
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_the_page_lists_every_property_and_conversion():
    for one in SOIL_PROPERTIES.values():
        unit = f"`{one.unit}`" if one.unit else "text"
        assert f"| `{one.name}` | {one.label} | {unit} |" in PAGE
    for one in CONVERSIONS.values():
        assert f"| `{one.name}` | {one.formula} | {one.uncertainty} | {one.domain} |" in PAGE
