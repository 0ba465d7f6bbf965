"""Whose taxa those of a Kraken 2 database are: numbered by NCBI, named by GTDB, or its own."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from soilbio.references.kinds import KINDS, wrong_database

NCBI, GTDB, OWN = "ncbi", "gtdb", "own"
_HEAD = struct.Struct("<8s3Q")  # K2TAXDAT; how many taxa, bytes of names, bytes of ranks
# Parent, first child, number of children, where name and rank stand, number of the taxon, and one
# that Kraken 2 keeps for itself.
_TAXON = struct.Struct("<7Q")
# What NCBI numbers wide taxa, by the names that it, and GTDB, give them now or gave them before
# (state of 2024-09; a genus of insects is called Bacteria as well).
_NCBI = {
    **{"Bacteria": (2, 629395), "Archaea": (2157,), "Eukaryota": (2759,), "Viruses": (10239,)},
    **{"cellular organisms": (131567,), "other sequences": (28384,)},
    **{"unclassified sequences": (12908,), "unclassified entries": (2787823,)},
    **{"Pseudomonadota": (1224,), "Proteobacteria": (1224,), "Bacillota": (1239,)},
    **{"Firmicutes": (1239,), "Actinomycetota": (201174,), "Bacteroidota": (976,)},
    **{"Bacteroidetes": (976,), "Acidobacteriota": (57723,), "Chloroflexota": (200795,)},
    **{"Cyanobacteriota": (1117,), "Planctomycetota": (203682,), "Verrucomicrobiota": (74201,)},
    **{"Nitrospirota": (40117,), "Spirochaetota": (203691,), "Fusobacteriota": (32066,)},
    **{"Gemmatimonadota": (142182,), "Myxococcota": (2818505,), "Thermoproteota": (28889,)},
    **{"Gammaproteobacteria": (1236,), "Alphaproteobacteria": (28211,), "Bacilli": (91061,)},
    **{"Clostridia": (186801,), "Actinomycetes": (1760,), "Enterobacterales": (91347,)},
    **{"Pseudomonadales": (72274,), "Fungi": (4751,), "Ascomycota": (4890,)},
    **{"Basidiomycota": (5204,), "Metazoa": (33208,), "Chordata": (7711,), "Arthropoda": (6656,)},
    **{"Nematoda": (6231,), "Viridiplantae": (33090,), "Streptophyta": (35493,)},
}
# Counting may give a wide taxon a small number that is NCBI's, not such a one.
_BY_CHANCE = 1000
# NCBI had numbers up to 3.6 million in 2025; taxonomies of other databases are numbered by hashes
# (taxonkit create-taxdump), up to 2^31.
_MOST_OF_NCBI = 10_000_000
# How GTDB, Greengenes and UNITE write names, and what makes a taxonomy of them; NCBI does not.
_MARKED = re.compile(r"[a-z]{1,2}__")
# A species without a name, as GTDB alone writes it: sp and the digits of a genome's accession.
_OF_GTDB = re.compile(r"(s__)?\S+ sp\d{9}$")
# And the letters behind parts of a species or genus that are of another: elkanii_A, Bacillus_BA.
_PARTED = re.compile(r"[A-Z][a-z]+(?:_[A-Z]{1,2}| [a-z-]+_[A-Z]{1,2})(?: [a-z-]+)?$")


def taxa_of(database: Path) -> Iterator[tuple[int, str]]:
    """Give the number and the name of each taxon of a database, the root first.

    Raises
    ------
    InputError
        `shotgun-database`, if its taxonomy is cut short.

    """
    data = (database / "taxo.k2d").read_bytes()
    if len(data) < _HEAD.size:
        raise _cut(database)
    _, taxa, names_bytes, ranks_bytes = _HEAD.unpack_from(data)
    start = _HEAD.size + taxa * _TAXON.size
    if len(data) < start + names_bytes + ranks_bytes:
        raise _cut(database)
    names = data[start : start + names_bytes]
    for taxon in _TAXON.iter_unpack(data[_HEAD.size : start]):
        name, number = taxon[3], taxon[5]
        if number:  # the first stands for none
            yield number, names[name : names.find(b"\0", name)].decode("utf-8", "replace")


def numbers_of(database: Path) -> str:
    """Tell whether taxa have numbers of NCBI (`ncbi`), names of GTDB (`gtdb`), or their own.

    They are NCBI's only where a wide taxon has a number of NCBI's that is none by chance, and no
    other one contradicts it: an id of NCBI's that is none is worse than none. They are GTDB's where
    a species without a name is called as GTDB calls it, which among soil genomes many are.

    Raises
    ------
    InputError
        As `taxa_of`.

    """
    if _evidence(database) == NCBI:
        return NCBI
    return GTDB if any(_OF_GTDB.match(name) for _, name in taxa_of(database)) else OWN


def contradicts_ncbi(database: Path) -> bool:
    """Tell whether the numbers cannot be NCBI's, whatever is said of them.

    Raises
    ------
    InputError
        As `taxa_of`.

    """
    return _evidence(database) == OWN


def _evidence(database: Path) -> str:
    """Weigh names and numbers: `ncbi`, `own`, or '', where nothing speaks for either.

    What `soilbio reference build` makes of lineages counts its taxa, so numbers have no gaps;
    NCBI's have, in any choice of genomes. A database of other counted numbers holds a part of them.
    """
    taxa = list(taxa_of(database))
    if stranger_to_ncbi(taxa) or max((number for number, _ in taxa), default=0) == len(taxa):
        return OWN
    return NCBI if _is_numbered_by_ncbi(taxa) else ""


def _is_numbered_by_ncbi(taxa: Iterable[tuple[int, str]]) -> bool:
    return any(number > _BY_CHANCE and number in _NCBI.get(name, ()) for number, name in taxa)


def stranger_to_ncbi(taxa: Iterable[tuple[int, str]]) -> str:
    """Name a taxon of which NCBI has another number, or no such name; '' if there is none.

    Parameters
    ----------
    taxa : iterable of tuple of int and str
        Numbers and names, of a database or of what was found with it.

    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, name in taxa:
        if _MARKED.match(name):
            return name
        if name in _NCBI:
            found[name].add(number)
    return next((name for name, own in found.items() if not own.intersection(_NCBI[name])), "")


def foreign_to_ncbi(taxa: Iterable[tuple[int, str]], lowest: Iterable[tuple[int, str]] = ()) -> str:
    """Name a taxon of what was found that speaks against numbers of NCBI's; '' if there is none.

    Beside those of `stranger_to_ncbi`, it is one that only GTDB calls so, or of a number that NCBI
    has not reached, unless wide taxa have NCBI's numbers: genomes of one's own may be added to a
    database of NCBI's.

    Parameters
    ----------
    taxa : iterable of tuple of int and str
        Numbers and names; of a taxon that has none the name is empty.
    lowest : iterable of tuple of int and str
        Numbers, and the last names of lineages, which may be those of taxa above.

    """
    taxa = list(taxa)
    if name := stranger_to_ncbi(taxa):
        return name
    every = [*taxa, *lowest]
    if _is_numbered_by_ncbi(every):
        return ""
    named = (name for _, name in every if _OF_GTDB.match(name) or _PARTED.match(name))
    large = (f"{number} {name}".strip() for number, name in every if number > _MOST_OF_NCBI)
    return next(named, "") or next(large, "")


def _cut(database: Path) -> Exception:
    return wrong_database(database, KINDS["kraken2"], "a taxo.k2d that ends too early")
