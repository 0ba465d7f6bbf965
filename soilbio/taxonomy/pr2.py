"""PR2's ranks as canonical ones: by the names themselves, for they are not the same ranks.

PR2 gives every eukaryote nine ranks (eight before version 5). Its division is a phylum of some
(Chlorophyta), no rank of others (Opisthokonta, Alveolata), its subdivision is a kingdom (Fungi) or
a phylum (Ciliophora), and of fungi and animals all ranks below are shifted: its class is a phylum
(Ascomycota), its family a class (Sordariomycetes).
"""

from __future__ import annotations

from collections.abc import Sequence

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.named_ranks import named_ranks, rank_of_name

NINE = (
    *("domain", "supergroup", "division", "subdivision"),
    *("class", "order", "family", "genus", "species"),
)
EIGHT = tuple(rank for rank in NINE if rank != "subdivision")
# Groups of which the classes, orders and families of PR2 are others than those of their codes. So
# are those of any lineage in which one of these ranks holds a name that is known to be of a wider.
_SHIFTED = ("Fungi", "Metazoa")
# Ranks that are the same in all groups, and those that are elsewhere than in fungi and animals.
_FIXED = ("domain", "genus", "species")
_PLACED = ("class", "order", "family")
_DIVISIONS = ("division", "subdivision")
_PROKARYOTES = ("Bacteria", "Archaea")
_OF_PROKARYOTES = {"supergroup": "", "division": "phylum", "subdivision": ""}
_MARK = "_X"


def canonical_ranks(labels: Sequence[str], names: Sequence[str]) -> list[str]:
    """Give the canonical rank of each name; empty where nothing tells it.

    Parameters
    ----------
    labels : sequence of str
        PR2's rank of each name; empty where it is none of PR2's.
    names : sequence of str
        As PR2 writes them, without marks of organelles.

    """
    if any(name in _PROKARYOTES for name in names):
        return [_OF_PROKARYOTES.get(label, label) for label in labels]
    told = [_told(label, name) for label, name in zip(labels, names, strict=True)]
    told = [_once(place, told, names) for place in range(len(told))]
    is_shifted = any(name in _SHIFTED for name in names) or any(
        label in _PLACED and rank and RANKS.index(rank) < RANKS.index(label)
        for label, rank in zip(labels, told, strict=True)
    )
    found: list[str] = []
    for place, label in enumerate(labels):
        is_placed = label in _PLACED and not is_shifted and not told[place]
        fits = is_placed and _fits(label, found, told[place:])
        found.append(label if fits else told[place])
    return found


def _told(label: str, name: str) -> str:
    """Tell the rank of a name by itself; a division of algae may be one by its ending (ICN)."""
    if label in _FIXED:
        return label
    if not label or _MARK in name:
        return ""
    is_division = label in _DIVISIONS and name.endswith("phyta")
    return rank_of_name(name) or ("phylum" if is_division else "")


def _once(place: int, told: Sequence[str], names: Sequence[str]) -> str:
    """Give each rank to one name: of the table before one of an ending, then the first."""
    same = [at for at, rank in enumerate(told) if rank == told[place]]
    best = min(same, key=lambda at: (names[at] not in named_ranks(), at))
    return told[place] if place == best else ""


def _fits(label: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether a rank is between those above and below it."""
    at = RANKS.index(label)
    return all(RANKS.index(rank) < at for rank in before if rank) and all(
        RANKS.index(rank) > at for rank in after if rank
    )


def is_binomial(genus: str, species: str) -> bool:
    """Tell whether two names are a genus and a species of it, as PR2 ends each lineage.

    SILVA's lineages, which may be as long, do not. `Gymnodinium_sp.` is one; absent ones may be.
    """
    first = genus.replace(" ", "_")
    return not species or bool(first and species.replace(" ", "_").startswith(f"{first}_"))
