"""Make soilbio/standards/nmdc.tsv: the slots of NMDC's soil sheet and of its Biosample record.

Usage: python resources/standards/make_nmdc.py SHARED [FOLDER]
where SHARED/standards/04_faire_mdt_obis_nmdc/nmdc holds NMDC's schema (CC0-1.0) and submission
schema (MIT) in the versions that `soilbio.standards.nmdc` names. Descriptions are not taken over.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
COLUMNS = (
    "name",
    "record",
    "title",
    "iri",
    "range",
    "kind",
    "is_required",
    "is_recommended",
    "is_multivalued",
    "unit",
    "minimum",
    "maximum",
    "pattern",
    "allowed",
)
# What the record must have beside the sheet's columns, and what lies in another record.
RECORD_ONLY = ("id", "name", "type", "associated_studies", "samp_taxon_id", "misc_param")
LIBRARY = (
    "target_gene",
    "target_subfragment",
    "pcr_primers",
    "pcr_cond",
    "nucl_acid_amp",
    "lib_layout",
    "library_strategy",
    "library_source",
    "library_selection",
    "adapters",
)
Rows = dict[str, dict[str, str]]


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write one row a slot: the sheet's by name, then the record's, then the library's."""
    source = shared / "standards" / "04_faire_mdt_obis_nmdc" / "nmdc"
    schema = json.loads(
        (source / "submission_schema" / "nmdc_submission_schema.schema.json").read_text("utf-8")
    )
    sheet = schema["$defs"]["SoilInterface"]
    stated = rows_of(source / "nmdc_submission_SoilInterface_slots.tsv")
    record = rows_of(source / "nmdc_biosample_slots.tsv")
    slots = slots_of(source)
    with (folder / "nmdc.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, value in sorted(sheet["properties"].items()):
            facts = sheet_facts(value, stated.get(name, {}), schema["$defs"])
            facts["is_required"] = "yes" if name in sheet["required"] else ""
            write(writer, name, "Biosample", record_facts(name, record, slots) | facts)
        for name in RECORD_ONLY:
            write(writer, name, "Biosample", record_facts(name, record, slots))
        genes = "|".join(target_genes(source))
        for name in LIBRARY:
            more = {"allowed": genes} if name == "target_gene" else {}
            write(writer, name, "LibraryPreparation", record_facts(name, {}, slots) | more)


def write(writer: Any, name: str, record: str, facts: dict[str, str]) -> None:
    """Write a row; what is not known stays empty."""
    row = {"name": name, "record": record} | facts
    writer.writerow([row.get(column, "") for column in COLUMNS])


def rows_of(path: Path) -> Rows:
    """Read a table by its slot."""
    with path.open(encoding="utf-8", newline="") as handle:
        return {row["slot"]: row for row in csv.DictReader(handle, delimiter="\t")}


def target_genes(source: Path) -> list[str]:
    """List the names of genes that NMDC allows."""
    text = (source / "TargetGeneOrLocusEnum.yaml").read_text("utf-8")
    enum = yaml.load(text, yaml.CSafeLoader)["enums"]["TargetGeneOrLocusEnum"]
    return [*enum["permissible_values"]]


def slots_of(source: Path) -> dict[str, dict[str, Any]]:
    """Read the definitions of slots in the files of the schema that hold them."""
    slots: dict[str, dict[str, Any]] = {}
    for name in ("mixs", "basic_slots", "core", "portal_mixs_inspired", "nmdc"):
        text = (source / f"{name}.yaml").read_text("utf-8")
        for slot, stated in (yaml.load(text, yaml.CSafeLoader).get("slots") or {}).items():
            slots.setdefault(slot, stated or {})
    return slots


def record_facts(name: str, record: Rows, slots: dict[str, dict[str, Any]]) -> dict[str, str]:
    """State what the Biosample record says of a slot."""
    row, slot = record.get(name, {}), slots.get(name, {})
    notes = slot.get("annotations") or {}
    return {
        "title": row.get("title") or slot.get("title") or "",
        "iri": row.get("slot_uri") or slot.get("slot_uri") or "",
        "range": row.get("range") or slot.get("range") or "",
        "is_required": "yes" if row.get("required") == "True" else "",
        "is_multivalued": "yes" if truth(row.get("multivalued", slot.get("multivalued"))) else "",
        "unit": str(notes.get("storage_units") or ""),
    }


def truth(value: object) -> bool:
    """Read a truth value as tables and YAML write it."""
    return value in (True, "True")


def sheet_facts(
    value: dict[str, Any], stated: dict[str, str], definitions: dict[str, Any]
) -> dict[str, str]:
    """State what the sheet says of a column: kind, pattern, limits, allowed values."""
    enums = [part.get("$ref", "") for part in (value, value.get("items", {}))]
    name = next((enum.rpartition("/")[2] for enum in enums if enum), "")
    types = value.get("type", "string")
    plain = [kind for kind in ([types] if isinstance(types, str) else types) if kind != "null"]
    facts = {
        "title": stated.get("title", ""),
        "kind": "choice" if name else plain[0],
        "is_recommended": "yes" if stated.get("recommended") == "True" else "",
        "is_multivalued": "yes" if plain == ["array"] else "",
        "minimum": str(value.get("minimum", "")),
        "maximum": str(value.get("maximum", "")),
        "pattern": value.get("pattern", ""),
        "allowed": "|".join(definitions[name]["enum"]) if name else "",
    }
    keep = ("is_multivalued",)
    return {key: text for key, text in facts.items() if text or key in keep}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
