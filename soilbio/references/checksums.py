"""Checksums of what was downloaded: those published, and those of what was accepted without."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from soilbio.errors import InputError, problem_of
from soilbio.references.disk import atomic_text
from soilbio.references.entries import Entry, Source
from soilbio.references.manifest import sha256_of

ACCEPTED = ".accepted"
_LINE = re.compile(r"^\s*(?:([0-9a-fA-F]{32})\s+[*]?(\S+)|MD5 \((\S+)\) = ([0-9a-fA-F]{32}))\s*$")


def md5_of(path: Path) -> str:
    """MD5 of a file; publishers use it against damage, not against deceit."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, _md5).hexdigest()


def _md5() -> hashlib._Hash:
    return hashlib.md5(usedforsecurity=False)


def parse_md5_list(text: str) -> dict[str, str]:
    """Read lines `md5  path` (or `MD5 (path) = md5`) as MD5 by bare file name."""
    found = {}
    for line in text.splitlines():
        if match := _LINE.match(line):
            digest, path = (match[1], match[2]) if match[1] else (match[4], match[3])
            found[path.rpartition("/")[2]] = digest.lower()
    return found


def sequence_md5(path: Path) -> str:
    """MD5 of the sequences of a FASTA file, one after the other, in upper case."""
    from soilbio.references.build import read_sequences

    digest = _md5()
    for _, sequence in read_sequences(path):
        digest.update(sequence.encode())
    return digest.hexdigest()


def mismatch(source: Source, path: Path, listed: Mapping[str, str], accepted: str | None) -> str:
    """Say how a file differs from what is published or was accepted; empty, if it does not.

    Parameters
    ----------
    source : Source
        What is known of it.
    path : Path
        The file, whole.
    listed : mapping
        MD5 by name, of its publisher's list.
    accepted : str or None
        SHA-256 of the file of that name that was accepted before.

    """
    if source.size_bytes is not None and path.stat().st_size != source.size_bytes:
        return f"{path.stat().st_size} bytes instead of {source.size_bytes}"
    checks: list[tuple[str, str | None, Callable[[Path], str]]] = [
        ("SHA-256", source.sha256, sha256_of),
        ("SHA-256", accepted, sha256_of),
        ("MD5", source.md5, md5_of),
        ("MD5", listed.get(source.name), md5_of),
        ("MD5 of the sequence", source.sequence_md5, sequence_md5),
    ]
    for kind, wanted, compute in checks:
        if wanted and (found := compute(path)) != wanted:
            return f"{kind} {found} instead of {wanted}"
    return ""


def read_accepted(root: Path, entry: Entry) -> dict[str, str]:
    """Read the SHA-256 of the files that were accepted of this version without a published one."""
    known = _noted(root, entry)
    return {
        file.name: known[key] for file in entry.files if (key := _key(entry, file.name)) in known
    }


def note_accepted(root: Path, entry: Entry, sums: Mapping[str, str]) -> None:
    """Note the SHA-256 of files of a reference; later copies of its version are held to them."""
    known = _noted(root, entry) | {_key(entry, name): digest for name, digest in sums.items()}
    with atomic_text(root / ACCEPTED / f"{entry.name}.json") as handle:
        handle.write(json.dumps(known, indent=2, sort_keys=True) + "\n")


def _noted(root: Path, entry: Entry) -> dict[str, str]:
    path = root / ACCEPTED / f"{entry.name}.json"
    if not path.is_file():
        return {}
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return known


def _key(entry: Entry, file: str) -> str:
    """Tell files of one name apart by the version of their reference."""
    return f"{entry.version}: {file}"


def require_checksums(entry: Entry, accepted: Mapping[str, str], *, is_accepted: bool) -> None:
    """Refuse files of which nobody publishes a checksum, unless the user takes them as they come.

    Raises
    ------
    InputError
        `reference-unverified`.

    """
    bare = [file for file in entry.files if not file.is_verifiable and file.name not in accepted]
    if bare and not is_accepted:
        raise problem_of(
            "reference-unverified",
            entry.name,
            found=", ".join(file.name for file in bare),
            expected="a checksum that its publisher names"
            f" ({entry.unknown.get('sha256', 'none is known')})",
            fix="If you trust the source, run the command again with --accept-unverified: its"
            " SHA-256 is noted, and every later copy is held to it",
        )


def wrong_checksum(where: str, expected: str, found: str) -> InputError:
    """Say that a file is not the one known; it is not kept."""
    return problem_of(
        "reference-checksum",
        where,
        found=found,
        expected=expected,
        fix="Get it again; this one is damaged, cut short or another version",
    )
