"""Samples → GLOSIS / ISO 28258: plot, profile, layer, and the observations made in them.

A sample's layer is a layer of a profile on a plot. A measured property is an observation with the
property's IRI, its procedure where the method names one, and its unit. What is no property of the
soil or its place, such as how DNA was extracted, GLOSIS has no place for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from soilbio.metadata.crosswalk.model import Demand, Rows, Sample, Tables, name_of
from soilbio.metadata.crosswalk.normal import quantity, split_quantity
from soilbio.metadata.crosswalk.reasons import METHODS, Reason, common_reason
from soilbio.standards.fields import FIELDS, field_of_slot
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS
from soilbio.standards.procedures import PROCEDURES, find_procedure
from soilbio.standards.soil_properties import SOIL_PROPERTIES, TEXTURE, glosis_iri

if TYPE_CHECKING:
    from soilbio.metadata.soil.model import Layer, Observation, Soil

PLOTS, LAYERS, OBSERVATIONS = "plots", "layers", "observations"
DEMANDS = (
    Demand("GL_Plot.location", ("lat_lon",), takes_missing=False),
    Demand("ProfileElement.upperDepth", ("depth",), takes_missing=False),
)
# Columns of the plot, each under its own name.
_PLOT = ("site_id", "plot_id", "lat_lon", "coordinate_uncertainty_m", "elev", "geo_loc_name")
_TIME = "collection_date"
_PROFILE = "http://w3id.org/glosis/model/profile/soilClassificationWRBProperty"


@cache
def _properties() -> dict[str, str]:
    """Name the IRI of the property that each column holds."""
    found = {}
    for name in SLOTS:
        if name in METHODS:
            continue
        known = SOIL_PROPERTIES.get(name)
        iri = known.glosis_property if known else ""
        if not iri:
            several = field_of_slot(name) if name not in FIELDS else (FIELDS[name],)
            iri = several[0].glosis_property if len(several) == 1 else ""
        if iri.startswith("http") and not iri.endswith("_"):
            found[name] = iri
    # A sheet of samples does not tell the limit of silt and sand; ISO's is meant.
    texture = {name: glosis_iri(name, 63) for name in TEXTURE}
    return found | texture | {"fao_class": _PROFILE}


def tables_of(rows: Rows) -> Tables:
    """Write a row for each plot and layer, which have the sample's name, and each observation."""
    tables: Tables = {PLOTS: [], LAYERS: [], OBSERVATIONS: []}
    for number, row in rows.items():
        name = name_of(number, row)
        told = {key: value for key, value in row.items() if not is_missing(value)}
        plot = {key: told.get(key, "") for key in _PLOT}
        plot |= {"profile": name, "timestamp": told.get(_TIME, "")}
        tables[PLOTS].append({"plot": name, **plot})
        upper, lower, unit = split_quantity("depth", told.get("depth", ""))
        if unit != "m":
            upper = lower = ""
        layer = {"layer": name, "profile": name, "sample": name, "upper_depth_m": upper}
        horizon = {"horizon": told.get("soil_horizon", "")}
        tables[LAYERS].append({**layer, "lower_depth_m": lower or upper, **horizon})
        tables[OBSERVATIONS] += _observations(name, told)
    return tables


