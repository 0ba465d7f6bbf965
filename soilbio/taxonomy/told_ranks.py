"""What the names of a lineage tell of their ranks themselves, whatever their places are.

Of eukaryotes `named_ranks`. Of prokaryotes `names_of_prokaryotes.tsv`, the phyla and classes of
NCBI's taxonomy of September 2024 (the identifier is the source of each), the former names of phyla
(`changed_names.tsv`), and the endings that their code gives (ICNP, rules 8 and 9); of viruses the
endings of theirs (ICVCN, rule 3.3).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from soilbio.taxonomy.canonical import CANDIDATUS, SUFFIX_AT_END, changed_names
from soilbio.taxonomy.named_ranks import named_ranks, rank_of_name

DOMAINS = frozenset({"Bacteria", "Archaea", "Eukaryota", "Eukarya", "Viruses"})
# What MEGAN's paths begin with: the classification, for the root.
CLASSIFICATIONS = frozenset({"ncbi", "gtdb", "silva"})
KINGDOMS = frozenset(
    {
        *("Fungi", "Metazoa", "Animalia", "Viridiplantae", "Plantae", "Chromista", "Protozoa"),
        *("Protista",),
    }
)
# Kingdoms with which UNITE's lineages begin, beside those; elsewhere they are none.
OF_UNITE = frozenset(
    {
        *("Alveolata", "Amoebozoa", "Apusozoa", "Choanoflagellozoa", "Cryptista", "Euglenozoa"),
        *("Glaucocystoplantae", "Haptista", "Heterolobosa", "Ichthyosporia", "Metamonada"),
        *("Rhizaria", "Rhodoplantae", "Stramenopila"),
    }
)
# NCBI's kingdoms of prokaryotes (2024).
PROKARYOTES = frozenset(
    {
        *("Bacillati", "Fusobacteriati", "Pseudomonadati", "Thermotogati"),
        *("Methanobacteriati", "Nanobdellati", "Promethearchaeati", "Thermoproteati"),
    }
)
# Of PR2, SILVA and NCBI, between domain and phylum, and none of our ranks.
SUPERGROUPS = frozenset(
    {
        *("Alveolata", "Amoebozoa", "Amorphea", "Apusozoa", "Archaeplastida", "CRuMs", "Cryptista"),
        *("Diaphoretickes", "Discoba", "Excavata", "Hacrobia", "Haptista", "Obazoa"),
        *("Opisthokonta", "Provora", "Rhizaria", "SAR", "Sar", "Stramenopiles", "TSAR"),
    }
)
_ANIMALS = frozenset({"Metazoa", "Animalia"})
_OF_PLANTS = frozenset({"Fungi", "Plantae", "Viridiplantae", "Rhodophyta"})
# A name that is between our ranks: of none of them.
BETWEEN = "between"
_ONE_WORD = re.compile(r"(?:Candidatus )?[A-Z][a-z-]+(?:-[A-Z][a-z]+)*")
# What NCBI puts between a domain and phyla, or had there: Terrabacteria group, Bacteria candidate
# phyla, delta/epsilon subdivisions; and what it puts anywhere.
_ABOVE_PHYLA = re.compile(
    r" (?:group|candidate phyla|subdivisions|incertae sedis)$"
    r"|^unclassified (?:Bacteria|Archaea|Eukaryota)$"
)
_ANYWHERE = re.compile(
    r"/.* (?:group|subdivisions)$|^Bacteria candidate phyla$"
    r"|^(?:Asgard|DPANN|Methanomada|Microgenomates|Parcubacteria|Patescibacteria"
    r"|Stenosarchaea|TACK|Terrabacteria) group$"
)
_SPECIES_GROUP = re.compile(r"^([A-Z][a-z]+) [a-z]\S* (?:group|subgroup|species group|complex)$")
_PROTEOBACTERIA = re.compile(r"^(?:Alpha|Beta|Gamma|Delta|Epsilon|Zeta)proteobacteria$")
_TOP_OF_VIRUSES = ("viria", "virae", "viricota")
Endings = tuple[tuple[str, str], ...]
_OF_PROKARYOTES: Endings = (
    *(("ales", "order"), ("aceae", "family")),
    *(("phycideae", ""), ("phyceae", "")),  # Greengenes' classes, and hosts of its chloroplasts
    *(("eae", BETWEEN), ("idae", BETWEEN), ("inae", BETWEEN)),
)
_OF_PLANTS_AND_FUNGI: Endings = (
    *(("mycotina", BETWEEN), ("phytina", BETWEEN), ("mycetidae", BETWEEN), ("phycidae", BETWEEN)),
    *(("eae", BETWEEN), ("opsida", "class"), ("idae", BETWEEN), ("inae", BETWEEN)),
)
_OF_ANIMALS: Endings = (
    *(("phycidae", BETWEEN), ("idae", "family"), ("oidea", BETWEEN)),
    *(("inae", BETWEEN), ("ini", BETWEEN), ("eae", BETWEEN)),
)
_OF_VIRUSES: Endings = (
    *(("viria", BETWEEN), ("virae", "kingdom"), ("viricota", "phylum"), ("viricotina", BETWEEN)),
    *(("viricetes", "class"), ("virales", "order"), ("virineae", BETWEEN), ("viridae", "family")),
    *(("virinae", BETWEEN), ("virus", "genus")),
)


@cache
def _prokaryotes() -> dict[str, set[str]]:
    """Read phyla and classes, of today and of before: ranks by name, without Candidatus."""
    path = Path(__file__).with_name("names_of_prokaryotes.tsv")
    known: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            name = CANDIDATUS.sub("", row["name"])
            # Of classes without a type others make phyla (Dadabacteria).
            if row["rank"] == "phylum" or name == row["name"]:
                known.setdefault(name, set()).add(row["rank"])
    for change in changed_names().values():
        if change.rank == "phylum":
            known.setdefault(change.former, set()).add("phylum")
            known.setdefault(change.today, set()).add("phylum")
    return known


def phyla_of_prokaryotes() -> frozenset[str]:
    """List the phyla of Bacteria and Archaea, by today's and former names, without Candidatus."""
    return frozenset(name for name, ranks in _prokaryotes().items() if "phylum" in ranks)


