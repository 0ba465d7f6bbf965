"""Headers, or prefixes, of ranks over names that are of other ranks by themselves.

DADA2 calls the first six levels of whatever reference Kingdom to Genus: SILVA's clades of
eukaryotes (`Eukaryota;Opisthokonta;Nucletmycea;Fungi;Dikarya;Basidiomycota`) are no such ranks, and
RDP puts genera of Acidobacteria (`Acidobacteria_Gp6;Gp6`) directly below their class.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.between import is_latin
from soilbio.taxonomy.canonical import CANDIDATUS
from soilbio.taxonomy.named_ranks import named_ranks
from soilbio.taxonomy.names import SUPPORT, name_in
from soilbio.taxonomy.told_ranks import DOMAINS, KINGDOMS, SUPERGROUPS, rank_of_prokaryote

# A group of RDP's; genera without another name are called as their group.
_GROUP = re.compile(r"Gp\d+[a-z]?")
_CLASS = re.compile(r"Acidobacteria[_ ]Gp\d+[a-z]?")
_ACIDOBACTERIA = "Acidobacteri"
# So far below their own rank names of kingdoms and phyla stand where no rank is as it is called.
_FAR = 2


def are_clades(ranks: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether names below headers of ranks are clades of eukaryotes, of whatever ranks.

    That is so where a supergroup is called a phylum, or where no phylum is and a kingdom or phylum
    is called two ranks less than it is.
    """
    bare = [name_in(name) for name in names]
    if not bare or bare[0] not in DOMAINS or not bare[0].startswith("Eukar"):
        return False
    by_rank = {rank: name for rank, name in zip(ranks, bare, strict=False) if rank}
    phylum = by_rank.get("phylum", "")
    if phylum in SUPERGROUPS:
        return True
    return _own_place(phylum) is None and any(
        (own := _own_place(name)) is not None and RANKS.index(rank) >= own + _FAR
        for rank, name in by_rank.items()
    )


def _own_place(name: str) -> int | None:
    """Give the place among ranks of a name that is known to be of a kingdom or phylum."""
    rank = "kingdom" if name in KINGDOMS else named_ranks().get(name, ("", ""))[0]
    return RANKS.index(rank) if rank in ("kingdom", "phylum") else None


def with_groups(ranks: Sequence[str], names: Sequence[str]) -> list[str]:
    """Give RDP's groups of Acidobacteria the rank that they have: the last is a genus.

    Those above it, or above a genus with a name of its own, fill empty ranks. So is a genus what
    stands alone behind their class.
    """
    ranks = list(ranks)
    bare = [SUPPORT.sub("", name).strip("\"' ") for name in names]
    if not any(name.startswith(_ACIDOBACTERIA) for name in bare):
        return ranks
    named = [at for at, name in enumerate(bare) if at < len(ranks) and name_in(name)]
    groups = [at for at in named if _GROUP.fullmatch(bare[at])]
    for at in groups:
        ranks[at] = "genus" if at == named[-1] else ""
    if len(named) > 1 and _CLASS.fullmatch(bare[named[-2]]) and not groups:
        last = name_in(bare[named[-1]])
        is_genus = is_latin(CANDIDATUS.sub("", last)) and not rank_of_prokaryote(last)
        ranks[named[-1]] = "genus" if is_genus else ranks[named[-1]]
    return ranks
