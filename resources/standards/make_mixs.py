"""Make soilbio/standards/mixs.tsv: facts of the MIxS release beside our own units and classes.

Usage: python resources/standards/make_mixs.py SHARED [FOLDER]
where SHARED/standards/01_mixs holds the GSC's schema at the tag that `soilbio.standards.mixs`
names, the terms of its soil and agriculture classes with their patterns written out, and the maps
of renamed slots (all CC0-1.0). `slots.tsv` beside this script lists the slots that soilbio knows,
with what MIxS does not say: sharing class, UCUM unit, plausible range, and a pattern where that of
the release is wrong. `synonyms.tsv` names what no map of renamed slots has. Descriptions are not
taken over.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "soilbio" / "standards"
CLASSES = ("MimarksSSoil", "MimsSoil", "MimarksSAgriculture", "MimsAgriculture")
SOIL = CLASSES[:2]
# Titles of the Local Contexts labels are not ours to ship; a control is named by its control_type.
NOT_TAKEN = ("biocultural_label", "samp_category")
COLUMNS = (
    "name",
    "mixs_id",
    "title",
    "sharing_class",
    "unit",
    "is_numeric",
    "minimum",
    "maximum",
    "allowed",
    "also_allowed",
    "required_by",
    "recommended_by",
    "carried_by",
    "is_of_library",
    "is_multivalued",
    "range",
    "preferred_unit",
    "pattern",
    "our_pattern",
    "synonyms",
)
Row = dict[str, str]


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Join the release with our table and write the result."""
    source = shared / "standards" / "01_mixs"
    text = (source / "v7.0.1" / "mixs.yaml").read_text(encoding="utf-8")
    schema = yaml.load(text, Loader=yaml.CSafeLoader)
    levels = {name: requirements(schema, name) for name in CLASSES}
    terms = {row["slot"]: row for row in read(source / "mixs_soil_terms.tsv")}
    synonyms = renamed(source / "rename_maps")
    with (folder / "mixs.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(
            handle, COLUMNS, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE
        )
        writer.writeheader()
        for ours in read(HERE / "slots.tsv"):
            name = ours["name"]
            stated = schema["slots"].get(name, {})
            facts = official(name, stated, terms.get(name, {}), schema["enums"])
            facts |= by_class(name, levels) | own(ours)
            facts["synonyms"] = "|".join(sorted(synonyms.get(name, ())))
            writer.writerow(facts)


def read(path: Path) -> list[Row]:
    """Read a table; quotation marks are characters like others in our own."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def official(name: str, slot: dict[str, Any], term: Row, enums: dict[str, Any]) -> Row:
    """State what the release says of a slot."""
    enum = "" if name in NOT_TAKEN else slot.get("range", "")
    values = enums.get(enum, {}).get("permissible_values", {})
    return {
        "name": name,
        "mixs_id": slot.get("slot_uri", ""),
        "title": slot.get("title", ""),
        "allowed": "|".join(sorted(map(str, values))),
        "is_multivalued": "yes" if slot.get("multivalued") else "",
        "range": "enumeration" if values else slot.get("range", "string" if slot else ""),
        "preferred_unit": slot.get("annotations", {}).get("Preferred_unit", ""),
        "pattern": term.get("pattern_soil_v7") or term.get("pattern_generic_v7", ""),
    }


def own(row: Row) -> Row:
    """State what our table says of a slot."""
    low, _, high = row["range"].partition("..")
    return {
        "sharing_class": row["sharing_class"],
        "unit": row["unit"],
        "is_numeric": "yes" if row["kind"] == "number" else "",
        "minimum": low,
        "maximum": high,
        "is_of_library": "yes" if row["subject"] == "library" else "",
        "also_allowed": row["also_allowed"],
        "our_pattern": row["our_pattern"],
    }


def by_class(name: str, levels: dict[str, dict[str, str]]) -> Row:
    """Name the classes that demand, recommend or carry a slot."""
    return {
        "required_by": "|".join(one for one in SOIL if levels[one].get(name) == "required"),
        "recommended_by": "|".join(one for one in SOIL if levels[one].get(name) == "recommended"),
        "carried_by": "|".join(one for one in CLASSES if name in levels[one]),
    }


def requirements(schema: dict[str, Any], name: str) -> dict[str, str]:
    """State how a class asks for each of its slots: the nearest statement counts."""
    stated = schema["classes"][name]
    mixins = [schema["classes"][other] for other in reversed(stated.get("mixins", ()))]
    parts = [stated, *mixins, schema["classes"][stated["is_a"]]]
    usage: dict[str, dict[str, Any]] = {}
    for part in parts:
        for slot in part.get("slots", ()):
            usage.setdefault(slot, {})
        for slot, rule in part.get("slot_usage", {}).items():
            usage[slot] = {**(rule or {}), **usage.get(slot, {})}
    return {slot: level({**schema["slots"][slot], **rule}) for slot, rule in usage.items()}


def level(slot: dict[str, Any]) -> str:
    """Name a slot's requirement."""
    if slot.get("required"):
        return "required"
    return "recommended" if slot.get("recommended") else "optional"


def renamed(folder: Path) -> dict[str, set[str]]:
    """Collect a slot's former names: of MIxS 6 and 5 from the maps, the others from our table."""
    maps = [
        (row["old_name"], row["new_name"])
        for row in read(folder / "slot_name_mappings.tsv")
        if row["new_name"]
    ]
    changes = yaml.load(
        (folder / "diff_v5_to_v6.0.0.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    newer = dict(maps)
    maps += [(old, newer.get(new, new)) for old, new in changes["renamed"].items()]
    maps += [
        (row["alias"], row["column"])
        for row in read(HERE / "synonyms.tsv")
        if row["standard"].startswith("MIxS")
    ]
    names: dict[str, set[str]] = {}
    for old, new in maps:
        names.setdefault(new, set()).add(old)
    return names


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