def _observations(name: str, told: Sample) -> list[Sample]:
    methods = {
        of: told[method] for method, several in METHODS.items() if method in told for of in several
    }
    found = []
    for column, iri in sorted(_properties().items()):
        if column not in told or column in (*_PLOT, "soil_horizon"):
            continue
        number, other, unit = split_quantity(column, told[column])
        method = methods.get(column, "")
        known = find_procedure(method, column) if method else None
        value = told[column] if not number else f"{number}-{other}" if other else number
        found.append(
            {
                "layer": name,
                "column": column,
                "property": iri,
                "value": value,
                "unit": unit,
                "procedure": known.iri if known else "",
                "method": method,
            }
        )
    return found


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the tables into samples by name."""
    found: dict[str, Sample] = {}
    for row in tables[PLOTS]:
        plot = {key: row[key] for key in _PLOT}
        found[row["plot"]] = {"samp_name": row["plot"], **plot, _TIME: row["timestamp"]}
    for row in (one for one in tables[LAYERS] if one["sample"]):
        ends = dict.fromkeys(row[end] for end in ("upper_depth_m", "lower_depth_m") if row[end])
        found[row["layer"]] |= {"depth": "-".join(ends), "soil_horizon": row["horizon"]}
    for row in (one for one in tables[OBSERVATIONS] if one["layer"] in found):
        sample, column = found[row["layer"]], row["column"]
        sample[column] = quantity(column, row["value"], row["unit"])
        for method, several in METHODS.items():
            if column in several and row["method"]:
                sample[method] = row["method"]
    return found


def add_soil(tables: Tables, soil: Soil) -> None:
    """Add the layers and observations of a soil sheet; its samples are of its profiles, then."""
    plots = {row["plot"]: row for row in tables[PLOTS]}
    layers = {row["sample"]: row for row in tables[LAYERS]}
    for layer in soil.layers:
        profile, samples = _profile(layer), [one for one in layer.samples if one in plots]
        for sample in samples:
            plots[sample]["profile"] = layers[sample]["profile"] = profile
        if not samples and profile not in {row["profile"] for row in tables[PLOTS]}:
            plot = dict.fromkeys((*_PLOT, "timestamp"), "")
            row = {"plot": profile, **plot, "site_id": layer.site, "profile": profile}
            tables[PLOTS].append(row)
        ends = [f"{end:g}" if end is not None else "" for end in (layer.upper_m, layer.lower_m)]
        row = {"layer": _layer(layer), "profile": profile, "sample": ""}
        row |= {"upper_depth_m": ends[0], "lower_depth_m": ends[1], "horizon": layer.name}
        tables[LAYERS].append(row)
    tables[OBSERVATIONS] += [_observed(one) for one in soil.observations]


def _profile(layer: Layer) -> str:
    return "/".join(part for part in layer.key if part)


def _layer(layer: Layer) -> str:
    ends = [f"{end:g}" if end is not None else "" for end in (layer.upper_m, layer.lower_m)]
    return "/".join(part for part in (_profile(layer), layer.name, "-".join(ends)) if part)


def _observed(one: Observation) -> Sample:
    known = PROCEDURES.get(one.procedure)
    limit = known.limit_um if known else None
    is_number = one.number is not None
    return {
        "layer": _layer(one.layer),
        "column": one.name + (f"/{one.replicate}" if one.replicate else ""),
        "property": glosis_iri(one.name, limit),
        "value": f"{one.number:g}" if is_number else one.verbatim,
        "unit": one.unit if is_number else "",
        "procedure": known.iri if known else "",
        "method": one.how,
    }


def observation_of(sample: str, place: int, measured: Mapping[str, Any]) -> Sample:
    """Write a measurement of a dataset as an observation in the sample's layer.

    Parameters
    ----------
    sample : str
        The sample, which names its layer.
    place : int
        Its number among the measurements, for two of one property are two observations.
    measured : mapping
        A row of the table `measurements`.

    """
    name, method = measured["property"], measured.get("method") or ""
    known = find_procedure(method, name) if method else None
    value = measured.get("value")
    return {
        "layer": sample,
        "column": f"{name}/{place}",
        "property": glosis_iri(name, known.limit_um if known else None)
        if name in SOIL_PROPERTIES
        else _properties().get(name, ""),
        "value": f"{value:g}" if value is not None else measured.get("verbatim_value") or "",
        "unit": (measured.get("unit") or "") if value is not None else "",
        "procedure": known.iri if known else "",
        "method": method,
    }


def reason_of(name: str, value: str) -> Reason:
    """Say why a value was lost."""
    if name in METHODS:
        return "no-place", f"none of {', '.join(METHODS[name])} is there, which it is the method of"
    return common_reason(name, value, "GLOSIS")
