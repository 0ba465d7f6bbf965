from __future__ import annotations

import doctest
import re

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "standards.md"


def test_the_examples_of_the_page_are_true():
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert blocks
    examples = doctest.DocTestParser().get_doctest("".join(blocks), {}, "standards.md", None, 0)
    assert doctest.DocTestRunner().run(examples).failed == 0
