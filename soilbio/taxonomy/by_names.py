"""Ranks of lineages whose places do not tell them, by the names: of NCBI, RDP, SILVA's own long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from soilbio.taxonomy.between import is_genus, is_group, is_open
from soilbio.taxonomy.canonical import CANDIDATUS
from soilbio.taxonomy.names import name_in
from soilbio.taxonomy.told_ranks import BETWEEN, is_prokaryote

_TOP = ("domain", "kingdom")
_LOW = ("order", "family", "genus", "species")
# What follows the name of a genus is an epithet, but for these words.
_OTHER = re.compile(r" (?:group|subgroup|clade|complex|lineage|subdivision)s?$")
_EPITHET = re.compile(
    rf"(?!(?:sensu|clade|group|cluster|lineage|type|subgen|subg|sect|subsect|supersect"
    r"|ser|subser|cyanobionts|hybrids|isolates|symbionts|genotype|taxa|intergeneric)\b"
    rf"|.*{_OTHER.pattern})(?:[a-z][a-z-]{{2,}}|[a-z]+\.)"
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
        _put_phylum_and_class(names, told, found)
    return found


def binomial(names: Sequence[str], told: Sequence[str]) -> tuple[int, int] | None:
    """Find a genus and a species of it: their places."""
    for place in range(1, len(names)):
        genus, _, epithet = CANDIDATUS.sub("", names[place]).partition(" ")
        if not (_EPITHET.match(epithet) and is_genus(genus)) or told[place]:
            continue
        for above in range(place if name_in(names[place]) else 0):
            is_same = not told[above] and CANDIDATUS.sub("", names[above]) == genus
            if is_same and not (is_open(names[place]) and not _is_below(names, told, above)):
                return above, place
    return None


def _is_below(names: Sequence[str], told: Sequence[str], place: int) -> bool:
    """Tell whether a name is below a family or at the place of one: a genus, then.

    What was not described may be of any rank: `Caenogastropoda;Caenogastropoda sp. RS23`.
    """
    return "family" in told[:place] or _ends_order(names, place)


def _ends_order(names: Sequence[str], place: int) -> bool:
    return place > 0 and names[place - 1].endswith("ales incertae sedis")


def _put_genus(names: Sequence[str], told: Sequence[str], found: list[str]) -> None:
    """Find genus and species: by a binomial, else they follow the family."""
    pair = binomial(names, told)
    if pair and not found[pair[0]] and not found[pair[1]]:
        if "genus" not in found:
            found[pair[0]] = "genus"
        found[pair[1]] = "species"
        return
    if "genus" not in found and "family" in found:
        _put_behind_family(names, told, found)
    elif "genus" not in found and _ends_order(names, len(names) - 1):
        found[-1] = "genus" if is_genus(names[-1]) and not told[-1] else found[-1]


def _put_behind_family(names: Sequence[str], told: Sequence[str], found: list[str]) -> None:
    rest = _behind_family(names, told, found.index("family") + 1)
    if genus := _genus_of(names, rest):
        found[genus[0]] = "genus"
    elif any(is_genus(names[place]) for place in rest):
        return  # of several which it is nothing tells
    if len(rest) > len(genus) and _is_species(names[rest[len(genus)]]):
        found[rest[len(genus)]] = "species"


def _genus_of(names: Sequence[str], rest: Sequence[int]) -> Sequence[int]:
    """Give the place of the genus behind the family, if one can be it."""
    genera = [place for place in rest if is_genus(names[place])]
    if genera:
        return genera if genera == rest[:1] else ()
    # SILVA's and RDP's: Clostridium sensu stricto, Gp6.
    first = names[rest[0]] if rest else ""
    is_one = is_prokaryote(names) and not is_open(first) and not _is_species(first)
    return rest[:1] if is_one else ()


def _behind_family(names: Sequence[str], told: Sequence[str], start: int) -> list[int]:
    """List the places that genus and species may be at: behind subfamilies and tribes."""
    of_prokaryote = is_prokaryote(names)
    last = len(names) - 1
    within = [at for at in range(start, last + 1) if told[at] == BETWEEN and is_genus(names[at])]
    return [
        at
        for at in range(max(within, default=start - 1) + 1, last + 1)
        if names[at]
        and not told[at]
        # A subtribe of animals, or a genus: the ending tells of both.
        and not (names[at].endswith("ina") and names[at - 1].endswith("ini"))
        and not is_group(names[at], of_prokaryote=of_prokaryote, is_last=at == last)
    ]


def _is_species(name: str) -> bool:
    """Tell whether a name has the form of a species: a genus and an epithet, or that alone."""
    genus, _, epithet = CANDIDATUS.sub("", name).partition(" ")
    is_pair = is_genus(genus) and bool(_EPITHET.match(epithet)) and not is_open(name)
    return is_pair or (name[:1].islower() and " " not in name)


def _put_phylum_and_class(names: Sequence[str], told: Sequence[str], found: list[str]) -> None:
    """Give prokaryotes phylum and class, where as many names are left as there are ranks."""
    start = max((at for at, rank in enumerate(found) if rank in _TOP), default=-1) + 1
    end = next((at for at, rank in enumerate(found) if rank in _LOW), len(found))
    if "phylum" in found:
        start = found.index("phylum") + 1
    if "class" in found:
        end = min(end, found.index("class"))
    free = [at for at in range(start, end) if names[at] and not told[at]]
    wanted = [rank for rank in ("phylum", "class") if rank not in found]
    if 0 < len(free) <= len(wanted):
        for at, rank in zip(free, wanted, strict=False):
            found[at] = "" if is_open(names[at]) else rank
