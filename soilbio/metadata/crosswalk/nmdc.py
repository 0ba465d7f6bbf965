"""Samples → NMDC's records of biosamples and their studies, valid against its schema.

What a slot cannot hold, because it has other units or words or is unknown, becomes a
`PropertyAssertion`, which the schema has for that. Ids are NMDC's to give; those with the test
prefix `99` stand in for them. NMDC has no terms for missing values.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from soilbio.metadata.crosswalk.model import Demand, Rows, Sample, Tables, name_of
from soilbio.metadata.crosswalk.normal import joined, quantity, split_quantity, split_term
from soilbio.metadata.crosswalk.reasons import LIBRARY, Reason, common_reason
from soilbio.standards.envo import find
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS, parse_lat_lon
from soilbio.standards.nmdc import NMDC, NmdcSlot
from soilbio.standards.units import UNITS, convert, is_convertible

BIOSAMPLES, STUDIES = "biosample_set", "study_set"
Record = dict[str, Any]
_TRIAD = ("env_broad_scale", "env_local_scale", "env_medium")
# Slots that hold a list in the record, though the sheet has one cell for them.
_LISTS = frozenset(
    {"agrochem_addition", "heavy_metals", "heavy_metals_meth", "tillage", "water_content"}
    | {"watering_regm", "air_temp_regm", "climate_environment", "gaseous_environment"}
    | {"humidity_regm", "infiltrations", "sample_link", "analysis_type"}
)
# Not the sample's, or made here.
_NOT_COLUMNS = frozenset({"id", "name", "type", "associated_studies", "analysis_type", *LIBRARY})
_STUDY, _TITLE = "project_name", "samp_title"
_IDS = "NMDC gives the ids when it takes the records; nmdc:bsm-99-... and nmdc:sty-99-... stand in"
DEMANDS = (
    Demand("samp_name", ("samp_name",)),
    *(
        Demand(name, (name,), takes_missing=False)
        for name in ("collection_date", "depth", "elev", "geo_loc_name", "lat_lon")
    ),
    *(Demand(name, (name,), takes_missing=False) for name in _TRIAD),
    Demand("samp_store_temp", ("samp_store_temp",), takes_missing=False),
    Demand("store_cond", ("store_cond",), takes_missing=False),
    Demand("associated_studies", (_STUDY,), takes_missing=False),
    Demand("growth_facil", (), "NMDC asks how the soil was kept; choose 'field' on its own sheet"),
    Demand("id", (), _IDS),
)


@cache
def _columns() -> dict[str, NmdcSlot]:
    """Find the slot of the record for each column."""
    of_fields = {
        one.mixs_slot if one.mixs_slot in SLOTS else one.name: one.nmdc_slot
        for one in FIELDS.values()
        if one.nmdc_slot in NMDC
    }
    same = {name: name for name in NMDC if name in SLOTS}
    return {
        column: NMDC[slot]
        for column, slot in (of_fields | same).items()
        if NMDC[slot].record == "Biosample" and slot not in _NOT_COLUMNS | {"misc_param"}
    }


def is_of_library(name: str) -> bool:
    """Tell whether a column describes a library, which NMDC keeps in records of its own."""
    slot, field = SLOTS.get(name), FIELDS.get(name)
    is_other = field is not None and "." in field.nmdc_slot
    return name in LIBRARY or is_other or (slot is not None and slot.is_of_library)


def tables_of(rows: Rows) -> Tables:
    """Write the records of both kinds; a study is a project by name."""
    studies = sorted({row[_STUDY] for row in rows.values() if _is_told(row, _STUDY)})
    return {
        BIOSAMPLES: [_biosample(name_of(number, row), joined(row)) for number, row in rows.items()],
        STUDIES: [
            {
                "id": _id("sty", name),
                "type": "nmdc:Study",
                "study_category": "research_study",
                "name": name,
            }
            for name in studies
        ],
    }


def _is_told(row: Sample, name: str) -> bool:
    return bool(row.get(name)) and not is_missing(row[name])


def _id(kind: str, name: str) -> str:
    """Make an id that stands in for NMDC's, the same for the same name."""
    return f"nmdc:{kind}-99-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _biosample(name: str, row: Sample) -> Record:
    record: Record = {
        "id": _id("bsm", name),
        "type": "nmdc:Biosample",
        "name": name,
        "samp_name": name,
        "associated_studies": [_id("sty", row[_STUDY])] if _is_told(row, _STUDY) else [],
        "analysis_type": ["amplicon sequencing assay" if "target_gene" in row else "metagenomics"],
    }
    if _is_told(row, _TITLE):
        record["description"] = row[_TITLE]
    assertions = []
    for column, value in row.items():
        if column in ("samp_name", _STUDY, _TITLE) or is_missing(value) or is_of_library(column):
            continue
        slot = _columns().get(column)
        held = _held(slot, column, value) if slot else None
        if slot is None or held is None:
            assertions.append(_assertion(column, value))
        else:
            record[slot.name] = held
    return record | ({"misc_param": assertions} if assertions else {})


def _held(slot: NmdcSlot, column: str, value: str) -> Any:
    """Make what the record holds; None where the slot cannot hold the value."""
    make = _MAKERS.get(slot.range, _choice if slot.range.endswith("Enum") else _string)
    if slot.name not in _LISTS:
        return make(slot, column, value)
    several = [make(slot, column, part) for part in value.split("|")]
    return None if None in several else several


