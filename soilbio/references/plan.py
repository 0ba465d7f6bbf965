"""What a project needs of references: how large, how much memory, and whether it fits here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from soilbio.references.entries import PROFILERS, Entry
from soilbio.references.machine import (
    disk_of_entry,
    fitting,
    memory_of,
    memory_of_entry,
)
from soilbio.references.manifest import (
    DESCRIPTION,
    database_at,
    describe,
    engine_of,
    installed,
    locate_database,
)

# States of what cannot be got by its name, and of what can.
MISSING = ("not named", "not there")
TO_GET = "to get"
# What is no profiler's, and of which a project may name files of its own.
GENOME = "genome"


@dataclass(frozen=True, slots=True)
class Need:
    """A reference that a project uses: its name or path, the engine, and what for.

    `path` is where it lies, if it is (or would be) a database; None for sequences of amplicons.
    `memory_bytes` is what a job takes that holds it together with others, as genomes are held.
    """

    name: str
    engine: str
    used_by: str
    path: Path | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a need costs; None is not known, `is_estimated`: memory is not as published.

    `peak_bytes` is the disk that getting it takes at most, packed and unpacked.
    """

    need: Need
    state: str
    download_bytes: int | None
    disk_bytes: int | None
    memory_bytes: int | None
    is_estimated: bool
    checksums: str
    peak_bytes: int = 0

    def fits(self, memory: int) -> bool | None:
        """Tell whether it fits into so much memory; None, if that is not known."""
        return None if self.memory_bytes is None else self.memory_bytes <= memory


def plan(needs: Iterable[Need], manifest: Mapping[str, Entry], root: Path) -> list[Planned]:
    """Look each need up: installed, a path of the user's, to be got, or unknown."""
    return [_planned(need, manifest.get(need.name), root) for need in needs]


def _planned(need: Need, entry: Entry | None, root: Path) -> Planned:
    is_own = need.engine == GENOME and need.path is not None
    is_there = not is_own and (root / need.name / DESCRIPTION).is_file()
    if need.path is not None and need.path.exists():
        known = database_at(need.path, root)
        size = size_of(root / known.name if known else need.path)
        is_profiler = need.engine in PROFILERS
        memory = memory_of(need.engine, need.path) if is_profiler else need.memory_bytes
        state = "installed" if known else "own file"
        return Planned(need, state, 0, size, memory, is_estimated=True, checksums="")
    if is_there:
        size = size_of(root / need.name)
        memory = need.memory_bytes
        return Planned(need, "installed", 0, size, memory, is_estimated=True, checksums="")
    if entry is None or is_own:
        state = "not named" if need.path is None and need.engine in PROFILERS else "not there"
        return Planned(need, state, None, None, None, is_estimated=False, checksums="")
    return Planned(
        need,
        TO_GET,
        entry.download_bytes,
        disk_of_entry(entry),
        need.memory_bytes or memory_of_entry(entry),
        is_estimated=entry.memory_bytes is None,
        checksums=entry.checksums(),
        peak_bytes=(entry.download_bytes or 0) + (entry.disk_bytes or 0),
    )


def size_of(path: Path) -> int:
    """Add up the bytes of a file, or of all in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def advice(
    planned: Iterable[Planned], manifest: Mapping[str, Entry], memory: int
) -> list[tuple[str, list[str]]]:
    """For each profiler whose database does not fit or is not named: those that would fit."""
    return [
        (item.need.engine, fitting(manifest, item.need.engine, memory))
        for item in planned
        if item.need.engine in PROFILERS and (item.state in MISSING or item.fits(memory) is False)
    ]


def suggested(
    engine: str, manifest: Mapping[str, Entry], memory: int, root: Path | None = None
) -> str | None:
    """Name the largest database of a profiler that fits into memory: of those installed, else any.

    None, where none fits.
    """
    there = [name for name in installed(root) if engine_of(describe(name, root)) == engine]
    needs = {name: memory_of(engine, locate_database(name, engine, root).path) for name in there}
    fit = sorted(
        (name for name, needed in needs.items() if needed <= memory),
        key=lambda name: (-needs[name], name),
    )
    return next(iter(fit or fitting(manifest, engine, memory)), None)
