"""Samples → BioSamples of EBI: the attributes of ENA as JSON, each with its unit beside it."""

from __future__ import annotations

from soilbio.metadata.crosswalk import ena
from soilbio.metadata.crosswalk.model import Rows, Sample, Tables
from soilbio.metadata.crosswalk.reasons import Reason
from soilbio.standards.ena import CHECKLIST_ID

TABLE = "biosamples"
DEMANDS = ena.DEMANDS


def tables_of(rows: Rows) -> Tables:
    """Write one record a sample; each characteristic is a list of one text with its unit."""
    of_ena = ena.tables_of(rows)
    records = {}
    for one in of_ena[ena.SAMPLES]:
        records[one["alias"]] = {
            "name": one["alias"],
            **({"taxId": int(one["taxon_id"])} if one["taxon_id"] else {}),
            "characteristics": {
                "organism": [{"text": one["scientific_name"]}],
                "checklist": [{"text": CHECKLIST_ID}],
                **({"title": [{"text": one["title"]}]} if one["title"] else {}),
            },
        }
    for one in of_ena[ena.ATTRIBUTES]:
        text = {"text": one["value"]} | ({"unit": one["units"]} if one["units"] else {})
        records[one["alias"]]["characteristics"][one["attribute"]] = [text]
    return {TABLE: list(records.values())}


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the records, by way of ENA's tables."""
    samples, attributes = [], []
    for record in tables[TABLE]:
        alias, characteristics = record["name"], record["characteristics"]
        organism, title = (characteristics.get(name, [{}])[0] for name in ("organism", "title"))
        samples.append(
            {
                "alias": alias,
                "title": title.get("text", ""),
                "taxon_id": str(record.get("taxId", "")),
                "scientific_name": organism.get("text", ""),
            }
        )
        attributes += [
            {
                "alias": alias,
                "attribute": label,
                "value": several[0]["text"],
                "units": several[0].get("unit", ""),
            }
            for label, several in characteristics.items()
            if label not in ("organism", "checklist", "title")
        ]
    return ena.read_back({ena.SAMPLES: samples, ena.ATTRIBUTES: attributes})


def reason_of(name: str, value: str) -> Reason:
    """Say why a value was lost."""
    return ena.reason_of(name, value)
