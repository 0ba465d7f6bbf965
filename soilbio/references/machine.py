"""What a database needs of a machine, what this machine has, and what would fit."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.references.entries import Entry

# Bytes of memory for each byte of the file. Kraken 2 holds its table as it is on disk. sylph holds
# the sketches: 1.07 measured with pysylph, 1.15 by its publisher (15 GB for GTDB r220 of 13.1 GB).
# sourmash keeps those of a zip that share k-mers with the reads: its makers measured 4.3 GB with 65
# thousand genomes (1.7 GB) and 13.8 GB with 403 thousand (about 11 GB), of one metagenome each
# (sourmash issue 3232, sourmash_plugin_branchwater issue 10); other files it reads whole (3).
_FACTORS = {"kraken2": 1.0, "sylph": 1.15, "sourmash": 1.1}
_WHOLE_SIGNATURES = 3.0
# What files of signatures begin with, plain or packed, and SQLite's.
_NO_ZIP = (b"[", b"{", b"\x1f\x8b", b"SQLite")
# What a job takes besides; sylph and sourmash also hold sketches of the reads, of deep libraries.
_BESIDES = {"kraken2": 500_000_000, "sylph": 4_500_000_000, "sourmash": 2_000_000_000}
_UNLIMITED = 1 << 60


def memory_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """Say how much memory a process may use: SOILBIO_MEMORY_GB, or what the machine grants.

    Raises
    ------
    InputError
        `memory-value`, if SOILBIO_MEMORY_GB is no number.

    """
    stated = environment.get("SOILBIO_MEMORY_GB")
    if stated:
        try:
            return int(float(stated) * 1e9)
        except (ValueError, OverflowError) as error:
            raise problem_of(
                "memory-value",
                "SOILBIO_MEMORY_GB",
                found=stated,
                expected="gigabytes of memory, such as 64",
                fix="Correct it, or unset it: this machine's memory counts then",
            ) from error
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    limit = soft if soft != resource.RLIM_INFINITY else _UNLIMITED
    return min(physical, limit, *_control_groups(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")))


def _control_groups(own: Path, top: Path) -> list[int]:
    """Read the limits of the control groups that this process is in (jobs of a cluster are)."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        folder = top if not controllers else top / "memory"
        name = "memory.max" if not controllers else "memory.limit_in_bytes"
        if controllers and "memory" not in controllers.split(","):
            continue
        parts = Path(path.lstrip("/")).parts
        for depth in range(len(parts) + 1):
            found += _limit(folder.joinpath(*parts[:depth]) / name)
    return found


def _limit(path: Path) -> list[int]:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError:
        return []
    return [int(text)] if text.isdigit() else []


def memory_of(engine: str, path: Path) -> int:
    """Estimate the memory that a job of an engine takes with a database; it asks for just that."""
    table = path / "hash.k2d" if engine == "kraken2" else path
    size = table.stat().st_size if table.is_file() else 0
    is_read_whole = engine == "sourmash" and _is_read_whole(path)
    factor = _WHOLE_SIGNATURES if is_read_whole else _FACTORS[engine]
    return int(size * factor) + _BESIDES[engine]


def _is_read_whole(path: Path) -> bool:
    """Tell whether sourmash reads all of a file of sketches; installed ones are all named .zip."""
    if not path.is_file():
        return not path.name.endswith(".zip")
    with path.open("rb") as handle:
        return not path.name.endswith(".zip") or handle.read(6).startswith(_NO_ZIP)


def memory_of_entry(entry: Entry) -> int | None:
    """Say what memory a job takes with a reference: of a table as published, else estimated."""
    if entry.engine not in _FACTORS:
        return None
    size = next((file.bytes for file in entry.files if file.role == "database"), None)
    if entry.memory_bytes:
        return entry.memory_bytes + _BESIDES[entry.engine]
    return None if size is None else int(size * _FACTORS[entry.engine]) + _BESIDES[entry.engine]


def disk_of_entry(entry: Entry) -> int | None:
    """Say what disk an installed reference takes: as published, else what is downloaded."""
    return entry.disk_bytes or entry.download_bytes


def fitting(manifest: Mapping[str, Entry], engine: str, memory: int) -> list[str]:
    """Names of the references of an engine that fit into memory, the largest first."""
    sizes = {
        name: needed
        for name, entry in manifest.items()
        if entry.engine == engine and (needed := memory_of_entry(entry)) and needed <= memory
    }
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def what_would_fit(manifest: Mapping[str, Entry], engine: str, memory: int) -> str:
    """Say in words which references of the manifest fit into so much memory."""
    names = fitting(manifest, engine, memory)
    if names:
        return f"of those that soilbio knows, {', '.join(names)} would fit"
    others = {other: fitting(manifest, other, memory) for other in ("sourmash", "sylph", "kraken2")}
    found = [f"{names[0]} ({other})" for other, names in others.items() if names]
    none = f"none of {engine} that soilbio knows fits"
    return f"{none}; of other profilers {', '.join(found)} would" if found else none
