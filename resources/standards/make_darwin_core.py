"""Make soilbio/standards/darwin_core.tsv: the terms of core and extensions; names and IRIs only.

Usage: python resources/standards/make_darwin_core.py SHARED [FOLDER]
where SHARED/standards/03_dwc holds the definitions of rs.gbif.org (CC BY 4.0, TDWG, GBIF, OBIS and
GGBN; MIxS CC0) in the versions that `soilbio.standards.darwin_core` names, flattened, and the
requirement levels of GBIF's guide to DNA-derived data (CC BY 4.0).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
COLUMNS = ("table", "name", "iri", "is_required", "vocabulary", "guide")
TABLES = {
    "occurrence": "core/dwc_occurrence_2025-07-10.terms.tsv",
    "event": "core/dwc_event_2025-07-10.terms.tsv",
    "emof": "extension/extended_measurement_or_fact_2023-08-28.terms.tsv",
    "dna": "extension/dna_derived_data_2024-07-11.terms.tsv",
    "permit": "extension/ggbn/permit_2022-08-08.terms.tsv",
}
# The guide's tables for metabarcoding.
GUIDE = {"table-01": "occurrence", "table-02": "dna"}


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write one row a term, in the order of the definitions."""
    source = shared / "standards" / "03_dwc"
    guide = {
        (GUIDE[row["table"]], row["term"]): row["requirement"].partition(",")[0].lower()
        for row in read(source / "dna_guide_required_fields.tsv")
        if row["table"] in GUIDE
    }
    with (folder / "darwin_core.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for table, name in TABLES.items():
            for row in read(source / name):
                writer.writerow(
                    [
                        *(table, row["name"], row["qualName"]),
                        "yes" if row["required"] == "true" else "",
                        row["thesaurus"],
                        guide.get((table, row["name"]), ""),
                    ]
                )


def read(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
