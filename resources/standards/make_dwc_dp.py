"""Make soilbio/standards/dwc_dp.tsv: fields of the Darwin Core Data Package; names, types and IRIs.

Usage: python resources/standards/make_dwc_dp.py SHARED [FOLDER]
where SHARED/standards/03_dwc/dwc_dp holds the table schemas of version 0.1 of rs.gbif.org (CC BY
4.0, GBIF).
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
COLUMNS = ("table", "name", "type", "iri", "is_required")
# Those that soil samples, their libraries and features fill.
TABLES = (
    *("event", "event-assertion", "material", "molecular-protocol", "nucleotide-sequence"),
    *("nucleotide-analysis", "identification", "usage-policy", "material-usage-policy"),
)


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write one row a field, in the order of the schemas."""
    source = shared / "standards" / "03_dwc" / "dwc_dp"
    with (folder / "dwc_dp.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for table in TABLES:
            schema = json.loads((source / f"{table}.json").read_text(encoding="utf-8"))
            for field in schema["fields"]:
                is_required = field.get("constraints", {}).get("required")
                iri = field["dcterms:isVersionOf"]
                writer.writerow(
                    [table, field["name"], field["type"], iri, "yes" if is_required else ""]
                )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
