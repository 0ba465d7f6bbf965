"""Which genomes a file of sketches holds, and whether a table of lineages is of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from soilbio.references.lineages import read_lineages
from soilbio.references.sketch_files import sketches_of_sylph
from soilbio.references.sourmash_files import signatures_of

_GTDB = ("RS_", "GB_")
_ENDS = (".gz", ".fna", ".fa")
# Numbers that archives give once: assemblies, MGnify's genomes, sequences with their version.
_ACCESSION = re.compile(
    r"GC[AF]_\d{9}(?:\.\d+)?|MGYG\d{9}(?:\.\d+)?|[A-Z]{2}_(?:[A-Z]{2,6})?\d{6,}\.\d+"
    r"|(?:[A-Z]\d{5}|[A-Z]{2}\d{6}(?:\d\d)?|[A-Z]{4}\d{8,}|[A-Z]{6}\d{9,})\.\d+"
)


def accession_of(name: str) -> str:
    """Name a genome by its accession (GCF_000006945.2), else by its file."""
    bare = Path(name.split()[0]).name if name.strip() else name
    bare = without_source(bare)
    is_assembly = bare.startswith(("GCA_", "GCF_"))
    accession = "_".join(bare.split("_")[:2]) if is_assembly else bare
    for end in _ENDS:
        accession = accession.removesuffix(end)
    return accession if is_assembly or is_accession(accession) else bare


def is_accession(name: str) -> bool:
    """Tell whether an archive gave a name, so that it is of the same genome everywhere."""
    return bool(_ACCESSION.fullmatch(name))


def without_source(name: str) -> str:
    """Leave out what GTDB puts before accessions: RS_ (RefSeq) or GB_ (GenBank)."""
    return name.removeprefix(_GTDB[0]).removeprefix(_GTDB[1])


def is_of_gtdb(name: str) -> bool:
    """Tell whether a genome is named as GTDB names it."""
    return name.startswith(_GTDB)


def genomes_in(engine: str, path: Path) -> Iterator[str]:
    """Name the genomes of a file of sketches, known to be of the engine's kind, one by one.

    Of a file that ends too early, or of a kind without a list of names, no more are given.
    """
    if engine == "sylph":
        with suppress(EOFError):
            yield from map(accession_of, sketches_of_sylph(path))
    else:
        for signature in signatures_of(path) or ():
            yield accession_of(signature.name)


def stranger_to(lineages: Path, engine: str, database: Path) -> str:
    """Name the first genome of a database if a table has a lineage of none of them, else ''.

    Raises
    ------
    InputError
        As `read_lineages`.

    """
    known = {accession_of(name) for name in read_lineages(lineages)}
    first = ""
    for name in genomes_in(engine, database):
        if name in known:
            return ""
        first = first or name
    return first
