"""Make an installed reference of what was downloaded: each publisher packs its own way."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from soilbio.errors import InputError, problem_of
from soilbio.references.checksums import md5_of, wrong_checksum
from soilbio.references.disk import atomic_bytes, atomic_text
from soilbio.references.entries import Entry
from soilbio.references.kinds import KINDS, KRAKEN2_FILES, check_kind
from soilbio.references.lineages import ranks_of
from soilbio.references.manifest import LINEAGES, SEQUENCES
from soilbio.references.unpack import unpack
from soilbio.references.versions import check_whole

TAXDUMP_FILES = ("nodes.dmp", "names.dmp")
_TAXDUMP_MORE = (*TAXDUMP_FILES, "merged.dmp", "delnodes.dmp")
DATABASE_NAMES = {"sylph": "database.syldb", "sourmash": "database.zip"}
GENOME = "genome.fasta.gz"
_PR2_RANKS = 9


@dataclass(frozen=True, slots=True)
class Installed:
    """What an engine is given: a file of the folder (empty: the folder), and its lineages."""

    database: str = ""
    lineages: str | None = None


def lay_out(
    entry: Entry, downloads: Mapping[str, Path], listed: Mapping[str, str], folder: Path
) -> Installed:
    """Fill a reference's folder.

    Parameters
    ----------
    entry : Entry
        What it is of; `layout` says how it is packed.
    downloads : mapping of name to Path
        The files, checked; those that need no unpacking are moved.
    listed : mapping of name to MD5
        Of the files in an archive, where their publisher lists them.
    folder : Path
        Empty.

    Raises
    ------
    InputError
        `reference-archive`, `reference-file-unreadable`, `reference-checksum`: another content.

    """
    if entry.layout in HEADERS:
        return _of_headers(entry, downloads, folder)
    if entry.layout in DATABASE_NAMES:
        return _of_sketches(entry, downloads, folder)
    (name, archive) = next(iter(downloads.items()))
    if entry.layout == "genome":
        with _opened(archive) as source, atomic_bytes(folder / GENOME) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        return Installed(GENOME)
    wanted = KRAKEN2_FILES if entry.layout == "kraken2" else TAXDUMP_FILES
    if entry.layout == "kraken2":
        written = unpack(archive, folder, is_wanted=lambda _: True)
    else:
        written = unpack(archive, folder, is_wanted=lambda bare: bare in _TAXDUMP_MORE)
    _require(name, wanted, written)
    _hold_to(listed, written, folder, wanted if listed else ())
    return Installed()


def _require(archive: str, wanted: tuple[str, ...], written: list[str]) -> None:
    missing = [name for name in wanted if name not in written]
    if missing:
        raise problem_of(
            "reference-archive",
            archive,
            found=f"no {', '.join(missing)}",
            expected=f"an archive with {', '.join(wanted)}",
            fix="Get the archive again, or report the entry of the manifest",
        )


def _hold_to(
    listed: Mapping[str, str], written: list[str], folder: Path, needed: tuple[str, ...]
) -> None:
    """Hold what was unpacked to its publisher's list of MD5."""
    unlisted = [name for name in needed if name not in listed]
    if unlisted:
        found = f"none of {', '.join(unlisted)}"
        raise wrong_checksum("its publisher's list", f"MD5 of {', '.join(needed)}", found)
    for name in written:
        if name in listed and (found := md5_of(folder / name)) != listed[name]:
            raise wrong_checksum(name, f"MD5 {listed[name]}", found)


