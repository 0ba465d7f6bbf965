"""A package → the folder of what is in it: nothing is taken in before everything was checked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from soilbio.dataset.folder import files_below, new_folder
from soilbio.errors import problem_of
from soilbio.ssh_signatures import is_by, is_sound
from soilbio.transfer.contents import Checked, Holder, check_contents, read_package
from soilbio.transfer.crypt import MAGIC, decrypting, private_key
from soilbio.transfer.manifest import MANIFEST, SIGNATURE, Entry, read_manifest
from soilbio.transfer.seal import NAMESPACE, PACKAGE
from soilbio.transfer.tar import Reader, changed, extra, missing


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures hold: OpenSSH's file of allowed signers, and of keys that are revoked."""

    allowed: Path
    revoked: Path | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """The receiver's key, for a package that is encrypted, and how to ask for its passphrase."""

    key: Path | None
    passphrase: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Received:
    """A package that passed: the SHA-256 of its list, its files, what it says, what was decided."""

    digest: str
    entries: tuple[Entry, ...]
    checked: Checked


def receive(package: Path, target: Path, trust: Trust, own: Own, holder: Holder) -> Received:
    """Take a package in: the target is there when all is checked, or not at all.

    Parameters
    ----------
    package : Path
        A file or folder that `soilbio seal` wrote.
    target : Path
        The folder to make; must not be there.
    trust : Trust
        Whose signatures hold.
    own : Own
        The key to decrypt with.
    holder : Holder
        Who receives it, and on which day.

    Raises
    ------
    InputError
        With one code for each thing that can be wrong; see docs/exchange.md.
    Refused
        If the agreements inside do not let this holder have it.

    """
    if target.exists():
        raise problem_of(
            "receive-target",
            str(target),
            expected="a folder that is not there yet",
            fix="Name another one; what was received before is not replaced",
        )
    with new_folder(target, files_below) as part:
        return _take(package, part, trust, own, holder)


def verify(package: Path, trust: Trust, own: Own, holder: Holder) -> Received:
    """Check a package as `receive` does, and take nothing in."""
    with tempfile.TemporaryDirectory(prefix=".soilbio-", dir=package.resolve().parent) as scratch:
        return _take(package, Path(scratch) / "content", trust, own, holder)


def _take(package: Path, part: Path, trust: Trust, own: Own, holder: Holder) -> Received:
    part.mkdir(exist_ok=True)
    if package.is_dir():
        manifest, entries = _from_folder(package, part, trust)
    elif package.is_file():
        with package.open("rb") as file, _plain(file, package, own) as stream:
            manifest, entries = _from_stream(stream, part, trust, str(package))
    else:
        raise problem_of(
            "package-none",
            str(package),
            expected="a file or folder that `soilbio seal` wrote",
            fix="Correct the path",
        )
    checked = check_contents(part, holder, str(package))
    return Received(sha256(manifest).hexdigest(), tuple(entries), checked)


@contextmanager
def _plain(file: BinaryIO, package: Path, own: Own) -> Iterator[BinaryIO]:
    """Give the tar of a package, decrypted if it is encrypted."""
    begins = file.read(len(MAGIC))
    file.seek(0)
    if begins != MAGIC:
        yield file
        return
    if own.key is None:
        raise problem_of(
            "package-encrypted",
            str(package),
            expected="your private key, as the package is encrypted",
            fix="Name it with --key",
        )
    key = private_key(own.key, own.passphrase)
    with decrypting(file, str(package), key) as stream:
        yield stream


def _from_stream(
    stream: BinaryIO, part: Path, trust: Trust, source: str
) -> tuple[bytes, Sequence[Entry]]:
    """Copy the files of a tar; the list and its signature come first and are checked first."""
    reader = Reader(stream, source)
    manifest, signature = reader.first(MANIFEST), reader.first(SIGNATURE)
    entries = read_manifest(manifest, source)
    told = _package_first(reader, entries, part, source)
    _check_signature(manifest, signature, told, trust, source)
    _check_room(entries, part, source)
    for entry in entries[1:]:
        _write(entry, reader.copy(entry), part)
    reader.end()
    _keep(part, manifest, signature)
    return manifest, entries


