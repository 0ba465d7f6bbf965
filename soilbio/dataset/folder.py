"""A dataset's folder is replaced as a whole; a kill at any moment leaves the old or the new one.

Only a folder that soilbio wrote is replaced: one that holds anything else is left alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from soilbio.errors import disk_full, problem_of

# To whom the dataset was given, by its sender; not there in a dataset of one's own.
SHARED = "provenance/shared.json"


# Names what lies in a folder and is of no earlier output of ours there.
Others = Callable[[Path], Sequence[str]]
_NAMED = 5


@contextmanager
def new_folder(target: Path, others: Others) -> Iterator[Path]:
    """Give a folder to fill, which takes the target's place when it was filled without an error.

    Raises
    ------
    InputError
        When the target holds anything of others: nothing is touched then. When the disk is full:
        what was written so far is removed, the old folder stays.

    """
    target = target.resolve()  # `.` has no name to be replaced by
    recover_folder(target)
    check_folder(target, others)
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


def check_folder(target: Path, others: Others) -> None:
    """Refuse to replace what is not wholly an earlier output of ours; empty or absent is fine.

    Raises
    ------
    InputError
        With `folder-others`.

    """
    if not target.exists():
        return
    found = others(target) if target.is_dir() else [target.name]
    if found:
        more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        raise problem_of(
            "folder-others",
            str(target),
            found=f"{', '.join(found[:_NAMED])}{more}",
            expected="a folder that is new, empty, or what soilbio wrote there and nothing else",
            fix="Name another folder; what is in this one would be lost",
        )


def files_below(folder: Path) -> list[str]:
    """List the files of a folder, and links, by their paths in it."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )


def replace_folder(part: Path, target: Path) -> None:
    """Put a finished folder in the place of the old one, with its files on disk first.

    POSIX cannot exchange two folders, so there is a moment without target: then the old one lies
    beside it as `old`, and the new one, whole, as `part`; `recover_folder` knows that state.
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

    Only then are both others there and the target is not: `old` is made of the target when
    `part` is whole, and removed before a next `part` is begun.
    """
    target = target.resolve()  # `.` has no name to be found by
    part, old = _beside(target, "part"), _beside(target, "old")
    if part.exists() and old.exists() and not target.exists():
        with suppress(FileNotFoundError):  # whoever else recovers it was quicker
            part.replace(target)


def _beside(target: Path, suffix: str) -> Path:
    """Name a folder that is ours alone: somebody may keep a `dataset.old` of their own."""
    return target.with_name(f".{target.name}.soilbio-{suffix}")


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
