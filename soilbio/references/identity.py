"""What tells a database from another at the same place: its content, not when it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from soilbio.references.kinds import KRAKEN2_FILES

# Files up to so many bytes are read whole; of larger ones so many blocks, the first and the last
# among them, all over the file: of a table or of sketches, other genomes change each of them.
_WHOLE_BYTES, _BLOCKS, _BLOCK_BYTES = 1 << 26, 64, 1 << 18
DISTRIBUTIONS = "database*mers.kmer_distrib"


def identity_of(engine: str, path: Path | None) -> str:
    """Give the SHA-256 of what an engine reads of a database; '' where there is none.

    Parameters
    ----------
    engine : str
        `kraken2`; `bracken`, whose distributions lie beside Kraken 2's table; `sylph`, `sourmash`.
    path : Path or None
        A folder for the first two, else a file; None, if none is named.

    """
    if path is None:
        return ""
    files: Iterable[Path] = [path]
    if engine in ("kraken2", "bracken"):
        files = [path / name for name in KRAKEN2_FILES]
        files += sorted(path.glob(DISTRIBUTIONS)) if engine == "bracken" else []
    there = [file for file in files if file.is_file()]
    digest = hashlib.sha256()
    for file in there:
        digest.update(f"{content_of(file)}  {file.name}\n".encode())
    return digest.hexdigest() if there else ""


def content_of(path: Path) -> str:
    """Tell a file from others by its size and its content, of a large one by pieces of all of it.

    Of one stream of gzip, as trimmed reads are, the last piece has the checksum of the whole.
    """
    told = path.stat()
    return _digest(path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=256)
def _digest(path: Path, size: int, mtime_ns: int) -> str:
    """Compute a file's checksum once for each time that it was written."""
    del mtime_ns  # which is there for the cache alone
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as handle:
        if size <= _WHOLE_BYTES:
            while block := handle.read(_BLOCK_BYTES):
                digest.update(block)
        else:
            for number in range(_BLOCKS):
                handle.seek((size - _BLOCK_BYTES) * number // (_BLOCKS - 1))
                digest.update(handle.read(_BLOCK_BYTES))
    return digest.hexdigest()
