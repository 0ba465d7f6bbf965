"""Make soilbio/taxonomy/changed_names.tsv from the collected list of renamed phyla; facts only.

Usage: python resources/standards/make_changed_names.py prokaryote_phylum_renames.tsv
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

# Greengenes 13_8 has its own spellings of two phyla.
GREENGENES = {("Thermi", "Deinococcota"), ("Caldithrix", "Calditrichota")}
TARGET = Path(__file__).resolve().parents[2] / "soilbio" / "taxonomy" / "changed_names.tsv"


def main(source: Path) -> None:
    """Write one row a former name of a phylum: rank, from, to, basis."""
    rows = {("phylum", old, new, "Greengenes 13_8 spelling") for old, new in GREENGENES}
    with source.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            current = row["current_name"]
            names = [*row["previous_or_other_names"].split("|"), row["silva_138_1_name"]]
            for name in (part.strip() for part in names):
                # What stands in brackets was a part of another phylum, not this one's name.
                if name and not name.startswith("(") and " " not in name and name != current:
                    rows.add(("phylum", name, current, row["basis"]))
    lines = ["\t".join(row) for row in sorted(rows)]
    TARGET.write_text("rank\tfrom\tto\tbasis\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
