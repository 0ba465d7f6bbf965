"""How many names a taxonomy keeps, per rank: what is lost is told, not hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.backbones.backbone import Lineage
from soilbio.taxonomy.backbones.match import Match

COLUMNS = ("rank", "named", "kept", "renamed", "lifted", "lost")


def loss_of(asked: Iterable[tuple[Lineage, Match]]) -> list[dict[str, object]]:
    """Count, for each rank, the names of lineages and what became of them; a name counts once.

    kept: the same name at that rank there; renamed: another; lifted: the lineage is known at a
    wider rank only; lost: the lineage is known, and has no name at that rank there, or is unknown.
    """
    fates = {
        (rank, name, _fate(rank, name, found))
        for lineage, found in asked
        for rank, name in lineage.items()
        if rank in RANKS
    }
    counted = {rank: Counter(fate for own, _, fate in fates if own == rank) for rank in RANKS}
    return [
        {"rank": rank, "named": own.total(), **{fate: own[fate] for fate in COLUMNS[2:]}}
        for rank, own in counted.items()
    ]


def _fate(rank: str, name: str, found: Match) -> str:
    there = found.lineage or {}
    if there.get(rank):
        return "kept" if there[rank] == name else "renamed"
    is_above = bool(there) and max(map(RANKS.index, there)) < RANKS.index(rank)
    return "lifted" if is_above else "lost"
