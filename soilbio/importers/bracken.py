"""Bracken: estimates at one rank; as shares, since no read was counted there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found, Taxon
from soilbio.importers.kraken2 import check_numbers
from soilbio.importers.profiles import Line, collect, library_of, wrong
from soilbio.importers.text import read_texts

_METHOD = {"engine": "kraken2, bracken", "abundance": "sequence"}
_READS = ("kraken_assigned_reads", "added_reads", "new_est_reads")
_COLUMNS = ("name", "taxonomy_id", "taxonomy_lvl", *_READS, "fraction_total_reads")


def recognise(source: Path) -> str:
    """Tell why a file is Bracken's."""
    if not source.is_file() or source.suffix not in (".tsv", ".txt", ".bracken"):
        return ""
    header, _ = read_texts(source)
    return "its columns are those of Bracken" if set(_COLUMNS) <= set(header) else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read tables of one rank."""
    taxids = str(options.get("taxids", "ncbi"))

    def read_one(source: Path) -> dict[str, list[Line]]:
        return {library_of(source): _lines(source, taxids)}

    found = collect(sources, read_one, shares=True, method=_METHOD)
    found.notes.append("Bracken estimates reads: its numbers are taken as shares of the classified")
    return found


def _lines(source: Path, taxids: str) -> list[Line]:
    header, rows = read_texts(source)
    if lacking := [name for name in _COLUMNS if name not in header]:
        raise wrong(source, 1, ", ".join(header), f"the columns {', '.join(lacking)}")
    numbers = ((int(row["taxonomy_id"]), row["name"]) for row in rows)
    try:
        check_numbers(source, taxids, numbers)
    except ValueError as error:
        raise wrong(source, None, str(error), "numbers of taxa") from error
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
        rank = row["taxonomy_lvl"][:1].lower()
        lines.append((taxid, Taxon(lineage=f"{rank}__{row['name']}", taxon_id=taxid), share))
    if sum(share for _, _, share in lines) > 1 + 1e-3:
        raise wrong(source, None, "shares that add up to more than 1", "shares of one library")
    return lines
