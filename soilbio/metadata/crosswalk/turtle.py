"""GLOSIS tables → Turtle, in the classes of GLOSIS, ISO 28258 and SOSA."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from soilbio.metadata.crosswalk.glosis import LAYERS, OBSERVATIONS, PLOTS
from soilbio.metadata.crosswalk.model import Tables
from soilbio.metadata.crosswalk.normal import NUMBER
from soilbio.standards.mixs import parse_lat_lon
from soilbio.standards.units import UNITS

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

BASE = "urn:soilbio:"
_GLOSIS = "http://w3id.org/glosis/model/"
# The class of an observation by the beginning of its property; others are plain observations.
_CLASSES = {
    f"{_GLOSIS}codelists/physioChemicalPropertyCode-": "PhysioChemical",
    f"{_GLOSIS}codelists/textClayPropertyCode-": "Clay",
    f"{_GLOSIS}codelists/textSiltPropertyCode-": "Silt",
    f"{_GLOSIS}codelists/textSandPropertyCode-": "Sand",
}
_OF_PLOT, _OF_PROFILE = f"{_GLOSIS}siteplot/", f"{_GLOSIS}profile/"


def turtle(tables: Tables, base: str = BASE) -> bytes:
    """Write the tables as Turtle; things are named below `base`, after the sample."""
    from rdflib import Graph

    graph = Graph()
    for prefix, place in (
        ("glosis_sp", f"{_GLOSIS}siteplot/"),
        ("glosis_pr", f"{_GLOSIS}profile/"),
        ("glosis_lh", f"{_GLOSIS}layerhorizon/"),
        ("glosis_cl", f"{_GLOSIS}codelists/"),
        ("glosis_proc", f"{_GLOSIS}procedure/"),
        ("iso28258", f"{_GLOSIS}iso28258/2013/"),
        ("qudt", "http://qudt.org/schema/qudt/"),
        ("unit", "http://qudt.org/vocab/unit/"),
        ("sosa", "http://www.w3.org/ns/sosa/"),
        ("geo", "http://www.opengis.net/ont/geosparql#"),
        ("dct", "http://purl.org/dc/terms/"),
    ):
        graph.bind(prefix, place, replace=True)
    writer = _Writer(graph, base)
    for row in tables[PLOTS]:
        writer.plot(row)
    for row in tables[LAYERS]:
        writer.layer(row)
    for row in tables[OBSERVATIONS]:
        writer.observation(row)
    return graph.serialize(format="turtle", encoding="utf-8")


class _Writer:
    """Adds things to a graph; each method takes a row of its table."""

    def __init__(self, graph: Graph, base: str) -> None:
        self.graph, self.base = graph, base

    def _name(self, kind: str, name: str) -> URIRef:
        from rdflib import URIRef

        return URIRef(f"{self.base}{kind}/{quote(name, safe='/')}")

    def _say(self, subject: Any, predicate: str, value: Any) -> None:  # rdflib's terms
        """Add a statement; predicate and class are written with the prefix that is bound."""
        from rdflib import Literal, URIRef
        from rdflib.term import Node

        of = self.graph.namespace_manager.expand_curie(predicate)
        if value == "":
            return
        node = value if isinstance(value, Node) else Literal(value)
        self.graph.add((subject, URIRef(of), node))

    def _is(self, subject: Any, kind: str) -> None:
        from rdflib import RDF, URIRef

        expanded = self.graph.namespace_manager.expand_curie(kind)
        self.graph.add((subject, RDF.type, URIRef(expanded)))

    def plot(self, row: dict[str, Any]) -> None:
        """Write plot and profile, and the site where one is named."""
        from rdflib import Literal, URIRef

        plot, profile = self._name("plot", row["plot"]), self._name("profile", row["profile"])
        self._is(plot, "glosis_sp:GL_Plot")
        self._is(profile, "glosis_pr:GL_Profile")
        self._say(plot, "dct:identifier", row["plot_id"] or row["plot"])
        self._say(plot, "iso28258:Plot.profile", profile)
        self._say(profile, "iso28258:Profile.samplingPlot", plot)
        self._say(plot, "glosis_sp:altitude", row["elev"])
        self._say(plot, "glosis_sp:country", row["geo_loc_name"].partition(":")[0])
        self._say(plot, "dct:spatial", row["geo_loc_name"])
        self._say(plot, "glosis_sp:timestamp", row["timestamp"])
        self._say(plot, "glosis_sp:positionalAccuracy", row["coordinate_uncertainty_m"])
        if row["site_id"]:
            site = self._name("site", row["site_id"])
            self._is(site, "glosis_sp:GL_Site")
            self._say(site, "dct:identifier", row["site_id"])
            self._say(plot, "iso28258:Plot.plotInSite", site)
        place = parse_lat_lon(row["lat_lon"])
        if place is not None:
            latitude, longitude = row["lat_lon"].split()
            point = self._name("place", row["plot"])
            self._is(point, "geo:Geometry")
            wkt = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
            # Without a reference system WKT has longitude first, on WGS 84.
            self._say(point, "geo:asWKT", Literal(f"POINT({longitude} {latitude})", datatype=wkt))
            self._say(plot, "geo:hasGeometry", point)
            self._say(plot, "glosis_sp:location", point)

    def layer(self, row: dict[str, Any]) -> None:
        """Write a layer of a profile, its depths as quantities in metres, and the sample."""
        layer, profile = self._name("layer", row["layer"]), self._name("profile", row["profile"])
        self._is(layer, "glosis_lh:GL_Layer")
        self._say(layer, "iso28258:ProfileElement.elementOfProfile", profile)
        for end in ("upper", "lower"):
            if row[f"{end}_depth_m"]:
                depth = self._quantity(f"{row['layer']}/{end}", row[f"{end}_depth_m"], "m")
                self._say(layer, f"iso28258:ProfileElement.{end}Depth", depth)
        self._say(layer, "glosis_lh:horizonDesignation", row["horizon"])
        if not row["sample"]:
            return
        sample = self._name("sample", row["sample"])
        self._is(sample, "sosa:Sample")
        self._say(sample, "dct:identifier", row["sample"])
        self._say(sample, "sosa:isSampleOf", layer)

    def _quantity(self, name: str, value: str, unit: str) -> Any:  # rdflib's term
        from rdflib import XSD, Literal, URIRef

        result = self._name("result", name)
        self._is(result, "qudt:QuantityValue")
        self._say(result, "qudt:numericValue", Literal(value, datatype=XSD.decimal))
        known = UNITS.get(unit)
        if known is not None and known.qudt:
            self._say(result, "qudt:unit", URIRef(f"http://qudt.org/vocab/unit/{known.qudt}"))
        self._say(result, "qudt:ucumCode", unit)
        return result

    def observation(self, row: dict[str, Any]) -> None:
        """Write an observation of the layer, the profile or the plot, as the property asks."""
        from rdflib import URIRef

        iri = row["property"]
        observation = self._name("observation", f"{row['layer']}/{row['column']}")
        kinds = [kind for start, kind in _CLASSES.items() if iri.startswith(start)]
        self._is(observation, f"glosis_lh:{kinds[0]}" if kinds else "sosa:Observation")
        of = "plot" if iri.startswith(_OF_PLOT) else "layer"
        of = "profile" if iri.startswith(_OF_PROFILE) else of
        self._say(observation, "sosa:hasFeatureOfInterest", self._name(of, row["layer"]))
        if iri:
            self._say(observation, "sosa:observedProperty", URIRef(iri))
        else:
            self._say(observation, "dct:title", row["column"].partition("/")[0])
        self._say(observation, "sosa:usedProcedure", _procedure(row))
        self._say(observation, "dct:description", row["method"])
        if row["unit"] and re.fullmatch(NUMBER, row["value"]):
            result = self._quantity(f"{row['layer']}/{row['column']}", row["value"], row["unit"])
            self._say(observation, "sosa:hasResult", result)
        else:
            text = f"{row['value']} {row['unit']}".strip()
            self._say(observation, "sosa:hasSimpleResult", text)


def _procedure(row: dict[str, Any]) -> Any:  # rdflib's term, or nothing
    from rdflib import URIRef

    iri = row["procedure"] or row["method"]
    return URIRef(iri) if iri.startswith("http") and " " not in iri else ""
