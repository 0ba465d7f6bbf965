"""Profiles of an earlier run, given again where all that they are made of is the same.

Trimmed reads do not stay. So what asks for them once more, be it one profiler that is added, has
them trimmed again, and Snakemake then runs all profilers of these reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from soilbio import __version__
from soilbio.profile.clean import Cleaned
from soilbio.profile.packing import needing_room, parts_of
from soilbio.references.identity import content_of


def give_or_make(
    target: Path, reads: Cleaned, made_of: Mapping[str, str], make: Callable[[], None]
) -> None:
    """Write the profile that was made of the same; if there is none, make it and keep a copy.

    The copy lies in a folder beside the profile, since Snakemake removes what a job is to write.

    Parameters
    ----------
    target : Path
    reads : Cleaned
        Trimmed reads, told by their content.
    made_of : mapping of str to str
        All else that the profile depends on: engine and version, options, content of databases.
    make : callable
        Writes the profile.

    """
    kept = target.parent / "made" / f"{target.stem}.json"
    told = {
        **made_of,
        "reads": " ".join(content_of(Path(path)) for path in reads.files()),
        "soilbio": __version__,
    }
    earlier = _read(kept)
    if earlier.get("made_of") == told:
        _write(target, earlier["profile"])
        return
    make()
    content = {"made_of": told, "profile": target.read_text(encoding="utf-8")}
    kept.parent.mkdir(exist_ok=True)
    _write(kept, json.dumps(content))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(path: Path, text: str) -> None:
    with needing_room(path), parts_of([path]) as (part,):
        part.write_text(text, encoding="utf-8")
