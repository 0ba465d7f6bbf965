"""PERMANOVA and PERMDISP of metadata columns, by scikit-bio, with the reason where not done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import comb
from typing import TYPE_CHECKING

from soilbio.diversity.community import Community

if TYPE_CHECKING:
    from skbio import DistanceMatrix

COLUMNS = (
    "metric",
    "column",
    "test",
    "statistic",
    "r2",
    "p_value",
    "permutations",
    "n_libraries",
    "groups",
    "note",
)
_FEWEST_IN_GROUP = 2
# Axes that dispersion is measured on, as scikit-bio has it, where there are as many libraries.
_DIMENSIONS = 10
# Below as many ways to part the libraries, the p-value has a floor that a reader must know of.
_FEW_WAYS = 1000
Row = dict[str, object]


def one_per_sample(community: Community, libraries: list[str]) -> list[str]:
    """Keep the deepest library of each sample: others of the same sample are no replicates."""
    depths = community.depths()
    best: dict[str, str] = {}
    for name in sorted(libraries, key=lambda name: (-depths[name], name)):
        best.setdefault(community.samples[name], name)
    return sorted(best.values())


def rows_of_column(
    matrices: Mapping[str, DistanceMatrix],
    column: str,
    group_of: Mapping[str, str],
    settings: tuple[int, int],
) -> list[Row]:
    """Test a metadata column on every metric.

    Parameters
    ----------
    matrices : mapping of metric to DistanceMatrix
        One library a sample.
    column : str
        The column's name.
    group_of : mapping of library id to value
        Libraries without a value are left out.
    settings : (permutations, seed)

    """
    rows = []
    for metric in sorted(matrices):
        ids = [name for name in matrices[metric].ids if group_of.get(name)]
        groups = [group_of[name] for name in ids]
        sizes = Counter(groups)
        for test in ("permanova", "permdisp"):
            row: Row = {
                "metric": metric,
                "column": column,
                "test": test,
                "permutations": settings[0],
                "n_libraries": len(ids),
                "groups": ", ".join(f"{name} ({sizes[name]})" for name in sorted(sizes)),
            }
            reason = _why_not(sizes)
            if reason:
                row |= {"permutations": None, "note": reason}
            else:
                row |= _test(test, matrices[metric].filter(ids), groups, settings)
                row["note"] = _floor(sizes)
            rows.append(row)
    return rows


def _why_not(sizes: Mapping[str, int]) -> str:
    if len(sizes) < 2:
        return "not tested: fewer than two groups"
    small = sorted(name for name, size in sizes.items() if size < _FEWEST_IN_GROUP)
    if small:
        return f"not tested: fewer than two libraries in {', '.join(small[:5])}"
    return ""


def _test(test: str, matrix: DistanceMatrix, groups: list[str], settings: tuple[int, int]) -> Row:
    from skbio.stats.distance import permanova, permdisp

    permutations, seed = settings
    if test == "permanova":
        result = permanova(matrix, groups, permutations=permutations, seed=seed)
        statistic = float(result["test statistic"])
        between = statistic * (len(set(groups)) - 1)
        share = between / (between + len(groups) - len(set(groups)))
        return {"statistic": statistic, "r2": share, "p_value": float(result["p-value"])}
    result = permdisp(
        matrix,
        groups,
        permutations=permutations,
        seed=seed,
        dimensions=min(_DIMENSIONS, len(groups)),
        warn_neg_eigval=False,
    )
    return {"statistic": float(result["test statistic"]), "p_value": float(result["p-value"])}


def _floor(sizes: Mapping[str, int]) -> str:
    """Say how small p can be, where few ways to part the libraries set its floor."""
    left, ways = sum(sizes.values()), 1
    for size in sizes.values():
        ways *= comb(left, size)
        left -= size
    for times in Counter(sizes.values()).values():
        for number in range(2, times + 1):
            ways //= number
    if ways >= _FEW_WAYS:
        return ""
    return f"p is about {1 / ways:.2g} at the least: {ways} ways to part the libraries"
