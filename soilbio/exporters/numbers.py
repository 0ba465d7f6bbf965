"""Which columns of samples and libraries are of numbers; all others are words to other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soilbio.dataset.tables import TABLES
from soilbio.standards.mixs import SLOTS

if TYPE_CHECKING:
    import polars as pl

_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
# As a number is written that no leading or missing zero makes a code, such as `01` or `.5`.
_PLAIN = r"^-?(0|[1-9]\d*)(\.\d+)?$"
_DECLARED = {
    column.name: column.type
    for table in ("samples", "libraries")
    for column in TABLES[table].columns
}


def is_number(values: pl.Series) -> bool:
    """Tell whether a column, by its name and what stands in it, is of numbers.

    Names of samples, libraries and runs never are. A slot of the standard is, where it says so; a
    column of one's own, where a number and its text say the same: plots `1.1` and `1.10` are two.
    """
    import polars as pl

    name = values.name
    if name in _DECLARED:
        return _DECLARED[name] != "string"
    if values.dtype != pl.String:
        return values.dtype.is_numeric()
    there = values.replace("", None).drop_nulls()
    if there.is_empty() or not there.str.contains(_NUMBER).all():
        return False
    if name in SLOTS and SLOTS[name].is_numeric:
        return True
    is_plain = bool(there.str.contains(_PLAIN).all())
    return is_plain and there.n_unique() == there.cast(pl.Float64).n_unique()
