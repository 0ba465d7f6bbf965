"""Diversity within libraries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.diversity.community import FEWEST_READS, Community
from soilbio.diversity.coverage import (
    MOST_EXTRAPOLATION,
    coverage_of,
    hill_at,
    richness_at,
    size_at,
)
from soilbio.diversity.sparse import indices_of

if TYPE_CHECKING:
    from skbio import TreeNode

    from soilbio.diversity.coverage import Counts

COLUMNS = (
    "library_id",
    "reads",
    "observed",
    "shannon",
    "simpson",
    "pielou",
    "chao1",
    "goods_coverage",
    "faith_pd",
    "hill_q0",
    "hill_q1",
    "hill_q2",
    "coverage",
)
_CURVE_POINTS = 20
# Libraries times features that are dense at a time: 80 MB, and twice that for the tree's nodes.
_DENSE_CELLS = 10_000_000
Row = dict[str, object]


def alpha_rows(community: Community, coverage: float | None, tree: TreeNode | None) -> list[Row]:
    """Measure each library; controls, too.

    Parameters
    ----------
    community : Community
        Counts of unflagged features.
    coverage : float or None
        What Hill numbers are standardised to; None leaves them out. A library that does not reach
        it with twice its reads, or must be extrapolated from fewer than ten, has none.
    tree : TreeNode or None
        Rooted, tips are feature ids; None leaves Faith's PD out.

    Returns
    -------
    list of dict
        A row a library, `COLUMNS`; None where a measure does not exist. Shannon in nats.
        `hill_reads`, which is no column, is the number of reads that Hill numbers stand for.

    """
    phylogenetic = _faith(community, tree)
    indices = indices_of(community.counts)
    rows: list[Row] = []
    for place, library in enumerate(community.libraries):
        counts = community.reads_of(place)
        row: Row = {"library_id": library, "reads": int(counts.sum()), "observed": len(counts)}
        if len(counts):
            for name, values in indices.items():
                row[name] = None if math.isnan(values[place]) else float(values[place])
            row["faith_pd"] = phylogenetic.get(library)
            if coverage is not None:
                row |= _standardised(counts, coverage)
        rows.append(row)
    return rows


def _standardised(counts: Counts, coverage: float) -> Row:
    size, total = size_at(counts, coverage), int(counts.sum())
    if size > total and (size > MOST_EXTRAPOLATION * total or total < FEWEST_READS):
        return {}
    zero, one, two = hill_at(counts, size)
    return {
        "hill_q0": zero,
        "hill_q1": one,
        "hill_q2": two,
        "coverage": coverage,
        "hill_reads": size,
    }


def common_coverage(community: Community, libraries: Sequence[str]) -> float | None:
    """Find the coverage that all of some libraries reach without extrapolation: the smallest."""
    found = [coverage_of(community.reads_of(community.place_of(name))) for name in libraries]
    return min(found, default=None)


def rarefaction_rows(community: Community) -> list[Row]:
    """Give the expected features at up to twenty depths of each library, its own depth the last."""
    rows: list[Row] = []
    for place, library in enumerate(community.libraries):
        counts = community.reads_of(place)
        total = int(counts.sum())
        points = sorted(
            {max(1, total * step // _CURVE_POINTS) for step in range(1, _CURVE_POINTS + 1)}
        )
        rows += [
            {"library_id": library, "depth": size, "observed": richness_at(counts, size)}
            for size in (points if total else [])
        ]
    return rows


def _faith(community: Community, tree: TreeNode | None) -> dict[str, float]:
    if tree is None or not community.features:
        return {}
    from skbio.diversity import alpha_diversity

    depths = community.depths()
    libraries = [name for name in community.libraries if depths[name]]
    found: dict[str, float] = {}
    size = max(1, _DENSE_CELLS // len(community.features))
    for start in range(0, len(libraries), size):
        block = libraries[start : start + size]
        values = alpha_diversity(
            "faith_pd",
            community.dense(block),
            ids=block,
            taxa=community.features,
            tree=tree,
        )
        found |= {str(name): float(value) for name, value in values.items()}
    return found
