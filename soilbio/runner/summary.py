"""What became of each library: done, empty or failed, with the reason."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path

_SHOWN = 20


def summarise(results: Path, libraries: Container[str], *, is_finished: bool = True) -> str:
    """Count the libraries of the sheet by status and name those that are not done.

    Reads the libraries' own accounts, so it also tells of a run that stopped half-way: then none
    is done, but the reads of some are prepared.
    """
    accounts = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(results.glob("profile/*/reads_left/*.json"))
    ]
    accounts = [account for account in accounts if account["library_id"] in libraries]
    accounts.sort(key=lambda account: str(account["library_id"]))
    late = _late_failures(results)
    for account in accounts:
        if account["status"] == "ok" and account["library_id"] in late:
            account.update(status="failed", status_reason=late[account["library_id"]])
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


def _late_failures(results: Path) -> dict[str, str]:
    """Read which libraries an engine could do nothing with, and why."""
    found = {}
    for path in sorted(results.glob("profile/*/tracking.tsv")):
        header, *rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
        place = header.index("failure")
        found.update({row[0]: row[place] for row in rows if row[place]})
    return found
