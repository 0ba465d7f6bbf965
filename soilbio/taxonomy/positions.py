"""Ranks of lineages without prefixes: by their number, and by what they begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from soilbio.standards.ranks import RANKS

DOMAINS = frozenset({"Bacteria", "Archaea", "Eukaryota", "Eukarya", "Viruses"})
KINGDOMS = frozenset(
    {
        "Fungi",
        "Metazoa",
        "Animalia",
        "Viridiplantae",
        "Plantae",
        "Chromista",
        "Protozoa",
        "Protista",
    }
)
# What stands above domains: of NCBI, mothur and RDP.
_ROOTS = frozenset({"root", "cellular organisms", "cellular root", "acellular root"})
# NCBI's kingdoms of prokaryotes (2024): a lineage that begins so has eight ranks.
_PROKARYOTES = frozenset(
    {
        *("Bacillati", "Fusobacteriati", "Pseudomonadati", "Thermotogati"),
        *("Methanobacteriati", "Nanobdellati", "Promethearchaeati", "Thermoproteati"),
    }
)
# Of PR2 and SILVA, between domain and phylum, and none of our ranks.
_SUPERGROUPS = frozenset(
    {
        *("Alveolata", "Amoebozoa", "Apusozoa", "Archaeplastida", "CRuMs", "Cryptista"),
        *("Excavata", "Hacrobia", "Haptista", "Obazoa", "Opisthokonta", "Provora", "Rhizaria"),
        *("SAR", "Stramenopiles", "TSAR"),
    }
)
_SEVEN = ("domain", "phylum", "class", "order", "family", "genus", "species")
_PR2 = ("domain", "", "phylum", "class", "order", "family", "genus", "species")
_PR2_FROM_5 = ("domain", "", "phylum", "", "class", "order", "family", "genus", "species")
# Endings that codes of nomenclature give the ranks of fungi and plants.
_ENDINGS = {"mycota": "phylum", "mycetes": "class", "ales": "order", "aceae": "family"}
_PR2_NUMBERS = (len(_PR2), len(_PR2_FROM_5))


def without_roots(parts: Iterable[str]) -> list[str]:
    """Leave out what stands above domains."""
    kept = list(parts)
    while kept and kept[0].casefold() in _ROOTS:
        kept.pop(0)
    return kept


def ranks_of(parts: Sequence[str]) -> list[str]:
    """Give the rank of each part of a positional lineage; empty where it cannot be told."""
    number = len(parts)
    first, second = (*parts, "", "")[:2]
    if first in KINGDOMS:
        return _padded(("kingdom", *_SEVEN[1:]), number)
    if second in _PROKARYOTES or second in KINGDOMS:
        return _padded(RANKS, number)
    is_odd = first.startswith("Euk") and number not in _PR2_NUMBERS and second in _SUPERGROUPS
    if is_odd or number > len(_PR2_FROM_5):
        return _by_ending(parts)
    by_number = {len(_PR2_FROM_5): _PR2_FROM_5, len(RANKS): RANKS}
    if number == len(_PR2) and second in _SUPERGROUPS:
        return list(_PR2)
    return _padded(by_number.get(number, _SEVEN), number)


def _padded(ranks: Sequence[str], number: int) -> list[str]:
    return [*ranks[:number], *[""] * (number - len(ranks))]


def _by_ending(parts: Sequence[str]) -> list[str]:
    """Tell ranks of SILVA's own long lineages by their names; most cannot be told."""
    found: list[str] = []
    for place, part in enumerate(parts):
        ending = next((rank for end, rank in _ENDINGS.items() if part.endswith(end)), "")
        if not place:
            ending = "domain"
        elif part in KINGDOMS:
            ending = "kingdom"
        elif found[-1] == "family":
            ending = "genus"
        elif found[-1] == "genus":
            ending = "species"
        found.append("" if ending in found else ending)
    return found
