"""Totals among rows, columns, libraries and features: by their names, and by their numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from soilbio.errors import Problems
from soilbio.importers.stated import Stated, check_ignored

if TYPE_CHECKING:
    import polars as pl

    from soilbio.importers.found import Found, Taxon
    from soilbio.importers.grid import Grid

_TOTAL = re.compile(
    r"^#?(?:(?:grand|overall|column|col|row|sub|library|sample|feature|observation|otu|asv)?[ _.-]*"
    r"(?:total|sum|gesamt|summe|somme|suma|totaal|totale)s?"
    r"(?:[ _.-]*(?:of)?[ _.-]*(?:reads?|counts?|abundances?|sequences?|seqs?|otus?|asvs?|features?|"
    r"libraries|samples|all|rows?|columns?|cols?))?|"
    r"all(?:[ _.-]*(?:reads|counts|samples|libraries|otus|asvs))?|gesamt\w*|insgesamt)$",
    re.IGNORECASE,
)
_SIDES = ("library", "feature")


def is_total(name: str, told: Stated) -> bool:
    """Tell whether a row or column is called a total, and the user does not say that it is none."""
    return told.totals != "none" and bool(_TOTAL.match(name))


def without_totals(grid: Grid, told: Stated, problems: Problems) -> Grid:
    """Take sums of all others out; what is called so and is no sum is refused.

    Raises
    ------
    InputError
        With all that are called a total and are none.

    """
    import numpy as np

    if told.totals == "none":
        return grid
    sides = (("row", grid.rows, grid.row_of), ("column", grid.columns, grid.column_of))
    keep = np.ones(grid.values.size, dtype=bool)
    totals: dict[str, set[int]] = {"row": set(), "column": set()}
    for (side, names, place_of), other_of in zip(sides, (grid.column_of, grid.row_of), strict=True):
        for place in [at for at, name in enumerate(names) if _TOTAL.match(name)]:
            is_total = keep & (place_of == place)
            others = keep & ~is_total
            size = int(other_of.max(initial=-1)) + 1
            sums = np.bincount(other_of[others], grid.values[others], minlength=size)
            said = np.bincount(other_of[is_total], grid.values[is_total], minlength=size)
            if not np.allclose(sums, said):
                problems.add(
                    "import-total",
                    column=names[place],
                    expected=f"a {side} that is the sum of all others, or another name for it",
                    fix="Correct it: something is missing from the table; or say in --method"
                    f" `table: {{ignore_{side}s: ['{names[place]}']}}` or `{{totals: none}}`",
                )
            keep &= ~is_total
            totals[side].add(place)
            grid.notes.append(f"{side} '{names[place]}' is the sum of the others, and left out")
    problems.raise_if_any()
    if not totals["row"] and not totals["column"]:
        return grid
    rows = [at for at in range(len(grid.rows)) if at not in totals["row"]]
    columns = [at for at in range(len(grid.columns)) if at not in totals["column"]]
    return grid.kept(rows, columns)


def without_ignored(found: Found, told: Stated) -> Found:
    """Leave out libraries and features that are to be ignored as columns and rows.

    Raises
    ------
    InputError
        If they are not there.

    """
    import polars as pl

    problems = Problems(", ".join(path.name for path in found.sources))
    check_ignored(told.ignore_columns, found.libraries, "column", problems)
    check_ignored(told.ignore_rows, found.features, "row", problems)
    problems.raise_if_any()
    return replace(
        found,
        counts=found.counts.filter(
            ~pl.col("library").is_in(told.ignore_columns),
            ~pl.col("feature").is_in(told.ignore_rows),
        ),
        libraries=tuple(name for name in found.libraries if name not in told.ignore_columns),
        features={
            name: taxon for name, taxon in found.features.items() if name not in told.ignore_rows
        },
    )


def check_totals(found: Found, told: Stated) -> None:
    """Stop where a library or feature is the sum of all others, whatever it is called.

    A feature with a sequence or lineage is one, and a library that a sheet of the user's has.

    Raises
    ------
    InputError
        With their names.

    """
    problems = Problems(", ".join(path.name for path in found.sources))
    if told.totals != "none":
        for side, other in (_SIDES, _SIDES[::-1]):
            for name in _sums(found.counts, side, other):
                is_known = _is_known(found.features.get(name)) and not _TOTAL.match(name)
                if name in told.libraries or is_known:
                    continue
                problems.add(
                    "import-total",
                    column=name,
                    found=name,
                    expected=f"a {side} of its own; this is the sum of all others",
                    fix="Leave it out: `table: {ignore_columns: [NAME]}` or `{ignore_rows: [NAME]}`"
                    " in --method; if it is no total, say `table: {totals: none}`",
                )
    problems.raise_if_any()


def _is_known(taxon: Taxon | None) -> bool:
    return taxon is not None and bool(taxon.sequence or taxon.lineage)


def _sums(counts: pl.DataFrame, side: str, other: str) -> list[str]:
    """Name what holds as much of each of the other side as all else together; of three or more."""
    import polars as pl

    sums = counts.group_by(side).agg(pl.col("value").sum())
    if sums.height < 3:
        return []
    # Shares were rounded where they were printed, counts were not.
    is_whole = bool((counts["value"] == counts["value"].round(0)).all())
    tolerance = 1e-9 if is_whole else 1e-3
    half = float(sums["value"].sum()) / 2
    close = sums.filter((pl.col("value") - half).abs() <= tolerance * half)
    return sorted(
        str(name) for name in close[side] if _is_sum(counts, (side, other), str(name), tolerance)
    )


def _is_sum(counts: pl.DataFrame, sides: tuple[str, str], name: str, tolerance: float) -> bool:
    import polars as pl

    side, other = sides
    own = pl.col(side) == name
    parts = counts.group_by(other).agg(
        pl.col("value").filter(own).sum().alias("own"),
        pl.col("value").filter(~own).sum().alias("rest"),
    )
    near = (parts["own"] - parts["rest"]).abs() <= tolerance * parts["rest"]
    return bool(near.all())
