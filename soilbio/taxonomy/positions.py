"""Ranks of lineages without prefixes: by their number, and by what they begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy import pr2
from soilbio.taxonomy.named_ranks import rank_of_name

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
# Those that PR2 has since its version 5 only: a lineage that ends early is of nine ranks, too.
_OF_NINE = frozenset({"CRuMs", "Cryptista", "Haptista", "Obazoa", "Provora", "TSAR"})
_SEVEN = ("domain", "phylum", "class", "order", "family", "genus", "species")
# PR2's ranks by their number; it had no subdivisions before version 5.
_PR2 = {len(ranks): ranks for ranks in (pr2.EIGHT, pr2.NINE)}


def without_roots(parts: Iterable[str]) -> list[str]:
    """Leave out what stands above domains."""
    kept = list(parts)
    while kept and kept[0].strip("\"' ").casefold() in _ROOTS:
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
    is_eukaryote = first.startswith("Euk")
    if labels := _labels_of_pr2(parts):
        return pr2.canonical_ranks(labels, parts)
    if number > len(RANKS) or (is_eukaryote and second in _SUPERGROUPS):
        return _by_name(parts)
    return _padded(RANKS if number == len(RANKS) else _SEVEN, number)


def _labels_of_pr2(parts: Sequence[str]) -> Sequence[str]:
    """Give PR2's ranks of a lineage, if it is one of PR2's."""
    first, second = (*parts, "", "")[:2]
    number = len(parts)
    if not first.startswith("Euk"):
        is_long = number == len(pr2.NINE)
        return _PR2[number] if is_long or (number in _PR2 and second in _SUPERGROUPS) else ()
    if second in _OF_NINE and number < len(pr2.NINE):
        return pr2.NINE[:number]
    is_known = number == len(pr2.NINE) or (number in _PR2 and second in _SUPERGROUPS)
    return _PR2[number] if is_known and pr2.is_binomial(*parts[-2:]) else ()


def _padded(ranks: Sequence[str], number: int) -> list[str]:
    return [*ranks[:number], *[""] * (number - len(ranks))]


def _by_name(parts: Sequence[str]) -> list[str]:
    """Tell ranks of SILVA's own long lineages by their names; most cannot be told."""
    found: list[str] = []
    for place, part in enumerate(parts):
        rank = rank_of_name(part)
        if not place:
            rank = "domain"
        elif part in KINGDOMS:
            rank = "kingdom"
        elif found[-1] == "family":
            rank = "genus"
        elif found[-1] == "genus":
            rank = "species"
        elif part.endswith("idae") and "Metazoa" in parts:  # ICZN, article 29.2
            rank = rank or "family"
        found.append("" if rank in found else rank)
    return found
