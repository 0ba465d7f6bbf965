"""Make the small tables of soilbio/standards: metagenome taxa, DUO, Local Contexts, FAIRe names.

Usage: python resources/standards/make_codes.py SHARED [FOLDER]
where SHARED/standards holds: taxids of NCBI Taxonomy (2024-09, public domain), DUO 2022-09-21
(CC BY 4.0), the codes of Local Contexts' labels and notices, and the slots of FAIRe 1.0.2.
Of the last two only codes and names are taken: their texts are not ours to ship.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
# Taxa of the list that are no metagenome: reads of a soil do not belong there.
ORGANISMS = ("175245", "77133", "32644")


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write the four tables."""
    source = shared / "standards"
    write(folder / "samp_taxa.tsv", ("taxid", "name", "is_metagenome"), taxa(source))
    write(folder / "duo.tsv", ("id", "shorthand", "label", "kind", "is_enforceable"), duo(source))
    write(folder / "local_contexts.tsv", ("code", "family", "category"), labels(source))
    write(folder / "faire.tsv", ("name", "sheets", "is_mandatory", "is_conditional"), faire(source))


def write(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[str]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read(path: Path, delimiter: str = "\t") -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=delimiter))


def taxa(source: Path) -> list[tuple[str, ...]]:
    """List taxids, soil metagenome first, as they are listed."""
    return [
        (taxid, row["scientific_name"], "" if taxid in ORGANISMS else "yes")
        for row in read(source / "08_taxonomy" / "samp_taxon_id_metagenome_taxids.tsv")
        for taxid in (row["ncbi_taxid"],)
    ]


def duo(source: Path) -> list[tuple[str, ...]]:
    """List the codes that have a shorthand, by id."""
    judged = {row["duo_id"]: row for row in read(source / "06_agreements" / "duo_to_odrl.tsv")}
    codes = read(source / "06_agreements" / "duo" / "duo.csv", ",")
    return sorted(
        (
            *(row["id"], row["shorthand"], row["label"]),
            "permission" if "data use permission" in row["description"] else "modifier",
            "yes" if judged[row["id"]]["machine_enforceable"] == "yes" else "",
        )
        for row in codes
        if row["shorthand"]
    )


def labels(source: Path) -> list[tuple[str, ...]]:
    """List the codes of labels, then those of notices."""
    codes = read(source / "06_agreements" / "localcontexts" / "codes_only.tsv")
    # A notice has no code of its own; its type stands for it.
    return [(row["code"] or row["type"], row["family"], row["category"]) for row in codes]


def faire(source: Path) -> list[tuple[str, ...]]:
    """List names, the sheets where they stand, and whether the checklist demands them."""
    slots = read(source / "04_faire_mdt_obis_nmdc" / "faire" / "faire_slots.tsv")
    return sorted(
        (
            *(row["slot"], row["data_type"]),
            "yes" if row["code"] == "M" else "",
            "yes" if row["condition"] else "",
        )
        for row in slots
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
