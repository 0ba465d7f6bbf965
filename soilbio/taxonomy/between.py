"""Names that tell of no rank of ours, and what is never a name above species."""

from __future__ import annotations

import re

# A genus is one capitalised word, or one of GTDB's parts of it (Bacillus_A).
_GENUS = re.compile(r"(?:Candidatus )?[A-Z][a-z]+(?:-[A-Za-z]?[a-z]+)*(?:_[A-Z]{1,3})?")
_LATIN = re.compile(r"(?:Candidatus )?[A-Z][a-z]{2,}")
_GROUP = re.compile(
    r" (?:(?:sub)?groups?|alliances?|(?:sub)?clades?|complex|(?:sub)?clusters?|lineages?"
    r"|subdivisions?|taxa)$",
    re.IGNORECASE,
)
# NCBI's, zoologists' and botanists': Azotobacter group, Heliantheae alliance.
_GROUP_OF_ONE = re.compile(rf"([A-Z][a-z]+)(?i:{_GROUP.pattern})")
_FILLED = re.compile(
    r"(?:^| )incertae sedis(?: |$)|^unclassified [A-Z]|^environmental samples?$", re.IGNORECASE
)
_WITHIN_GENUS = re.compile(r" (?:subgen|subg|(?:super|sub)?sect|(?:sub)?ser)\. ")
# NCBI's names of what was not described: Ephydridae sp. BOLD:AAG2738, Tachinidae gen. wood04.
_OPEN = re.compile(
    r" (?:sp|spp|cf|aff|nr|gen)(?:\.|(?= )| ?$)| [Cc]lone ?\w*\d|^cf\. "
    r"| (?:phage|virus|mycovirus|strain|symbiont|environmental sample|ensemble)(?: |$)"
)
# What NCBI has beside organisms.
NO_ORGANISMS = frozenset({"other entries", "other sequences", "artificial sequences", "plasmids"})
# SILVA's paths end with the organism that was sequenced, at whatever place.
_ORGANISM = re.compile(
    r"(?:uncultured|unidentified|unclassified) .*"
    r"|.* (?:bacterium|archaeon|organism|eukaryote|fungus)"
)
_ORGANELLES = ("Chloroplast", "Mitochondria")
# SILVA has Candidatus Kaiserbacteria as an order; conserved families of plants end in -ae.
_ENDINGS = {
    "order": ("ales", "bacteria", "archaea", "ota"),
    "family": ("aceae", "ae", "bacteria", "archaea", "ota"),
}


def is_genus(name: str) -> bool:
    """Tell whether a name has the form of a genus: one capitalised word."""
    return bool(_GENUS.fullmatch(name))


def is_latin(name: str) -> bool:
    """Tell whether a name is one Latin word."""
    return bool(_LATIN.fullmatch(name))


def is_open(name: str) -> bool:
    """Tell whether a name is of something not described, so that it is none above species."""
    return bool(_OPEN.search(name))


def is_group(name: str, *, of_prokaryote: bool, is_last: bool) -> bool:
    """Tell whether a name is of no rank of ours, as far as its own words tell.

    SILVA calls genera so (Lachnospiraceae NK4A136 group), which stand last.
    """
    if _FILLED.search(name) or _WITHIN_GENUS.search(name):
        return True
    if of_prokaryote and is_last:
        return bool(_GROUP_OF_ONE.fullmatch(name))
    return bool(_GROUP.search(name))


def is_within_genus(name: str) -> bool:
    """Tell whether a name is of a subgenus, section or series."""
    return bool(_WITHIN_GENUS.search(name))


def is_above_a_genus(name: str, below: str, *, of_prokaryote: bool) -> bool:
    """Tell whether a name is of a group of genera, so that it is no genus at any place."""
    group = _GROUP_OF_ONE.fullmatch(name)
    return bool(group if not of_prokaryote else group and below.startswith(group[1]))


def is_organism(name: str) -> bool:
    """Tell whether words are of an organism that was sequenced, and not named."""
    return bool(_ORGANISM.fullmatch(name))


def is_host(name: str, above: str) -> bool:
    """Tell whether a name behind an organelle is that of its host: Chloroplast;Zea mays."""
    return above in _ORGANELLES and " " in name


def is_misplaced(name: str, rank: str, below: str, *, by_code: bool) -> bool:
    """Tell whether a name cannot be one of its rank, so that its place tells nothing.

    Orders and families of prokaryotes, fungi and plants have endings (ICNP, ICN); of lineages that
    leave out ranks a genus stands at the end, at the place of a wider rank.
    """
    if rank in ("", "species"):
        return False
    if is_open(name):
        return True
    ends = _ENDINGS.get(rank)
    is_end = not below or below.startswith(f"{name} ")
    return bool(ends and by_code and is_end and is_latin(name) and not name.endswith(ends))
