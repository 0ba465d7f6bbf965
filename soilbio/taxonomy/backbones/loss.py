"""How many names a taxonomy keeps, per rank: what is lost is told, not hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.backbones.backbone import Backbone, Lineage
from soilbio.taxonomy.backbones.match import Match

# The first that one of a name's lineages has is the name's.
_FATES = ("kept", "renamed", "lifted", "lost")
COLUMNS = ("rank", "named", *_FATES, "moved")
_UNKNOWN = "unknown"  # the rank of names that stood alone, and are not there
_OF_ONE = {"exact": "kept", "synonym": "renamed"}
Standing = set[tuple[str, str, str]]


def loss_of(asked: Iterable[tuple[Lineage, Match]], backbone: Backbone) -> list[dict[str, object]]:
    """Count, for each rank, the names of lineages and what became of them; a name counts once.

    kept: the same name stands at that rank there; renamed: another; lifted: the lineage is known at
    a wider rank only; lost: the lineage is known, and has no name at that rank there, or is
    unknown. Of several lineages of a name the best counts; moved: of the names that are kept, those
    of which lineages stand under another name there, or under none.
    """
    standing = {
        (lineage.get("domain", ""), rank, name.casefold())
        for lineage in backbone.lineages.values()
        for rank, name in lineage.items()
    }
    fates: dict[tuple[str, str], str] = {}
    moved: set[tuple[str, str]] = set()
    for lineage, found in asked:
        for rank, name in _ranked(lineage, found):
            fate, is_elsewhere = _fate(rank, name, found, standing)
            fates[rank, name] = min(fate, fates.get((rank, name), fate), key=_FATES.index)
            if is_elsewhere:
                moved.add((rank, name))
    counted = Counter((rank, fate) for (rank, _), fate in fates.items())
    elsewhere = Counter(rank for rank, name in moved if fates[rank, name] == "kept")
    return [
        {
            "rank": rank,
            "named": sum(counted[rank, fate] for fate in _FATES),
            **{fate: counted[rank, fate] for fate in _FATES},
            "moved": elsewhere[rank],
        }
        for rank in (*RANKS, _UNKNOWN)
    ]


def _ranked(lineage: Lineage, found: Match) -> Iterator[tuple[str, str]]:
    """Yield ranks and names; a name alone has the rank that it has there, two words a species'."""
    for rank, name in lineage.items():
        if rank in RANKS:
            yield rank, name
        elif found.kind in _OF_ONE and found.rank in RANKS:
            yield found.rank, name
        else:
            yield "species" if len(lineage) > 1 else _UNKNOWN, name


def _fate(rank: str, name: str, found: Match, standing: Standing) -> tuple[str, bool]:
    """Tell what became of a name in one lineage, and whether it stands there for others only."""
    there = found.lineage or {}
    if rank == _UNKNOWN:
        return _OF_ONE.get(found.kind, "lifted" if there else "lost"), False
    if found.kind == "exact" and rank == "species" and name == found.asked_name:
        return "kept", False  # also a subspecies, of which the species has another name
    is_below = found.kind == "higher rank" and name == found.asked_name  # a subspecies' species
    if there and (is_below or max(map(RANKS.index, there)) < RANKS.index(rank)):
        return "lifted", False
    own = there.get(rank, "")
    if own.casefold() == name.casefold():
        return "kept", False
    if there and (there.get("domain", ""), rank, name.casefold()) in standing:
        return "kept", True
    return ("renamed", True) if own else ("lost", True)
