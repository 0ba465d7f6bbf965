"""Bracken: estimates at one rank; as shares, since no read was counted there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Advised, Found, Taxon
from soilbio.importers.kraken2 import check_numbers, is_of_bracken, lines_of, note_on, report_form
from soilbio.importers.libraries import check_columns
from soilbio.importers.profiles import (
    OF_METAGENOMES,
    Line,
    collect,
    library_of,
    number_in,
    text_in,
    wrong,
)
from soilbio.importers.ranked_names import without_mark
from soilbio.importers.text import read_texts

_METHOD = {"engine": "kraken2, bracken", "abundance": "sequence"}
_READS = ("kraken_assigned_reads", "added_reads", "new_est_reads")
_COLUMNS = ("name", "taxonomy_id", "taxonomy_lvl", *_READS, "fraction_total_reads")


def recognise(source: Path) -> str:
    """Tell why a file is Bracken's."""
    if source.is_file() and is_of_bracken(source) and report_form(source):
        return "estimates of one rank, in the form of Kraken's reports"
    name = source.name.removesuffix(".gz")
    if not source.is_file() or not name.endswith((".tsv", ".txt", ".bracken")):
        return ""
    header, _ = read_texts(source)
    if _libraries(header):
        return "its columns are those of Bracken's combined tables"
    return "its columns are those of Bracken" if set(_COLUMNS) <= set(header) else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read tables of one rank, or reports in Kraken's form, which have the lineages."""
    taxids = str(options.get("taxids", "ncbi"))

    def read_one(source: Path) -> dict[str, list[Line]]:
        if report_form(source):
            return {library_of(source): _shares(source, list(lines_of(source, taxids)))}
        header, rows = read_texts(source)
        if libraries := _libraries(header):
            columns = [libraries[name] for name in header if name in libraries]
            check_columns(source, 1, columns)
            return _combined(source, rows, libraries, taxids)
        return {library_of(source): _lines(source, taxids)}

    doubled = _doubled(sources)
    files = [source for source in sources if source not in doubled]
    found = collect(files, read_one, shares=True, method=_METHOD, usual=OF_METAGENOMES)
    if doubled:
        found.notes.append(
            "the reports of the same libraries are taken, which have lineages, and not the tables"
            f" {', '.join(source.name for source in doubled)}"
        )
    found.notes.append(note_on(taxids))
    found.notes.append("Bracken estimates reads: its numbers are taken as shares of the classified")
    if not any(";" in taxon.lineage for taxon in found.features.values()):
        found.notes.append(
            Advised(
                "Bracken's tables name one rank: of a species the genus is known, and nothing above"
                " it",
                "; its reports in Kraken's form have the lineages",
            )
        )
    return found


def _doubled(sources: Sequence[Path]) -> list[Path]:
    """Give the tables of libraries of which Bracken's report is there: it writes both."""
    reports = {source for source in sources if source.is_file() and report_form(source)}
    libraries = {library_of(source) for source in reports}
    return [
        source
        for source in sources
        if source.is_file()
        and source not in reports
        and library_of(source) in libraries
        and not _libraries(read_texts(source)[0])
    ]


def _shares(source: Path, lines: Sequence[Line]) -> list[Line]:
    """Give the shares of a report's estimates, which are of one rank, of what is classified."""
    ranks = {taxon.lineage.rpartition("; ")[2].partition("__")[0] for _, taxon, _ in lines}
    if len(ranks) != 1 or "" in ranks:
        raise wrong(source, None, source.name, "estimates at one rank; this is a report of Kraken2")
    total = sum(value for _, _, value in lines)
    return [(name, taxon, value / total) for name, taxon, value in lines]


def _lines(source: Path, taxids: str) -> list[Line]:
    header, rows = read_texts(source)
    if lacking := [name for name in _COLUMNS if name not in header]:
        raise wrong(source, 1, ", ".join(header), f"the columns {', '.join(lacking)}")
    _check_numbers(source, rows, taxids)
    lines = []
    for number, row in enumerate(rows, start=2):
        try:
            share = float(row["fraction_total_reads"])
            reads = [int(row[name]) for name in _READS]
        except (KeyError, ValueError) as error:
            raise wrong(source, number, str(row), "numbers in its columns") from error
        if reads[0] + reads[1] != reads[2]:
            expected = f"{_READS[2]} to be the sum of {_READS[0]} and {_READS[1]}"
            raise wrong(source, number, str(reads), expected)
        taxid = f"{taxids}:{row['taxonomy_id']}"
        lines.append((taxid, Taxon(lineage=_lineage(row), taxon_id=taxid), share))
    if sum(share for _, _, share in lines) > 1 + 1e-3:
        raise wrong(source, None, "shares that add up to more than 1", "shares of one library")
    return lines


def _lineage(row: Mapping[str, str]) -> str:
    return f"{row['taxonomy_lvl'][:1].lower()}__{without_mark(row['name'])}"


def _check_numbers(source: Path, rows: Sequence[Mapping[str, str]], taxids: str) -> None:
    numbers = ((int(row["taxonomy_id"]), row["name"]) for row in rows)
    try:
        check_numbers(source, taxids, numbers)
    except ValueError as error:
        raise wrong(source, None, str(error), "numbers of taxa") from error


def _libraries(header: Sequence[str]) -> dict[str, str]:
    """Give the libraries of a table of combine_bracken_outputs.py, by their columns of shares.

    It names them by their files: `A.bracken_num`, `A.bracken_frac`.
    """
    if not set(_COLUMNS[:3]) <= set(header):
        return {}
    shares = [name for name in header if name.endswith("_frac")]
    both = [name for name in shares if f"{name.removesuffix('_frac')}_num" in header]
    return {name: library_of(Path(name.removesuffix("_frac"))) for name in both}


def _combined(
    source: Path, rows: Sequence[Mapping[str, str]], libraries: Mapping[str, str], taxids: str
) -> dict[str, list[Line]]:
    _check_numbers(source, rows, taxids)
    found: dict[str, list[Line]] = {library: [] for library in libraries.values()}
    for number, row in enumerate(rows, start=2):
        taxid = f"{taxids}:{text_in(source, number, row, 'taxonomy_id')}"
        taxon = Taxon(lineage=_lineage(row), taxon_id=taxid)
        for column, library in libraries.items():
            found[library].append((taxid, taxon, number_in(source, number, row, column)))
    for library, lines in found.items():
        if sum(share for _, _, share in lines) > 1 + 1e-3:
            raise wrong(source, None, f"{library}: shares above 1", "shares of one library")
    return found
