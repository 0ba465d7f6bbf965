"""Libraries that failed and have other reads since: their accounts are of no file any more."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from soilbio.metadata.sheet import Library


def forget_mended(
    results: Path, libraries: Mapping[str, Library], late: Collection[str]
) -> list[str]:
    """Remove the accounts of failed and empty libraries whose reads were replaced; name these.

    Rules see reads of another size or time (`soilbio.metadata.file_state`). What is mended may
    have both as it was, as a file that `rsync --archive --checksum` brings again. The system notes
    when it was put there; but also when its permissions are changed, which must not run all
    that is well again, so this is looked at here, of those libraries alone.

    Parameters
    ----------
    results : Path
        Of the project.
    libraries : mapping of str to Library
        As they were sequenced, by id.
    late : collection of str
        Libraries with which an engine could do nothing, whatever their accounts say.

    """
    mended = []
    for name, library in libraries.items():
        accounts = [
            results / "profile" / library.assay / "reads_left" / f"{name}.json",
            results / "shotgun" / "clean" / f"{name}.json",
        ]
        failed = [path for path in accounts if path.is_file() and (name in late or _failed(path))]
        if failed and _is_replaced(failed[0], (library.fastq_1, library.fastq_2)):
            for path in (*failed, *results.glob(f"quality/*/{name}.fastp.json")):
                path.unlink()
            mended.append(name)
    return mended


def _failed(account: Path) -> bool:
    try:
        return bool(json.loads(account.read_text(encoding="utf-8"))["status"] != "ok")
    except (ValueError, KeyError):
        return False


def _is_replaced(account: Path, reads: Iterable[Path | None]) -> bool:
    """Tell whether something was done to the reads since the account was written."""
    written = account.stat().st_mtime_ns
    return any(path.is_file() and path.stat().st_ctime_ns > written for path in reads if path)
