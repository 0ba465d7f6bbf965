"""Taxa that a sample of a community goes by in the archives: the metagenomes of NCBI Taxonomy.

The table holds those that soils and what lives in, on and beside them come under; the taxonomy
has more. It is made by `resources/standards/make_codes.py`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

VERSION = "2024-09"
SOURCE = "NCBI Taxonomy 2024-09, public domain"

_TABLE = Path(__file__).with_name("samp_taxa.tsv")
_ID = re.compile(
    r"(?P<name>.*?)\s*[\[(]?\s*(?:NCBI\s*_?Taxon|NCBI:txid|txid|taxid|NCBI)\s*[:_]?\s*"
    r"(?P<taxid>\d+)\s*[\])]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Taxon:
    """A taxon of the archives; `is_metagenome` tells communities from organisms."""

    taxid: int
    name: str
    is_metagenome: bool

    def __str__(self) -> str:
        """Write the taxon as MIxS does, `name [NCBITaxon:taxid]`."""
        return f"{self.name} [NCBITaxon:{self.taxid}]"


def _read_taxa(table: Path) -> dict[int, Taxon]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            int(row["taxid"]): Taxon(int(row["taxid"]), row["name"], row["is_metagenome"] == "yes")
            for row in csv.DictReader(handle, delimiter="\t")
        }


TAXA: dict[int, Taxon] = _read_taxa(_TABLE)
SOIL = TAXA[410658]
_BY_NAME = {taxon.name: taxon for taxon in TAXA.values()}


def parse_taxon(text: str) -> tuple[str, int | None]:
    """Read name and taxid from `name [NCBITaxon:taxid]`, a taxid alone or a name alone."""
    text = " ".join(text.split())
    if text.isascii() and text.isdecimal():
        return "", int(text)
    match = _ID.fullmatch(text)
    return (match["name"], int(match["taxid"])) if match else (text, None)


def find_taxon(text: str) -> Taxon | None:
    """Find the taxon that a text names, by its taxid if it has one; None where it is not listed."""
    name, taxid = parse_taxon(text)
    return _BY_NAME.get(name.casefold()) if taxid is None else TAXA.get(taxid)
