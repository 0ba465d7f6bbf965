"""Writing whole files or none, the same bytes each time, and saying so when a disk is full."""

from __future__ import annotations

import errno
import gzip
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from soilbio.errors import problem_of

_FULL = (errno.ENOSPC, errno.EDQUOT)
_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR)


@contextmanager
def writing_to(folder: Path, *, remedy: str = "write to another folder") -> Iterator[None]:
    """Turn a full disk or a forbidden folder into a problem that the user can mend."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise problem_of(
                "disk-full",
                str(folder),
                expected="free space on the disk",
                fix=f"Free some space, or {remedy}",
            ) from error
        if error.errno in _UNWRITABLE:
            raise problem_of(
                "folder-unwritable",
                str(folder),
                found=error.strerror,
                expected="a folder that can be written to",
                fix=f"Correct its name or permissions, or {remedy}",
            ) from error
        raise


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """Make a folder beside a target for what is on its way; what a killed run left there goes."""
    folder = target.with_name(f"{target.name}.scratch")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def atomic_bytes(target: Path, *, level: int = 6) -> Iterator[IO[bytes]]:
    """Open a file that gets its final name when all is written; .gz is compressed.

    Compressed bytes hold no time and no name, so the same content gives the same bytes.
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as raw:
            if target.suffix == ".gz":
                with gzip.GzipFile("", "wb", level, raw, mtime=0) as packed:
                    yield packed  # type: ignore[misc]  # a binary file in all but name
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomic_text(target: Path) -> Iterator[IO[str]]:
    """Open a text file, UTF-8 with Unix line ends, that gets its final name when it is whole."""
    with atomic_bytes(target) as raw:
        handle = io.TextIOWrapper(raw, "utf-8", newline="\n")
        yield handle
        handle.detach()
