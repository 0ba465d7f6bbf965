"""LotuS2: its output folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Advised, Found, first_of, one_of
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated

_TABLE = ("OTU.txt",)
_LINEAGES = ("hiera_BLAST.txt", "hiera_RDP.txt")
_SEQUENCES = ("OTU.fna",)
_LOG = ("LotuSLogS/LotuS_run.log", "LotuSLogS/*.log")
_VERSION = re.compile(r"LotuS(?:2)?\s+v?(?:ersion\s+)?(\d+\.\d+[.\w]*)", re.IGNORECASE)


def recognise(source: Path) -> str:
    """Tell why a folder is LotuS2's."""
    if not source.is_dir() or not first_of(source, _TABLE):
        return ""
    beside = first_of(source, (*_LINEAGES, *_SEQUENCES))
    return f"it holds OTU.txt and {beside.name}" if beside else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read OTUs or ASVs, lineages and sequences; `?` is a rank without a name."""
    told = stated(options)
    folder = sources[0]
    optional = (first_of(folder, _LINEAGES), first_of(folder, _SEQUENCES))
    files = [one_of(folder, _TABLE, "the table of OTUs"), *(path for path in optional if path)]
    found = together(files, sort_out(files, told), told, rows="features")
    log = first_of(folder, _LOG)
    version = _VERSION.search(log.read_text(errors="replace")) if log else None
    if version:
        found.method["engine_version"] = f"LotuS2 {version[1]}"
    fact, advice = "which clustering LotuS2 used is not in its tables", ": engine is to be stated"
    found.notes.append(Advised(fact, advice))
    return found
