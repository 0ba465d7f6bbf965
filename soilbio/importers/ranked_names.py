"""Names of ranks, written with their prefixes as lineages in one column have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from soilbio.importers.authorship import without_authorship
from soilbio.importers.forms import is_nothing
from soilbio.importers.rank_columns import PREFIX

_HAS_PREFIX = re.compile(r"^(?:[a-z]{1,3}__|[a-z]:|D_\d+__)")
_MARK = re.compile(r"^[a-z]{1,2}__")
_ONE_WORD = re.compile(r"^[A-Z][a-z]+$")
_BINOMIAL = re.compile(r"^(\[?[A-Z][\w-]*\]?|Candidatus [A-Z]\w*)[ _](?:[x\u00d7] ?)?[a-z][a-z.-]+")
_BELOW = frozenset(
    {
        *("subspecies", "variety", "varietas", "subvariety", "form", "forma", "subform", "fsp"),
        *("formaspecialis", "strain", "isolate", "cultivar", "pathovar", "biovar", "serovar", "pv"),
        *("serotype", "serogroup", "biotype", "genotype", "morph", "subsp", "ssp", "var", "f"),
    }
)


def positional(cells: Sequence[str]) -> str:
    """Join ranks that have numbers only; what has prefixes keeps them."""
    return "; ".join("" if is_absent(cell) else cell.strip() for cell in cells).rstrip("; ")


def is_absent(name: str) -> bool:
    """Tell whether a cell of a rank is empty."""
    return name.strip().upper() in ("", "NA", "NAN", "NULL", "NONE", "?", "-", "N/A", "#N/A")


def prefixed(rank: str, name: str) -> str:
    """Write a name with its rank, as lineages in one column do; what has one stays."""
    if is_absent(name):
        return f"{PREFIX[rank]}__"
    if rank == "species" and _ONE_WORD.match(name) and not is_nothing(name):
        return f"x__{name}"  # a genus or higher name: no species has one word
    return name if _HAS_PREFIX.match(name) else f"{PREFIX[rank]}__{name}"


def without_mark(name: str) -> str:
    """Take the rank off that stands before a name: taxonomies made of GTDB's lineages keep it."""
    return _MARK.sub("", name)


def are_binomials(names: Sequence[str]) -> bool:
    """Tell whether names are those of species: most of what is filled."""
    filled = [name for name in names if not is_absent(name)]
    return bool(filled) and 2 * sum(bool(_BINOMIAL.match(name)) for name in filled) > len(filled)


def is_below_species(rank: str) -> bool:
    """Tell whether a rank is one below the species: subspecies, strain, forma specialis …."""
    return re.sub("[^a-z]", "", rank.lower()) in _BELOW


def species_above(name: str, rank: str) -> str:
    """Give the species of what is of a rank below it; empty where it is of none."""
    binomial = _BINOMIAL.match(name)
    return binomial[0] if binomial and is_below_species(rank) else ""


def scientific(name: str, rank: str, others: Mapping[str, str]) -> str:
    """Write GBIF's scientificName, the lowest name of any rank, with its rank.

    Where taxonRank says nothing, two words of which the second is lower case are a species. What
    `others`, the names by rank, have already is left out; what is of no rank of ours keeps none.
    """
    name, rank = name.strip(), rank.strip().lower()
    if is_absent(name) or name in others.values():
        return ""
    binomial = _BINOMIAL.match(name)
    if rank == "species" or (not rank and binomial):
        return prefixed("species", name)
    if species := species_above(name, rank):
        return f"s__{species}"
    if rank in PREFIX:
        is_there = any(not is_absent(own) for one, own in others.items() if one == rank)
        return "" if is_there else f"{PREFIX[rank]}__{without_authorship(name, rank)}"
    return f"x__{name}"
