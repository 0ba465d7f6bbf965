"""Ranks of lineages whose places do not tell them, by the names: of NCBI, RDP, SILVA's own long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from soilbio.taxonomy.canonical import CANDIDATUS
from soilbio.taxonomy.names import name_in
from soilbio.taxonomy.told_ranks import BETWEEN, is_prokaryote

_TOP = ("domain", "kingdom")
_LOW = ("order", "family", "genus", "species")
# What follows the name of a genus is an epithet, but for these words.
_OTHER = re.compile(r" (?:group|subgroup|clade|complex|lineage|subdivision)s?$")
_EPITHET = re.compile(
    rf"(?!(?:sensu|clade|group|cluster|lineage|type)\b|.*{_OTHER.pattern})[a-z][a-z.-]"
)


def ranks_by_name(names: Sequence[str], told: Sequence[str]) -> list[str]:
    """Give the rank of each name; empty where nothing tells it.

    Parameters
    ----------
    names : sequence of str
        From the widest, without supports.
    told : sequence of str
        The rank that each name tells itself, of `told_ranks`.

    """
    found = [
        "" if rank == BETWEEN or rank in told[:place] else rank for place, rank in enumerate(told)
    ]
    _put_genus(names, told, found)
    if is_prokaryote(names):
        _put_phylum_and_class(told, found)
    return found


def binomial(names: Sequence[str], told: Sequence[str]) -> tuple[int, int] | None:
    """Find a genus and a species of it: their places."""
    for place in range(1, len(names)):
        genus, _, epithet = CANDIDATUS.sub("", names[place]).partition(" ")
        if _EPITHET.match(epithet) and not told[place] and name_in(names[place]):
            for above in range(place):
                if not told[above] and CANDIDATUS.sub("", names[above]) == genus:
                    return above, place
    return None


def _put_genus(names: Sequence[str], told: Sequence[str], found: list[str]) -> None:
    """Find genus and species: by a binomial, else they follow the family."""
    pair = binomial(names, told)
    if pair and not found[pair[0]] and not found[pair[1]]:
        if "genus" not in found:
            found[pair[0]] = "genus"
        found[pair[1]] = "species"
        return
    if "family" not in found or "genus" in found:
        return
    rest = [
        place
        for place in range(found.index("family") + 1, len(names))
        if not told[place] and not (_OTHER.search(names[place]) and place + 1 < len(names))
    ]
    for place, rank in zip(rest, ("genus", "species"), strict=False):
        found[place] = rank


def _put_phylum_and_class(told: Sequence[str], found: list[str]) -> None:
    """Give prokaryotes phylum and class, where as many names are left as there are ranks."""
    start = max((at for at, rank in enumerate(found) if rank in _TOP), default=-1) + 1
    end = next((at for at, rank in enumerate(found) if rank in _LOW), len(found))
    if "phylum" in found:
        start = found.index("phylum") + 1
    if "class" in found:
        end = min(end, found.index("class"))
    free = [at for at in range(start, end) if not told[at]]
    wanted = [rank for rank in ("phylum", "class") if rank not in found]
    if 0 < len(free) <= len(wanted):
        for at, rank in zip(free, wanted, strict=False):
            found[at] = rank
