"""Make soilbio/standards/fields.tsv: the fields of soil metadata and their names in the standards.

Usage: python resources/standards/make_fields.py SHARED [FOLDER]
where SHARED/standards/crosswalk.tsv joins the standards' names, ids, units and requirements.
`fields.tsv` beside this script adds what is ours: the kind of value, plausible limits, choices that
no standard's table has, sharing class, and a help text in our own words.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "soilbio" / "standards"
PROCEDURES = "http://w3id.org/glosis/model/procedure/"
# What a field that is demanded only sometimes waits for, as the crosswalk abbreviates it.
CONDITIONS = {
    "M if ph": "ph",
    "M if SOC": "tot_org_carb",
    "M if N": "tot_nitro_content",
    "M if texture": "clay|silt|sand",
    "M if water": "water_content",
    "M if MB": "microbial_biomass",
    "M (amplicon)": "amplicon",
}
Row = dict[str, str]


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Join the crosswalk with our table, field by field, in the crosswalk's order."""
    ours = {row["name"]: row for row in read(HERE / "fields.tsv")}
    rows = [
        joined(row, ours[row["canonical_field"]])
        for row in read(shared / "standards" / "crosswalk.tsv")
    ]
    with (folder / "fields.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[Row]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def joined(row: Row, ours: Row) -> Row:
    """Write one field; lists have `|` between."""
    stated = row["soilbio_requirement(M/R/O/C)"]
    default = re.search(r"\(default (.+)\)", stated)
    classes = re.sub(r"NOT in soil classes \(only: (.+)\)", r"\1", row["in_mixs7_class"])
    label = row["ena_ERC000022_label"]
    glosis = re.sub(r"glosis procedure (?:pSA/)?", PROCEDURES, row["glosis_property"])
    return {
        "name": row["canonical_field"],
        "group": row["group"],
        "requirement": "C" if stated in CONDITIONS else stated[0],
        "condition": CONDITIONS.get(stated, ""),
        "default": default[1] if default else "",
        "kind": ours["kind"],
        "unit": row["canonical_unit_ucum"].partition(" ")[0],
        "minimum": ours["minimum"],
        "maximum": ours["maximum"],
        "allowed": ours["allowed"],
        "mixs_slot": row["mixs7_slot"],
        "mixs_id": row["mixs_id"],
        "mixs_requirement": row["mixs7_requirement(soil)"].partition("(")[0],
        "mixs_classes": "|".join(re.split(r"[|,]", classes)) if classes else "",
        "ena_label": "" if label.startswith("(") else label,
        "ena_units": row["ena_allowed_units"],
        "is_ena_mandatory": "yes" if row["ena_cardinality"] == "mandatory" else "",
        "dwc_terms": row["darwin_core_term"].replace("(fallback)", ""),
        "dna_terms": row["dna_derived_data_ext_term"],
        "emof_type": row["emof_measurementType"],
        "emof_type_id": row["emof_measurementTypeID"],
        "glosis_property": glosis,
        "nmdc_slot": row["nmdc_slot"],
        "faire_slots": row["faire_slot"],
        "sharing_class": ours["sharing_class"],
        "help": ours["help"],
    }


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
