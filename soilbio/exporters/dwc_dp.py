"""Darwin Core Data Package: what the archive holds, each thing once, in tables that refer.

Version 0.1, experimental at GBIF. A sequence found in a library is a nucleotide analysis; its
lineage is the identification of the sequence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.formulas import safe
from soilbio.dataset.tables import RANKS
from soilbio.exporters.events import told_twice
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.losses import lost_columns
from soilbio.exporters.organisms import features_with_reason
from soilbio.exporters.soil_events import EMOF, EVENT, Row, event_tables
from soilbio.exporters.view import View
from soilbio.standards.darwin_core import DNA, INCERTAE_SEDIS, LICENCES
from soilbio.standards.dwc_dp import PROFILE, SCHEMAS, fields_of

if TYPE_CHECKING:
    import polars as pl

PACKAGE = "datapackage.json"
# Keys and the tables they refer to: (field, table, field there).
_KEYS: Mapping[str, tuple[str | None, tuple[tuple[str, str, str], ...]]] = {
    "event": ("eventID", ()),
    "event-assertion": ("assertionID", (("eventID", "event", "eventID"),)),
    "material": ("materialEntityID", (("eventID", "event", "eventID"),)),
    "molecular-protocol": ("molecularProtocolID", ()),
    "nucleotide-sequence": ("nucleotideSequenceID", ()),
    "nucleotide-analysis": (
        "nucleotideAnalysisID",
        (
            ("eventID", "event", "eventID"),
            ("molecularProtocolID", "molecular-protocol", "molecularProtocolID"),
            ("nucleotideSequenceID", "nucleotide-sequence", "nucleotideSequenceID"),
            ("materialEntityID", "material", "materialEntityID"),
        ),
    ),
    "identification": (
        "identificationID",
        (("nucleotideSequenceID", "nucleotide-sequence", "nucleotideSequenceID"),),
    ),
    "usage-policy": ("usagePolicyID", ()),
    "material-usage-policy": (
        None,
        (
            ("usagePolicyID", "usage-policy", "usagePolicyID"),
            ("materialEntityID", "material", "materialEntityID"),
        ),
    ),
}
_ASSERTION = {
    "measurementID": "assertionID",
    "measurementType": "assertionType",
    "measurementTypeID": "assertionTypeIRI",
    "measurementValue": "assertionValue",
    "measurementUnit": "assertionUnit",
    "measurementMethod": "assertionProtocols",
    "measurementRemarks": "assertionRemarks",
}
# Of the event in the archive, that the package has elsewhere.
_NOT_OF_EVENT = ("license", "accessRights", "samplingProtocol")


def write(view: View, folder: Path) -> Evidence:
    """Write a CSV file for each table and `datapackage.json`.

    Controls, re-estimates and features that are no soil organism are left out, as in the archive.
    Counts are streamed; held in memory: O(n_features + n_libraries).
    """
    import polars as pl

    events = event_tables(view)
    samples = [row["eventID"] for row in events[EVENT] if row.get("eventType") == "sampling"]
    features = features_with_reason(view).filter(pl.col("reason").is_null())
    used = (
        _analyses(view, samples, features)
        .select("nucleotideSequenceID")
        .unique()
        .collect(engine="streaming")
    )
    found = features.filter(pl.col("feature_id").is_in(used.to_series().implode())).collect()
    tables: dict[str, pl.LazyFrame] = {
        "event": _frame("event", _events(events[EVENT])),
        "event-assertion": _frame("event-assertion", _assertions(events[EMOF])),
        "material": _frame("material", _materials(events[EVENT])),
        "molecular-protocol": _frame("molecular-protocol", _protocols(view)),
        "nucleotide-sequence": found.lazy().select(
            pl.col("feature_id").alias("nucleotideSequenceID"), pl.col("sequence")
        ),
        "nucleotide-analysis": _analyses(view, samples, features),
        "identification": _identifications(found),
        "usage-policy": _frame("usage-policy", _policies(view)),
        "material-usage-policy": _frame("material-usage-policy", _policy_of(view, samples)),
    }
    rows = {name: _write(frame, folder / f"{name}.csv") for name, frame in tables.items()}
    _describe(view, tables, folder / PACKAGE)
    notes = {f"{name.replace('-', '_')}_rows": number for name, number in rows.items()}
    return view.evidence.noting(**notes).losing(_losses(view))


def _analyses(view: View, samples: Sequence[str], features: pl.LazyFrame) -> pl.LazyFrame:
    """Give each count as an analysis; sums are those of all features of the library."""
    import polars as pl

    counts = view.tables["counts"]
    totals = counts.group_by("library_id").agg(pl.col("count").sum().alias("totalReadCount"))
    libraries = view.tables["libraries"]
    if "control_type" in view.columns["libraries"]:
        libraries = libraries.filter(pl.col("control_type").fill_null("") == "")
    twice = pl.Series(sorted(told_twice(view)), dtype=pl.String).implode()
    libraries = (
        libraries.filter(~pl.col("library_id").is_in(twice))
        .filter(pl.col("sample_id").is_in(pl.Series(samples, dtype=pl.String).implode()))
        .select("library_id", "sample_id", "assay_id")
        .join(totals, on="library_id", how="left")
    )
    return (
        counts.join(libraries, on="library_id", how="inner", maintain_order="left")
        .join(features.select("feature_id"), on="feature_id", how="semi", maintain_order="left")
        .select(
            pl.concat_str("library_id", "feature_id", separator=":").alias("nucleotideAnalysisID"),
            pl.col("library_id").alias("eventID"),
            pl.col("assay_id").alias("molecularProtocolID"),
            pl.col("feature_id").alias("nucleotideSequenceID"),
            pl.col("sample_id").alias("materialEntityID"),
            pl.col("count").alias("readCount"),
            pl.col("totalReadCount"),
        )
    )


def _identifications(features: pl.DataFrame) -> pl.LazyFrame:
    import polars as pl

    name = pl.coalesce(reversed(RANKS))
    known = fields_of("identification")
    return features.lazy().select(
        pl.col("feature_id").alias("identificationID"),
        pl.col("feature_id").alias("nucleotideSequenceID"),
        pl.col("verbatim_lineage").alias("verbatimIdentification"),
        name.fill_null(INCERTAE_SEDIS).alias("scientificName"),
        pl.when(name.is_not_null()).then(pl.col("taxon_rank")).alias("taxonRank"),
        *(
            pl.coalesce("kingdom", "domain").alias(rank) if rank == "kingdom" else pl.col(rank)
            for rank in RANKS
            if rank in known
        ),
    )


def _events(events: Iterable[Row]) -> list[Row]:
    return [{name: one for name, one in row.items() if name not in _NOT_OF_EVENT} for row in events]


def _assertions(facts: Iterable[Row]) -> list[Row]:
    """Write measurements as assertions; a number stands beside the text as one."""
    found = []
    for row in facts:
        one = {_ASSERTION.get(name, name): value for name, value in row.items()}
        text = str(one.get("assertionValue") or "")
        is_number = re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text)
        found.append({**one, "assertionValueNumeric": text if is_number else None})
    return found


def _materials(events: Iterable[Row]) -> list[Row]:
    return [
        {
            "materialEntityID": row["eventID"],
            "eventID": row["eventID"],
            "materialCategory": "soil sample",
            "informationWithheld": row.get("informationWithheld"),
            "dataGeneralizations": row.get("dataGeneralizations"),
        }
        for row in events
        if row.get("eventType") == "sampling"
    ]


def _protocols(view: View) -> list[Row]:
    known = fields_of("molecular-protocol")
    named = [name for name in DNA if name in known]
    return [
        {
            "molecularProtocolID": row["assay_id"],
            "assayType": "metabarcoding"
            if row.get("library_strategy") == "AMPLICON"
            else "metagenomics",
            **{name: row.get(name) for name in named},
            "otu_class_appr": _joined(row, "engine"),
            "otu_seq_comp_appr": _joined(row, "classifier"),
            "otu_db": _joined(row, "reference"),
        }
        for row in view.tables["assays"].collect().iter_rows(named=True)
    ]


def _joined(row: Mapping[str, Any], name: str) -> str:
    return " ".join(str(row[one]) for one in (name, f"{name}_version") if row.get(one))


def _policies(view: View) -> list[Row]:
    """Give one policy for each set of agreements: licence, holders of the rights, what is asked."""
    found = []
    for decision in view.in_use():
        agreements = [view.agreements[name] for name in decision.agreements]
        holders = {p.name for one in agreements for p in one.parties if p.role == "provider"}
        found.append(
            {
                "usagePolicyID": "|".join(decision.agreements),
                "rightsHolder": " | ".join(sorted(holders)),
                "usageTerms": " ".join(duty.text for duty in decision.duties),
                "accessRights": " | ".join(one.title for one in agreements),
                "license": LICENCES.get(decision.licence, (decision.licence, ""))[0],
                "credit": " | ".join(one.attribution for one in agreements if one.attribution),
            }
        )
    return found


def _policy_of(view: View, samples: Iterable[str]) -> list[Row]:
    return [
        {
            "usagePolicyID": "|".join(view.decision_of(name).agreements),
            "materialEntityID": name,
        }
        for name in samples
    ]


def _frame(table: str, rows: Sequence[Row]) -> pl.LazyFrame:
    """Make a table of the fields that any row fills, and of those that the schema demands."""
    import polars as pl

    used = {name for row in rows for name, value in row.items() if value not in (None, "")}
    columns = [one.name for one in fields_of(table).values() if one.name in used or one.is_required]
    return pl.LazyFrame(
        {one: [_clean(row.get(one)) for row in rows] for one in columns},
        schema=dict.fromkeys(columns, pl.String),
    )


def _clean(value: object) -> str | None:
    text = re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", str(value)) if value else ""
    return safe(text.strip()) or None


def _write(frame: pl.LazyFrame, target: Path) -> int:
    """Stream a table into a CSV file; return the number of its rows."""
    import polars as pl

    frame.sink_csv(target, line_terminator="\n", null_value="")
    return int(frame.select(pl.len()).collect(engine="streaming").item())


def _describe(view: View, tables: Mapping[str, pl.LazyFrame], target: Path) -> None:
    """Write the descriptor: each table with its fields, keys and the tables it refers to."""
    resources = []
    for name, frame in tables.items():
        known = fields_of(name)
        key, references = _KEYS[name]
        fields = [_field(known[one].name, name) for one in frame.collect_schema().names()]
        schema: dict[str, Any] = {"identifier": f"{SCHEMAS}/{name}.json", "fields": fields}
        if key:
            schema["primaryKey"] = key
        if references:
            schema["foreignKeys"] = [
                {"fields": field, "reference": {"resource": other, "fields": there}}
                for field, other, there in references
            ]
        resources.append(
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": schema,
            }
        )
    descriptor = {
        "profile": PROFILE,
        "id": view.dataset_id,
        "name": "soil-biodiversity",
        "created": f"{view.date.isoformat()}T00:00:00Z",
        "licenses": [
            {
                "name": name,
                "title": name,
                **({"path": LICENCES[name][0]} if name in LICENCES else {}),
            }
            for name in sorted({one.licence for one in view.in_use()})
        ],
        "resources": resources,
    }
    text = json.dumps(descriptor, indent=1, ensure_ascii=False)
    target.write_text(f"{text}\n", encoding="utf-8")


def _field(name: str, table: str) -> dict[str, str]:
    """Describe a field; the words are ours, made of its name."""
    known = fields_of(table)[name]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).strip()
    return {
        "name": name,
        "title": words[:1].upper() + words[1:],
        "description": f"See {known.iri}",
        "type": known.type,
        "dcterms:isVersionOf": known.iri,
    }


def _losses(view: View) -> Iterable[Any]:
    kept = {
        "samples": view.columns["samples"],
        "assays": (
            *("assay_id", "engine", "engine_version", "classifier", "classifier_version"),
            *("reference", "reference_version", *DNA),
        ),
        "libraries": ("library_id", "sample_id", "assay_id", "control_type"),
        "features": [one for one in view.columns["features"] if one not in ("flags", "length_bp")],
        "counts": [one for one in view.columns["counts"] if one != "relative_abundance"],
        "measurements": view.columns["measurements"],
    }
    return lost_columns(view, kept, "the package has no field for it")
