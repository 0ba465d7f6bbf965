"""Make soilbio/standards/mixs.tsv: facts of the MIxS release beside our own units and classes.

Usage: python resources/standards/make_mixs.py MIXS_YAML
where MIXS_YAML is src/mixs/schema/mixs.yaml of the GSC's repository at the tag that
`soilbio.standards.mixs.VERSION` names (CC0-1.0). `slots.tsv` beside this script lists the slots
that soilbio knows, with what MIxS does not say: sharing class, UCUM unit, plausible range.
Descriptions and patterns are not taken over; several of the patterns reject their own examples.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "soilbio" / "standards" / "mixs.tsv"
CLASSES = ("MimarksSSoil", "MimsSoil")
# Titles of the Local Contexts labels are not ours to ship; a control is named by its control_type.
NOT_TAKEN = ("biocultural_label", "samp_category")
COLUMNS = (
    "name",
    "mixs_id",
    "sharing_class",
    "unit",
    "is_numeric",
    "minimum",
    "maximum",
    "allowed",
    "required_by",
)


def main(mixs: Path) -> None:
    """Join the release with our table and write the result."""
    schema = yaml.load(mixs.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    required = {name: _required(schema, name) for name in CLASSES}
    with (HERE / "slots.tsv").open(encoding="utf-8", newline="") as handle:
        ours = list(csv.DictReader(handle, delimiter="\t"))
    with TARGET.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in ours:
            slot = schema["slots"].get(row["name"], {})
            enum = "" if row["name"] in NOT_TAKEN else slot.get("range", "")
            values = schema["enums"].get(enum, {}).get("permissible_values", {})
            low, _, high = row["range"].partition("..")
            by = [name for name in CLASSES if row["name"] in required[name]]
            writer.writerow(
                [
                    *(row["name"], slot.get("slot_uri", ""), row["sharing_class"], row["unit"]),
                    *("yes" if row["kind"] == "number" else "", low, high),
                    *("|".join(sorted(map(str, values))), "|".join(by)),
                ]
            )


def _required(schema: dict[str, Any], name: str) -> set[str]:
    """Name the slots that a class demands, itself or by what it is made of."""
    stated = schema["classes"][name]
    above = [schema["classes"][other] for other in (stated.get("is_a"), *stated.get("mixins", ()))]
    demanded = set()
    for part in [stated, *above]:
        usage = part.get("slot_usage", {})
        for slot in {*part.get("slots", ()), *usage}:
            rule = usage.get(slot) or {}
            if rule.get("required", schema["slots"].get(slot, {}).get("required", False)):
                demanded.add(slot)
    return demanded


if __name__ == "__main__":
    main(Path(sys.argv[1]))