def _string(slot: NmdcSlot, column: str, value: str) -> str | None:
    number, other, unit = split_quantity(column, value)
    if number:
        value = _stated(number, other, unit)
    return value if not slot.pattern or re.search(slot.pattern, value) else None


def _stated(number: str, other: str, unit: str) -> str:
    ends = f"{number}-{other}" if other else number
    return ends if unit in ("1", "[pH]") else f"{ends} {unit}"


def _choice(slot: NmdcSlot, _: str, value: str) -> str | None:
    return value if value in slot.allowed else None


def _text(_slot: NmdcSlot, column: str, value: str) -> Record | None:
    pattern = _slot.pattern if _slot.name in _LISTS else ""
    if pattern and not re.search(pattern, value):
        return None
    number, other, unit = split_quantity(column, value)
    if number:
        value = _stated(number, other, unit)
    return {"type": "nmdc:TextValue", "has_raw_value": value}


def _float(_: NmdcSlot, column: str, value: str) -> float | None:
    number, other, unit = split_quantity(column, value)
    is_plain = number and not other and unit == SLOTS[column].unit
    return float(number) if is_plain else None


def _quantity(slot: NmdcSlot, column: str, value: str) -> Record | None:
    """Make a number in a unit that the slot takes; the text keeps what was stated."""
    number, other, unit = split_quantity(column, value)
    into = unit if unit in slot.units else next((u for u in slot.units if _fits(unit, u)), "")
    if not number or not into:
        return None
    ends = [float(end) for end in (number, other) if end]
    if into != unit:
        ends = [convert(end, unit, into) for end in ends]
    names = ("has_minimum_numeric_value", "has_maximum_numeric_value")
    numbers = dict(zip(names, ends, strict=True)) if other else {"has_numeric_value": ends[0]}
    stated = _stated(number, other, unit)
    return {"type": "nmdc:QuantityValue", "has_raw_value": stated, "has_unit": into, **numbers}


def _fits(unit: str, other: str) -> bool:
    return unit in UNITS and other in UNITS and is_convertible(unit, other)


def _term(slot: NmdcSlot, _: str, value: str) -> Record | None:
    """Make a term; of several the first is the term, and the text names all."""
    label, iri = split_term(value.split("|")[0])
    known = None if iri else find(label)
    if known:
        iri = known.term.id
    term = {"id": iri, "name": label, "type": "nmdc:OntologyClass"}
    if not iri and slot.range == "ControlledIdentifiedTermValue":
        return None
    kind = f"nmdc:{slot.range}"
    return {"type": kind, "has_raw_value": value, **({"term": term} if iri else {})}


def _place(_slot: NmdcSlot, _: str, value: str) -> Record | None:
    place = parse_lat_lon(value)
    if place is None:
        return None
    names = {"latitude": place[0], "longitude": place[1]}
    return {"type": "nmdc:GeolocationValue", "has_raw_value": value, **names}


def _date(_slot: NmdcSlot, _: str, value: str) -> Record:
    return {"type": "nmdc:TimestampValue", "has_raw_value": value}


_MAKERS: dict[str, Callable[[NmdcSlot, str, str], Any]] = {
    "TextValue": _text,
    "float": _float,
    "QuantityValue": _quantity,
    "ControlledTermValue": _term,
    "ControlledIdentifiedTermValue": _term,
    "GeolocationValue": _place,
    "TimestampValue": _date,
}


def _assertion(column: str, value: str) -> Record:
    number, other, unit = split_quantity(column, value)
    slot = SLOTS.get(column)
    record = {"type": "nmdc:PropertyAssertion", "has_attribute_label": column}
    if slot is not None and slot.mixs_id:
        record["has_attribute_id"] = slot.mixs_id
    if not number:
        return {**record, "has_raw_value": value}
    stated = _stated(number, other, unit)
    numbers = {} if other else {"has_numeric_value": float(number)}
    return {**record, "has_raw_value": stated, **numbers, "has_unit": unit}


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the records into samples by name."""
    studies = {one["id"]: one["name"] for one in tables[STUDIES]}
    columns = {slot.name: column for column, slot in _columns().items()}
    found = {}
    for record in tables[BIOSAMPLES]:
        sample = {"samp_name": record["name"], _TITLE: record.get("description", "")}
        sample[_STUDY] = "|".join(studies[one] for one in record["associated_studies"])
        for name, held in record.items():
            if name in columns and name not in ("samp_name", "description"):
                several = held if isinstance(held, list) else [held]
                sample[columns[name]] = "|".join(_raw(one) for one in several)
        for one in record.get("misc_param", []):
            label = one["has_attribute_label"]
            sample[label] = quantity(label, one["has_raw_value"], "")
        found[record["name"]] = sample
    return found


def _raw(held: Any) -> str:
    if isinstance(held, dict):
        return str(held["has_raw_value"])
    return f"{held:g}" if isinstance(held, float) and held.is_integer() else str(held)


def reason_of(name: str, value: str) -> Reason:
    """Say why a value was lost."""
    if is_of_library(name):
        return (
            "no-place",
            "it describes the library; NMDC keeps it with the extract, in records of its own",
        )
    return common_reason(name, value, "NMDC")
