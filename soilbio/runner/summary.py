"""What became of each library: done, empty or failed, with the reason."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path

from soilbio.assemble.rows import fate_of

_SHOWN = 20


def summarise(results: Path, libraries: Mapping[str, str], *, is_finished: bool = True) -> str:
    """Count the libraries of the sheet, with their assays, by status; name those not done.

    Reads the libraries' own accounts, so it also tells of a run that stopped half-way: then none
    is done, but the reads of some are prepared. Of a finished run it says what the dataset does.
    """
    paths = [path for path in _accounts(results, libraries) if path.is_file()]
    accounts = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    tracking = _tracking(results, set(libraries.values()))
    for account in accounts:
        tracked = tracking.get(account["library_id"])
        # Of a run that stopped, numbers may be of the one before.
        if tracked and (is_finished or tracked["failure"]):
            account["status"], account["status_reason"] = fate_of(account, tracked)
    by_status = {
        status: [account for account in accounts if account["status"] == status]
        for status in ("ok", "empty", "failed")
    }
    done, empty, failed = (len(by_status[status]) for status in ("ok", "empty", "failed"))
    fate = "done" if is_finished else "with reads prepared"
    lines = [f"Libraries: {done} {fate}, {empty} empty, {failed} failed."]
    left = [*by_status["empty"], *by_status["failed"]]
    lines += [
        f"  {account['library_id']} {account['status']}: {account['status_reason']}"
        for account in left[:_SHOWN]
    ]
    if len(left) > _SHOWN:
        lines.append(f"  and {len(left) - _SHOWN} more; see the report's list of problems.")
    return "\n".join(lines)


def is_built(results: Path, libraries: Mapping[str, str]) -> bool:
    """Tell whether the dataset is of the reads that are prepared now: a part of a run leaves it."""
    package = results / "dataset" / "datapackage.json"
    times = [path.stat().st_mtime for path in _accounts(results, libraries) if path.is_file()]
    return package.is_file() and package.stat().st_mtime >= max(times, default=0.0)


def _accounts(results: Path, libraries: Mapping[str, str]) -> list[Path]:
    """Name the libraries' accounts; under another assay is what an older run left."""
    return [
        results / "profile" / libraries[name] / "reads_left" / f"{name}.json"
        for name in sorted(libraries)
    ]


def late_failures(results: Path, assays: Container[str]) -> set[str]:
    """Name the libraries that were well prepared and of which an engine made nothing."""
    return {
        name
        for name, tracked in _tracking(results, assays).items()
        if tracked["failure"] or not int(tracked["reads_nonchimeric"])
    }


def _tracking(results: Path, assays: Container[str]) -> dict[str, dict[str, str]]:
    """Read what engines say of each library."""
    found = {}
    for path in sorted(results.glob("profile/*/tracking.tsv")):
        if path.parent.name not in assays:
            continue
        header, *rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
        found.update({row[0]: dict(zip(header, row, strict=True)) for row in rows})
    return found
