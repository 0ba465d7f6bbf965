"""The fields of soil metadata, each with its name in every standard: the one crosswalk.

Canonical names are those of MIxS 7.0.1 where it has one value per field; MIxS' joined values are
split (`lat_lon` is two fields). Help texts are soilbio's own words. The table is made by
`resources/standards/make_fields.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soilbio.standards.sharing_classes import SharingClass

SOURCE = (
    "MIxS 7.0.1, ENA ERC000022 (2026-07-28), Darwin Core (2025-07-10) with DNA-derived data"
    " (2024-07-11), GLOSIS, NMDC 11.25, FAIRe 1.0.2: names and identifiers only"
)
KINDS = (
    *("text", "number", "integer", "date", "latitude", "longitude", "place_name", "depth", "term"),
    *("choice", "dna", "taxid", "id", "url", "boolean"),
)

_TABLE = Path(__file__).with_name("fields.tsv")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of soil metadata.

    `requirement` is soilbio's: `M` mandatory, `R` recommended, `O` optional, `C` conditional; then
    `condition` names the fields (any of them) that ask for it, or `amplicon`, or is empty where an
    agreement decides. `default` stands for an absent value. `unit` is UCUM; outside of `minimum`
    and `maximum` a value is implausible. `allowed` is empty where the values are those of
    `standards.mixs`, `standards.ena` or another table.

    `mixs_requirement` is that of MIxS for soil: `required`, `recommended`, `optional`, or empty;
    `mixs_classes` names the classes that carry the slot. An `ena_label` that begins with `@` is a
    place in the archive's XML, no attribute of the checklist. `dna_terms` and `faire_slots` are
    several where a standard splits the field; a term of a permit begins with `ggbn:`. A
    `glosis_property` that ends in `*` stands for a family of procedures.
    """

    name: str
    group: str
    requirement: str
    condition: str
    default: str
    kind: str
    unit: str
    minimum: float | None
    maximum: float | None
    allowed: tuple[str, ...]
    mixs_slot: str
    mixs_id: str
    mixs_requirement: str
    mixs_classes: tuple[str, ...]
    ena_label: str
    ena_units: tuple[str, ...]
    is_ena_mandatory: bool
    dwc_terms: tuple[str, ...]
    dna_terms: tuple[str, ...]
    emof_type: str
    emof_type_id: str
    glosis_property: str
    nmdc_slot: str
    faire_slots: tuple[str, ...]
    sharing_class: SharingClass
    help: str

    @property
    def dna_term(self) -> str:
        """The term of the DNA-derived data extension that takes the value, or empty."""
        return self.dna_terms[0] if self.dna_terms else ""

    @property
    def faire_slot(self) -> str:
        """FAIRe's first name for the field, or empty."""
        return self.faire_slots[0] if self.faire_slots else ""

    @property
    def is_in_mixs_soil(self) -> bool:
        """Whether a strict MIxS file of a soil may carry the slot."""
        return bool({"MimarksSSoil", "MimsSoil"}.intersection(self.mixs_classes))


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _field(row: dict[str, str]) -> Field:
    return Field(
        name=row["name"],
        group=row["group"],
        requirement=row["requirement"],
        condition=row["condition"],
        default=row["default"],
        kind=row["kind"],
        unit=row["unit"],
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        allowed=_split(row["allowed"]),
        mixs_slot=row["mixs_slot"],
        mixs_id=row["mixs_id"],
        mixs_requirement=row["mixs_requirement"],
        mixs_classes=_split(row["mixs_classes"]),
        ena_label=row["ena_label"],
        ena_units=_split(row["ena_units"]),
        is_ena_mandatory=row["is_ena_mandatory"] == "yes",
        dwc_terms=_split(row["dwc_terms"]),
        dna_terms=_split(row["dna_terms"]),
        emof_type=row["emof_type"],
        emof_type_id=row["emof_type_id"],
        glosis_property=row["glosis_property"],
        nmdc_slot=row["nmdc_slot"],
        faire_slots=_split(row["faire_slots"]),
        sharing_class=SharingClass(row["sharing_class"]),
        help=row["help"],
    )


def _read_fields(table: Path) -> dict[str, Field]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {row["name"]: _field(row) for row in csv.DictReader(handle, delimiter="\t")}


FIELDS: dict[str, Field] = _read_fields(_TABLE)


@cache
def field_of_slot(mixs_slot: str) -> tuple[Field, ...]:
    """List the fields that a MIxS slot holds: two for `lat_lon`, three for `soil_texture`.

    A field that soilbio names as MIxS does not is found by its own name; nothing is found for a
    slot that the crosswalk leaves out.
    """
    of_slot = tuple(one for one in FIELDS.values() if mixs_slot and one.mixs_slot == mixs_slot)
    own = FIELDS.get(mixs_slot)
    return of_slot or ((own,) if own else ())
