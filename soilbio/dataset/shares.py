"""Shares added up to the same number each time, whichever is added first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# The order of adding, which several threads do not keep, moves the digits behind.
_DIGITS = 12


def sum_of_shares(column: str) -> pl.Expr:
    """Add up a column of shares."""
    import polars as pl

    return pl.col(column).sum().round(_DIGITS)


def counts_and_shares_added() -> list[pl.Expr]:
    """Add up the numbers of counts' rows, reads and shares; nothing stays nothing."""
    import polars as pl

    sums = {
        "count": pl.col("count").sum(),
        "relative_abundance": sum_of_shares("relative_abundance"),
    }
    return [
        pl.when(pl.col(name).count() > 0).then(total).alias(name) for name, total in sums.items()
    ]
