"""What tells a file that was replaced from the one that a result was made of, whatever its time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

# Sheets, agreements and small reads are told by their content: a copy of them is the same file.
_READ_BYTES = 1 << 20


def state_of(paths: Iterable[Path | str]) -> str:
    """Tell files, in this order, from others that take their places; names do not count.

    Snakemake runs a rule again for a file that is newer than its results. One that keeps its time
    when it is copied (`cp -p`, `rsync -a`, `tar`, `wget -N`) is older, and would not be seen. Up
    to 1 MiB the content counts, and no time. Of larger ones size and time do, so that thousands
    of libraries cost no more than a look at each: one whose time a copy changed is read again.

    Returns
    -------
    str
        A short word for a rule's parameters; a file that is not there has a state as well.

    """
    digest = hashlib.sha256()
    for path in map(Path, paths):
        digest.update(_state(path))
    return digest.hexdigest()[:32]


def _state(path: Path) -> bytes:
    try:
        told = path.stat()
        if told.st_size > _READ_BYTES:
            return f"{told.st_size} {told.st_mtime_ns}\n".encode()
        return hashlib.sha256(path.read_bytes()).hexdigest().encode() + b"\n"
    except OSError:
        return b"none\n"
