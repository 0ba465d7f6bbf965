"""The one form that a package has as a file: a tar of plain files in the order of its list.

Since everything about it follows from the list, a reader need not believe anything that the file
says: it compares each header with the one that must stand there, and copies as many bytes as the
list says. Whatever differs is refused, with the reason as far as it can be told.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from soilbio.errors import InputError, problem_of
from soilbio.transfer.manifest import Entry

_BLOCK, _PIECE = 512, 1 << 20
_END = b"\x00" * (2 * _BLOCK)
# Of a file that stands before the list is known.
_FIRST_BYTES = 64 << 20


def header_of(path: str, size: int) -> bytes:
    """Give the header of a file: no owner, no time."""
    info = tarfile.TarInfo(path)
    info.size, info.mode = size, 0o644
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def parts_of(first: Mapping[str, bytes], folder: Path, entries: Iterable[Entry]) -> Iterator[bytes]:
    """Give a tar in pieces: files that are at hand, then those of a folder, then its end.

    Raises
    ------
    InputError
        If a file is not what it was when it was listed.

    """
    for path, content in first.items():
        yield header_of(path, len(content)) + content + _padding(len(content))
    with ThreadPoolExecutor(1) as hashing:
        for entry in entries:
            yield header_of(entry.path, entry.bytes)
            yield from _pieces(entry, folder / entry.path, hashing)
            yield _padding(entry.bytes)
    yield _END


def _pieces(entry: Entry, source: Path, hashing: ThreadPoolExecutor) -> Iterator[bytes]:
    """Give a file in pieces, which are summed up while they are used."""
    digest, size = sha256(), 0
    last: Future[Any] = hashing.submit(int)
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            last.result()
            last = hashing.submit(digest.update, piece)
            size += len(piece)
            yield piece
    last.result()
    if (size, digest.hexdigest()) != (entry.bytes, entry.sha256):
        raise problem_of(
            "seal-changed",
            str(source),
            expected="files that nobody writes to while they are sealed",
            fix="Seal again when the export is finished",
        )


class PieceReader(io.RawIOBase):
    """Reads pieces as one stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.held = pieces, memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # what supports the buffer protocol
        """Fill a buffer; less than full is the end."""
        target, filled = memoryview(buffer), 0
        while filled < len(target):
            if not self.held:
                # A file that fills its last block has no padding: an empty piece is no end.
                piece = next((one for one in self.pieces if one), None)
                if piece is None:
                    break
                self.held = memoryview(piece)
            size = min(len(self.held), len(target) - filled)
            target[filled : filled + size] = self.held[:size]
            self.held = self.held[size:]
            filled += size
        return filled


class Reader:
    """Takes files out of a stream, each of which must be the one that is expected there."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self.stream, self.source = stream, source

    def first(self, path: str) -> bytes:
        """Read a file whose size is not known yet."""
        header = self._read(_BLOCK)
        try:
            size = tarfile.TarInfo.frombuf(header, "utf-8", "strict").size
        except (tarfile.TarError, UnicodeDecodeError, ValueError):
            raise self._no_package("no tar") from None
        if size > _FIRST_BYTES or header != header_of(path, size):
            raise self._unexpected(header, path)
        content = self._read(size)
        self._expect(_padding(size))
        return content

    def copy(self, entry: Entry) -> Iterator[bytes]:
        """Give a listed file in pieces; its SHA-256 is checked before the last one is given."""
        expected = header_of(entry.path, entry.bytes)
        header = self._read(len(expected))
        if header != expected:
            raise self._unexpected(header, entry.path)
        digest, left = sha256(), entry.bytes
        while left:
            piece = self._read(min(left, _PIECE))
            digest.update(piece)
            left -= len(piece)
            if not left and digest.hexdigest() != entry.sha256:
                break
            yield piece
        if digest.hexdigest() != entry.sha256:
            raise changed(entry.path, self.source)
        self._expect(_padding(entry.bytes))

    def end(self) -> None:
        """Check that nothing follows."""
        header = self._read(len(_END))
        if header != _END:
            raise self._unexpected(header, "")
        if self.stream.read(1):
            raise self._no_package("more after its end")

    def _expect(self, content: bytes) -> None:
        if self._read(len(content)) != content:
            raise self._no_package("bytes between its files")

    def _read(self, size: int) -> bytes:
        """Read exactly so many bytes."""
        parts, left = [], size
        while left:
            part = self.stream.read(left)
            if not part:
                raise problem_of(
                    "package-cut",
                    self.source,
                    expected="a whole package; it ends in the middle",
                    fix="Get it again from the sender",
                )
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _unexpected(self, header: bytes, expected: str) -> InputError:
        """Say what stands where another file, or the end, should."""
        try:
            found = tarfile.TarInfo.frombuf(header[:_BLOCK], "utf-8", "replace")
        except tarfile.TarError:
            if header[: len(_END)].strip(b"\x00") == b"":
                return missing(expected, self.source)
            return self._no_package("a damaged header")
        if found.issym() or found.islnk():
            return problem_of(
                "package-link",
                self.source,
                found=found.name[:200],
                expected="plain files, no links",
                fix="Do not use the package; tell who sent it",
            )
        if found.name == expected:
            return changed(expected, self.source)
        return extra(found.name, self.source)

    def _no_package(self, found: str) -> InputError:
        return problem_of(
            "package-form",
            self.source,
            found=found,
            expected="a package that `soilbio seal` wrote",
            fix="Get it again from the sender",
        )


def _padding(size: int) -> bytes:
    return b"\x00" * (-size % _BLOCK)


def changed(path: str, source: str) -> InputError:
    """Make the problem of a file that is not the one that was signed."""
    return problem_of(
        "package-changed",
        source,
        found=path,
        expected="the file that the sender signed",
        fix="Get the package again; if it is the same, tell the sender",
    )


def missing(path: str, source: str) -> InputError:
    """Make the problem of a file that is listed and not there."""
    return problem_of(
        "package-file-missing",
        source,
        found=path,
        expected="every file that the sender signed",
        fix="Get the package again from the sender",
    )


def extra(path: str, source: str) -> InputError:
    """Make the problem of a file that nobody signed."""
    return problem_of(
        "package-file-extra",
        source,
        found=path[:200],
        expected="no file but those that the sender signed",
        fix="Get the package again from the sender",
    )
