"""Files of reads from the archive: resumed, checked by MD5, under their names only when whole."""

from __future__ import annotations

import os
from hashlib import md5
from pathlib import Path

from soilbio.archives.ena.portal import RemoteFile, Wait, get
from soilbio.errors import InputError, problem_of

_BLOCK = 1 << 18
_TRIES = 5


def is_there(file: RemoteFile, folder: Path) -> bool:
    """Tell whether a file is there, whole and the one that the archive lists."""
    path = folder / file.name
    return path.is_file() and path.stat().st_size == file.size and md5_of(path) == file.md5


def md5_of(path: Path) -> str:
    """Give the MD5 of a file, as the archive lists it."""
    digest = md5(usedforsecurity=False)
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def download(file: RemoteFile, folder: Path, wait: Wait) -> bool:
    """Get a file, or the rest of it; tell whether anything had to be done.

    Raises
    ------
    InputError
        If it cannot be got whole. What came is kept, to go on from, unless its MD5 is wrong.

    """
    if is_there(file, folder):
        return False
    target = folder / file.name
    part = target.with_name(f"{target.name}.part")
    found, damaged = "", 0
    for number in range(_TRIES):
        if number:
            wait(min(2.0**number, 60.0))
        found = _get_rest(file, part, wait)
        if found:
            continue
        digest = md5_of(part)
        if digest == file.md5:
            part.replace(target)
            return True
        # What was resumed may be of another version of the file: once more, from the start.
        part.unlink()
        found, damaged = f"MD5 {digest}", damaged + 1
        if damaged == 2:
            break
    raise _damaged(file, found) if damaged else _cut_short(file, found)


def _get_rest(file: RemoteFile, part: Path, wait: Wait) -> str:
    """Append what is missing; say what went wrong, or nothing."""
    import requests
    import urllib3

    have = part.stat().st_size if part.exists() else 0
    if have > file.size:
        part.unlink()
        have = 0
    if have == file.size:
        return ""
    # The bytes as they lie there: some servers call a .gz an encoding and would have it unpacked.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with get(file.url, wait, is_stream=True, headers=headers) as answer:
        if answer.status_code == 416:
            part.unlink(missing_ok=True)
            return "HTTP 416"
        mode = "ab" if answer.status_code == 206 else "wb"
        try:
            with part.open(mode) as handle:
                for block in answer.raw.stream(_BLOCK, decode_content=False):
                    handle.write(block)
                handle.flush()
                os.fsync(handle.fileno())
        except (urllib3.exceptions.HTTPError, requests.exceptions.RequestException) as error:
            return type(error).__name__
    size = part.stat().st_size
    return "" if size == file.size else f"{size} of {file.size} bytes"


def _damaged(file: RemoteFile, found: str) -> InputError:
    return problem_of(
        "fetch-checksum",
        file.url,
        found=found,
        expected=f"{file.name} with MD5 {file.md5}",
        fix="Run the same command again; if it stays so, the archive's list and file differ: ask"
        " its help desk",
    )


def _cut_short(file: RemoteFile, found: str) -> InputError:
    return problem_of(
        "fetch-incomplete",
        file.url,
        found=found,
        expected=f"all {file.size} bytes of {file.name}",
        fix="Run the same command again; it goes on where it stopped",
    )
