"""Ranks of lineages without prefixes: by their number and what they begin with; names overrule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy import pr2
from soilbio.taxonomy.between import (
    NO_ORGANISMS,
    is_above_a_genus,
    is_host,
    is_latin,
    is_misplaced,
    is_organism,
    is_within_genus,
)
from soilbio.taxonomy.by_names import binomial, ranks_by_name
from soilbio.taxonomy.names import is_fill, name_in
from soilbio.taxonomy.told_ranks import (
    BETWEEN,
    CLASSIFICATIONS,
    DOMAINS,
    KINGDOMS,
    OF_UNITE,
    PROKARYOTES,
    SUPERGROUPS,
    has_endings,
    is_prokaryote,
    told_ranks,
)

# What stands above domains: of NCBI, mothur, RDP and MEGAN.
_ROOTS = CLASSIFICATIONS | {"root", "cellular organisms", "cellular root", "acellular root"}
# Those that PR2 has since its version 5 only: a lineage that ends early is of nine ranks, too.
_OF_NINE = frozenset({"CRuMs", "Cryptista", "Haptista", "Obazoa", "Provora", "TSAR"})
_SEVEN = ("domain", "phylum", "class", "order", "family", "genus", "species")
_OF_KINGDOM = ("kingdom", *_SEVEN[1:])
# PR2's ranks by their number; it had no subdivisions before version 5.
_PR2 = {len(ranks): ranks for ranks in (pr2.EIGHT, pr2.NINE)}


def without_roots(parts: Iterable[str]) -> list[str]:
    """Leave out what stands above domains."""
    kept = list(parts)
    while kept and kept[0].strip("\"' ").casefold() in _ROOTS:
        kept.pop(0)
    at = next((at for at, name in enumerate(kept[:4]) if name.strip("\"' ") in DOMAINS), 0)
    return kept[at:]


def is_of_ncbi(parts: Sequence[str]) -> bool:
    """Tell whether a lineage is NCBI's in full, whose places tell no ranks."""
    return any(part.casefold() == "cellular organisms" for part in parts[:2])


def ranks_of(parts: Sequence[str], *, by_places: bool = True) -> list[str]:
    """Give the rank of each part of a positional lineage; empty where it cannot be told.

    Places mean what they do in the databases that have as many; where a name tells itself that it
    is of another rank than its place, or places tell nothing, all are ranked by what names tell.
    """
    if labels := _labels_of_pr2(parts):
        return pr2.canonical_ranks(labels, parts)
    if NO_ORGANISMS & set(parts[:2]):
        return [""] * len(parts)
    names = ["" if is_fill(part, parts[:at]) else _bare(part) for at, part in enumerate(parts)]
    told = told_ranks(names)
    places = _by_number(names) if by_places else ()
    if places and _is_borne_out(places, told, names) and _is_formed(places, names):
        return _without_misplaced(_padded(places, len(names)), names)
    return ranks_by_name(names, told)


@lru_cache(maxsize=100_000)
def _bare(part: str) -> str:
    """Give a name as told ranks are told by it: what is no name stays, for it may tell, too."""
    return name_in(part) or part.strip("\"' ").replace("_", " ")


def _padded(ranks: Sequence[str], number: int) -> list[str]:
    return [*ranks[:number], *[""] * (number - len(ranks))]


def _by_number(names: Sequence[str]) -> Sequence[str]:
    """Give the ranks that a lineage of this beginning and number has; none where none has."""
    first, second = (*names, "", "")[:2]
    if first in KINGDOMS or first in OF_UNITE:
        return _OF_KINGDOM
    if second in PROKARYOTES or second in KINGDOMS:
        return RANKS
    if len(names) > len(RANKS):
        return ()
    return RANKS if len(names) == len(RANKS) else _SEVEN


def _is_borne_out(places: Sequence[str], told: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether no name contradicts its place."""
    rank_at = _padded(places, len(names))
    if any(rank and own == BETWEEN for rank, own in zip(rank_at, told, strict=True)):
        return False
    for rank in {own for own in told if own} - {BETWEEN}:
        own_places = [at for at, own in enumerate(told) if own == rank]
        if any(rank_at[at] == rank for at in own_places):
            continue
        # SILVA's Patescibacteria;Microgenomatia;Candidatus Woesebacteria: phyla of others are
        # classes and orders of one phylum.
        phylum = names[rank_at.index("phylum")] if "phylum" in rank_at else ""
        is_within = bool(phylum) and rank == "phylum" and min(own_places) > names.index(phylum)
        if not (is_within and is_prokaryote(names) and name_in(phylum)):
            return False
    pair = binomial(names, told)
    return pair is None or rank_at[pair[0]] == "genus" or rank_at[pair[1]] in ("", "species")


def _is_formed(places: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether genus and species have the forms of such: no group, and not one word."""
    at = {rank: names[place] for place, rank in enumerate(_padded(places, len(names))) if rank}
    species, genus = at.get("species", ""), at.get("genus", "")
    if is_latin(species) or is_within_genus(species) or is_within_genus(genus):
        return False
    return not is_above_a_genus(genus, species, of_prokaryote=is_prokaryote(names))


def _without_misplaced(ranks: Sequence[str], names: Sequence[str]) -> list[str]:
    """Leave out what cannot be of the rank of its place."""
    by_code = has_endings(names)
    behind = [*names, ""][1:]
    # What only an organism stands behind is the end of a lineage that leaves out ranks.
    behind = [
        "" if at == len(names) - 2 and is_organism(one) else one for at, one in enumerate(behind)
    ]
    return [
        "" if is_misplaced(name, rank, below, by_code=by_code) or is_host(name, above) else rank
        for name, rank, above, below in zip(names, ranks, ["", *names], behind, strict=False)
    ]


def _labels_of_pr2(parts: Sequence[str]) -> Sequence[str]:
    """Give PR2's ranks of a lineage, if it is one of PR2's."""
    first, second = (*parts, "", "")[:2]
    number = len(parts)
    if not first.startswith("Euk"):
        return _labels_of_prokaryotes(parts)
    if second in _OF_NINE and number < len(pr2.NINE):
        return pr2.NINE[:number]
    is_known = number == len(pr2.NINE) or (number in _PR2 and second in SUPERGROUPS)
    return _PR2[number] if is_known and pr2.is_binomial(*parts[-2:]) else ()


def _labels_of_prokaryotes(parts: Sequence[str]) -> Sequence[str]:
    """Give PR2's ranks of a lineage of Bacteria or Archaea, if no name contradicts them."""
    number = len(parts)
    is_long = number == len(pr2.NINE)
    if not (is_long or (number in _PR2 and parts[1] in SUPERGROUPS)):
        return ()
    labels = _PR2[number]
    names = [_bare(part) for part in parts]
    told = ["" if at == 1 else rank for at, rank in enumerate(told_ranks(names))]
    fits = _is_borne_out(pr2.canonical_ranks(labels, parts), told, names)
    return labels if fits and pr2.is_binomial(*parts[-2:]) else ()
