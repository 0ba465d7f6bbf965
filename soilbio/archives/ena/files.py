"""The files of reads of a submission: whole, packed, in pairs, with their checksums."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5, sha256
from pathlib import Path

from soilbio.archives.ena.model import ReadFile
from soilbio.errors import Problems
from soilbio.metadata.library_reads import check_whole
from soilbio.metadata.sheet import Library

_BLOCK = 1 << 20
_THREADS = 4
_PACKED = {b"\x1f\x8b": ".gz", b"BZ": ".bz2"}


def read_files(
    reads: Mapping[str, Library], study: str, problems: Problems
) -> dict[str, tuple[ReadFile, ...]]:
    """Read all files of reads to their ends: damage, unequal pairs and checksums.

    Files get names in the archive that say nothing but study and library, since a path or a
    laboratory's own name may tell who the land belongs to.

    Parameters
    ----------
    reads : mapping of str to Library
        Libraries of the sheet by their name in the archive.
    study : str
        Alias of the study; begins the names of the files.
    problems : Problems
        Collects what is found, under the rows of the sheet.

    """

    def look(item: tuple[str, Library]) -> tuple[tuple[ReadFile, ...], Problems]:
        own = Problems(problems.source)
        return _of_library(f"{study}_{item[0]}", item[1], own), own

    found = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        for name, (files, own) in zip(reads, pool.map(look, reads.items()), strict=True):
            found[name] = files
            problems.extend(own.found)
    return found


def _of_library(name: str, library: Library, problems: Problems) -> tuple[ReadFile, ...]:
    paths = [path for path in (library.fastq_1, library.fastq_2) if path is not None]
    for number, path in enumerate(paths, start=1):
        if not path.is_file():
            problems.add(
                "fastq-missing",
                row=library.row,
                column=f"fastq_{number}",
                found=path.name,
                expected="a FASTQ file that exists",
                fix=f"Correct the path; it was looked for at {path}",
            )
    if not problems.errors:
        check_whole(library, problems)
    if problems.errors:
        return ()
    files = []
    for number, path in enumerate(paths, start=1):
        packed = _packing(path)
        if packed is None:
            problems.add(
                "ena-reads-packed",
                row=library.row,
                column=f"fastq_{number}",
                found=path.name,
                expected="reads packed by gzip or bzip2; the archive takes no others",
                fix=f"Pack the file, for example with `gzip -k {path.name}`, and name that",
            )
            continue
        end = f"_{number}" if len(paths) == 2 else ""
        files.append(checksummed(path, f"{name}{end}.fastq{packed}"))
    return tuple(files)


def _packing(path: Path) -> str | None:
    with path.open("rb") as handle:
        return _PACKED.get(handle.read(2))


def checksummed(path: Path, name: str) -> ReadFile:
    """Read a file once for both checksums; `name` is the one that it has in the archive."""
    of_md5, of_sha256 = md5(usedforsecurity=False), sha256()
    size = 0
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            of_md5.update(block)
            of_sha256.update(block)
            size += len(block)
    return ReadFile(path, name, of_md5.hexdigest(), of_sha256.hexdigest(), size)
