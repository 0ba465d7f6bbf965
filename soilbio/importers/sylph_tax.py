"""sylph-tax: shares by lineage, of one library (`.sylphmpa`, by any name) or merged of several.

Features are species, and genomes of which no species is known: a laboratory's own, viruses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.importers.found import Taxon
from soilbio.importers.libraries import check_columns
from soilbio.importers.profiles import Line, library_of, number_in, wrong
from soilbio.importers.text import open_text
from soilbio.references.genome_names import accession_of

_HEADER = "clade_name"
_COLUMNS = {"taxonomic": "relative_abundance", "sequence": "sequence_abundance"}
_NONE = "NO_TAXONOMY"
# Below the same header MetaPhlAn's begin with kingdoms, or are parted by semicolons (GTDB's).
_CLADE = re.compile(rf"(?:[dr]__[^;|]*\||{_NONE}(?:\||$))")
_READS = re.compile(r"(?:_R?1)?\.(?:fastq|fq)(?:\.gz)?$|\.paired\.sylsp$|\.sylsp$")
# Shares are sums of the same numbers at each rank.
_TOLERANCE = 0.001


def library_of_reads(file: str) -> str:
    """Name a library by its file of reads, or of sketches of them."""
    return _READS.sub("", Path(file).name)


def is_of_sylph_tax(source: Path) -> bool:
    """Tell a file by its header, or where that is MetaPhlAn's, too, by its first clades."""
    with open_text(source) as handle:
        lines = islice(handle, 1000)
        first = next(lines, "")
        header = next(lines, "") if first.startswith("#SampleID\t") else first
        if not header.startswith(f"{_HEADER}\t"):
            return False
        return _COLUMNS["sequence"] in header or any(map(is_clade, lines))


def is_clade(text: str) -> bool:
    """Tell a clade as sylph-tax writes it, and MetaPhlAn does not."""
    return bool(_CLADE.match(text.partition("\t")[0].rstrip()))


def read_tax(source: Path, kind: str, *, is_stated: bool) -> dict[str, list[Line]]:
    """Read shares by library; of a merged table the user says which they are.

    Raises
    ------
    InputError
        Where columns lack or hold no shares, and where what is taken is not all that was found.

    """
    path, header, rows = _read(source)
    columns = {path: _COLUMNS[kind]} if _COLUMNS["taxonomic"] in header else {}
    if not columns:
        check_columns(source, 1, map(library_of_reads, header[1:]))
        _check_merged(source, rows, is_stated=is_stated)
        columns = {library_of_reads(name): name for name in header[1:]}
    found: dict[str, list[Line]] = {library: [] for library in columns}
    whole = dict.fromkeys(columns, 0.0)
    for number, row in rows:
        name, taxon = _taxon(row[_HEADER])
        for library, column in columns.items():
            value = number_in(source, number, row, column) / 100
            if "|" not in row[_HEADER]:
                whole[library] += value
            if taxon:
                found[library].append((name, taxon, value))
    _check_whole(source, found, whole)
    return found


def _read(source: Path) -> tuple[str, list[str], list[tuple[int, dict[str, str]]]]:
    """Give the library of a file of one, the header, and rows with their numbers."""
    library, header = library_of(source), list[str]()
    rows = []
    with open_text(source) as handle:
        for number, cells in _cells(handle):
            if cells[0] == "#SampleID" and len(cells) > 1:
                library = library_of_reads(cells[1])
            elif cells[0] == _HEADER:
                header = cells
            elif header:
                rows.append((number, dict(zip(header, cells, strict=False))))
    if not header:
        raise wrong(source, 1, "another header", f"{_HEADER}, and columns of shares")
    return library, header, rows


def _cells(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, [cell.strip() for cell in line.rstrip("\r\n").split("\t")]


def _taxon(clade: str) -> tuple[str, Taxon | None]:
    """Give what is a feature: a species, or a genome below none; with what it is called by."""
    *above, last = clade.split("|")
    names = [name for name in above if name != _NONE]
    if _is_species(last):
        own = f"gtdb:{last}" if "d__" in clade else ""
        return clade, Taxon(lineage=clade, taxon_id=own)
    if last.startswith("t__") and not any(map(_is_species, names)):
        genome = accession_of(last.removeprefix("t__"))
        return genome, Taxon(lineage="|".join(names), taxon_id=f"genome:{genome}")
    return "", None


def _is_species(name: str) -> bool:
    return name.startswith("s__") and name != "s__"


def _check_merged(
    source: Path, rows: Sequence[tuple[int, Mapping[str, str]]], *, is_stated: bool
) -> None:
    """Stop where nobody says what was merged; identities and coverages are of genomes alone."""
    if all("|t__" in row[_HEADER] for _, row in rows):
        raise problem_of(
            "import-profile",
            str(source),
            found="a merged table of genomes alone",
            expected="shares of all ranks: these are identities (ANI) or coverages",
            fix="Merge with `--column relative_abundance` or `sequence_abundance`",
        )
    if not is_stated:
        raise problem_of(
            "import-profile",
            str(source),
            found="a merged table of sylph-tax",
            expected="to know which shares were merged",
            fix="Say `table: {abundance: taxonomic}` (sylph-tax merge --column relative_abundance)"
            " or `{abundance: sequence}` (--column sequence_abundance)",
        )


def _check_whole(
    source: Path, found: Mapping[str, Sequence[Line]], whole: Mapping[str, float]
) -> None:
    """Stop where features are not all that the highest rank has, if it is there."""
    if not any(found.values()):
        raise wrong(source, None, "no species", f"{_HEADER} and rows of species or genomes")
    for library, lines in found.items():
        taken = sum(value for *_, value in lines)
        if whole[library] and abs(whole[library] - taken) > _TOLERANCE:
            raise wrong(
                source,
                None,
                f"{library}: {100 * taken:g} % in species and genomes, {100 * whole[library]:g} %"
                " in the highest rank",
                "rows of species, and of genomes (t__) that have none",
            )
