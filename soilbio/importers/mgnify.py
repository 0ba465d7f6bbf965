"""MGnify: MAPseq's hits, their sums (by OTU, and as Krona takes them), lineages by run, ASVs.

Of raw reads (version 6) the sums of mOTUs, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from soilbio.importers.found import Found, Taxon
from soilbio.importers.profiles import Line, collect, library_of, wrong
from soilbio.importers.rank_columns import rank_of
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import Stated, stated
from soilbio.importers.text import open_text

# One run's reads: number and lineage (Krona's text), or OTU, number, lineage and taxid.
_NUMBERED = re.compile(r"^\d+(?:\.0)?\t")
_KRONA = re.compile(r"^\d+(?:\.0)?\t(?:sk|d|k)__")
# Raw reads' have a header: of MAPseq's with superkingdoms, of mOTUs' with kingdoms.
_HEADER = re.compile(r"^# ?Count\t(?:Superk|K)ingdom\b")
_OTUS = re.compile(r"^#? ?OTU ID\t[^\t]+\ttaxonomy\b")
_RUN = re.compile(
    r"(?:_(?:(?:16S|18S|ITS|SSU|LSU|concat)[^_]*_)?(?:DADA2-|asv_).*$)|(?:[._](?:mOTUs|motus|silva-[ls]su|SILVA|PR2|UNITE|ITSoneDB|SSU|LSU|ITS|MERGED|FASTA|mseq)(?![A-Za-z])[^.]*)+.*$"
)
# What version 6 says of the ASVs of DADA2, as against reads that MAPseq named.
_OF_ASVS = re.compile(r"_DADA2-|_asv_")
_OF_MOTUS = re.compile(r"[._]motus(?![a-z])", re.IGNORECASE)
_COUNT = "count"
_LINEAGE = re.compile(r"^(?:Root;|(?:sk|d|k)__\w*(?:;|$))")


def recognise(source: Path) -> str:
    """Tell why a file is MGnify's."""
    if not source.is_file() or not re.search(r"\.(?:mseq|tsv|txt)(?:\.gz)?$", source.name):
        return ""
    start = _start(source)
    reasons = {
        "hits of MAPseq": start[0].startswith("# mapseq"),
        "numbers and lineages, as for Krona": _is_krona(start),
        "reads of a run by OTU of MAPseq's database, with lineages": _has_otus(start),
        "taxa of ASVs, with supergroups": start[0].startswith("ASV\t") and "Supergroup" in start[0],
        "counts of ASVs, its name is MGnify's": _has_asvs(source),
        "its first columns are ranks, its name is MGnify's": _has_ranks(source, start[0]),
        "its rows are lineages": _has_lineages(start),
    }
    return next((reason for reason, is_so in reasons.items() if is_so), "")


def _start(source: Path) -> list[str]:
    with open_text(source) as handle:
        return [*islice(handle, 100), ""]


def _is_krona(start: Sequence[str]) -> bool:
    """Tell Krona's text: numbers and lineages, the unclassified anywhere among them."""
    is_numbered = bool(_NUMBERED.match(start[0])) and any(map(_KRONA.match, start))
    return is_numbered or bool(_HEADER.match(start[0]))


def _has_otus(start: Sequence[str]) -> bool:
    return any(map(_OTUS.match, start[:2]))


def _has_ranks(source: Path, header: str) -> bool:
    names = [*header.split("\t"), ""]
    return "taxonomy_abundances" in source.name and bool(rank_of(names[0]) and rank_of(names[1]))


def _has_lineages(start: Sequence[str]) -> bool:
    word = start[0].partition("\t")[0].strip("# ").lower()
    is_other = any("|" in line.partition("\t")[0] for line in start)  # MetaPhlAn's
    has = any(map(_LINEAGE.match, start[1:]))
    return word in ("sampleid", "sample id", "taxonomy") and has and not is_other


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read hits of reads or their sums (one file a run), or tables."""
    told = stated(options)
    if counted := [source for source in sources if _has_asvs(source)]:
        return _asvs(sources, _RUN.sub("", counted[0].name), told)
    if not all(_is_sum(source) or ".mseq" in source.name for source in sources):
        return together(sources, sort_out(sources, told), told)
    versions: set[str] = set()

    def read_one(source: Path) -> dict[str, list[Line]]:
        return _sums(source) if _is_sum(source) else _hits(source, versions)

    engines = sorted({_engine_of(source) for source in sources})
    method = {"engine": engines[0]} if len(engines) == 1 else {}
    found = collect(sources, read_one, shares=False, method=method)
    if engines != ["motus"] and not all(_header_of(source) for source in sources):
        del found.method["library_strategy"]
    if versions:
        found.method["engine_version"] = ", ".join(sorted(versions))
    found.notes.append("a feature is a lineage: reads with one lineage are counted together")
    return found


def _engine_of(source: Path) -> str:
    """Tell what named a run's reads, by what its file is called, or by the header."""
    if _OF_ASVS.search(source.name):
        return "dada2"
    is_motus = _OF_MOTUS.search(source.name) or _header_of(source).endswith("\tKingdom")
    return "motus" if is_motus else "mapseq"


def _header_of(source: Path) -> str:
    found = _HEADER.match(_start(source)[0])
    return found[0] if found else ""


def _has_asvs(source: Path) -> bool:
    """Tell counts of a run's ASVs, which go by that word."""
    is_table = "_asv_" in source.name and source.name.endswith((".tsv", ".tsv.gz"))
    return is_table and _start(source)[0].strip().lower() == "asv\tcount"


def _asvs(sources: Sequence[Path], run: str, told: Stated) -> Found:
    """Read a run's ASVs: their counts, lineages and sequences are files of their own."""
    import polars as pl

    told = replace(told, libraries=told.libraries | {_COUNT})
    found = together(sources, sort_out(sources, told), told, rows="features")
    found.counts = found.counts.with_columns(pl.lit(run).alias("library"))
    found.libraries = (run,)
    found.method["engine"] = "dada2"
    return found


def _is_sum(source: Path) -> bool:
    start = _start(source)
    return _is_krona(start) or _has_otus(start)


def _sums(source: Path) -> dict[str, list[Line]]:
    """Read one run's reads by lineage."""
    lineages: Counter[str] = Counter()
    is_krona = _is_krona(_start(source))
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
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
    run = _RUN.sub("", source.name)
    return {run if run != source.name else library_of(source): lines}


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
