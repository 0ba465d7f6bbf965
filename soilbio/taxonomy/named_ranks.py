"""Ranks that names of eukaryotes tell themselves: those of NCBI's taxonomy, and by their endings.

`names_of_ranks.tsv` holds the kingdoms, phyla, classes and orders of eukaryotes in NCBI's taxonomy
of September 2024 (the identifier is the source of each), and few others with their sources.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

# Endings that the code of algae, fungi and plants gives (ICN, articles 16 to 18 and recommendation
# 16A); those of ranks between ours (-mycotina, -phycidae) tell of none.
_ENDINGS = {
    **{"mycota": "phylum", "mycetes": "class", "phyceae": "class", "ales": "order"},
    "aceae": "family",
}


@cache
def named_ranks() -> dict[str, tuple[str, str]]:
    """Read the table: rank and kingdom (empty where NCBI has none) by name."""
    path = Path(__file__).with_name("names_of_ranks.tsv")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return {row["name"]: (row["rank"], row["kingdom"]) for row in rows}


def phyla_of(kingdom: str) -> tuple[str, ...]:
    """List the phyla of a kingdom."""
    return tuple(
        name for name, (rank, own) in named_ranks().items() if (rank, own) == ("phylum", kingdom)
    )


def rank_of_name(name: str) -> str:
    """Tell the rank of a eukaryote's name; empty where the name does not tell it."""
    known = named_ranks().get(name)
    if known:
        return known[0]
    return next((rank for ending, rank in _ENDINGS.items() if name.endswith(ending)), "")
