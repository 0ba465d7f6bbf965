"""Text that a spreadsheet would run as a formula is made to be text, by an apostrophe in front."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A spreadsheet takes text that begins like this for a formula; plain numbers it does not.
_FORMULA = r"^[=+\-@\t\r\n]"
_NUMBERS = r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?( [+-]?\d+(\.\d+)?)*$"


def is_formula(text: pl.Expr) -> pl.Expr:
    """Tell which cells a spreadsheet would run."""
    return text.str.contains(_FORMULA) & ~text.str.contains(_NUMBERS)


def made_safe(name: str) -> pl.Expr:
    """Give a column of text that nothing runs; nothing and an empty text are one."""
    import polars as pl

    text = pl.col(name)
    quoted = pl.lit("'") + text
    return (
        pl.when(text == "").then(None).when(is_formula(text)).then(quoted).otherwise(text)
    ).alias(name)


def safe(text: str) -> str:
    """Give a text that nothing runs."""
    is_harmful = re.search(_FORMULA, text) and not re.search(_NUMBERS, text)
    return f"'{text}" if is_harmful else text
