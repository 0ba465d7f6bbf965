"""Names for things whose names are withheld: the same for one recipient, another for each other."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from soilbio.errors import problem_of

_KEY = re.compile(r"[0-9a-f]{64}\n?")


def pseudonym(key: bytes, recipient: str, name: str) -> str:
    """Replace a name; who has no key can neither undo it nor join it with another recipient's.

    HMAC-SHA256 of recipient and name, cut to 80 bits: among a million names, two are the same
    with a chance of 4 in 10^13.
    """
    text = f"{recipient}\n{name}".encode()
    return "p" + hmac.new(key, text, hashlib.sha256).hexdigest()[:20]


def fresh_key() -> bytes:
    """Draw a new key, for a trial that leaves nothing behind."""
    return secrets.token_bytes(32)


def read_key(path: Path) -> bytes:
    """Read the key of a project's pseudonyms; where there is none yet, make one.

    The file can be read by its owner only. Two exports that start together get the same key.

    Raises
    ------
    InputError
        If the file is no key, or cannot be read or made.

    """
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise _not_a_key(path, reason) from error
    if not _KEY.fullmatch(text):
        raise _not_a_key(path, "something else")
    return bytes.fromhex(text.strip())


def _make(path: Path) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{fresh_key().hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another export was quicker; its key is the one
            os.link(part, path)
    finally:
        part.unlink()


def _not_a_key(path: Path, found: str) -> Exception:
    return problem_of(
        "pseudonym-key",
        str(path),
        found=found,
        expected="a key of 64 hexadecimal digits, as soilbio makes it",
        fix="Name the project's key file, or one in a folder you can write to, to have it made",
    )
