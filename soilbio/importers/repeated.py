"""Profiles in which each rank holds the reads of all below it, as taxpasta's of MetaPhlAn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from soilbio.errors import InputError, problem_of
from soilbio.importers.found import Found
from soilbio.importers.nested import PARENTS, below_parents
from soilbio.standards.ranks import OF_DOMAINS

_RANKS = ("phylum", "class", "order", "family", "genus", "species")
_ALIKE = 0.05  # so much of a library may have no name at one of the ranks
_SAME = 3  # ranks that hold as much as the domains
# taxpasta writes MetaPhlAn's percent times a million: 10^8 at each rank.
_WHOLE = 1e8
# Of large numbers such a part is lost where shares were made whole.
_MANY, _ROUNDED = 10_000, 1e-3
_NUMBERS = ("ncbi:2", "ncbi:2157", "ncbi:2759", "ncbi:10239")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a taxon is: its rank, and the names or numbers from the root to itself, if told."""

    rank: str = ""
    path: tuple[str, ...] = ()


def check_repeated(found: Found, places: Mapping[str, Place]) -> None:
    """Stop where taxa hold the reads of those below them, which would be counted at each rank.

    Raises
    ------
    InputError
        With one of them.

    """
    if name := _sum_of_others(found, places) or _of_equal_ranks(found, places):
        raise _told_twice(found, name)


def _sum_of_others(found: Found, places: Mapping[str, Place]) -> str:
    """Name a taxon that is the sum of those below it, if most that have others below are such."""
    import polars as pl

    names = {place.path: name for name, place in places.items() if place.path}
    above = {}
    for path, name in names.items():
        prefixes = (path[:size] for size in range(len(path) - 1, 0, -1))
        if parent := next((names[one] for one in prefixes if one in names), ""):
            above[name] = parent
    if not above:
        return ""
    own = pl.col("own")
    slack = pl.when(own >= _MANY).then(own * _ROUNDED).otherwise(0.5)
    sums = (
        below_parents(found.counts, above)
        .group_by("parent")
        .agg(((own - pl.col("below")).abs() <= slack).all().alias("is_equal"))
    )
    equal = sorted(sums.filter(sums["is_equal"])["parent"].to_list())
    return str(equal[0]) if sums.height >= PARENTS and 2 * len(equal) > sums.height else ""


def _of_equal_ranks(found: Found, places: Mapping[str, Place]) -> str:
    """Name a taxon of a table in which several ranks hold as much as the domains."""
    import polars as pl

    ranks = {name: place.rank for name, place in places.items()}
    domains = [name for name in places if ranks[name] in OF_DOMAINS or name in _NUMBERS]
    if not domains:
        return ""
    names = pl.DataFrame({"feature": list(ranks), "rank": list(ranks.values())})
    counts = found.counts.join(names, on="feature", how="inner").with_columns(
        pl.when(pl.col("feature").is_in(domains))
        .then(pl.lit("domain"))
        .otherwise("rank")
        .alias("rank")
    )
    sums = counts.group_by("library", "rank").agg(pl.col("value").sum())
    tables = {
        str(library): dict(zip(own["rank"], own["value"], strict=True))
        for (library,), own in sums.group_by("library")
    }
    is_repeated = [_is_repeated(own) for own in tables.values()]
    return domains[0] if is_repeated and all(is_repeated) else ""


def _is_repeated(sums: Mapping[str, float]) -> bool:
    """Tell whether ranks hold the same; without ranks, whether all are more than MetaPhlAn's."""
    whole = sums.get("domain", 0.0)
    same = [rank for rank in _RANKS if abs(sums.get(rank, 0.0) - whole) <= _ALIKE * whole]
    is_of_ids = set(sums) <= {"domain", ""}
    return bool(whole) and (
        len(same) >= _SAME
        or (is_of_ids and whole <= 1.0001 * _WHOLE < 2 * _WHOLE <= sum(sums.values()))
    )


def _told_twice(found: Found, name: str) -> InputError:
    lineage = found.features[name].lineage
    return problem_of(
        "import-total",
        ", ".join(path.name for path in found.sources),
        column=name,
        found=lineage or name,
        expected="reads of that taxon alone; it has as many as all below it together",
        fix="Import the profiles that taxpasta read (MetaPhlAn's as `metaphlan`); or, if each taxon"
        " has reads of its own only, say `table: {totals: none}` in --method",
    )
