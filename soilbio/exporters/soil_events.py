"""The soils of a view as Darwin Core events, with what was measured in them and their permits.

An archive of its own beside the one of occurrences: there, each soil parameter would be repeated
for each of the thousands of sequences of a sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.agreements.model import Permit
from soilbio.dataset.formulas import safe
from soilbio.exporters.dwca_zip import as_text, write_zip
from soilbio.exporters.eml import eml_xml
from soilbio.exporters.rows import is_control
from soilbio.exporters.samples import OF_SHEET, rows_of
from soilbio.exporters.view import View
from soilbio.standards.darwin_core import EMOF_ROW, EVENT_ROW, LICENCES, PERMIT_ROW, TERMS
from soilbio.standards.dwc_text import TextTable, meta_xml
from soilbio.standards.insdc import country_named, iso_code

ARCHIVE = "events.zip"
EVENT, EMOF, PERMIT = "event", "emof", "permit"
_FILES = {
    EVENT: ("event.txt", EVENT_ROW),
    EMOF: ("extendedmeasurementorfact.txt", EMOF_ROW),
    PERMIT: ("permit.txt", PERMIT_ROW),
}
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
Row = dict[str, Any]
Tables = dict[str, list[Row]]


def write_events(view: View, target: Path) -> dict[str, int]:
    """Write the archive: event core, extended measurement-or-fact, permits; return row numbers."""
    tables = event_tables(view)
    described, parts = [], {}
    for name, rows in tables.items():
        if name != EVENT and not rows:
            continue
        file, row_type = _FILES[name]
        columns = _columns(name, rows)
        iris = ["" if one == "eventID" and name != EVENT else _iri(name, one) for one in columns]
        described.append(TextTable(row_type, file, iris))
        parts[file] = as_text([_frame(rows, columns)])
    write_zip(
        {**parts, "meta.xml": [meta_xml(*described)], "eml.xml": [eml_xml(view)]},
        target,
    )
    return {f"{name}_rows": len(rows) for name, rows in tables.items()}


def event_tables(view: View) -> Tables:
    """Make events of the samples that are no controls, and of their libraries as parts of them."""
    from soilbio.metadata.crosswalk.convert import convert

    made = convert(rows_of(view), "dwc").tables
    samples = {row["eventID"]: row for row in made["event"]}
    events = [{**row, **_terms_of_use(view, name)} for name, row in samples.items()]
    libraries = view.tables["libraries"].sort("library_id").collect()
    events += [
        {
            "eventID": row["library_id"],
            "parentEventID": row["sample_id"],
            "eventType": "sequencing",
        }
        for row in libraries.iter_rows(named=True)
        if row["sample_id"] in samples and not is_control(row, {})
    ]
    facts = [row for row in made["extendedmeasurementorfact"] if row["eventID"] in samples]
    return {
        EVENT: events,
        EMOF: [*facts, *_measured(view, samples)],
        PERMIT: [row for name in samples for row in _permits(view, name, samples[name])],
    }


def _terms_of_use(view: View, sample: str) -> Row:
    """Say under which licence a sample is, what was made coarser and what withheld."""
    import polars as pl

    decision = view.decision_of(sample)
    own = view.tables["samples"].filter(pl.col("sample_id") == sample).collect().row(0, named=True)
    return {
        "eventType": "sampling",
        "license": LICENCES.get(decision.licence, (decision.licence, ""))[0],
        "accessRights": " | ".join(decision.agreements),
        "dataGeneralizations": own.get("dataGeneralizations"),
        "informationWithheld": own.get("informationWithheld"),
    }


def _measured(view: View, samples: Mapping[str, Row]) -> Iterator[Row]:
    """Give what was measured beside the samples' sheet: soil properties, diversity."""
    from soilbio.standards.soil_properties import SOIL_PROPERTIES

    for place, row in enumerate(view.tables["measurements"].collect().iter_rows(named=True)):
        if row["subject"] not in samples or row.get("source") == OF_SHEET:
            continue
        known = SOIL_PROPERTIES.get(row["property"])
        value = row.get("value")
        yield {
            "eventID": row["subject"],
            "measurementID": f"{row['subject']}:{row['property']}:{place}",
            "measurementType": row["property"],
            "measurementTypeID": known.glosis_property if known else "",
            "measurementValue": f"{value:g}" if value is not None else row.get("verbatim_value"),
            "measurementUnit": row.get("unit") if value is not None else "",
            "measurementMethod": row.get("method"),
            "measurementRemarks": _depth(row),
        }


def _depth(row: Mapping[str, Any]) -> str:
    upper, lower = row.get("upper_depth_m"), row.get("lower_depth_m")
    return "" if upper is None or lower is None else f"depth {upper:g}-{lower:g} m"


def _permits(view: View, sample: str, event: Mapping[str, Any]) -> Iterator[Row]:
    """Give the permits of a sample's agreements; where its country is known, those of it."""
    code = iso_code(country_named(str(event.get("country") or "")))
    for name in view.decision_of(sample).agreements:
        for permit in view.agreements[name].permits:
            if code in ("", permit.country):
                yield {"eventID": sample, **_permit(permit)}


def _permit(permit: Permit) -> Row:
    details = dict(permit.details)
    said = [f"country {permit.country}"]
    said += [f"{name} {details[name]}" for name in ("authority", "issued") if name in details]
    said += [f"use {permit.use}"] if permit.use else []
    return {
        "permitType": details.get("type", "Other"),
        "permitStatus": permit.status,
        "permitURI": details.get("id"),
        "permitText": ", ".join(said),
    }


def _columns(name: str, rows: Sequence[Row]) -> list[str]:
    """List the columns that any row has a value of, in the order of the definition."""
    used = {column for row in rows for column, value in row.items() if value}
    others = [one for one in TERMS[name] if one in used and one != "eventID"]
    return ["eventID", *others]


def _iri(name: str, column: str) -> str:
    return TERMS[name][column].iri


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> Any:  # a DataFrame of text
    import polars as pl

    return pl.DataFrame(
        {one: [_clean(row.get(one)) for row in rows] for one in columns},
        schema=dict.fromkeys(columns, pl.String),
    )


def _clean(value: object) -> str | None:
    text = _BREAKS.sub(" ", str(value)).strip() if value is not None else ""
    return safe(text) or None
