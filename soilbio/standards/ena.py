"""ENA: the checklist for soils (ERC000022), platforms, and the words for libraries.

Labels, units, patterns and allowed values are facts of the checklist and the schemas; ENA's
patterns let much pass that is wrong (`12a5` as a latitude), so `expected` looks at values itself,
too. The tables are made by `resources/standards/make_ena.py`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soilbio.standards.insdc import COUNTRIES, MISSING_TERMS

CHECKLIST_ID = "ERC000022"
VERSION = "2026-07-28"
SOURCE = (
    "ENA checklist ERC000022 as of 2026-07-28 (ELIXIR Belgium, MIT); SRA schemas of 2026"
    " (EMBL-EBI, Apache-2.0)"
)
# What a library of soil DNA is, by strategy: its source and its selection.
USUAL_LIBRARY = {"AMPLICON": ("METAGENOMIC", "PCR"), "WGS": ("METAGENOMIC", "RANDOM")}
# Labels of 2018 that the checklist no longer has; the newer label where there is one.
LEGACY_LABELS = {
    "geographic location (depth)": "depth",
    "environment (biome)": "broad-scale environmental context",
    "environment (feature)": "local environmental context",
    "environment (material)": "environmental medium",
    "geographic location (elevation)": "elevation",
    "geographic location (altitude)": "altitude",
    "sample collection device or method": "sample collection device",
    "composite design/sieving (if any)": "sieving",
    "sample weight for DNA extraction": "sample volume or weight for DNA extraction",
    "storage conditions (fresh/frozen/other)": "sample storage conditions",
    "horizon": "soil horizon",
    "texture": "soil texture measurement",
    "texture method": "soil texture method",
    "total organic C method": "total organic carbon method",
    "total nitrogen method": "total nitrogen content method",
    "total nitrogen": "total nitrogen content",
    "history/previous land use method": "previous land use method",
    "chimera check": "chimera check software",
    "pooling of DNA extracts (if done)": "sample pooling",
    "health or disease status of specific host": "host disease status",
    "specific host": "host scientific name",
    "extreme_unusual_properties/salinity method": "salinity method",
    "mean annual and seasonal temperature": "mean annual temperature",
    "mean annual and seasonal precipitation": "mean annual precipitation",
    "soil environmental package": "",
    "investigation type": "",
    "sequencing method": "",
    "extreme_unusual_properties/salinity": "",
    "finishing strategy": "",
    "miscellaneous parameter": "",
}

_HERE = Path(__file__)
# At most 8 decimals: ENA refuses more, also of numbers that it would otherwise take.
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d{0,8})?")
_LIMITS = {"latitude": 90, "longitude": 180}
_EXPECTED = {
    "number": "a number with a decimal point, not negative and without needless zeros before it",
    "integer": "a whole number",
    "date": "an ISO 8601 date without fractions of a second, or two with '/' between",
    "latitude": "degrees from -90 to 90 with at most 8 decimals",
    "longitude": "degrees from -180 to 180 with at most 8 decimals",
    "place_name": "a country or sea as the archives (INSDC) call it",
    "text": "text",
}
_SIGNED = "a number with a decimal point and without needless zeros before it"


@dataclass(frozen=True, slots=True)
class EnaField:
    """One attribute of a sample in the checklist.

    `cardinality` is `mandatory`, `recommended` or `optional`; `units` are ENA's spelling, and one
    of them must stand beside the value where there are any. `accepts_missing` tells whether the
    checklist names the archives' terms for missing values; free text takes them as any other,
    elsewhere the attribute is left out.
    """

    label: str
    cardinality: str
    kind: str
    units: tuple[str, ...]
    pattern: str
    allowed: tuple[str, ...]
    accepts_missing: bool


def _rows(name: str) -> list[dict[str, str]]:
    with _HERE.with_name(name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def _field(row: dict[str, str]) -> EnaField:
    countries = tuple(sorted(COUNTRIES)) if row["kind"] == "place_name" else ()
    return EnaField(
        label=row["label"],
        cardinality=row["cardinality"],
        kind=row["kind"],
        units=tuple(row["units"].split("|")) if row["units"] else (),
        pattern=row["pattern"],
        allowed=tuple(row["allowed"].split("|")) if row["allowed"] else countries,
        accepts_missing=row["accepts_missing"] == "yes",
    )


def _read_platforms() -> dict[str, tuple[str, ...]]:
    platforms: dict[str, tuple[str, ...]] = {}
    for row in _rows("ena_platforms.tsv"):
        platforms[row["platform"]] = (*platforms.get(row["platform"], ()), row["instrument"])
    return platforms


def _terms(name: str) -> tuple[str, ...]:
    return tuple(row["term"] for row in _rows("ena_library.tsv") if row["list"] == name)


CHECKLIST: dict[str, EnaField] = {row["label"]: _field(row) for row in _rows("ena_checklist.tsv")}
# Parts of the sample itself and not attributes: they stand in the XML's own elements.
ELEMENTS = ("alias", "title", "taxon_id", "scientific_name", "common_name", "sample_description")
MANDATORY: tuple[str, ...] = tuple(
    field.label for field in CHECKLIST.values() if field.cardinality == "mandatory"
)
PLATFORMS: dict[str, tuple[str, ...]] = _read_platforms()
LIBRARY_STRATEGIES: tuple[str, ...] = _terms("strategy")
LIBRARY_SOURCES: tuple[str, ...] = _terms("source")
LIBRARY_SELECTIONS: tuple[str, ...] = _terms("selection")


def platform_of(instrument: str) -> str:
    """Name the platform of an instrument; empty where it is unknown or `unspecified`."""
    having = [name for name, models in PLATFORMS.items() if instrument in models]
    return having[0] if len(having) == 1 else ""


@cache
def _pattern(label: str) -> re.Pattern[str]:
    return re.compile(CHECKLIST[label].pattern)


def expected(label: str, value: str) -> str:
    """Say what the checklist wants instead of a value; empty where the value is right.

    Parameters
    ----------
    label : str
        A label of `CHECKLIST`.
    value : str
        As it would stand in the XML.

    """
    field = CHECKLIST[label]
    if value in MISSING_TERMS:
        is_right = field.accepts_missing or field.kind == "text"
        return "" if is_right else "a value, or no attribute at all"
    if not value.strip():
        return "a value, or no attribute at all"
    if field.allowed and value not in field.allowed:
        if field.kind == "place_name":
            return _EXPECTED["place_name"]
        return f"one of {', '.join(field.allowed)}"
    if field.pattern and not _pattern(label).fullmatch(value):
        is_signed = "[+-]?(0" in field.pattern
        return _SIGNED if field.kind == "number" and is_signed else _EXPECTED[field.kind]
    return "" if _is_degrees(field.kind, value) else _EXPECTED[field.kind]


def _is_degrees(kind: str, value: str) -> bool:
    """Tell whether a value is an angle within its limits; all that is no angle is."""
    limit = _LIMITS.get(kind)
    return limit is None or bool(_DEGREES.fullmatch(value) and abs(float(value)) <= limit)


def expected_unit(label: str, value: str, unit: str) -> str:
    """Say which units the checklist wants instead of one; empty where the unit is right.

    A term for a missing value has the unit of its field, too: without one the archive refuses it.
    """
    units = CHECKLIST[label].units
    if not units:
        return "no unit" if unit else ""
    return "" if unit in units else f"one of the units {', '.join(units)}"
