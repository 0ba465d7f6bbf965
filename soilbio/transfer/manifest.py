"""What a package holds: every file with its size and SHA-256, in one list that is signed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of

MANIFEST, SIGNATURE = "MANIFEST.tsv", "MANIFEST.tsv.sig"
_HEADER = "sha256\tbytes\tpath"
_LINE = re.compile(r"([0-9a-f]{64})\t(0|[1-9]\d{0,15})\t([^\t]+)")
# A dataset has some dozens; a list of millions is made to fill a disk.
_FILES = 100_000
_PATH_CHARACTERS = 1024
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\:*?\"<>|]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a package; `path` is below its folder, with slashes."""

    path: str
    bytes: int
    sha256: str


def entries_of(folder: Path) -> list[Entry]:
    """List the files of a folder, sorted.

    Raises
    ------
    InputError
        For anything that is no plain file or folder, or has a name that not every system takes.

    """
    problems = Problems(str(folder))
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            problems.add(
                "seal-file",
                found=name,
                expected="plain files, no links",
                fix="Put a copy in its place",
            )
        elif path.is_file() and is_unsafe(name):
            problems.add(
                "seal-file",
                found=name,
                expected='names that every system takes, without : * ? " < > | and controls',
                fix="Rename the file",
            )
        elif path.is_file():
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            found.append(Entry(name, path.stat().st_size, digest))
    problems.raise_if_any()
    return found


def text_of(entries: Sequence[Entry]) -> bytes:
    """Write the list."""
    lines = [f"{one.sha256}\t{one.bytes}\t{one.path}" for one in entries]
    return "\n".join([_HEADER, *lines, ""]).encode()


def read_manifest(content: bytes, source: str) -> list[Entry]:
    """Read a list that came from elsewhere.

    Raises
    ------
    InputError
        `package-manifest` where it is no such list, `package-path` for a path that leads outside
        the folder or that not every system takes.

    """
    found: list[Entry] = []
    try:
        header, *lines, last = content.decode("utf-8").split("\n")
    except (UnicodeDecodeError, ValueError):
        raise _no_manifest(source, "no text of several lines") from None
    if header != _HEADER or last or len(lines) > _FILES:
        raise _no_manifest(source, header[:80] if len(lines) <= _FILES else f"{len(lines)} files")
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise _no_manifest(source, line[:80])
        digest, size, path = match.groups()
        if is_unsafe(path):
            raise problem_of(
                "package-path",
                source,
                found=path[:200],
                expected="a path inside the package",
                fix="Do not use the package; tell who sent it",
            )
        found.append(Entry(path, int(size), digest))
    _check_distinct(found, source)
    return found


def is_unsafe(path: str) -> bool:
    """Tell whether a path leads elsewhere, or some system cannot hold it."""
    parts = path.split("/")
    is_odd = any(part in ("", ".", "..") or part.endswith((" ", ".")) for part in parts)
    return is_odd or len(path) > _PATH_CHARACTERS or bool(_UNSAFE.search(path))


def _check_distinct(entries: Sequence[Entry], source: str) -> None:
    """Note names that are one where capitals do not count, and files that are folders as well."""
    names = [one.path.casefold() for one in entries]
    files = set(names)
    folders = {
        "/".join(parts[:depth])
        for parts in (name.split("/") for name in names)
        for depth in range(1, len(parts))
    }
    if (
        len(files) < len(names)
        or files & folders
        or {MANIFEST, SIGNATURE} & {one.path for one in entries}
    ):
        raise _no_manifest(source, "a name twice")


def _no_manifest(source: str, found: str) -> InputError:
    return problem_of(
        "package-manifest",
        source,
        found=found,
        expected=f"a list of files: {_HEADER.replace(chr(9), ', ')}",
        fix="Ask the sender for the package again",
    )
