"""MetaPhlAn 2 to 4: profiles, one library each or merged; shares of species and of the unknown.

Also as its `sgb_to_gtdb_profile.py` writes them, whose clades are GTDB's, parted by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.importers.found import Found, Taxon, id_by_name
from soilbio.importers.libraries import check_columns
from soilbio.importers.profiles import Line, collect, library_of, wrong
from soilbio.importers.sylph_tax import is_clade, is_of_sylph_tax
from soilbio.importers.text import open_text

_NAMES = ("clade_name", "#clade_name", "ID", "#SampleID")
# Above the one column of MetaPhlAn 1 and 2; in their merged tables once more below the names.
_ANALYSIS = re.compile(r"^Metaphlan\d?_Analysis$", re.IGNORECASE)
_ENDS = (".txt", ".tsv")
_UNKNOWN = ("UNCLASSIFIED", "UNKNOWN")
_METHOD = {"engine": "metaphlan", "abundance": "taxonomic"}
_BESIDE = (
    "NCBI_tax_id",
    "clade_taxid",
    "additional_species",
    "coverage",
    "estimated_number_of_reads_from_the_clade",
)
# Sums of species that miss 100 by more than rounding mean that rows are missing or repeated.
_TOLERANCE = 1.0


def recognise(source: Path) -> str:
    """Tell why a file is a profile."""
    if not source.is_file() or not source.name.endswith((*_ENDS, *(f"{end}.gz" for end in _ENDS))):
        return ""
    with open_text(source) as handle:
        start = [handle.readline() for _ in range(8)]
    has = any(line.startswith(("#mpa_", "#clade_name\t", "clade_name\t")) for line in start)
    has = has or any(_ANALYSIS.match(line.rstrip().rpartition("\t")[2]) for line in start)
    return "its header is that of MetaPhlAn" if has and not is_of_sylph_tax(source) else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read profiles: species, and what has none."""
    del options
    versions: set[str] = set()

    def read_one(source: Path) -> dict[str, list[Line]]:
        return _read(source, versions)

    found = collect(sources, read_one, shares=True, method=_METHOD, whole=100.0)
    if len(versions) == 1:
        found.method |= {"reference": "MetaPhlAn markers", "reference_version": versions.pop()}
    return found


def _read(source: Path, versions: set[str]) -> dict[str, list[Line]]:
    header, rows = _rows(source, versions)
    found: dict[str, list[Line]] = {}
    sums: dict[tuple[str, str], float] = {}
    for number, cells in rows:
        clade = _lowest(cells[0])
        rank = "" if clade in _UNKNOWN else clade[:1]
        for library, value in _values(source, number, header, cells):
            sums[library, rank] = sums.get((library, rank), 0) + value
            if rank in ("", "s"):
                found.setdefault(library, []).append((cells[0], _taxon(cells, header), value))
    _check_species(source, sums)
    _check_sums(source, sums)
    return found


def _rows(source: Path, versions: set[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read the header and the rows with their numbers; note the version of the markers."""
    header: list[str] = []
    rows = []
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
            if line.startswith("#mpa_"):
                versions.add(line[1:].split()[0])
            elif cells[0] in _NAMES and len(cells) > 1:
                header = _header(source, number, header, cells)
            elif is_clade(cells[0]):
                raise wrong(source, number, cells[0], "clades of MetaPhlAn: this is sylph-tax's")
            elif line.strip() and not line.startswith("#"):
                rows.append((number, cells))
    return header, rows


def _header(source: Path, number: int, known: list[str], cells: Sequence[str]) -> list[str]:
    """Give the header: the first one, where a second says only what made the numbers."""
    is_bare = all(map(_ANALYSIS.match, cells[1:]))
    if known and is_bare:
        return known
    if is_bare and len(cells) > 2:
        found = ", ".join(cells[:4])
        raise wrong(source, number, found, "the names of the libraries above the columns")
    header = ["relative_abundance" if _ANALYSIS.match(name) else name for name in cells]
    check_columns(source, number, (name for name in header[1:] if name not in _BESIDE))
    return header


def _check_species(source: Path, sums: Mapping[tuple[str, str], float]) -> None:
    """Stop where no row is of a species, unless nothing is known of any library."""
    ranks = sorted({rank for _, rank in sums if rank})
    unknown = [total for (_, rank), total in sums.items() if not rank]
    is_unknown = bool(unknown) and all(abs(total - 100) <= _TOLERANCE for total in unknown)
    if "s" not in ranks and not is_unknown:
        raise problem_of(
            "import-profile",
            str(source),
            found=", ".join(f"{rank}__" for rank in ranks) or "no clades",
            expected="rows of species (s__)",
            fix="Import the profile of all ranks, or of species (`metaphlan --tax_lev a` or `s`)",
        )


def _check_sums(source: Path, sums: Mapping[tuple[str, str], float]) -> None:
    """Stop where a rank does not add up to 100: rows are missing or repeated."""
    for (library, rank), total in sums.items():
        # What is unknown is so at every rank; strains (t__) are not always there.
        whole = total + (sums.get((library, ""), 0) if rank else 0)
        if rank not in ("", "t") and abs(whole - 100) > _TOLERANCE:
            told = f"{library}: {whole:g} % at rank {rank}__"
            raise wrong(source, None, told, "each rank to add up to 100 %")


def _values(
    source: Path, number: int, header: Sequence[str], cells: Sequence[str]
) -> Iterator[tuple[str, float]]:
    """Yield the share of each library in a row; a merged table has a column for each."""
    names = header or ["clade_name", "relative_abundance"]
    is_merged = "relative_abundance" not in names
    for name, cell in list(zip(names, cells, strict=False))[1:]:
        if name in _BESIDE or (not is_merged and name != "relative_abundance"):
            continue
        try:
            yield (name if is_merged else library_of(source)), float(cell)
        except ValueError as error:
            raise wrong(source, number, cell, f"a number in {name}") from error


def _taxon(cells: Sequence[str], header: Sequence[str]) -> Taxon:
    lineage = "" if cells[0] in _UNKNOWN else cells[0]
    row = dict(zip(header, cells, strict=False))
    taxids = row.get("NCBI_tax_id") or row.get("clade_taxid") or ""
    taxid = taxids.rpartition("|")[2]
    # Merged tables have no taxids, and MetaPhlAn gives several species one: its names are the ids.
    source = "gtdb" if ";" in lineage else "metaphlan"
    is_ncbi = taxid.isdigit() and int(taxid) > 0
    return Taxon(
        lineage=lineage,
        taxon_id=id_by_name(source, _lowest(cells[0])),
        ncbi_taxid=int(taxid) if is_ncbi else None,
    )


def _lowest(clade: str) -> str:
    """Give the last name of a clade."""
    return clade.replace(";", "|").rpartition("|")[2]