def _of_sketches(entry: Entry, downloads: Mapping[str, Path], folder: Path) -> Installed:
    """Join the tables of lineages, then move the sketches, which are large."""
    roles = {file.name: file.role for file in entry.files}
    tables = [path for name, path in downloads.items() if roles[name] == "lineages"]
    if tables:
        with atomic_bytes(folder / LINEAGES) as target:
            for table in tables:
                with _opened(table) as source:
                    shutil.copyfileobj(source, target, 1 << 20)
    name = DATABASE_NAMES[entry.layout]
    (database,) = (path for name, path in downloads.items() if roles[name] == "database")
    try:
        check_kind(entry.engine, database)
        check_whole(entry.engine, database)
    except InputError as error:  # such as a page that says that there is nothing
        raise problem_of(
            "reference-archive",
            database.name,
            found=error.problems[0].found,
            expected=KINDS[entry.engine],
            fix="Get the file again; nothing of it is kept",
        ) from error
    database.replace(folder / name)
    return Installed(name, LINEAGES if tables else None)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Read a plain or gzip file as bytes; damage is a problem of the user's."""
    try:
        with path.open("rb") as handle:
            is_packed = handle.read(2) == b"\x1f\x8b"
            handle.seek(0)
            if is_packed:
                with gzip.GzipFile(fileobj=handle) as unpacked:
                    yield unpacked  # type: ignore[misc]  # a binary file in all but name
            else:
                yield handle
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, found: str) -> InputError:
    return problem_of(
        "reference-file-unreadable",
        str(path),
        found=found[:200],
        expected="a whole FASTA file whose headers name lineages, as its publisher writes them",
        fix="Get the file again, or report the entry of the manifest",
    )


def _of_headers(entry: Entry, downloads: Mapping[str, Path], folder: Path) -> Installed:
    """Take ids and lineages out of headers; sequences are written anew, upper-case DNA."""
    source = next(iter(downloads.values()))
    if entry.member:
        unpack(source, folder, is_wanted=lambda bare: bare == entry.member)
        _require(source.name, (entry.member,), [path.name for path in folder.iterdir()])
        source = folder / entry.member
    split = HEADERS[entry.layout]
    seen = set[str]()
    with atomic_text(folder / SEQUENCES) as fasta, atomic_text(folder / LINEAGES) as table:
        for number, (header, sequence) in enumerate(_records(source), start=1):
            name, lineage = split(header, number)
            if not name or not ranks_of(lineage):
                raise _unreadable(source, f"record {number}: {header}")
            if name in seen:
                raise _unreadable(source, f"record {number}: {name} comes twice")
            seen.add(name)
            fasta.write(f">{name}\n{sequence}\n")
            table.write(f"{name}\t{lineage}\n")
    if entry.member:
        source.unlink()
    if not seen:
        raise _unreadable(source, "no sequence")
    return Installed("", LINEAGES)


def _records(path: Path) -> Iterator[tuple[str, str]]:
    """Read FASTA whose headers may be more than ASCII (names of hybrids), record by record."""
    header, lines = "", list[bytes]()
    with _opened(path) as handle:
        for line in handle:
            if line.startswith(b">"):
                if header:
                    yield header, _sequence(lines)
                header, lines = line[1:].decode("utf-8").strip(), []
            elif header:
                lines.append(line.strip())
            elif line.strip():
                raise _unreadable(path, line[:60].decode(errors="replace").strip())
        if header:
            yield header, _sequence(lines)


def _sequence(lines: list[bytes]) -> str:
    return b"".join(lines).decode("ascii", errors="replace").upper().replace("U", "T")


def _of_dada2(header: str, number: int) -> tuple[str, str]:
    """DADA2's training sets name a lineage and nothing else: sequences are numbered."""
    return f"s{number:07d}", header.rstrip("; ")


def _of_unite(header: str, _: int) -> tuple[str, str]:
    """`name|accession|species hypothesis|kind|lineage`."""
    parts = header.split("|")
    return ("|".join(parts[1:3]), parts[4]) if len(parts) == 5 else ("", "")


def _of_pr2(header: str, _: int) -> tuple[str, str]:
    """`accession|gene|organelle|specimen|` and nine names."""
    parts = header.split("|")
    is_whole = len(parts) >= 4 + _PR2_RANKS
    return (parts[0], ";".join(parts[-_PR2_RANKS:])) if is_whole else ("", "")


HEADERS: dict[str, Callable[[str, int], tuple[str, str]]] = {
    "dada2": _of_dada2,
    "unite": _of_unite,
    "pr2": _of_pr2,
}
