"""Files of sylph's sketches, gone through sketch by sketch, or looked at where they end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# What sylph's sketches end with: c, k, the genome's size, the least distance.
_NUMBERS_BYTES = 4 * 8


def sketches_of_sylph(path: Path) -> Iterator[str]:
    """Name the file of each sketch; bincode writes lists after their lengths, which are skipped.

    Raises
    ------
    EOFError
        After the last whole sketch, if the file ends too early, or goes on after its sketches.

    """
    size = path.stat().st_size
    with path.open("rb") as handle:
        for _ in range(_length(handle, size)):
            handle.seek(8 * _length(handle, size), os.SEEK_CUR)  # k-mers
            if handle.read(1) == b"\1":
                handle.seek(8 * _length(handle, size), os.SEEK_CUR)  # those kept for weighing
            name = handle.read(_length(handle, size))
            handle.seek(_length(handle, size), os.SEEK_CUR)  # the first contig's
            handle.seek(_NUMBERS_BYTES, os.SEEK_CUR)
            if handle.tell() > size:
                raise EOFError
            yield name.decode("utf-8", "replace")
        if handle.tell() != size:
            raise EOFError


def _length(handle: BinaryIO, size: int) -> int:
    """Read how long a list is: a number that no file of that size can hold is none."""
    data = handle.read(8)
    length = int.from_bytes(data, "little")
    if len(data) < 8 or length > size:
        raise EOFError
    return length
