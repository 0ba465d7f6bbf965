"""MGnify: MAPseq hits (.mseq), tables of lineages by run, and the amplicon pipeline's ASVs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found, Taxon
from soilbio.importers.grid import open_text, read_grid
from soilbio.importers.profiles import Line, collect, library_of, wrong
from soilbio.importers.sides import sort_out, together

_LINEAGE = re.compile(r"^(?:sk|d|k)__\w*(?:;|$)")


def recognise(source: Path) -> str:
    """Tell why a file is MGnify's."""
    if not source.is_file() or not re.search(r"\.(?:mseq|tsv|txt)(?:\.gz)?$", source.name):
        return ""
    with open_text(source) as handle:
        start = [handle.readline() for _ in range(3)]
    if start[0].startswith("# mapseq"):
        return "hits of MAPseq"
    if start[0].startswith("ASV\t") and "Supergroup" in start[0]:
        return "taxa of ASVs, with supergroups"
    first = start[1].partition("\t")[0]
    return "its rows are lineages" if _LINEAGE.match(first) else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read hits of reads (one file a run), or tables."""
    if all(".mseq" in source.name for source in sources):
        versions: set[str] = set()
        found = collect(
            sources, lambda one: _hits(one, versions), shares=False, method={"engine": "mapseq"}
        )
        del found.method["library_strategy"]
        found.method["engine_version"] = ", ".join(sorted(versions))
        found.notes.append("a feature is a lineage: reads with one lineage are counted together")
        return found
    grids = [read_grid(source) for source in sources]
    if len(grids) == 1 and grids[0].rows and _LINEAGE.match(grids[0].rows[0]):
        found = together(sources, sort_out(sources), rows="features")
        found.features = {name: Taxon(lineage=name) for name in found.features}
        return found
    return together(sources, sort_out(sources), rows=str(options.get("rows", "")), convention=True)


def _hits(source: Path, versions: set[str]) -> dict[str, list[Line]]:
    """Count reads by lineage; reads without a hit are not in the file."""
    lineages: Counter[str] = Counter()
    column = -1
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
            if line.startswith("# mapseq"):
                versions.add(line[1:].strip().partition(" (")[0])
            elif line.startswith("#query"):
                # The lineage's column has the database's name as header, after empty ones.
                column = max(at for at, name in enumerate(cells) if name)
            elif column > 0 and len(cells) > column:
                lineages[cells[column]] += 1
            else:
                raise wrong(source, number, line, "columns of MAPseq, with a header #query")
    lines: list[Line] = [
        (lineage or "unassigned", Taxon(lineage=lineage), number)
        for lineage, number in sorted(lineages.items())
    ]
    return {library_of(source): lines}
