"""Reads or shares: told by the source, stated by the user, shown by the numbers; else refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from soilbio.errors import InputError, problem_of
from soilbio.importers.found import Found
from soilbio.importers.stated import Stated

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

# Shares are printed rounded: they add up to 1 or 100 within 1 %.
TOLERANCE = 0.01
_MOST = 2.0**53  # above this not every whole number has a number of its own
_OF = {"shares": 1.0, "shares-with-rest": 1.0, "percent": 100.0, "percent-with-rest": 100.0}
_STATE = "or say in --method what they are: `table: {{values: {}}}`"


def numbers_of(found: Found, told: Stated, notes: list[str]) -> pl.DataFrame:
    """Give counts with `count` or `relative_abundance`, whichever the numbers are.

    Raises
    ------
    InputError
        If they are neither, or may be either.

    """
    import polars as pl

    _check_finite(found)
    is_whole = bool((found.counts["value"] == found.counts["value"].round(0)).all())
    is_share = told.values in _OF or (
        told.values != "counts" and (found.shares or (not is_whole and not found.is_counted))
    )
    if is_share:
        whole = _whole_of(found, told)
        notes.append(f"numbers are shares of {whole:g}, no counts of reads")
        sums = pl.col("value").sum().over("library")
        # Shares are rounded where they are printed: sums just above 1 are scaled to it.
        share = pl.col("value") / pl.max_horizontal(sums, pl.lit(whole))
        none = pl.lit(None, dtype=pl.Int64).alias("count")
        return found.counts.with_columns(none, share.alias("relative_abundance"))
    _check_reads(found)
    if not told.values and not found.is_counted:
        _check_kind(found)
    _note_depth(found, notes)
    return found.counts.with_columns(
        pl.col("value").cast(pl.Int64).alias("count"),
        pl.lit(None, dtype=pl.Float64).alias("relative_abundance"),
    )


def _sums(found: Found) -> dict[str, float]:
    import polars as pl

    sums = found.counts.group_by("library").agg(pl.col("value").sum()).sort("library")
    return dict(sums.iter_rows())


def _whole_of(found: Found, told: Stated) -> float:
    """Tell of what shares are; stop where libraries do not add up to that."""
    sums = _sums(found)
    whole = _OF.get(told.values, found.whole)
    may_lack = told.values.endswith("-with-rest") or (not told.values and found.has_rest)
    for one in (whole,) if whole else (1.0, 100.0):
        least = 0.0 if may_lack else 1 - TOLERANCE
        wrong = {name: s for name, s in sums.items() if not least <= s / one <= 1 + TOLERANCE}
        if not wrong:
            return one
    if not whole:
        near = [abs(s - 1) <= TOLERANCE or abs(s / 100 - 1) <= TOLERANCE for s in sums.values()]
        wrong = {
            name: s for (name, s), is_near in zip(sums.items(), near, strict=True) if not is_near
        }
    shown = [f"{name} adds up to {total:.6g}" for name, total in list((wrong or sums).items())[:3]]
    more = f" and {len(wrong) - 3} more libraries" if len(wrong) > 3 else ""
    kind = transform_of(found.counts["value"].to_numpy())
    raise _wrong(
        found,
        f"{', '.join(shown)}{more}{f'; {kind}' if kind else ''}",
        f"whole numbers of reads, or shares that add up to {f'{whole:g}' if whole else '1 or 100'}"
        f" within {TOLERANCE:.0%} in each library",
        "Import the numbers before they were transformed; where shares leave a rest out (reads"
        " without a name), say so: `table: {values: shares-with-rest}` or `percent-with-rest`",
    )


def _check_finite(found: Found) -> None:
    """Stop at the first number that is below zero, or none."""
    import polars as pl

    value = pl.col("value")
    odd = found.counts.filter((value < 0) | value.is_nan() | value.is_infinite() | value.is_null())
    if odd.height:
        library, feature, number = odd.sort("library", "feature").row(0)
        raise _wrong(
            found,
            f"{number} of {feature[:40]} in {library}, and {odd.height - 1} more",
            "counts or shares, 0 or more; numbers below zero are logarithms of ratios (CLR) or"
            " differences",
            "Import the counts before they were transformed",
        )


def _check_reads(found: Found) -> None:
    """Stop at the first number that is no number of reads."""
    import polars as pl

    value = pl.col("value")
    odd = found.counts.filter((value != value.round(0)) | (value > _MOST))
    if odd.height:
        library, feature, number = odd.sort("library", "feature").row(0)
        raise _wrong(
            found,
            f"{number:g} of {feature[:40]} in {library}, and {odd.height - 1} more",
            "whole numbers of reads, below 9 x 10^15",
            "Correct them; or say in --method that they are shares: `table: {values: shares}`",
        )


def _check_kind(found: Found) -> None:
    """Stop where whole numbers may be no reads: presence, or percent."""
    sums = _sums(found)
    if found.counts.height > 1 and bool((found.counts["value"] == 1).all()):
        raise _wrong(
            found,
            "no number but 0 and 1",
            "numbers of reads; 1 in all places is presence, of which nothing can be counted",
            "Import the counts; or, if every feature was read once, " + _STATE.format("counts")[3:],
        )
    if sums and all(total == 100 for total in sums.values()):
        raise _wrong(
            found,
            "libraries that add up to 100, each",
            "to know whether that is percent or 100 reads",
            "Say in --method `table: {values: percent}` or `{values: counts}`",
        )


def _note_depth(found: Found, notes: list[str]) -> None:
    sums = _sums(found)
    if len(sums) > 1 and len(set(sums.values())) == 1:
        depth = next(iter(sums.values()))
        notes.append(
            f"all libraries have {depth:,.0f} reads: they were drawn or scaled to that before"
        )


def _wrong(found: Found, told: str, expected: str, fix: str) -> InputError:
    source = ", ".join(path.name for path in found.sources)
    return problem_of("import-numbers", source, found=told, expected=expected, fix=fix)


def transform_of(values: NDArray[np.float64]) -> str:
    """Name the transformation after which numbers are such; empty where none of the usual fits.

    What gives whole numbers, or sums of squares of 1, when it is turned back, was transformed so.
    Fewer than five different numbers prove nothing.
    """
    import numpy as np

    different = np.unique(values[values > 0])
    if different.size < 5 or different.max() > 100:
        return ""
    backwards: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
        "logarithms, ln(x + 1)": np.expm1,
        "logarithms, log2(x + 1)": lambda x: np.exp2(x) - 1,
        "logarithms, log10(x + 1)": lambda x: np.power(10.0, x) - 1,
        "logarithms, ln(x)": np.exp,
        "logarithms, log2(x)": np.exp2,
        "logarithms, log10(x)": lambda x: np.power(10.0, x),
        "square roots": np.square,
    }
    for name, back in backwards.items():
        with np.errstate(over="ignore"):
            numbers = back(different)
        whole = np.round(numbers)
        # Numbers printed with four digits come back to within a thousandth of themselves.
        if bool((np.isfinite(numbers) & (np.abs(numbers - whole) <= 1e-3 * whole)).all()) and bool(
            (whole < 1000).any()
        ):
            return f"they are {name} of whole numbers"
    return ""
