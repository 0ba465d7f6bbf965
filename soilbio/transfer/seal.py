"""An export → a package: listed, signed by the sender, encrypted for its recipients if asked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from soilbio import __version__
from soilbio.dataset.folder import files_below, new_folder
from soilbio.errors import problem_of
from soilbio.exporters.package import AGREEMENTS, DECISION
from soilbio.ssh_signatures import sign
from soilbio.transfer.crypt import encrypt, public_keys
from soilbio.transfer.manifest import MANIFEST, SIGNATURE, Entry, entries_of, text_of
from soilbio.transfer.tar import PieceReader, parts_of

NAMESPACE = "soilbio-package"
PACKAGE = "package.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: a ROR, and the OpenSSH key that signs."""

    ror: str
    key: Path


@dataclass(frozen=True, slots=True)
class Sealed:
    """A package that was written: the SHA-256 of its list, and what is in it."""

    digest: str
    files: int
    bytes: int
    is_encrypted: bool


def seal(
    export: Path,
    target: Path,
    sender: Sender,
    keys: Sequence[Path] = (),
    *,
    is_folder: bool = False,
) -> Sealed:
    """Write an export as a package.

    Parameters
    ----------
    export : Path
        A folder that `soilbio export` wrote for a partner.
    target : Path
        The file, or the folder, to write; it is there when it is whole.
    sender : Sender
        Who sends it.
    keys : sequence of Path
        The recipients' OpenSSH ed25519 public keys; the package is encrypted if there is any.
    is_folder : bool
        Whether to write a folder instead of a file; a folder is not encrypted.

    Raises
    ------
    InputError
        If the folder is no such export or was changed, if an agreement asks for encryption and no
        key is named, or if a key cannot be used.

    """
    decision = _decision(export)
    is_asked = any(
        duty["kind"] == "encryption" for one in decision["decisions"] for duty in one["duties"]
    )
    if is_asked and not keys:
        raise problem_of(
            "seal-encryption",
            "--to",
            expected="the recipient's public key: an agreement in force asks for encryption",
            fix="Name the key with --to; a folder cannot be encrypted",
        )
    recipients = public_keys(keys)
    listed = entries_of(export)
    _check_unchanged(decision, listed, export)
    package = _package(decision, sender, bool(recipients))
    entries = [Entry(PACKAGE, len(package), sha256(package).hexdigest()), *listed]
    manifest = text_of(entries)
    signature = sign(manifest, sender.key, NAMESPACE).encode()
    first = {MANIFEST: manifest, SIGNATURE: signature, PACKAGE: package}
    if is_folder:
        _write_folder(export, target, first, listed)
    else:
        with _new_file(target) as file:
            _write_tar(file, recipients, parts_of(first, export, listed))
    size = sum(one.bytes for one in entries)
    return Sealed(sha256(manifest).hexdigest(), len(entries), size, bool(recipients))


def _decision(export: Path) -> dict[str, Any]:
    """Read what was decided; refuse a folder that is no export with its agreements."""
    try:
        found = json.loads((export / DECISION).read_bytes())
        is_export = isinstance(found["files"], list) and "refused" not in found
    except (OSError, ValueError, KeyError, TypeError):
        is_export = False
    if not is_export:
        raise problem_of(
            "seal-export",
            str(export),
            expected="a folder that `soilbio export` wrote, not a refusal",
            fix="Export what the recipient may have first",
        )
    if not list((export / AGREEMENTS).glob("*.yaml")):
        raise problem_of(
            "seal-agreement",
            str(export),
            found=f"an export for {found['recipient']} without the agreements' texts",
            expected="the agreements in force beside the data",
            fix="Export for the consortium or a party, by its ROR; the public needs no seal",
        )
    decision: dict[str, Any] = found
    return decision


def _check_unchanged(decision: Mapping[str, Any], listed: Sequence[Entry], export: Path) -> None:
    """Refuse an export that is not what was decided on any more."""
    decided = {one["name"]: one["sha256"] for one in decision["files"]}
    there = {one.path: one.sha256 for one in listed if one.path != DECISION}
    names = sorted(name for name in {*decided, *there} if decided.get(name) != there.get(name))
    if names:
        raise problem_of(
            "seal-changed",
            str(export),
            found=", ".join(names[:5]),
            expected="the files that the decision lists, unchanged",
            fix="Export again; what is added or changed by hand is under no decision",
        )


def _package(decision: Mapping[str, Any], sender: Sender, is_encrypted: bool) -> bytes:
    """Write what the package says of itself."""
    record = {
        "format": FORMAT,
        "soilbio": __version__,
        "sender": sender.ror,
        "recipient": decision["recipient"],
        "purpose": decision["purpose"],
        "date": decision["date"],
        "target": decision["target"],
        "encrypted": is_encrypted,
    }
    return f"{json.dumps(record, indent=1)}\n".encode()


def _write_folder(
    export: Path, target: Path, first: Mapping[str, bytes], listed: Sequence[Entry]
) -> None:
    if target.exists():
        raise problem_of(
            "seal-target",
            str(target),
            expected="a folder that is not there yet",
            fix="Name another one, or remove it",
        )
    with new_folder(target, files_below) as part:
        for name, content in first.items():
            (part / name).write_bytes(content)
        for entry in listed:
            (part / entry.path).parent.mkdir(parents=True, exist_ok=True)
            with (part / entry.path).open("wb") as file:
                _copy(entry, export / entry.path, file)


def _copy(entry: Entry, source: Path, target: BinaryIO) -> None:
    """Copy a file in pieces; that it is the listed one, its reader will check."""
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            target.write(piece)


def _write_tar(file: BinaryIO, recipients: Sequence[bytes], pieces: Iterator[bytes]) -> None:
    if recipients:
        encrypt(PieceReader(pieces), file, recipients)
        return
    for piece in pieces:
        file.write(piece)


@contextmanager
def _new_file(target: Path) -> Iterator[BinaryIO]:
    """Give a file that takes the target's name when it is whole and on disk."""
    if target.is_dir():
        raise problem_of(
            "seal-target", str(target), expected="a file to write", fix="Name a file, or --folder"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
