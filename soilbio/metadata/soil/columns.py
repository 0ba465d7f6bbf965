"""What the columns of a soil sheet are: places, properties with their units, methods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from soilbio.standards.soil_properties import SOIL_PROPERTIES, TEXTURE, find_property, plain
from soilbio.standards.units import find_unit

# What says where and of what a row is; the first name of each is ours.
PLACES: dict[str, tuple[str, ...]] = {
    "sample_id": ("sample id", "samp name", "sample", "sample name", "samples", "sample ids"),
    "site": ("site", "site id", "site name", "site nr", "plot", "plot id", "location id"),
    "profile": (
        *("profile", "profile id", "soil profile", "pedon", "pedon id", "core", "core id", "id"),
    ),
    "layer": (
        *("layer", "layer name", "horizon", "horizon name", "horizon designation", "hzname"),
        *("layer id", "horizon id", "name"),
    ),
    "depth_upper": (
        *("depth upper", "upper depth", "top", "top depth", "depth top", "upper", "hzdept"),
        *("depth min", "min depth", "depth from", "from", "minimumdepthinmeters"),
    ),
    "depth_lower": (
        *("depth lower", "lower depth", "bottom", "bottom depth", "depth bottom", "lower"),
        *("hzdepb", "depth max", "max depth", "depth to", "to", "maximumdepthinmeters"),
    ),
    "depth": ("depth", "depths", "depth interval", "depth range"),
    "depth_unit": ("depth unit", "depth units", "unit depth"),
    "texture_limit_um": (
        *("texture limit um", "texture limit", "silt sand limit", "silt sand limit um"),
        "texture system",
    ),
    "recovery_factor_applied": ("recovery factor applied", "recovery factor", "wb factor applied"),
    "replicate": ("replicate", "rep", "replicate id", "lab replicate"),
}
# Known, and not carried on: who measured is nobody's business but the owner's.
KEPT = frozenset(
    {"laboratory", "lab", "lab name", "note", "notes", "remark", "remarks", "comment", "comments"}
)
LONG: dict[str, tuple[str, ...]] = {
    "property": ("property", "parameter", "variable", "analyte", "soil property"),
    "value": ("value", "result", "measurement value", "measurementvalue"),
    "unit": ("unit", "units", "uom", "unit of measure", "measurementunit"),
    "procedure": ("procedure", "method", "methods", "glosis procedure", "measurementmethod"),
}
# Columns of MIxS that say how another was measured.
_METHOD_SLOTS = {
    "tot org c meth": ("tot_org_carb",),
    "tot nitro cont meth": ("tot_nitro_content",),
    "water cont soil meth": ("water_content",),
    "micro biomass meth": ("microbial_biomass",),
    "soil texture meth": TEXTURE,
    "texture meth": TEXTURE,
}
# Names that may mean one of several properties; the sheet's owner must say which.
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    name: properties
    for names, properties in (
        (("c", "carbon", "carbon content", "c pct"), ("tot_org_carb", "tot_carb")),
        (("n",), ("tot_nitro_content",)),
        (("p", "phosphorus"), ("p_extractable", "tot_phosp")),
        (("k", "potassium"), ("exch_potassium", "k_extractable")),
        (("mg", "magnesium"), ("exch_magnesium", "mg_extractable")),
        (("ca", "calcium"), ("exch_calcium",)),
        (("na", "sodium"), ("exch_sodium",)),
        (
            (
                *("coarse fragments", "gravel", "cf", "frags", "skeleton", "stones"),
                *("rock fragments", "stone content", "gravel content"),
            ),
            ("coarse_fragments_mass", "coarse_fragments_volume"),
        ),
    )
    for name in names
}
_METHOD = re.compile(r"(.+) (?:meth|method|procedure|proc)")
_UNIT = re.compile(r"(.+) units?")
_BRACKETS = re.compile(r"(.*\S)\s*[\[(]\s*([^\[\]]+?)\s*[\])]\s*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its `role` is `place`, `long`, `value`, `method`, `unit`, `kept` or `unknown`.

    `names` are the place or the properties that it is of; `unit` the UCUM unit in its header.
    `alien_unit` is what stands in brackets in the header and is no unit that we know.
    """

    header: str
    role: str
    names: tuple[str, ...] = ()
    unit: str = ""
    alien_unit: str = ""


def recognise(header: str) -> Column:
    """Tell what a column is, by its header alone."""
    text = re.sub(r"^\[?['\"](.*)['\"]\]?$", r"\1", header.strip())
    for name, unit, alien in _readings(text):
        if plain(name) in KEPT:
            return Column(header, "kept")
        found = _named(header, plain(name), unit, alien)
        if found:
            return found
    return Column(header, "unknown")


def _readings(text: str) -> Iterator[tuple[str, str, str]]:
    """Give the ways to split a header into name and unit, the likeliest first."""
    yield text, "", ""
    match = _BRACKETS.fullmatch(text)
    if match:
        unit = find_unit(match[2])
        yield match[1], unit.ucum if unit else "", "" if unit else match[2]
    for place in (found.start() for found in re.finditer(r"[_\s]+|(?<=\w)\.(?=[a-z%])", text)):
        unit = find_unit(text[place:].strip("_ .")) if place else None
        if unit:
            yield text[:place], unit.ucum, ""


def _named(header: str, name: str, unit: str, alien: str) -> Column | None:
    for role, groups in (("place", PLACES), ("long", LONG)):
        for own, spellings in groups.items():
            if name in spellings or name == plain(own):
                return Column(header, role, (own,), unit, alien)
    if name in _METHOD_SLOTS:
        return Column(header, "method", _METHOD_SLOTS[name])
    for role, pattern in (("method", _METHOD), ("unit", _UNIT)):
        match = pattern.fullmatch(name)
        of = find_property(match[1]) if match else None
        if of:
            return Column(header, role, (of.name,))
    one = find_property(name)
    return Column(header, "value", (one.name,), unit, alien) if one else None


def is_long(columns: Iterable[Column]) -> bool:
    """Tell whether a sheet has one value a row."""
    names = {column.names[0] for column in columns if column.role == "long"}
    return {"property", "value"} <= names


def like(text: str) -> str:
    """Suggest the property that an unknown name was probably meant to be; empty for none."""
    names = {plain(name): name for name in SOIL_PROPERTIES}
    names |= {plain(s): one.name for one in SOIL_PROPERTIES.values() for s in one.synonyms}
    found = get_close_matches(plain(text), names, n=1, cutoff=0.75)
    return names[found[0]] if found else ""
