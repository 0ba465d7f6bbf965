"""MGnify: MAPseq's hits, their sums (by OTU, and as Krona takes them), lineages by run, ASVs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found, Taxon
from soilbio.importers.lineage_columns import rank_of
from soilbio.importers.profiles import Line, collect, library_of, wrong
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated
from soilbio.importers.text import open_text

# One run's reads: number and lineage (Krona's text), or OTU, number, lineage and taxid.
_KRONA = re.compile(r"^\d+(?:\.0)?\t(?:sk|d|k)__")
_OTUS = re.compile(r"^#? ?OTU ID\t[^\t]+\ttaxonomy\b")
_RUN = re.compile(r"(?:[._](?:SILVA|PR2|UNITE|ITSoneDB|SSU|LSU|ITS)[^.]*)+.*$")
_LINEAGE = re.compile(r"^(?:Root;|(?:sk|d|k)__\w*(?:;|$))")


def recognise(source: Path) -> str:
    """Tell why a file is MGnify's."""
    if not source.is_file() or not re.search(r"\.(?:mseq|tsv|txt)(?:\.gz)?$", source.name):
        return ""
    with open_text(source) as handle:
        start = [handle.readline() for _ in range(3)]
    if start[0].startswith("# mapseq"):
        return "hits of MAPseq"
    if _KRONA.match(start[0]):
        return "numbers and lineages, as for Krona"
    if any(_OTUS.match(line) for line in start):
        return "reads of a run by OTU of MAPseq's database, with lineages"
    if start[0].startswith("ASV\t") and "Supergroup" in start[0]:
        return "taxa of ASVs, with supergroups"
    header = [*start[0].split("\t"), ""]
    if "taxonomy_abundances" in source.name and rank_of(header[0]) and rank_of(header[1]):
        return "its first columns are ranks, its name is MGnify's"
    names = [line.partition("\t")[0] for line in start[1:] if line.strip()]
    has_word = header[0].strip("# ").lower() in ("sampleid", "sample id", "taxonomy")
    return "its rows are lineages" if has_word and any(map(_LINEAGE.match, names)) else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read hits of reads (one file a run), or tables."""
    if all(_is_sum(source) for source in sources):
        found = collect(sources, _sums, shares=False, method={"engine": "mapseq"})
        del found.method["library_strategy"]
        found.notes.append("a feature is a lineage: reads with one lineage are counted together")
        return found
    if all(".mseq" in source.name for source in sources):
        versions: set[str] = set()
        found = collect(
            sources, lambda one: _hits(one, versions), shares=False, method={"engine": "mapseq"}
        )
        del found.method["library_strategy"]
        found.method["engine_version"] = ", ".join(sorted(versions))
        found.notes.append("a feature is a lineage: reads with one lineage are counted together")
        return found
    told = stated(options)
    return together(sources, sort_out(sources, told), told)


def _is_sum(source: Path) -> bool:
    with open_text(source) as handle:
        start = [handle.readline() for _ in range(2)]
    return bool(_KRONA.match(start[0])) or any(_OTUS.match(line) for line in start)


def _sums(source: Path) -> dict[str, list[Line]]:
    """Read one run's reads by lineage."""
    lineages: Counter[str] = Counter()
    is_krona = False
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
            is_krona = is_krona or (number == 1 and bool(_KRONA.match(line)))
            if line.startswith("#") or not line.strip():
                continue
            count, lineage = (
                (cells[0], ";".join(filter(None, cells[1:]))) if is_krona else (*cells[1:], "")[:2]
            )
            try:
                reads = int(count.removesuffix(".0"))
            except ValueError as error:
                raise wrong(source, number, line, "a number of reads and a lineage") from error
            if reads < 0:
                raise wrong(source, number, line, "a number of reads, 0 or more")
            lineages[lineage] += reads
    lines: list[Line] = [
        (lineage or "unassigned", Taxon(lineage=lineage), reads)
        for lineage, reads in sorted(lineages.items())
    ]
    return {_RUN.sub("", source.name): lines}


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
