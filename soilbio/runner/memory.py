"""How much memory Snakemake may give to jobs that run together on this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from soilbio.runner.profiles import read_profile

_RESOURCES = ("--resources", "--res")
_EXECUTOR = re.compile(r"(?:--executor|-e)(?:=?(.+))?")
# Snakemake runs jobs on this machine with these; with all others elsewhere.
_HERE = ("local", "dryrun", "touch")


def within_memory(passed_on: Sequence[str], profiles: Sequence[str], memory: int) -> list[str]:
    """Add to a user's flags that jobs share this machine's memory, unless that is theirs to say.

    Parameters
    ----------
    passed_on : sequence of str
        The flags for Snakemake.
    profiles : sequence of str
        Folders, files or names of profiles.
    memory : int
        In bytes. A job that asks for more has all of it, and runs alone.

    Returns
    -------
    list of str
        The flags, as they are where they or a profile name an executor of a cluster, or memory.

    """
    stated = _stated(passed_on)
    more = [one for profile in profiles for one in _resources(read_profile(profile))]
    if not has_jobs_here(passed_on, profiles) or any(
        one.startswith("mem") for one in stated or more
    ):
        return list(passed_on)
    # Resources of the command line replace those of a profile.
    own = [f"mem_mb={memory // 10**6}", *([] if stated else more)]
    for place, word in enumerate(passed_on):
        name, _, value = word.partition("=")
        if name in _RESOURCES:
            return [*passed_on[:place], name, *own, *filter(None, [value]), *passed_on[place + 1 :]]
    # Words that follow would be taken for resources, too; after `--` all are files to make.
    end = passed_on.index("--") if "--" in passed_on else len(passed_on)
    return [*passed_on[:end], _RESOURCES[0], *own, *passed_on[end:]]


def has_jobs_here(passed_on: Sequence[str], profiles: Sequence[str]) -> bool:
    """Tell whether flags and profiles leave Snakemake's jobs on this machine."""
    said = (read_profile(profile).get("executor") for profile in profiles)
    return (_executor(passed_on) or next(filter(None, said), "")) in ("", *_HERE)


def _stated(flags: Sequence[str]) -> list[str]:
    """List the resources that flags state."""
    found: list[str] = []
    is_inside = False
    for word in flags:
        name, _, value = word.partition("=")
        if word.startswith("-"):
            is_inside = name in _RESOURCES
            found += [value] if is_inside and value else []
        elif is_inside:
            found.append(word)
    return found


def _executor(flags: Sequence[str]) -> str:
    for place, word in enumerate(flags):
        if match := _EXECUTOR.fullmatch(word):
            return match[1] or "".join(flags[place + 1 : place + 2])
    return ""


def _resources(settings: Mapping[str, Any]) -> list[str]:
    """List what a profile states as `resources`, as words of the command line."""
    stated = settings.get("resources") or []
    if isinstance(stated, Mapping):
        return [f"{name}={value}" for name, value in stated.items()]
    return [str(one) for one in (stated if isinstance(stated, list) else [stated])]
