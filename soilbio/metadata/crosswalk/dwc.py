"""Samples → Darwin Core: events, their measurements, their DNA-derived data and their permits.

An event is a sample. `soilbio export gbif` writes the archive with the occurrences, to whose rows
the DNA-derived data belong; these tables are what the metadata give to it. What Darwin Core has no
term for becomes a measurement with the IRI of MIxS or GLOSIS. Controls are no events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from soilbio.metadata.crosswalk.model import Demand, Rows, Sample, Tables, name_of
from soilbio.metadata.crosswalk.normal import PRIMERS, quantity, split_quantity, split_term
from soilbio.metadata.crosswalk.reasons import METHODS, Reason, common_reason
from soilbio.metadata.datum import WGS84
from soilbio.standards.darwin_core import TERMS
from soilbio.standards.fields import FIELDS, Field, field_of_slot
from soilbio.standards.insdc import country_named, is_missing, iso_code
from soilbio.standards.mixs import SLOTS

EVENT, EMOF, DNA, PERMIT = "event", "extendedmeasurementorfact", "dnaderiveddata", "permit"
DEMANDS = (
    Demand("eventID", ("samp_name",)),
    Demand("eventDate", ("collection_date",), takes_missing=False),
    Demand("decimalLatitude", ("lat_lon",), takes_missing=False),
    Demand("decimalLongitude", ("lat_lon",), takes_missing=False),
    Demand("country", ("geo_loc_name",), takes_missing=False),
    Demand("license", ("license",), "Fill in license: CC0-1.0, CC-BY-4.0 or CC-BY-NC-4.0"),
)
# Columns that have one term of the event.
_TERMS = {
    "collection_date": "eventDate",
    "project_name": "datasetName",
    "agreement_id": "accessRights",
    "license": "license",
    "rights_holder": "rightsHolder",
    "coordinate_uncertainty_m": "coordinateUncertaintyInMeters",
    "coordinate_generalisation": "dataGeneralizations",
    "site_id": "locationID",
    "locality": "verbatimLocality",
    "geodetic_datum": "verbatimSRS",
}
_RANGES = {
    "elev": ("minimumElevationInMeters", "maximumElevationInMeters"),
    "depth": ("minimumDepthInMeters", "maximumDepthInMeters"),
}
_PERMITS = {
    "permit_type": "permitType",
    "permit_status": "permitStatus",
    "permit_id": "permitURI",
    "permit_scope": "permitText",
}
# Of an occurrence, and of no event.
_OF_OCCURRENCE = ("recorded_by",)
_CONTROL = re.compile(r"control|standard|blank|mock", re.IGNORECASE)
_ORDER = (
    *("eventID", "datasetName", "eventDate", "habitat", "samplingProtocol"),
    *("locationID", "country", "countryCode", "stateProvince", "locality", "verbatimLocality"),
    *("minimumElevationInMeters", "maximumElevationInMeters", "minimumDepthInMeters"),
    *("maximumDepthInMeters", "decimalLatitude", "decimalLongitude", "geodeticDatum"),
    *("coordinateUncertaintyInMeters", "verbatimSRS", "dataGeneralizations", "license"),
    *("rightsHolder", "accessRights"),
)


@cache
def _dna_terms() -> dict[str, str]:
    """Name the term of the DNA-derived data for each column."""
    known = TERMS["dna"]
    same = {name: name for name in SLOTS if name in known}
    of_fields = {
        (one.mixs_slot if one.mixs_slot in SLOTS else one.name): one.dna_term
        for one in FIELDS.values()
        if one.dna_term in known and one.name not in PRIMERS
    }
    parts = {name: name for name in FIELDS if name in known}
    taken = {"samp_name", "project_name", *_TERMS, *_RANGES}
    return {k: v for k, v in (same | of_fields | parts).items() if k not in taken}


def tables_of(rows: Rows) -> Tables:
    """Write the four tables; a row of the last three names its event."""
    tables: Tables = {EVENT: [], EMOF: [], DNA: [], PERMIT: []}
    for number, row in rows.items():
        if _CONTROL.search(row.get("samp_category", "")):
            continue
        event = name_of(number, row)
        row = {name: value for name, value in row.items() if name != "samp_name"}
        tables[EVENT].append(_event(event, row))
        tables[EMOF] += _measurements(event, row)
        for table, terms in ((DNA, _dna_terms()), (PERMIT, _PERMITS)):
            found = {term: row[name] for name, term in terms.items() if name in row}
            if table == DNA:
                found = _dna(row)
            if found:
                tables[table].append({"eventID": event, **found})
    columns = [name for name in _ORDER if any(name in row for row in tables[EVENT])]
    tables[EVENT] = [{name: row.get(name, "") for name in columns} for row in tables[EVENT]]
    return tables


def _event(event: str, row: Sample) -> Sample:
    told = {name: value for name, value in row.items() if not is_missing(value)}
    found = {"eventID": event}
    found |= {term: told[name] for name, term in _TERMS.items() if name in told}
    for name, terms in _RANGES.items():
        number, other, unit = split_quantity(name, told.get(name, ""))
        if number and unit == SLOTS[name].unit:
            found |= dict(zip(terms, (number, other or number), strict=True))
    place = told.get("lat_lon", "").split()
    if len(place) == 2:
        found |= {"decimalLatitude": place[0], "decimalLongitude": place[1]}
        found["geodeticDatum"] = WGS84
    return found | _country(told.get("geo_loc_name", "")) | _words(told)


def _country(value: str) -> Sample:
    country, _, rest = value.partition(": ")
    region, _, locality = rest.partition(", ")
    parts = {
        "country": country,
        "countryCode": iso_code(country_named(country)),
        "stateProvince": region if locality else "",
        "locality": locality or region,
    }
    return {name: part for name, part in parts.items() if part}


def _words(told: Mapping[str, str]) -> Sample:
    """Sum up in words what stands elsewhere in fields of its own."""
    habitat = [
        split_term(part)[0]
        for name in ("env_broad_scale", "env_local_scale", "cur_land_use")
        for part in told.get(name, "").split("|")
        if part
    ]
    protocol = [
        told[name]
        for name in ("samp_collect_device", "samp_collect_method", "samp_mat_process")
        if name in told
    ]
    words = {"habitat": " | ".join(habitat), "samplingProtocol": " | ".join(protocol)}
    return {name: text for name, text in words.items() if text}


def _dna(row: Sample) -> Sample:
    found: Sample = {}
    for name, term in _dna_terms().items():
        if name not in row:
            continue
        number, other, unit = split_quantity(name, row[name])
        if term == "concentration" and number and not other:
            found |= {"concentration": number, "concentrationUnit": unit}
        else:
            is_plain = not number or unit in ("1", "[pH]")
            found[term] = (
                row[name] if is_plain else f"{row[name].removesuffix(unit).strip()} {unit}"
            )
    return found


def _measurements(event: str, row: Sample) -> list[Sample]:
    """Make a measurement of each value that no other table takes."""
    taken = {*_TERMS, *_RANGES, *_dna_terms(), *_PERMITS, *_OF_OCCURRENCE}
    taken |= {"lat_lon", "geo_loc_name"}
    told = {
        name: value for name, value in row.items() if name not in taken and not is_missing(value)
    }
    methods = {
        of: told[name] for name, several in METHODS.items() if name in told for of in several
    }
    beside = {name for name, of in METHODS.items() if any(one in told for one in of)}
    return [
        _measurement(event, name, value, methods.get(name, ""))
        for name, value in told.items()
        if name not in beside
    ]


def _measurement(event: str, name: str, value: str, method: str) -> Sample:
    number, other, unit = split_quantity(name, value)
    kind, iri = _type(name)
    if number:
        value = f"{number}-{other}" if other else number
    return {
        "eventID": event,
        "measurementID": f"{event}:{name}",
        "measurementType": kind,
        "measurementTypeID": iri,
        "measurementValue": value,
        "measurementUnit": "" if unit == "1" else unit,
        "measurementMethod": method,
    }


def _type(name: str) -> tuple[str, str]:
    """Name what is measured, in words and by IRI, empty where nobody has one."""
    slot = SLOTS.get(name)
    several: tuple[Field, ...] = (FIELDS[name],) if name in FIELDS else field_of_slot(name)
    field = several[0] if len(several) == 1 else None
    title = (slot.title if slot else "") or name.replace("_", " ")
    iri = slot.mixs_id.replace("MIXS:", "https://w3id.org/mixs/") if slot else ""
    if field is None or not field.emof_type or field.emof_type == "measurementMethod":
        return title, iri
    kind = re.sub(r"\s*[(<].*", "", field.emof_type)
    return kind or title, field.emof_type_id or iri


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the tables into samples by name."""
    found = {row["eventID"]: _sample(row) for row in tables[EVENT]}
    for row in tables[EMOF]:
        name = row["measurementID"].removeprefix(f"{row['eventID']}:")
        sample = found[row["eventID"]]
        sample[name] = quantity(name, row["measurementValue"], row["measurementUnit"])
        for method, of in METHODS.items():
            if name in of and row["measurementMethod"]:
                sample[method] = row["measurementMethod"]
    for table, terms in ((DNA, _dna_terms()), (PERMIT, _PERMITS)):
        for row in tables[table]:
            told = {name: row.get(term, "") for name, term in terms.items()}
            if row.get("concentrationUnit"):
                told["samp_dna_conc"] += f" {row['concentrationUnit']}"
            found[row["eventID"]] |= {name: value for name, value in told.items() if value}
    return found


def _sample(event: Mapping[str, str]) -> Sample:
    sample = {"samp_name": event["eventID"]}
    sample |= {name: event[term] for name, term in _TERMS.items() if event.get(term)}
    for name, terms in _RANGES.items():
        ends = [event[term] for term in terms if event.get(term)]
        if ends:
            sample[name] = "-".join(dict.fromkeys(ends))
    if event.get("decimalLatitude"):
        sample["lat_lon"] = f"{event['decimalLatitude']} {event['decimalLongitude']}"
    rest = [event[term] for term in ("stateProvince", "locality") if event.get(term)]
    if event.get("country"):
        place = [event["country"], ", ".join(rest)]
        sample["geo_loc_name"] = ": ".join(part for part in place if part)
    return sample


def reason_of(name: str, value: str) -> Reason:
    """Say why a value, or a whole row, was lost."""
    if not name:
        return "row-left-out", f"a {value or 'control'} is no event"
    if name in _OF_OCCURRENCE:
        return "no-place", "it is a term of occurrences, which `soilbio export gbif` writes"
    return common_reason(name, value, "Darwin Core")
