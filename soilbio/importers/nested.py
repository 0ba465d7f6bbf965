"""Tables in which higher ranks hold what is below them: the same reads would be counted again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from soilbio.errors import problem_of
from soilbio.importers.found import Found, Taxon
from soilbio.importers.stated import Stated

if TYPE_CHECKING:
    import polars as pl

_EMPTY = re.compile(r"^(?:\w{0,3}__)?$")
PARENTS = 3  # so many that hold at least what is below them are no chance


def check_nested(found: Found, told: Stated) -> None:
    """Stop where lineages of several ranks are features, and each holds those below it.

    It is so if most that have others below them are the sum of these, or if all hold at least as
    much in each library.

    Raises
    ------
    InputError
        With the first of them.

    """
    if told.totals == "none":
        return
    above = _parents(found.features)
    if not above:
        return
    sums = _sums(found.counts, above)
    equal = sums.filter(sums["is_equal"])["parent"].to_list()
    is_most = 2 * len(equal) >= sums.height
    is_all = bool(sums["holds"].all()) and sums.height >= PARENTS
    if is_most or is_all:
        name = min(equal or sums["parent"].to_list())
        raise problem_of(
            "import-total",
            ", ".join(path.name for path in found.sources),
            column=name[:80],
            found=name[:80],
            expected="reads of that lineage alone; it has as many as all below it together",
            fix="Leave the sums of higher ranks out, keep the rows of one rank; if they are none,"
            " say `table: {totals: none}` in --method",
        )


def _parents(features: Mapping[str, Taxon]) -> dict[str, str]:
    """Give the feature just above each one in the tree, where lineages are of one feature each."""
    paths = {
        name: path
        for name, taxon in features.items()
        if taxon.lineage and not taxon.sequence and (path := _path(taxon.lineage))
    }
    if not paths or max(Counter(paths.values()).values()) > 1:
        return {}
    names = {path: name for name, path in paths.items()}
    above = {}
    for name, path in paths.items():
        prefixes = (path[:size] for size in range(len(path) - 1, 0, -1))
        if parent := next((names[one] for one in prefixes if one in names), ""):
            above[name] = parent
    return above


def _path(lineage: str) -> tuple[str, ...]:
    parts = [part.strip() for part in re.split("[;|]", lineage)]
    while parts and _EMPTY.match(parts[-1]):
        parts.pop()
    return tuple(parts)


def below_parents(counts: pl.DataFrame, above: Mapping[str, str]) -> pl.DataFrame:
    """Give `parent`, `library`, its `own` number and that of all just `below` it."""
    import polars as pl

    links = pl.DataFrame({"feature": list(above), "parent": list(above.values())})
    below = (
        counts.join(links, on="feature", how="inner")
        .group_by("parent", "library")
        .agg(pl.col("value").sum().alias("below"))
    )
    own = counts.rename({"feature": "parent", "value": "own"}).filter(
        pl.col("parent").is_in(links["parent"].unique().to_list())
    )
    return below.join(own, on=["parent", "library"], how="full", coalesce=True).fill_null(0.0)


def _sums(counts: pl.DataFrame, above: Mapping[str, str]) -> pl.DataFrame:
    """Tell of each parent whether it is the sum of what is below, and whether it holds as much."""
    import polars as pl

    both = below_parents(counts, above)
    tolerance = 1e-3 * both["below"].max() if both.height else 0.0  # type: ignore[operator]
    is_whole = bool((counts["value"] == counts["value"].round(0)).all())
    slack = 1e-6 if is_whole else tolerance
    return both.group_by("parent").agg(
        ((pl.col("own") - pl.col("below")).abs() <= slack).all().alias("is_equal"),
        (pl.col("own") >= pl.col("below") - slack).all().alias("holds"),
    )
