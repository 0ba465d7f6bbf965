"""The ledger: who got what under which agreement; each line is chained to the one before.

A line is JSON with sorted keys; its `previous` is the SHA-256 of the line before, so that nothing
can be changed, removed, moved or put in between without all that follows being wrong. Whether the
end was cut off, only somebody knows who kept the last head: note it down, or give it to a partner.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from soilbio.errors import Problems, problem_of, unwritable

NAME = "ledger.jsonl"
_START = "0" * 64
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger goes: the number of its lines, and the SHA-256 of the last."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def append(path: Path, kind: str, entry: Mapping[str, Any], at: dt.datetime) -> Head:
    """Add a line; it is on disk when this returns.

    Two that append at once wait for each other. A line that a kill cut off was never told to be
    written; it is taken away, and what it was is kept in a line of its own.

    Parameters
    ----------
    path : Path
        The ledger; made where there is none.
    kind : str
        `export`, `seal`, `receive`, `verify`, or how a duty was met.
    entry : mapping
        What happened, as JSON can hold it.
    at : datetime
        When, with its time zone.

    Raises
    ------
    InputError
        If the file is no ledger.

    """
    with _locked(path) as file:
        head, torn = _end_of(file, path)
        if torn:
            file.truncate(file.seek(0, os.SEEK_END) - len(torn))
            head = _write(file, head, "repair", {"torn": torn.decode(errors="replace")}, at)
        return _write(file, head, kind, entry, at)


def ready(path: Path) -> None:
    """See that a line can be added, before what it is to tell of is done; make the file.

    Raises
    ------
    InputError
        If the file is no ledger, or cannot be written.

    """
    with _locked(path) as file:
        _end_of(file, path)


def read(path: Path) -> list[Record]:
    """Read all lines; the chain must hold.

    Raises
    ------
    InputError
        If the file is not there or the chain is broken anywhere.

    """
    problems = Problems(str(path))
    records = list(_checked(path, problems))
    problems.raise_if_any()
    return records


def check(path: Path, known: Head | None, problems: Problems) -> Head:
    """Note every break of the chain, and whether it still holds a head that was known before.

    Returns
    -------
    Head
        Of the lines as they are.

    """
    number, digest, is_known = 0, _START, known is None or known == Head(0, _START)
    for record in _checked(path, problems):
        number, digest = record["n"], record["digest"]
        is_known = is_known or known == Head(number, digest)
    if not is_known and known is not None:
        problems.add(
            "ledger-cut" if number < known.number else "ledger-changed",
            row=known.number,
            found=f"{number} lines",
            expected=f"line {known.number} with the SHA-256 {known.digest}",
            fix="Lines were removed or written anew since that head was noted; get the file from"
            " a backup",
        )
    return Head(number, digest)


def _checked(path: Path, problems: Problems) -> Iterator[Record]:
    """Give the lines with their `digest`; note those that are not what the chain says."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise problem_of(
            "ledger-none",
            str(path),
            found=error.strerror,
            expected="the ledger that `soilbio export` writes beside the dataset",
            fix="Name it with --ledger",
        ) from None
    previous = _START
    if lines[-1]:
        problems.add(
            "ledger-torn",
            row=len(lines),
            expected="a line end; the last line was cut off while it was written",
            fix="The next entry sets it right and keeps what was there",
            is_warning=True,
        )
    for number, line in enumerate(lines[:-1], start=1):
        record = _parsed(line)
        if record is None or record["n"] != number or record["previous"] != previous:
            problems.add(
                "ledger-changed",
                row=number,
                found="no entry" if record is None else f"entry {record['n']}",
                expected=f"entry {number}, chained to the line before",
                fix="The line before it or this one was changed, removed or moved; get the file"
                " from a backup",
            )
        previous = sha256(line).hexdigest()
        if record is not None:
            yield {**record, "digest": previous}


def _parsed(line: bytes) -> Record | None:
    """Read a line; None if it is none that `append` writes, to the byte."""
    try:
        record = json.loads(line)
        is_ours = isinstance(record, dict) and _bytes_of(record) == line
        is_ours = is_ours and isinstance(record["n"], int) and isinstance(record["kind"], str)
        is_ours = is_ours and isinstance(record["previous"], str)
    except (ValueError, KeyError):
        return None
    return record if is_ours else None


def _bytes_of(record: Record) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open the ledger for one writer at a time; only the owner can read a new one."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unwritable(str(path), str(error.strerror)) from None
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _end_of(file: BinaryIO, path: Path) -> tuple[Head, bytes]:
    """Find the last whole line, and what follows it."""
    content = file.read()
    body, end, torn = content.rpartition(b"\n")
    last = body.rpartition(b"\n")[2]
    if not end:
        return Head(0, _START), torn
    record = _parsed(last)
    if record is None:
        raise problem_of(
            "ledger-changed",
            str(path),
            row=content.count(b"\n"),
            expected="a last line that soilbio wrote",
            fix="Get the file from a backup, or name another ledger with --ledger",
        )
    return Head(record["n"], sha256(last).hexdigest()), torn


def _write(
    file: BinaryIO, head: Head, kind: str, entry: Mapping[str, Any], at: dt.datetime
) -> Head:
    moment = at.astimezone(dt.UTC).isoformat(timespec="seconds")
    record = {**entry, "n": head.number + 1, "at": moment, "kind": kind, "previous": head.digest}
    line = _bytes_of(record)
    file.seek(0, os.SEEK_END)
    file.write(line + b"\n")
    file.flush()
    os.fsync(file.fileno())
    return Head(record["n"], sha256(line).hexdigest())
