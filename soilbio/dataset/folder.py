"""A dataset's folder is replaced as a whole; a kill at any moment leaves the old or the new one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soilbio.errors import disk_full

# To whom the dataset was given, by its sender; not there in a dataset of one's own.
SHARED = "provenance/shared.json"


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a folder to fill, which takes the target's place when it was filled without an error.

    Raises
    ------
    InputError
        When the disk is full; what was written so far is removed, the old folder stays.

    """
    recover_folder(target)
    part = _beside(target, "part")
    for rest in (_beside(target, "old"), part):  # in this order, see recover_folder
        shutil.rmtree(rest, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        replace_folder(part, target)
    except Exception as error:
        shutil.rmtree(part, ignore_errors=True)
        if _is_disk_full(error):
            raise disk_full(str(target)) from error
        raise


def replace_folder(part: Path, target: Path) -> None:
    """Put a finished folder in the place of the old one, with its files on disk first.

    POSIX cannot exchange two folders, so there is a moment without target: then the old one lies
    beside it as `.old`, and the new one, whole, as `.part`; `recover_folder` knows that state.
    """
    for path in sorted(part.rglob("*")):
        _sync(path)
    _sync(part)
    old = _beside(target, "old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    with suppress(FileNotFoundError):  # a reader has recovered it meanwhile
        part.replace(target)
    _sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def recover_folder(target: Path) -> None:
    """Finish a replacement that was killed between its two renames; else do nothing.

    Only then are both others there and the target is not: `.old` is made of the target when
    `.part` is whole, and removed before a next `.part` is begun.
    """
    target = target.resolve()  # `.` has no name to be found by
    part, old = _beside(target, "part"), _beside(target, "old")
    if part.exists() and old.exists() and not target.exists():
        with suppress(FileNotFoundError):  # whoever else recovers it was quicker
            part.replace(target)


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f"{target.name}.{suffix}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_disk_full(error: Exception) -> bool:
    """Tell whether there was no room; the libraries wrap the system's error in their own."""
    text = str(error).lower()
    return "no space left" in text or "os error 28" in text or "errno = 28" in text