def told_ranks(names: Sequence[str]) -> list[str]:
    """Tell the rank of each name of a lineage; `BETWEEN` if it is of none, empty if unknown."""
    told_by, of_prokaryote = _realm_of(names)
    told = [_told(names, at, told_by, is_prokaryote=of_prokaryote) for at in range(len(names))]
    if of_prokaryote:
        told = [_once(names, told, place) for place in range(len(names))]
    return told


def is_prokaryote(names: Sequence[str]) -> bool:
    """Tell whether a lineage is one of Bacteria or Archaea, by its domain or phylum."""
    return _realm_of(names)[1]


def has_endings(names: Sequence[str]) -> bool:
    """Tell whether orders and families of a lineage end as a code says: of prokaryotes and fungi.

    Not where organelles stand, the hosts of which are called by other names (Greengenes).
    """
    text = " ".join(names).casefold()
    if "chloroplast" in text or "mitochondri" in text:
        return False
    return is_prokaryote(names) or _realm_of(names)[0] is _of_plant


def _realm_of(names: Sequence[str]) -> tuple[Callable[[str], str], bool]:
    """Tell by which code a lineage is named."""
    start = set(names[:3])
    if "Viruses" in start or any(name.endswith(_TOP_OF_VIRUSES) for name in start):
        return (lambda name: _by_ending(name, _OF_VIRUSES)), False
    is_prokaryote = bool(start & {"Bacteria", "Archaea"}) or (
        not start & (DOMAINS | KINGDOMS | SUPERGROUPS)
        and any("phylum" in ranks_of_prokaryote(name) or name in PROKARYOTES for name in start)
    )
    if is_prokaryote:
        return rank_of_prokaryote, True
    if _ANIMALS & set(names[:5]):
        return _of_metazoon, False
    kingdoms = {named_ranks().get(name, ("", ""))[1] for name in names} | set(names)
    return (_of_plant if kingdoms & _OF_PLANTS else _of_animal), False


def ranks_of_prokaryote(name: str) -> set[str]:
    """Give the ranks that a name is known to have among prokaryotes: phylum, class, or both."""
    bare = CANDIDATUS.sub("", SUFFIX_AT_END.sub("", name))
    return _prokaryotes().get(bare, set())


def _told(
    names: Sequence[str], place: int, told_by: Callable[[str], str], *, is_prokaryote: bool
) -> str:
    name = names[place]
    if name in DOMAINS:
        return "domain"
    if name in KINGDOMS or name in PROKARYOTES or (not place and name in OF_UNITE):
        return "kingdom"
    group = _SPECIES_GROUP.match(name)
    is_between = (
        (not is_prokaryote and name in SUPERGROUPS)
        or (place <= 1 and _ABOVE_PHYLA.search(name))
        or _ANYWHERE.search(name)
        or (group and group[1] in names[:place])
        # An epifamily: Termitoidae;Termitidae.
        or (name.endswith("oidae") and any(one.endswith("idae") for one in names[place + 1 :]))
        or (name == "Craniata" and "Chordata" in names)  # not the brachiopods' class
    )
    return BETWEEN if is_between else told_by(name)


@lru_cache(maxsize=100_000)
def rank_of_prokaryote(name: str) -> str:
    """Give the rank that a name of prokaryotes tells, as known or by its ending; else nothing."""
    known = ranks_of_prokaryote(name)
    if "phylum" in known:
        return "phylum"
    if known or _PROTEOBACTERIA.match(name):
        return "class"
    return _by_ending(name, _OF_PROKARYOTES)


@lru_cache(maxsize=100_000)
def _of_plant(name: str) -> str:
    return rank_of_name(name) or _by_ending(name, _OF_PLANTS_AND_FUNGI)


@lru_cache(maxsize=100_000)
def _of_animal(name: str) -> str:
    """Tell ranks of animals and protists, whose families end in -idae (ICZN, article 29.2)."""
    return rank_of_name(name) or _by_ending(name, _OF_ANIMALS)


@lru_cache(maxsize=100_000)
def _of_metazoon(name: str) -> str:
    """Tell ranks of animals, which no ending of plants' tells: Percomorphaceae are no family."""
    known = named_ranks().get(name, ("", ""))[0]
    return known or _by_ending(name, _OF_ANIMALS)


def _by_ending(name: str, endings: Endings) -> str:
    if not _ONE_WORD.fullmatch(name):
        return ""
    return next((rank for ending, rank in endings if name.endswith(ending)), "")


def _once(names: Sequence[str], told: Sequence[str], place: int) -> str:
    """Give a class that has the name of a phylum, former or its own, no rank but its place's.

    `Actinobacteria;Actinobacteria`, `Verrucomicrobiota;Chlamydiae`: what follows a phylum is none.
    """
    if told[place] == "phylum" and "phylum" in told[:place]:
        return "class" if "class" in ranks_of_prokaryote(names[place]) else ""
    return told[place]
