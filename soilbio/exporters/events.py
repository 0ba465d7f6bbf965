"""Libraries of soils as Darwin Core sees them: what, where, when and how, the same for all rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from soilbio.agreements.model import Decision, Strictness
from soilbio.dataset.formulas import safe
from soilbio.exporters.generalise import number_in
from soilbio.exporters.rows import UNCERTAINTY, is_control
from soilbio.exporters.view import View
from soilbio.metadata.assays import REESTIMATES
from soilbio.standards.darwin_core import DNA, LICENCES
from soilbio.standards.insdc import COUNTRIES, is_missing
from soilbio.standards.mixs import parse_lat_lon
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl

# Names of the columns that join an event to counts, and that occurrences are finished with.
LIBRARY, METHOD, SHARE_OF = "library_id", "identified_with", "share_of"
# Of what a share is, by `assays.abundance`.
SHARES = {
    "sequence": "relative abundance of sequenced DNA",
    "taxonomic": "relative abundance of genomes",
    "marker": "relative abundance of marker gene sequences",
}
_ANY_SHARE = "relative abundance"
# Whose counts re-estimates are made of.
_COUNTED = "kraken2"
_DEPTH = re.compile(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?(?:\s*m)?")
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}(T[0-9:.,Z+-]*)?(/\d{4}(-\d{2}){0,2}(T[0-9:.,Z+-]*)?)?")
_SPACE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_OCCURRENCE = (
    "materialSampleID", "eventDate", "samplingProtocol", "country", "locality", "decimalLatitude",
    "decimalLongitude", "geodeticDatum", "coordinateUncertaintyInMeters", "coordinatePrecision",
    "minimumElevationInMeters", "maximumElevationInMeters", "minimumDepthInMeters",
    "maximumDepthInMeters", "recordedBy", "dataGeneralizations", "informationWithheld", "license",
    "rightsHolder",
)  # fmt: skip
_DNA = tuple(name for name in DNA if name != "DNA_sequence")
COLUMNS = (LIBRARY, METHOD, SHARE_OF, *_OCCURRENCE, *_DNA)


def events_of(view: View) -> pl.DataFrame:
    """Make a row of each library that is no control; a text has no tab or line end in it.

    Those that tell again what another one tells (`told_twice`) are left out. Held in memory:
    O(n_libraries).
    """
    import polars as pl

    twice = told_twice(view)
    samples = _by_id(view, "samples")
    assays = _by_id(view, "assays")
    rows = [
        _event(view, row, samples[row["sample_id"]], assays[row["assay_id"]])
        for row in _by_id(view, "libraries").values()
        if row[LIBRARY] not in twice and not is_control(row, samples[row["sample_id"]])
    ]
    return pl.DataFrame(
        {name: [_clean(row.get(name)) for row in rows] for name in COLUMNS},
        schema=dict.fromkeys(COLUMNS, pl.String),
    )


def told_twice(view: View) -> frozenset[str]:
    """Name libraries of re-estimates where the counts that these were made of are there as well.

    Bracken shares out the very reads that Kraken2 counted: one finding, not two. Ids may be
    pseudonyms; sample, run and method tell which belong together.
    """
    assays = _by_id(view, "assays")
    libraries = _by_id(view, "libraries")
    of_engine: dict[str, dict[str, tuple[Any, ...]]] = {_COUNTED: {}, REESTIMATES: {}}
    for name, row in libraries.items():
        engine = assays[row["assay_id"]].get("engine")
        if engine in of_engine:
            of_engine[engine][name] = (row["sample_id"], row.get("run_id"))
    counted = frozenset(of_engine[_COUNTED].values())
    return frozenset(name for name, key in of_engine[REESTIMATES].items() if key in counted)


def _by_id(view: View, table: str) -> dict[str, dict[str, Any]]:
    rows = view.tables[table].collect().iter_rows(named=True)
    return {row[f"{table[:-1] if table != 'libraries' else 'library'}_id"]: row for row in rows}


def _clean(value: object) -> str | None:
    text = _SPACE.sub(" ", str(value)).strip() if value is not None else ""
    return safe(text) or None


def _event(
    view: View, library: Mapping[str, Any], sample: Mapping[str, Any], assay: Mapping[str, Any]
) -> dict[str, Any]:
    known = {
        name: value
        for name, value in sample.items()
        if isinstance(value, str) and value and not is_missing(value)
    }
    decision = view.decision_of(sample["sample_id"])
    return {
        **{name: known.get(name) for name in _DNA},
        **_method(assay),
        **_place(known, decision),
        **_rights(view, decision),
        LIBRARY: library["library_id"],
        "materialSampleID": sample["sample_id"],
        "eventDate": _matching(_DATE, known.get("collection_date")),
        "samplingProtocol": known.get("samp_collect_method"),
        "recordedBy": known.get("recorded_by"),
        "dataGeneralizations": sample.get("dataGeneralizations"),
        "informationWithheld": sample.get("informationWithheld"),
        **_depths(known.get("depth", "")),
    }


def _matching(pattern: re.Pattern[str], text: str | None) -> str | None:
    return text if text and pattern.fullmatch(text) else None


def _method(assay: Mapping[str, Any]) -> dict[str, str]:
    """Say how features were made and named, as far as methods are shared."""
    found = {name: str(assay[name]) for name in _DNA if assay.get(name)}
    for name, parts in {
        "otu_class_appr": ("engine", "engine_version"),
        "otu_seq_comp_appr": ("classifier", "classifier_version"),
        "otu_db": ("reference", "reference_version"),
    }.items():
        found[name] = " ".join(str(assay[part]) for part in parts if assay.get(part))
    found[SHARE_OF] = SHARES.get(str(assay.get("abundance")), _ANY_SHARE)
    named = (found["otu_seq_comp_appr"], found["otu_db"])
    found[METHOD] = ", reference ".join(part for part in named if part)
    return found


def _place(known: Mapping[str, str], decision: Decision) -> dict[str, str | None]:
    country, _, rest = known.get("geo_loc_name", "").partition(":")
    found: dict[str, str | None] = {
        "country": country.strip() if country.strip() in COUNTRIES else None,
        "locality": rest.strip() or None,
    }
    heights = number_in(known.get("elev", "").removesuffix("m"))
    if heights is not None:
        found |= dict.fromkeys(
            ("minimumElevationInMeters", "maximumElevationInMeters"), str(heights)
        )
    position = parse_lat_lon(known.get("lat_lon", ""))
    if position is None:
        return found
    latitude, longitude = (f"{Decimal(repr(degrees)):f}" for degrees in position)
    uncertainty = number_in(known.get(UNCERTAINTY, ""))
    outcome = decision.outcomes[SharingClass.LOCATION]
    return found | {
        "decimalLatitude": latitude,
        "decimalLongitude": longitude,
        # MIxS lat_lon is of WGS 84 unless the sheet says otherwise.
        "geodeticDatum": known.get("geodetic_datum", "EPSG:4326"),
        "coordinateUncertaintyInMeters": f"{uncertainty:f}"
        if uncertainty is not None and uncertainty > 0
        else None,
        "coordinatePrecision": outcome.how
        if outcome.strictness == Strictness.GENERALISE and outcome.how not in ("region", "country")
        else None,
    }


def _depths(text: str) -> dict[str, str]:
    """Read `0.1` or `0-0.1`, metres."""
    found = _DEPTH.fullmatch(text.strip())
    if not found:
        return {}
    upper, lower = found.groups()
    return {"minimumDepthInMeters": upper, "maximumDepthInMeters": lower or upper}


def _rights(view: View, decision: Decision) -> dict[str, str]:
    providers = {
        party.name
        for name in decision.agreements
        for party in view.agreements[name].parties
        if party.role == "provider"
    }
    licence, _ = LICENCES.get(decision.licence, (decision.licence, ""))
    return {"license": licence, "rightsHolder": " | ".join(sorted(providers))}
