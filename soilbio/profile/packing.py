"""Files written as gzip by ourselves, so that a write that fails is known; whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from soilbio.errors import disk_full
from soilbio.profile.tools import drain_tool

# The same blocks give the same bytes; what comes out of a pipe comes in pieces of any size.
_BLOCK = 1 << 20


@contextmanager
def needing_room(place: Path) -> Iterator[None]:
    """Turn a full disk, or a user's full share of it, into a problem that the user can mend."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(str(place)) from error
        raise


@contextmanager
def parts_of(targets: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a file to write beside each target; all get their names when all is done, or none.

    Their names end as the targets' do, since tools know gzip by `.gz`.
    """
    parts = [target.with_name(f"part.{target.name}") for target in targets]
    try:
        yield parts
        for part, target in zip(parts, targets, strict=True):
            part.replace(target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


@contextmanager
def packed(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write as gzip, level 1, no time stamp."""
    from isal import igzip

    with path.open("wb") as raw, igzip.IGzipFile("", "wb", 1, raw, mtime=0) as handle:
        yield handle  # type: ignore[misc]  # a binary file in all but name


@contextmanager
def packing(target: Path) -> Iterator[IO[bytes]]:
    """Open a file as `packed` does; it is there whole or not."""
    with parts_of([target]) as (part,), packed(part) as handle:
        yield handle


def pack_stream(source: int, path: Path) -> int:
    """Write what comes out of a pipe as `packed` does, to its end; return how many lines it was."""
    lines = 0
    with os.fdopen(source, "rb") as stream, packed(path) as handle:
        while block := stream.read(_BLOCK):
            handle.write(block)
            lines += block.count(b"\n")
    return lines


def pack_output(command: Sequence[str | Path], target: Path) -> int:
    """Run one command to its end and pack what comes out; return how many lines it was.

    Raises
    ------
    ToolFailed
        If it ends with an exit code other than 0.
    OSError
        If the file cannot be written.

    """
    with parts_of([target]) as (part,):
        lines, _ = drain_tool(command, lambda source: pack_stream(source, part))
    return lines
