"""One lineage of several that classifiers or databases give a feature: what they agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import EXCLUSIVE_KINGDOMS, plain
from soilbio.taxonomy.named_ranks import named_ranks
from soilbio.taxonomy.told_ranks import KINGDOMS, OF_UNITE

# If these differ, the same name below is another organism's; of kingdoms if one is of those that
# are nobody else's.
WIDEST = ("domain", "kingdom")
Ranks = Mapping[str, str | None]
EUKARYOTES = "Eukaryota"


@cache
def of_eukaryotes() -> dict[str, frozenset[str]]:
    """Give the kingdoms and phyla that are of eukaryotes where no domain is named, by rank."""
    phyla = (name for name, (rank, _) in named_ranks().items() if rank == "phylum")
    return {"kingdom": KINGDOMS | OF_UNITE, "phylum": frozenset(phyla)}


def domain_of(lineage: Ranks) -> str | None:
    """Give the domain of a lineage, also where its kingdom or phylum alone tells it (UNITE)."""
    is_told = any(lineage.get(rank) in names for rank, names in of_eukaryotes().items())
    return lineage.get("domain") or (EUKARYOTES if is_told else None)


def consensus(lineages: Sequence[Ranks]) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """Give the names that lineages agree on, and the ranks at which they differ.

    A rank has the name that all which name it give it; what names none does not contradict. Below a
    rank at which they differ a name stands only if every lineage gives it: databases place a genus
    in different families. Below another domain, or where one kingdom is that of animals or fungi
    and another is not, there is no name at all.

    Parameters
    ----------
    lineages : sequence of mapping of rank to name or None
        With today's names.

    """
    found: dict[str, str | None] = {}
    domains = {plain(domain) for lineage in lineages if (domain := domain_of(lineage))}
    is_other = len(domains) > 1
    differing = ["domain"] if is_other else []
    for rank in RANKS:
        said = [name for lineage in lineages if (name := lineage.get(rank))]
        # Names that differ in a suffix of GTDB's, or in Candidatus, are one.
        named = said if len(set(said)) == 1 else [plain(name) for name in said]
        if len(set(named)) > 1 and rank not in differing:
            differing.append(rank)
            exclusive = set(EXCLUSIVE_KINGDOMS) & set(named) if rank == "kingdom" else {rank}
            is_other = is_other or (rank in WIDEST and bool(exclusive))
        is_enough = len(named) == len(lineages) if differing else bool(named)
        agreed = len(set(named)) == 1 and is_enough and not is_other
        found[rank] = named[0] if agreed else None
    return found, tuple(differing)
