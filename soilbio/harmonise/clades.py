"""A tree cut into clades of alike tips, and the clade that each edge of the same tree is of.

A clade is the largest whole subtree whose tips are no farther from each other than a given distance
(the Max Clade of TreeCluster: Balaban et al. 2019, PLoS ONE 14:e0221068). Clades exclude each other
and hold all tips. An edge is of a clade if it lies within it or leads to it; others are of none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skbio import TreeNode

_NONE = ""


@dataclass(frozen=True, slots=True)
class Clade:
    """Tips of a tree that are alike: their names, sorted, and how far apart the farthest are."""

    name: str
    tips: tuple[str, ...]
    diameter: float


def name_of(tips: Iterable[str]) -> str:
    """Name a clade by its tips: the same tips are the same clade, wherever it was cut."""
    text = "\n".join(sorted(tips))
    return md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


def cut(root: TreeNode, greatest: float) -> list[Clade]:
    """Cut a rooted tree into the fewest clades none of which is wider than a distance.

    Parameters
    ----------
    root : TreeNode
        All but the root have a length.
    greatest : float
        The greatest distance between two tips of a clade.

    Returns
    -------
    list of Clade
        Sorted by name.

    """
    deep: dict[TreeNode, float] = {}
    wide: dict[TreeNode, float] = {}
    for node in root.postorder():
        reach = sorted((deep[one] + one.length for one in node.children), reverse=True)
        deep[node] = reach[0] if reach else 0.0
        wide[node] = max([sum(reach[:2]) if reach[1:] else 0.0, *(wide[n] for n in node.children)])
    found = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if wide[node] <= greatest:
            tips = tuple(sorted(tip.name for tip in node.tips(include_self=True)))
            found.append(Clade(name_of(tips), tips, wide[node]))
        else:
            waiting.extend(node.children)
    return sorted(found, key=lambda one: one.name)


@dataclass(slots=True)
class _Below:
    """What lies below an edge: tips, by clade, and how many clades lie there whole."""

    tips: Counter[str] = field(default_factory=Counter)
    whole: int = 0


def clades_of_edges(root: TreeNode, clade_of: Mapping[str, str]) -> dict[TreeNode, str]:
    """Give the clade of the edge above each node; empty for an edge that is of none.

    Parameters
    ----------
    root : TreeNode
        A tree of the same shape as the one that was cut, with its root anywhere.
    clade_of : mapping of tip to the name of its clade

    """
    sizes = Counter(clade_of.values())
    below: dict[TreeNode, _Below] = {}
    found: dict[TreeNode, str] = {}
    for node in root.postorder(include_self=False):
        parts = [below.pop(one) for one in node.children]
        if not parts:
            clade = clade_of[node.name]
            parts = [_Below(Counter({clade: 1}), int(sizes[clade] == 1))]
        below[node] = _joined(parts, sizes)
        found[node] = _clade_of(below[node], sizes)
    return found


def _joined(parts: Sequence[_Below], sizes: Mapping[str, int]) -> _Below:
    """Join what lies below the children, the smaller into the largest."""
    first, *others = sorted(parts, key=lambda one: len(one.tips), reverse=True)
    for other in others:
        first.whole += other.whole
        for clade, number in other.tips.items():
            first.tips[clade] += number
            first.whole += first.tips[clade] == sizes[clade] and number < sizes[clade]
    return first


def _clade_of(below: _Below, sizes: Mapping[str, int]) -> str:
    """Give the clade whose tips alone are on one side; none where that is true of both sides."""
    inside = next(iter(below.tips)) if len(below.tips) == 1 else _NONE
    outside = _NONE
    if len(sizes) - below.whole == 1:
        # All other clades are below, and whole.
        partly = [one for one, number in below.tips.items() if number < sizes[one]]
        outside = (partly or [one for one in sizes if one not in below.tips])[0]
    if inside and outside and inside != outside:
        return _NONE
    return inside or outside
