"""Zip archives of others: what stands in them is data, never a path, and never without an end."""

from __future__ import annotations

import lzma
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from soilbio.errors import InputError, problem_of

_MOST_BYTES = 20_000_000_000
_MOST_ENTRIES = 100_000
# Deflate packs at most 1,030 : 1, tables of zeros perhaps 200 : 1. Small files may do as they like.
_MOST_RATIO = 500
_SMALL_BYTES = 100_000_000
_MOST_YAML_BYTES = 10_000_000
_MOST_YAML_PARTS = 1_000_000
_DRIVE = re.compile(r"^[A-Za-z]:")
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError)


class _Loader(yaml.SafeLoader):
    """Reads tags of a program's own (`!ref`, `!cite` …) as the text behind them."""


def _plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    del suffix
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node) if isinstance(node, yaml.MappingNode) else node.value


_Loader.add_multi_constructor("!", _plain)


@contextmanager
def opened(source: Path, expected: str, code: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose entries may be unpacked; what is wrong with it becomes a problem.

    Parameters
    ----------
    source : Path
    expected : str
        What the archive should be, for the message.
    code : str
        Code of the format's own problem: for what is damaged or no archive.

    Raises
    ------
    InputError
        If it is no archive, or entries have names that lead out of it, are links, are encrypted,
        come twice, or unpack to more than 20 GB or more than 500 times their size.

    """
    try:
        with zipfile.ZipFile(source) as archive:
            _check_entries(source, archive)
            yield archive
    except _DAMAGED as error:
        raise problem_of(
            code, str(source), found=str(error)[:200], expected=expected, fix="Get the file again"
        ) from error


def _check_entries(source: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    whole = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or whole > _MOST_BYTES:
        raise _unsafe(
            source,
            f"{len(entries):,} files, {whole / 1e9:,.1f} GB unpacked",
            f"at most {_MOST_ENTRIES:,} files and {_MOST_BYTES / 1e9:g} GB",
        )
    if whole > max(_SMALL_BYTES, _MOST_RATIO * packed):
        raise _unsafe(
            source,
            f"{whole / max(packed, 1):,.0f} times its size unpacked",
            f"at most {_MOST_RATIO} times: no table is packed so tightly",
        )
    names: set[str] = set()
    for entry in entries:
        reason = "a name that comes twice" if entry.filename in names else _wrong(entry)
        if reason:
            raise _unsafe(source, f"{entry.filename[:100]}: {reason}", "files of the archive's own")
        names.add(entry.filename)


def _wrong(entry: zipfile.ZipInfo) -> str:
    """Tell why an entry is not to be unpacked; empty where it may be."""
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or _DRIVE.match(name):
        return "an absolute path"
    if ".." in PurePosixPath(name).parts:
        return "a path that leads out of the archive"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or device, no file"
    return "encrypted" if entry.flag_bits & _ENCRYPTED else ""


def _unsafe(source: Path, found: str, expected: str) -> InputError:
    return problem_of(
        "import-archive",
        str(source),
        found=found,
        expected=expected,
        fix="Do not unpack it elsewhere either; ask for the tables themselves",
    )


def copy_entry(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Copy one file of an archive to a path of ours."""
    with archive.open(name) as packed, target.open("wb") as handle:
        shutil.copyfileobj(packed, handle, 1 << 20)


def yaml_of(archive: zipfile.ZipFile, name: str) -> Any:
    """Read YAML that stands in an archive: of a size, and without aliases that multiply.

    Raises
    ------
    ValueError
        If it cannot be read, or is more than a description may be.

    """
    if archive.getinfo(name).file_size > _MOST_YAML_BYTES:
        raise ValueError(f"{name} has more than {_MOST_YAML_BYTES // 1_000_000} MB")
    try:
        content = yaml.load(archive.read(name), _Loader)  # noqa: S506  a safe one
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise ValueError(f"{name}: {error}") from error
    left = _MOST_YAML_PARTS
    open_parts = [content]
    while open_parts:
        part = open_parts.pop()
        left -= 1
        if left < 0:
            raise ValueError(f"{name} repeats itself without end")
        if isinstance(part, dict):
            open_parts += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple | set):
            open_parts += part
    return content
