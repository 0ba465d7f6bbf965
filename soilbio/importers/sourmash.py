"""sourmash: `tax metagenome` (csv_summary) or `gather` with lineages; weighted shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found, Taxon, id_by_name
from soilbio.importers.libraries import check_paths
from soilbio.importers.profiles import (
    Line,
    collect,
    library_of,
    number_in,
    text_in,
    wrong,
)
from soilbio.importers.text import read_texts
from soilbio.references.genome_names import accession_of

_SUMMARY = ("query_name", "rank", "lineage", "f_weighted_at_rank")
_GATHER = ("f_unique_weighted", "name")


def recognise(source: Path) -> str:
    """Tell why a file is sourmash's."""
    if not source.is_file() or ".csv" not in source.name:
        return ""
    header, _ = read_texts(source)
    has = any(set(names) <= set(header) for names in (_SUMMARY, _GATHER))
    return "its columns are those of sourmash" if has else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read tables; of a summary the rank asked for (`table: {rank: species}`), species as usual."""
    rank = str(options.get("rank", "species"))

    def read_one(source: Path) -> dict[str, list[Line]]:
        header, rows = read_texts(source)
        check_paths(source, "query_name", _named(source, rows))
        if set(_SUMMARY) <= set(header):
            return _summary(source, rows, rank)
        if set(_GATHER) <= set(header):
            return _gathered(source, rows)
        raise wrong(source, 1, ", ".join(header), f"{', '.join(_SUMMARY)} or {', '.join(_GATHER)}")

    said = {"engine": "sourmash gather", "abundance": "sequence"}
    return collect(sources, read_one, shares=True, method=said)


def _named(source: Path, rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[int, str, str]]:
    """Yield the library of each row, and what was searched for, as far as it is told."""
    for number, row in enumerate(rows, start=2):
        if path := row.get("query_filename"):
            yield number, _library(source, row), path


def _library(source: Path, row: Mapping[str, str]) -> str:
    return row.get("query_name") or library_of(source)


def _summary(source: Path, rows: Sequence[Mapping[str, str]], rank: str) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for number, row in enumerate(rows, start=2):
        if text_in(source, number, row, "rank") != rank:
            continue
        lineage = text_in(source, number, row, "lineage")
        known = "" if lineage == "unclassified" else lineage
        own = id_by_name("sourmash", lineage.rpartition(";")[2])
        taxon = Taxon(lineage=known, taxon_id=own)
        value = number_in(source, number, row, "f_weighted_at_rank")
        found.setdefault(_library(source, row), []).append((lineage, taxon, value))
    if not found:
        ranks = sorted({row["rank"] for row in rows})
        raise wrong(source, None, rank, f"one of its ranks: {', '.join(ranks)}")
    return found


def _gathered(source: Path, rows: Sequence[Mapping[str, str]]) -> dict[str, list[Line]]:
    """Give the matches of each query: fastmultigather writes those of many into one table."""
    found: dict[str, list[Line]] = {}
    for number, row in enumerate(rows, start=2):
        found.setdefault(_library(source, row), []).append(_match(source, number, row))
    return found or {library_of(source): []}


def _match(source: Path, number: int, row: Mapping[str, str]) -> Line:
    name = accession_of(text_in(source, number, row, "name"))
    value = number_in(source, number, row, "f_unique_weighted")
    return name, Taxon(lineage=row.get("lineage", ""), taxon_id=f"genome:{name}"), value
