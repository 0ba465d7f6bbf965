"""Whose numbers the taxa of a Kraken 2 database have: NCBI's, or those of its own lineages."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from soilbio.references.kinds import KINDS, wrong_database

NCBI, OWN = "ncbi", "own"
_HEAD = struct.Struct("<8s3Q")  # K2TAXDAT; how many taxa, bytes of names, bytes of ranks
# Parent, first child, number of children, where name and rank stand, number of the taxon, and one
# that Kraken 2 keeps for itself.
_TAXON = struct.Struct("<7Q")
# What NCBI numbers the widest taxa.
_WIDEST = {"Bacteria": 2, "Archaea": 2157, "Eukaryota": 2759, "Viruses": 10239}


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
    """Tell whether the taxa of a database have the numbers of NCBI (`ncbi`), or others (`own`).

    What `soilbio reference build` makes of lineages counts its taxa, so numbers have no gaps;
    NCBI's have, in any choice of genomes. Others give bacteria, archaea, eukaryotes or viruses
    numbers that NCBI does not.

    Raises
    ------
    InputError
        As `taxa_of`.

    """
    highest = count = 0
    for number, name in taxa_of(database):
        if _WIDEST.get(name, number) != number:
            return OWN
        highest, count = max(highest, number), count + 1
    return OWN if highest == count else NCBI


def _cut(database: Path) -> Exception:
    return wrong_database(database, KINDS["kraken2"], "a taxo.k2d that ends too early")
