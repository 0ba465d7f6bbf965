"""mOTUs: profiles of reads (`motus profile -c`) or shares, one library a file or, merged, several.

taxpasta knows mOTUs by NCBI's numbers, which most species have not: what metagenomes alone show,
and what mOTUs cannot tell apart, would be one with the reads that are of nothing. So mOTUs are
features by their own ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.importers.found import Advised, Found, Taxon
from soilbio.importers.libraries import check_columns
from soilbio.importers.profiles import Line, collect, library_of, number_in, wrong
from soilbio.importers.text import open_text
from soilbio.taxonomy.between import is_genus
from soilbio.taxonomy.canonical import changed_names
from soilbio.taxonomy.filled import rank_of_wider

_ID = re.compile(r"^(.*?) ?\[([^\[\]]*mOTU[^\[\]]*)\]$")
_TAXONOMY, _MOTU, _TAXID = "consensus_taxonomy", "mOTU", "NCBI_tax_id"
_UNASSIGNED = ("unassigned", "-1")
# What was not described is called by the deepest taxon that is known of it, whatever its rank:
# Firmicutes species incertae sedis, unknown Acidobacteria, Verrucomicrobia bacterium.
_NOT_KNOWN = re.compile(r"^(?:unknown|uncultured|unclassified) (?:Candidatus )?")
_UNDESCRIBED = re.compile(r"$|(?:species incertae sedis|bacterium|archaeon)(?: |$)")
_OF_NO_GENUS = ("ota", "bacteria", "archaea")


def read(sources: Sequence[Path]) -> Found:
    """Read profiles: all of reads, or all of shares, as mOTUs writes them without `-c`.

    Raises
    ------
    InputError
        If one is no profile of mOTUs, and where some are of shares.

    """
    of_shares: list[Path] = []
    of_reads: list[Path] = []

    def read_one(source: Path) -> dict[str, list[Line]]:
        found = _read(source)
        values = [value for lines in found.values() for *_, value in lines]
        # Where nothing was found, the share that is not assigned is 1.
        are_shares = any(value % 1 for value in values) or sum(values) <= len(found)
        (of_shares if are_shares else of_reads).append(source)
        return found

    found = collect(sources, read_one, shares=False, method={"engine": "motus"})
    if of_shares and of_reads:
        raise problem_of(
            "import-profile",
            str(of_shares[0]),
            found=f"shares, and reads in {of_reads[0].name}",
            expected="reads in all profiles, or shares in all",
            fix="Make all with `motus profile -c`, or import those of shares on their own",
        )
    if of_shares:
        found = replace(found, shares=True, is_counted=False, whole=1.0, has_rest=True)
    found.notes += _notes(found)
    return found


def _read(source: Path) -> dict[str, list[Line]]:
    """Give the lines of a profile by library.

    Raises
    ------
    InputError
        If it is no profile of mOTUs.

    """
    rows = _rows(source)
    number, header = next(rows, (None, []))
    libraries = [name for name in header if name not in (_TAXONOMY, _MOTU, _TAXID)]
    if not {_TAXONOMY, _MOTU} & set(header) or not libraries:
        raise wrong(source, number, ", ".join(header[:8]), f"#{_TAXONOMY}, and libraries behind it")
    check_columns(source, number or 1, libraries)
    found: dict[str, list[Line]] = {name: [] for name in libraries}
    for number, cells in rows:
        row = dict(zip(header, cells, strict=False))
        taxon = _taxon(row)
        name = taxon.taxon_id or row.get(_TAXONOMY, "")
        for library in libraries:
            value = number_in(source, number, row, library)
            found[library].append((name, taxon, value))
    return found if len(found) > 1 else {library_of(source): found[libraries[0]]}


def _rows(source: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield numbers and cells of the header, the last line of those with a mark, and what follows.

    Of the header without its mark.
    """
    header: tuple[int, list[str]] | None = None
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
            if line.startswith("#"):
                header = number, [cells[0].removeprefix("#").strip(), *cells[1:]]
                continue
            if header:
                yield header
                header = None
            if line.strip():
                yield number, cells


def _taxon(row: Mapping[str, str]) -> Taxon:
    """Give a line's id, mOTUs' own or NCBI's, and what its name says."""
    text, own = row.get(_TAXONOMY, ""), row.get(_MOTU, "")
    if found := _ID.match(text):
        text, own = found.groups()
    if own in _UNASSIGNED or text in _UNASSIGNED:
        return Taxon(taxon_id="ncbi:0")
    taxid = row.get(_TAXID, "")
    by_number = f"ncbi:{taxid}" if taxid.isdigit() else ""
    return Taxon(lineage=_lineage(text), taxon_id=f"motus:{own}" if own else by_number)


def _lineage(text: str) -> str:
    """Write a name with its ranks: those of `motus profile -q`, else the one that it tells."""
    if "__" in text:
        return text
    described = text.removeprefix("Candidatus ")
    bare = _NOT_KNOWN.sub("", described)
    first, _, rest = bare.partition(" ")
    is_undescribed = bare != described or bool(_UNDESCRIBED.match(rest))
    name = first.strip("[]")  # NCBI's of genera that a species is no longer of
    if not is_genus(name):
        return ""
    if rank := _rank_above_genus(name, is_undescribed=is_undescribed):
        return f"{rank[0]}__{name}"
    if is_undescribed and name.endswith(_OF_NO_GENUS):
        return ""
    candidatus = "Candidatus " if "Candidatus " in text else ""
    return f"g__{candidatus}{first}" + ("" if is_undescribed else f"; s__{text}")


def _rank_above_genus(name: str, *, is_undescribed: bool) -> str:
    """Tell the rank of the deepest taxon that is named in the place of a species, by NCBI's names.

    A name of a class and of a genus in it (Nitrospira) is certain as the class'.
    """
    former = (rank for rank, one in changed_names() if one == name and is_undescribed)
    return rank_of_wider(name) or next(former, "")


def _notes(found: Found) -> Iterator[str]:
    """Tell what is lacking of the names."""
    taxa = found.features.values()
    if bare := sum("__" in one.lineage and "|" not in one.lineage for one in taxa):
        yield Advised(
            f"{bare} of {len(taxa)} taxa have a name and nothing above it",
            ": `motus profile -q` writes all ranks",
        )
