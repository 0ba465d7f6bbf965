"""Unpack archives that strangers made: plain files only, under plain names, with room for them."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from soilbio.errors import InputError, problem_of
from soilbio.references.download import require_space
from soilbio.references.entries import NAME

_BLOCK = 1 << 20


def unpack(archive: Path, folder: Path, *, is_wanted: Callable[[str], bool]) -> list[str]:
    """Copy files of a tar or zip archive into a folder, without the folders they lie in.

    Links, devices and names that are no plain file names are not written, whatever the archive
    says; a name that comes twice is refused.

    Parameters
    ----------
    archive : Path
        Tar (plain, gzip, bzip2, xz) or zip.
    folder : Path
        Where the files go.
    is_wanted : callable
        Tells by its bare name whether a file is needed.

    Returns
    -------
    list of str
        Names of the files, in the archive's order.

    Raises
    ------
    InputError
        `reference-archive`, if it is no whole archive, or a file is there twice; `disk-full`.

    """
    written: list[str] = []
    with _reading(archive):
        for name, size, open_member in _members(archive):
            bare = PurePosixPath(name).name
            if not NAME.fullmatch(bare) or not is_wanted(bare):
                continue
            if bare in written:
                raise _broken(archive, f"{bare} comes twice")
            require_space(folder, size, bare)
            with open_member() as source, (folder / bare).open("wb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
                target.flush()
                os.fsync(target.fileno())
            written.append(bare)
    return written


@contextmanager
def _reading(archive: Path) -> Iterator[None]:
    """Turn what a damaged archive raises into a problem."""
    faults = (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error)
    try:
        yield
    except faults as error:
        raise _broken(archive, str(error)) from error
    except (RuntimeError, NotImplementedError) as error:  # zip: encrypted, or packed otherwise
        raise _broken(archive, str(error)) from error


def _broken(archive: Path, found: str) -> InputError:
    return problem_of(
        "reference-archive",
        str(archive),
        found=found[:200],
        expected="a whole tar or zip archive with each file once",
        fix="Get the archive again",
    )


def _members(archive: Path) -> Iterator[tuple[str, int, Callable[[], IO[bytes]]]]:
    """List the plain files of an archive: name, size when unpacked, and how to open each."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                # The upper half of the attributes holds the Unix mode; 0o120000 is a link.
                if not info.is_dir() and (info.external_attr >> 28) != 0o12:
                    yield info.filename, info.file_size, lambda i=info: packed.open(i)  # type: ignore[misc]
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isreg():
                yield member.name, member.size, lambda m=member: _opened(tar, m)  # type: ignore[misc]


def _opened(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = tar.extractfile(member)
    if opened is None:
        raise tarfile.ReadError(f"{member.name} is no file")
    return opened
