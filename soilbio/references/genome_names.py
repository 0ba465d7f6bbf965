"""Which genomes a file of sketches holds, and whether a table of lineages is of these."""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from soilbio.references.lineages import read_lineages

_GTDB = ("RS_", "GB_")
_MANIFEST = "SOURMASH-MANIFEST.csv"
_ENDS = (".gz", ".fna", ".fa")
_NUMBER = struct.Struct("<Q")
# After the names of a genome and of its first contig: c, k, its size, the spacing of k-mers.
_REST_BYTES = 4 * _NUMBER.size


def accession_of(name: str) -> str:
    """Name a genome by its accession (GCF_000006945.2), else by its file."""
    bare = Path(name.split()[0]).name if name.strip() else name
    bare = without_source(bare)
    if not bare.startswith(("GCA_", "GCF_")):
        return bare
    accession = "_".join(bare.split("_")[:2])
    for end in _ENDS:
        accession = accession.removesuffix(end)
    return accession


def without_source(name: str) -> str:
    """Leave out what GTDB puts before accessions: RS_ (RefSeq) or GB_ (GenBank)."""
    return name.removeprefix(_GTDB[0]).removeprefix(_GTDB[1])


def is_of_gtdb(name: str) -> bool:
    """Tell whether a genome is named as GTDB names it."""
    return name.startswith(_GTDB)


def genomes_in(engine: str, path: Path) -> Iterator[str]:
    """Name the genomes of a file of sketches, known to be of the engine's kind, one by one.

    Of sylph's files the lists of k-mers are passed over; of a file that ends too early, or of a
    kind without a list of names, no more are given.
    """
    if engine == "sylph":
        yield from _of_sylph(path)
    elif path.suffix == ".zip":
        yield from _of_zip(path)
    elif path.suffix == ".sig":
        yield from _of_signatures(path)


def _of_sylph(path: Path) -> Iterator[str]:
    size = path.stat().st_size
    with path.open("rb") as handle:

        def number() -> int:
            data = handle.read(_NUMBER.size)
            return int(_NUMBER.unpack(data)[0]) if len(data) == _NUMBER.size else size

        def skip(length: int) -> None:
            handle.seek(min(length, size), io.SEEK_CUR)

        for _ in range(number()):
            skip(number() * _NUMBER.size)
            if handle.read(1) == b"\x01":  # k-mers that other genomes have, too
                skip(number() * _NUMBER.size)
            length = number()
            if length >= size or handle.tell() >= size:
                return
            yield accession_of(handle.read(length).decode("utf-8", "replace"))
            skip(number() + _REST_BYTES)


def _of_zip(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as packed:
        if _MANIFEST not in packed.namelist():
            return
        with packed.open(_MANIFEST) as raw:
            lines = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            next(lines)  # the manifest's own version
            for row in csv.DictReader(lines):
                yield accession_of(row["name"] or row["filename"])


def _of_signatures(path: Path) -> Iterator[str]:
    for signature in json.loads(path.read_text(encoding="utf-8")):
        if isinstance(signature, dict):
            yield accession_of(str(signature.get("name") or signature.get("filename") or ""))


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
