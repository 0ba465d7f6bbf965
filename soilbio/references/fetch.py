"""Get a reference and check it: by HTTP, by pip, or from files that were carried in."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from soilbio.errors import InputError, problem_of
from soilbio.references.checksums import (
    mismatch,
    note_accepted,
    parse_md5_list,
    read_accepted,
    require_checksums,
    wrong_checksum,
)
from soilbio.references.disk import writing_to
from soilbio.references.download import Patience, download, fetch_text, require_space
from soilbio.references.entries import Entry, Source
from soilbio.references.from_pip import fill_by_pip
from soilbio.references.layouts import DATABASE_NAMES, Installed, lay_out
from soilbio.references.manifest import (
    DESCRIPTION,
    LINEAGES,
    SEQUENCES,
    describe,
    references_root,
    sha256_of,
    sha256_of_sums,
)

DOWNLOADS = ".downloads"
# A download with these faults is not what it should be: it would only fail again.
_WRONG_CONTENT = ("reference-checksum", "reference-archive", "reference-file-unreadable")


@dataclass(frozen=True, slots=True)
class Asked:
    """How to get a reference.

    `carried` are files that were got elsewhere: nothing is downloaded then. `is_accepted`: take
    what has no published checksum as it comes, and hold later copies to it.
    """

    carried: tuple[Path, ...] = ()
    is_accepted: bool = False
    patience: Patience = field(default_factory=Patience)


def get_reference(
    entry: Entry, *, root: Path | None = None, asked: Asked | None = None
) -> tuple[Path, bool]:
    """Install a reference, unless it is there and whole; safe when several processes do it.

    Parameters
    ----------
    entry : Entry
        What to install.
    root : Path, optional
        Folder of all references.
    asked : Asked, optional
        How.

    Returns
    -------
    tuple of Path and bool
        The folder of the installed reference, and whether anything had to be done.

    Raises
    ------
    InputError
        If it cannot be got, is not the one expected, or cannot be written. What was installed
        before is as it was; of downloads, what came so far is kept for the next time.

    """
    root = root or references_root()
    asked = asked or Asked()
    folder = root / entry.name
    with writing_to(root, remedy="set SOILBIO_REFERENCES to a folder on another disk"):
        root.mkdir(parents=True, exist_ok=True)
        with locked(root, entry.name, asked.patience):
            if is_whole(entry, folder):
                return folder, False
            with part_of(root, entry.name) as part:
                _fill(entry, part, root, asked)
                put_in_place(part, folder)
            shutil.rmtree(root / DOWNLOADS / entry.name, ignore_errors=True)
    return folder, True


@contextmanager
def locked(root: Path, name: str, patience: Patience | None = None) -> Iterator[None]:
    """Be the only process that installs a reference; wait for another, and say so."""
    with (root / f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if patience:
                patience.tell(f"another process is installing {name}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def part_of(root: Path, name: str) -> Iterator[Path]:
    """Give a folder to fill beside the final one; gone at the end, whatever happens."""
    part = root / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def is_whole(entry: Entry, folder: Path) -> bool:
    """Tell whether an installed reference is the one of the manifest.

    Sequences are held to their checksums; of databases, which may be hundreds of gigabytes, only
    names and sizes are looked at: `soilbio reference verify` computes their checksums.
    """
    if not (folder / DESCRIPTION).is_file():
        return False
    if entry.sequences and entry.lineages:
        wanted = {SEQUENCES: entry.sequences.sha256, LINEAGES: entry.lineages.sha256}
        return _holds(folder, wanted)
    known = describe(folder.name, folder.parent)
    if known["version"] != entry.version or "sizes" not in known:
        return False
    if entry.engine == "amplicons":
        return _holds(folder, known["files"])
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size
        for name, size in known["sizes"].items()
    )


def _holds(folder: Path, sums: Mapping[str, str]) -> bool:
    return all(
        (folder / name).is_file() and sha256_of(folder / name) == digest
        for name, digest in sums.items()
    )


def _fill(entry: Entry, part: Path, root: Path, asked: Asked) -> None:
    """Make the content of the reference's folder."""
    if entry.kind == "files":
        _fill_of_files(entry, part, root, asked)
        return
    fill_by_pip(entry, part, asked.carried[0] if asked.carried else None)
    write_description(
        entry_facts(entry) | {"source": entry.source, "archive_sha256": entry.sha256},
        Installed("", LINEAGES),
        part,
    )