def _package_first(reader: Reader, entries: Sequence[Entry], part: Path, source: str) -> str:
    """Copy what the package says of itself, which names the sender; return the name."""
    if not entries or entries[0].path != PACKAGE:
        raise missing(PACKAGE, source)
    if entries[0].bytes > 1 << 20:
        raise changed(PACKAGE, source)
    _write(entries[0], reader.copy(entries[0]), part)
    return read_package(part / PACKAGE, source).sender


def _from_folder(package: Path, part: Path, trust: Trust) -> tuple[bytes, Sequence[Entry]]:
    """Copy the files of a folder, each checked on the way."""
    source = str(package)
    there = _files_in(package, source)
    for name in (MANIFEST, SIGNATURE, PACKAGE):
        if name not in there:
            raise missing(name, source)
    manifest, signature = there[MANIFEST].read_bytes(), there[SIGNATURE].read_bytes()
    entries = read_manifest(manifest, source)
    _check_signature(
        manifest, signature, read_package(there[PACKAGE], source).sender, trust, source
    )
    _check_room(entries, part, source)
    listed = {entry.path for entry in entries}
    for name in sorted(there.keys() - listed - {MANIFEST, SIGNATURE}):
        raise extra(name, source)
    for entry in entries:
        if entry.path not in there:
            raise missing(entry.path, source)
        _write(entry, _pieces(there[entry.path], entry, source), part)
    _keep(part, manifest, signature)
    return manifest, entries


def _files_in(package: Path, source: str) -> dict[str, Path]:
    found = {}
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise problem_of(
                "package-link",
                source,
                found=name,
                expected="plain files, no links",
                fix="Do not use the package; tell who sent it",
            )
        if path.is_file():
            found[name] = path
    return found


def _pieces(path: Path, entry: Entry, source: str) -> Iterator[bytes]:
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
            if size > entry.bytes:
                break
            yield piece
    if (size, digest.hexdigest()) != (entry.bytes, entry.sha256):
        raise changed(entry.path, source)


def _write(entry: Entry, pieces: Iterator[bytes], part: Path) -> None:
    """Write a file; its path was found to lie inside when the list was read."""
    target = part / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        for piece in pieces:
            file.write(piece)


def _keep(part: Path, manifest: bytes, signature: bytes) -> None:
    """Keep the list and its signature: they prove what was received from whom."""
    (part / MANIFEST).write_bytes(manifest)
    (part / SIGNATURE).write_bytes(signature)


def _check_room(entries: Sequence[Entry], part: Path, source: str) -> None:
    needed, free = sum(entry.bytes for entry in entries), shutil.disk_usage(part).free
    if needed > free:
        raise problem_of(
            "package-room",
            source,
            found=f"{needed:,} bytes",
            expected=f"no more than the {free:,} bytes that are free",
            fix="Make room, or receive it on another disk",
        )


def _check_signature(
    manifest: bytes, signature: bytes, sender: str, trust: Trust, source: str
) -> None:
    """Check that the sender, whom the receiver trusts, signed the list; say what is wrong."""
    armour = signature.decode("utf-8", errors="replace")
    try:
        allowed = trust.allowed.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise problem_of(
            "trust-unreadable",
            str(trust.allowed),
            expected="OpenSSH's file of allowed signers",
            fix=f"Write a line `{sender} KEY` of each sender that you trust (ssh-keygen(1))",
        ) from None
    if trust.revoked is not None and not trust.revoked.is_file():
        raise problem_of(
            "trust-unreadable",
            str(trust.revoked),
            expected="a list of revoked keys",
            fix="Correct the path",
        )
    if not is_sound(manifest, armour, NAMESPACE):
        raise problem_of(
            "package-signature",
            source,
            expected="a list of files with the signature that the sender made for it",
            fix="Get the package again; if it is the same, tell the sender. ssh-keygen must be"
            " installed",
        )
    who = (sender, allowed)
    if not is_by(manifest, armour, NAMESPACE, who):
        raise problem_of(
            "package-signer",
            source,
            found=sender,
            expected=f"a key that {trust.allowed.name} knows as this sender's",
            fix="Ask the sender by another way for the key, and add it if it is theirs",
        )
    if trust.revoked is not None and not is_by(manifest, armour, NAMESPACE, who, trust.revoked):
        raise problem_of(
            "package-revoked",
            source,
            found=sender,
            expected="a key that is not revoked",
            fix="Ask the sender to seal it again with their new key",
        )
