"""Files of sylph's sketches, gone through sketch by sketch, or looked at where they end."""

from __future__ import annotations

import os
import struct
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

# What a sketch ends with: c, k, the genome's size, the least distance.
_NUMBERS = struct.Struct("<4Q")
# Of so many sketches each is looked at; of more the first and the last, since a file of GTDB's has
# a hundred thousand, each of which a disk has to look for.
_FEW = 5_000
# What stands between two lists of k-mers, names most of all.
_BUFFER = 1 << 10


def sketches_of_sylph(path: Path) -> Iterator[str]:
    """Name the file of each sketch; bincode writes lists after their lengths, which are skipped.

    Raises
    ------
    EOFError
        After the last whole sketch, if the file ends too early, or goes on after its sketches.

    """
    for name, _ in _sketches(path):
        yield name


def check_sketches(path: Path, *, is_deep: bool) -> None:
    """Hold a file of sketches to what it says of itself: their number, lengths, and where it ends.

    Parameters
    ----------
    path : Path
        Known to begin as such a file does.
    is_deep : bool
        Whether to go through all of many sketches. Else the first one is held against what the
        file ends with, which shows every cut but one exactly between two sketches.

    Raises
    ------
    EOFError
        With what is wrong.

    """
    with path.open("rb", buffering=0) as handle:
        number = int.from_bytes(handle.read(8), "little")
    sketches = _sketches(path)
    if is_deep or number <= _FEW:
        kinds = {kind for _, kind in sketches}
    else:
        _, kind = next(sketches)
        with path.open("rb") as handle:
            handle.seek(-_NUMBERS.size, os.SEEK_END)
            kinds = {kind, _NUMBERS.unpack(handle.read())[:2]}
        sketches.close()
        if len(kinds) > 1:
            raise EOFError(_cut(path))
    if len(kinds) > 1:
        told = " and ".join(f"c {c}, k {k}" for c, k in sorted(kinds)[:2])
        message = f"sketches of {told}, which cannot be used together"
        raise EOFError(message)


def _sketches(path: Path) -> Generator[tuple[str, tuple[int, int]]]:
    """Give the file and the kind (c and k) of each sketch."""
    size = path.stat().st_size
    with path.open("rb", buffering=_BUFFER) as handle:
        for _ in range(_length(handle, path, size)):
            handle.seek(8 * _length(handle, path, size), os.SEEK_CUR)  # k-mers
            if handle.read(1) == b"\1":
                handle.seek(8 * _length(handle, path, size), os.SEEK_CUR)  # kept for weighing
            name = handle.read(_length(handle, path, size))
            handle.seek(_length(handle, path, size), os.SEEK_CUR)  # the first contig's
            numbers = handle.read(_NUMBERS.size)
            if len(numbers) < _NUMBERS.size:
                raise EOFError(_cut(path))
            yield name.decode("utf-8", "replace"), _NUMBERS.unpack(numbers)[:2]
        if handle.tell() != size:
            raise EOFError(_cut(path))


def _length(handle: BinaryIO, path: Path, size: int) -> int:
    """Read how long a list is: a number that no file of that size can hold is none."""
    data = handle.read(8)
    length = int.from_bytes(data, "little")
    if len(data) < 8 or length > size:
        raise EOFError(_cut(path))
    return length


def _cut(path: Path) -> str:
    return f"{path.stat().st_size:,} bytes, which are not its sketches to their end"
