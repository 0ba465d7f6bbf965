"""Soil properties: name, unit, limits, GLOSIS IRI, procedures and spellings of each.

Names are those of `standards.fields` and MIxS where these have the property. GLOSIS gives three
kinds of pH one property and tells them apart by the procedure; here each has its own name, so that
they are never averaged. The table's words are soilbio's own.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from soilbio.standards.sharing_classes import SharingClass

SOURCE = (
    "GLOSIS ontology 1.5.1 and ISO 28258 as modelled by ISRIC iso-28258 1.9 (MIT): identifiers only"
)

_TABLE = Path(__file__).with_name("soil_properties.tsv")
Group = Literal["physical", "chemical", "biological", "stock", "profile", "management"]
TEXTURE = ("clay", "silt", "sand")


@dataclass(frozen=True, slots=True)
class SoilProperty:
    """One property: outside of `minimum` and `maximum` a value is impossible.

    Outside of the plausible range it is most often a mistake. `unit` is UCUM. `is_content` marks
    an amount per mass, of which a stock can be made. `procedures` are the beginnings of the codes
    of `standards.procedures` that belong to it; `standard` names the ISO standards. `kind` is
    `number`, `text` or `choice` (then MIxS has the values).
    """

    name: str
    label: str
    group: str
    kind: str
    unit: str
    minimum: float | None
    maximum: float | None
    plausible_minimum: float | None
    plausible_maximum: float | None
    is_content: bool
    glosis_property: str
    procedures: tuple[str, ...]
    mixs_slot: str
    standard: str
    sharing_class: SharingClass
    synonyms: tuple[str, ...]
    help: str

    @property
    def is_number(self) -> bool:
        """Whether values are numbers in `unit`."""
        return self.kind == "number"


def _number(text: str) -> float | None:
    return float(text) if text else None


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _read(table: Path) -> dict[str, SoilProperty]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["name"]: SoilProperty(
                name=row["name"],
                label=row["label"],
                group=row["group"],
                kind=row["kind"],
                unit=row["unit"],
                minimum=_number(row["minimum"]),
                maximum=_number(row["maximum"]),
                plausible_minimum=_number(row["plausible_minimum"]),
                plausible_maximum=_number(row["plausible_maximum"]),
                is_content=row["is_content"] == "yes",
                glosis_property=row["glosis_property"],
                procedures=_split(row["procedures"]),
                mixs_slot=row["mixs_slot"],
                standard=row["standard"],
                sharing_class=SharingClass(row["sharing_class"]),
                synonyms=_split(row["synonyms"]),
                help=row["help"],
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


SOIL_PROPERTIES: dict[str, SoilProperty] = _read(_TABLE)


def plain(text: str) -> str:
    """Reduce a name to what tells properties apart: small letters, one space between words."""
    return re.sub(r"[\s_.,;()\[\]{}*-]+", " ", text.replace("/", " ")).strip().casefold()


@cache
def _by_name() -> dict[str, SoilProperty]:
    found: dict[str, SoilProperty] = {}
    for one in SOIL_PROPERTIES.values():
        for name in (one.name, one.label, one.mixs_slot, *one.synonyms):
            if name and name not in ("soil_texture",):
                found.setdefault(plain(name), one)
        if one.glosis_property and not one.glosis_property.endswith("_"):
            found.setdefault(plain(one.glosis_property), one)
            found.setdefault(plain(one.glosis_property.rpartition("-")[2]), one)
    return found


@lru_cache(maxsize=4096)
def find_property(text: str) -> SoilProperty | None:
    """Find a property by its name, a synonym, or its GLOSIS IRI or code."""
    return _by_name().get(plain(text))


def glosis_iri(name: str, limit_um: int | None = None) -> str:
    """Give the GLOSIS IRI of a property; that of silt and sand depends on the limit between them.

    Parameters
    ----------
    name : str
        A key of `SOIL_PROPERTIES`.
    limit_um : int, optional
        Limit of silt and sand, um: 50 (USDA), 63 (ISO) or 20 (ISSS).

    Returns
    -------
    str
        Empty where GLOSIS has no such property, or where the limit is not known.

    """
    iri = SOIL_PROPERTIES[name].glosis_property
    if not iri.endswith("_"):
        return iri
    system = {50: "USDA", 63: "ISO", 20: "ISSS"}.get(limit_um or 0)
    return f"{iri}{system}" if system else ""
