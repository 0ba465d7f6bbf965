"""Empty ranks that are filled with the name above them, unmarked; genera that only species tell.

RESCRIPt, which QIIME 2's references are made with, repeats the name of a family at the places of
its unnamed genera and species (`f__Comamonadaceae;g__Comamonadaceae;s__Comamonadaceae`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.below_species import species_of
from soilbio.taxonomy.between import is_genus, is_latin, is_open
from soilbio.taxonomy.named_ranks import rank_of_name
from soilbio.taxonomy.names import name_in
from soilbio.taxonomy.told_ranks import DOMAINS, KINGDOMS, OF_UNITE, ranks_of_prokaryote
from soilbio.taxonomy.undetermined import name_before

_FAMILY = "idae"  # of animals and protists; those of others are told by `rank_of_name`
_BINOMIAL = re.compile(r"(?:Candidatus )?([A-Z]\S+) [a-z][a-z-]+(?: |$)")
# GTDB's species without a name, and parts of one that is of several; its first word is a genus
# whatever its form: Palsa-744 sp003164175, Bradyrhizobium elkanii_A.
_OF_GTDB = re.compile(r"(\S+) (?:sp\d{9}|[a-z][a-z0-9-]*_[A-Z]{1,2})$")
_OPEN_SPECIES = re.compile(r"((?:Candidatus )?([A-Z][a-z]{2,})) (?:sp|spp|cf|aff|nr)\.?(?: |$)")
# Of wider taxa, and of hardly a genus; and two of soils that have no ending.
_NO_GENUS = (
    *("ota", "bacteria", "archaea", "mycotina", "phytina", "eae", "inae", "ini", "oidea", "ida"),
    *("Acari", "Oligochaeta"),
)
# Species between which a short sequence or a juvenile does not tell.
_SEVERAL = re.compile(r"([A-Z][a-z]{2,}) [a-z-]+(?:/[a-z-]+)+")
_OF_GENUS = re.compile(r"(?:Candidatus )?[A-Z][a-z]+(?:a|us|um|is|on|io|ys|[aeiy]x|ops|as|o)")
_VIRUS = re.compile(r"(?:vir(?:us(?:es)?|idae)|viroid|phage|satellite)(?:[ /]|$)")


def without_fills(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Leave out names that repeat the one before them and are of a wider rank by themselves.

    What tells no rank itself (`KD4-96;KD4-96`) is meant so; but of eukaryotes neither code of
    nomenclature has one Latin name for a genus and a family, or for a family and an order.
    """
    found: dict[str, str] = {}
    before = ""
    for rank, name in named:
        is_fill = _is_wider(name, rank) or (
            rank in ("family", "genus") and is_latin(name) and _is_of_eukaryote(found)
        )
        if name != before or not is_fill:
            found[rank] = name
        before = name
    return found


def _is_of_eukaryote(named: Mapping[str, str]) -> bool:
    kingdom = named.get("kingdom", "")
    return named.get("domain", "").startswith("Eukar") or kingdom in KINGDOMS | OF_UNITE


def _is_wider(name: str, rank: str) -> bool:
    own = own_ranks(name)
    return bool(own) and max(map(RANKS.index, own)) < RANKS.index(rank)


def own_ranks(name: str) -> set[str]:
    """Tell of which ranks a name wider than a genus may be, as far as it tells that itself."""
    if name in DOMAINS or name in KINGDOMS:
        return {"domain" if name in DOMAINS else "kingdom"}
    told = rank_of_name(name) or ("family" if name.endswith(_FAMILY) else "")
    known = ranks_of_prokaryote(name)
    # Classes of prokaryotes had the names of their phyla, until these got endings of their own.
    may_be_class = bool(known) and not name.endswith("ota")
    return known | ({"class"} if may_be_class else {told} if told and not known else set())


def rank_of_wider(name: str) -> str:
    """Give the rank of a name wider than a genus, empty if it tells none.

    One of a phylum and of a class in it (Actinobacteria) is certain as the phylum's.
    """
    return min(ranks_of_prokaryote(name) or own_ranks(name), key=RANKS.index, default="")


def name_of_open(text: str) -> dict[str, str]:
    """Give the taxon, with its rank, of which something alone is that was not named itself.

    `Streptomyces sp. NBC_01353`, `Aporrectodea juv.`, `Rhizobiales sp. 3`, `Eisenia fetida/andrei`;
    a word alone (`Enchytraeidae`) is of the rank that it tells.
    """
    if " " in text and _VIRUS.search(text):
        return {}
    if of_several := _SEVERAL.fullmatch(text):
        return {"genus": of_several[1]}
    found = _OPEN_SPECIES.match(text)
    name, bare = found.groups() if found else (name_before(text) or text,) * 2
    if rank := rank_of_wider(bare):
        return {rank: name}
    # Before words other than `sp.` there are those of no language's taxa, too: Beetle larvae.
    may_be_genus = bool(found) or (bare != text and bool(_OF_GENUS.fullmatch(bare)))
    is_named = may_be_genus and not bare.endswith(_NO_GENUS) and bool(name_in(bare))
    return {"genus": name} if is_named else {}


def genus_of(species: str) -> str:
    """Give the genus that is a species' first word; empty where it is no genus' name."""
    if of_gtdb := _OF_GTDB.match(species):
        return of_gtdb[1]
    found = _BINOMIAL.match(species)
    # A form below a species (f. sp.) is of something that was described.
    if not found or is_open(species_of(species) or species) or _VIRUS.search(species):
        return ""
    genus = species[: found.end(1)]
    return genus if is_genus(genus) and not own_ranks(found[1]) else ""