def _fill_of_files(entry: Entry, part: Path, root: Path, asked: Asked) -> None:
    accepted = read_accepted(root, entry)
    require_checksums(entry, accepted, is_accepted=asked.is_accepted)
    if not asked.carried:
        needed = (entry.download_bytes or 0) + (entry.disk_bytes or 0)
        held = _bytes_in(root / DOWNLOADS / entry.name)
        require_space(root, max(0, needed - held), f"{entry.name}, packed and unpacked")
    listed = {file.name: _listed(entry, file, asked) for file in entry.files}
    files, sums = {}, {}
    for file in entry.files:
        own = listed[file.name] if file.md5_of == "file" else {}
        check = partial(mismatch, file, listed=own, accepted=accepted.get(file.name))
        if asked.carried:
            files[file.name] = _take(entry, file, check, part, asked)
        else:
            files[file.name] = _get(entry, file, check, root, asked)
        sums[file.name] = sha256_of(files[file.name])
    members = {
        name: digest
        for file in entry.files
        if file.md5_of == "members"
        for name, digest in listed[file.name].items()
    }
    try:
        laid_out = lay_out(entry, files, members, part)
    except InputError as error:
        if all(problem.code in _WRONG_CONTENT for problem in error.problems):
            shutil.rmtree(root / DOWNLOADS / entry.name, ignore_errors=True)
        raise
    shutil.rmtree(part / "carried", ignore_errors=True)
    bare = {file.name: sums[file.name] for file in entry.files if not file.is_verifiable}
    if bare:
        note_accepted(root, entry, bare)
    facts: dict[str, Any] = {
        "source": {file.name: file.urls[0] for file in entry.files},
        "downloads": sums,
    }
    facts["checked_by"] = entry.checksums()
    write_description(entry_facts(entry) | facts, laid_out, part)


def _get(
    entry: Entry, file: Source, check: Callable[[Path], str], root: Path, asked: Asked
) -> Path:
    """Download a file."""
    if file.bytes and file.bytes > 1e8:
        asked.patience.tell(f"{file.name}: {file.bytes / 1e9:.3g} GB")
    return download(file, root / DOWNLOADS / entry.name, check, asked.patience)


def _take(
    entry: Entry, file: Source, check: Callable[[Path], str], part: Path, asked: Asked
) -> Path:
    """Find a file among those that were carried in; sketches are copied, to be moved in place."""
    source = _carried(file.name, asked.carried, is_only=len(entry.files) == 1)
    if wrong := check(source):
        raise wrong_checksum(str(source), f"the file {file.name} that is known", wrong)
    if entry.layout not in DATABASE_NAMES:
        return source
    copies = part / "carried"
    copies.mkdir(exist_ok=True)
    require_space(copies, source.stat().st_size, file.name)
    return Path(shutil.copyfile(source, copies / file.name))


def _carried(name: str, carried: Sequence[Path], *, is_only: bool) -> Path:
    """Find the file of that name among those carried in; a single one may be named otherwise."""
    found = next((path for path in carried if path.name == name), None)
    if found is None and is_only and len(carried) == 1:
        found = carried[0]
    if found is None or not found.is_file():
        raise problem_of(
            "reference-file-missing",
            str(found or carried[0]),
            expected=f"the file {name}",
            fix="Give it with --from, once for each file, under its own name",
        )
    return found


def _listed(entry: Entry, file: Source, asked: Asked) -> dict[str, str]:
    """Read the publisher's list of MD5 of a file or its members: got, or carried in."""
    if not file.md5_list:
        return {}
    name = file.md5_list.rpartition("/")[2]
    if not asked.carried:
        listed = parse_md5_list(fetch_text(file.md5_list, asked.patience))
    else:
        found = next((path for path in asked.carried if path.name == name), None)
        if found is None:
            if asked.is_accepted:
                return {}
            raise problem_of(
                "reference-file-missing",
                entry.name,
                expected=f"the list of checksums {name} ({file.md5_list})",
                fix="Give it with another --from, or add --accept-unverified",
            )
        listed = parse_md5_list(found.read_text(encoding="utf-8", errors="replace"))
    if file.md5_of == "file" and file.name not in listed:
        raise wrong_checksum(file.md5_list, f"MD5 of {file.name}", "none in the list")
    return listed


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())


def entry_facts(entry: Entry) -> dict[str, Any]:
    """Say of an installed reference what the manifest says of it."""
    facts = {
        "name": entry.name,
        "title": entry.title,
        "version": entry.version,
        "licence": entry.licence,
        "engine": entry.engine,
    }
    more = {"doi": entry.doi, "citation": entry.citation, "attribution": entry.attribution}
    return facts | {key: text for key, text in more.items() if text}


def write_description(facts: Mapping[str, Any], laid_out: Installed, part: Path) -> str:
    """Note beside a reference what it is, and the SHA-256 of its files; return that of all."""
    paths = sorted(path for path in part.iterdir() if path.is_file())
    sums = {path.name: sha256_of(path) for path in paths}
    is_amplicons = facts["engine"] == "amplicons"
    digest = sha256_of(part / SEQUENCES, part / LINEAGES) if is_amplicons else sha256_of_sums(sums)
    description = {
        **facts,
        "database": laid_out.database,
        "lineages": laid_out.lineages,
        "sha256": digest,
        "files": sums,
        "sizes": {path.name: path.stat().st_size for path in paths},
    }
    text = json.dumps(description, indent=2) + "\n"
    (part / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")
    return digest


def put_in_place(part: Path, target: Path) -> None:
    """Give a finished folder its name; a damaged one of that name makes room."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    part.replace(target)
    shutil.rmtree(old, ignore_errors=True)
