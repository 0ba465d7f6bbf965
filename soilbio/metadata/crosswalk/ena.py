"""Samples → the attributes of ENA samples (checklist ERC000022), with their units, and back.

Every value of a field with units has one, a term for a missing value, too: without it the archive
refuses the sample. No unit is changed. What the checklist's field cannot hold, a value in a unit
that ENA does not know or a word that is not of its list, goes along under a label of our own: total
nitrogen in g/kg is `soil total nitrogen`, since ENA's field takes µg/L, which no soil has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

from soilbio.metadata.crosswalk.model import Demand, Rows, Sample, Tables, name_of, named
from soilbio.metadata.crosswalk.normal import joined, quantity
from soilbio.metadata.crosswalk.reasons import LIBRARY, Reason, common_reason
from soilbio.standards.aliases import recognise
from soilbio.standards.ena import CHECKLIST, MANDATORY, EnaField
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS, parse_lat_lon
from soilbio.standards.samp_taxa import find_taxon, parse_taxon
from soilbio.standards.units import find_unit

Attribute = tuple[str, str, str]

# Elements of the archive's records, or joined values that are split below.
_ELSEWHERE = frozenset({"samp_name", "samp_title", "samp_taxon_id", "agreement_id", *LIBRARY})
SAMPLES, ATTRIBUTES = "samples", "attributes"
# Labels of our own for what ENA's fields have units for that no soil is measured in.
_OWN_LABELS = {
    "total nitrogen content": "soil total nitrogen",
    "organic matter": "soil organic matter",
    "organic nitrogen": "soil organic nitrogen",
    "microbial biomass": "soil microbial biomass",
}
# UCUM -> the spellings that ENA has; both degree signs occur in its checklist.
_SPELLINGS = {"Cel": ("ºC", "°C"), "deg": ("DD",), "ug/L": ("µg/L",), "umol/L": ("µmol/L",)}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:\s*([^\s\d,.;'\u2019*+-]\S*))?")
_LAYER = re.compile(r"(\d+(?:\.\d*)?)(?:\s*-\s*(\d+(?:\.\d*)?))?(?:\s*m)?")
_DECIMALS = 8
# How the two ends of a layer and the wording of a value that does not fit are called.
_ENDS = ("depth upper", "depth lower")
_PLACE = ("geographic location (latitude)", "geographic location (longitude)")
_COUNTRY = (
    "geographic location (country and/or sea)",
    "geographic location (region and locality)",
)
_STATED = " as stated"
# One label for the number of cores and for how extracts were pooled: numbers are cores.
_POOLING = "sample pooling"
_BARE = re.compile(r"\d+(?:\.\d+)?")
_TEXTURE = "% sand/silt/clay"
# UCUM of what is counted or has a scale of its own; nobody writes it.
_NO_UNITS = ("1", "[pH]")


def sample_attributes(row: Mapping[str, str]) -> list[Attribute]:
    """List label, value and unit of what a sample's row holds, in the checklist's order.

    Parameters
    ----------
    row : mapping of str to str
        A row of the dataset's `samples`, by MIxS slot; columns of the user's own may be there.

    Returns
    -------
    list of tuple of three str
        Units in ENA's spelling for its labels, else in UCUM; empty for none. The name, title and
        taxon of a sample are no attributes and are left to the caller.

    """
    found: dict[str, Attribute] = {}
    for name in sorted(row):
        for label, value, unit in _of_slot(name, row[name].strip()):
            # Two columns that ENA has one label for: the second keeps its own name.
            own = name if label in found else label
            found[own] = (own, value, unit)
    order = {label: place for place, label in enumerate(CHECKLIST)}
    return sorted(found.values(), key=lambda one: (order.get(one[0], len(order)), one[0]))


def _of_slot(name: str, value: str) -> Iterator[Attribute]:
    if name in _ELSEWHERE or not value:
        return
    if name in _SPLIT:
        yield from _SPLIT[name](value)
        return
    label = label_of(name)
    if label == _POOLING and bool(_BARE.fullmatch(value)) != (name == "n_cores_pooled"):
        label = ""
    field = CHECKLIST.get(label)
    yield _own(name, value) if field is None else _of_field(name, value, field)


@cache
def label_of(slot: str) -> str:
    """Name the checklist's label for a slot; empty where it has none."""
    return _labels().get(slot, "")


@cache
def _labels() -> dict[str, str]:
    """Find a label for each slot: the crosswalk's, else one that the aliases are certain of."""
    known: dict[str, str] = {}
    for label in CHECKLIST:
        alias = recognise(label)
        if alias is not None and alias.is_certain:
            known.setdefault(alias.column, label)
    of_fields = {
        slot: field.ena_label
        for field in FIELDS.values()
        for slot in (field.mixs_slot, field.name)
        if slot and field.ena_label in CHECKLIST
    }
    # Parts of a texture or a pair of primers are no texture and no pair.
    own = {"clay", "silt", "sand", "pcr_primer_forward", "pcr_primer_reverse", "samp_pooling"}
    return {slot: label for slot, label in (known | of_fields).items() if slot not in own}


@cache
def _slots() -> dict[str, str]:
    """Find the slot of each label; where a label has two, the value tells which."""
    return {
        label: slot
        for slot, label in sorted(_labels().items())
        if slot in SLOTS and slot not in _SPLIT
    }


def _unit(slot: str) -> str:
    """Give the unit that a slot's numbers have, where it is one that people write."""
    known = SLOTS.get(slot)
    return known.unit if known and known.unit not in _NO_UNITS else ""


def _own(name: str, value: str) -> Attribute:
    """Keep a value that the checklist has no field for under its column's name."""
    match = _NUMBER.fullmatch(value)
    is_number = match is not None and name in SLOTS and SLOTS[name].is_numeric
    return (name, match[1], match[2] or _unit(name)) if match and is_number else (name, value, "")


def _of_field(name: str, value: str, field: EnaField) -> Attribute:
    """Put a value into the checklist's field, or beside it where it does not fit."""
    if is_missing(value):
        return field.label, value, field.units[0] if field.units else ""
    if field.allowed:
        return _of_list(value, field)
    if field.kind in ("number", "integer"):
        return _of_number(value, _unit(name), field)
    return _of_text(name, value, field)


def _of_text(name: str, value: str, field: EnaField) -> Attribute:
    """Put a text into the checklist's field; one with a unit in it where the field has units."""
    if field.units and not value.endswith(f" {field.units[0]}"):
        # Only a texture is of this kind; another form than the unit's is none that it names.
        return f"{field.label}{_STATED}", value, ""
    if field.units:
        return field.label, value.removesuffix(field.units[0]).rstrip(), field.units[0]
    if field.kind == "date":
        # The archive takes no fractions of a second.
        return field.label, re.sub(r"(:\d\d)\.\d+", r"\1", value), ""
    # A free text that is a bare number says its unit in the text.
    match = _NUMBER.fullmatch(value)
    is_bare = match is not None and not match[2] and _unit(name)
    return field.label, f"{value} {_unit(name)}" if is_bare else value, ""


def _of_list(value: str, field: EnaField) -> Attribute:
    """Find the list's word for a value, whatever its case or the id behind it."""
    plain = value.partition("[")[0].strip().casefold()
    for word in field.allowed:
        if plain in (word.casefold(), f"{word.casefold()}s"):
            return field.label, word, ""
    return f"{field.label}{_STATED}", value, ""


def _of_number(value: str, unit: str, field: EnaField) -> Attribute:
    match = _NUMBER.fullmatch(value)
    if match is None:
        return f"{field.label}{_STATED}", value, ""
    stated = match[2] or unit
    if not field.units:
        return (
            (field.label, match[1], "")
            if stated in ("", unit)
            else _beside(field, match[1], stated)
        )
    for spelling in (stated, *_SPELLINGS.get(stated, ())):
        if spelling in field.units:
            return field.label, match[1], spelling
    return _beside(field, match[1], stated)


def _beside(field: EnaField, number: str, unit: str) -> Attribute:
    return _OWN_LABELS.get(field.label, f"{field.label}{_STATED}"), number, unit


def _place(value: str) -> Iterator[Attribute]:
    """Split a place; digits stay as they were written, up to those that ENA takes."""
    found = parse_lat_lon(value)
    if found is None:
        texts = [value, value]
    else:
        digits = re.findall(r"\d+(?:\.\d*)?", value)
        texts = [
            f"{'-' if degrees < 0 else ''}{_digits(text)}"
            for degrees, text in zip(found, digits, strict=True)
        ]
    for label, text in zip(_PLACE, texts, strict=True):
        yield label, text, "DD"


def _digits(text: str) -> str:
    whole, _, decimals = text.partition(".")
    if len(decimals) <= _DECIMALS:
        return text.rstrip(".")
    return f"{Decimal(f'{whole}.{decimals}'):.{_DECIMALS}f}"


def _country(value: str) -> Iterator[Attribute]:
    country, _, locality = (part.strip() for part in value.partition(":"))
    if is_missing(value):
        country, locality = value, ""
    yield _COUNTRY[0], country, ""
    if locality:
        yield _COUNTRY[1], locality, ""


def _depth(value: str) -> Iterator[Attribute]:
    """Give the middle of a layer, the one number that ENA takes, and its ends beside it."""
    match = _LAYER.fullmatch(value)
    if match is None:
        yield ("depth", value, "m") if is_missing(value) else (f"depth{_STATED}", value, "")
        return
    upper, lower = Decimal(match[1]), Decimal(match[2] or match[1])
    yield "depth", f"{((upper + lower) / 2).normalize():f}", "m"
    if match[2]:
        for label, end in zip(_ENDS, (upper, lower), strict=True):
            yield label, f"{end:f}", "m"


_SPLIT = {"lat_lon": _place, "geo_loc_name": _country, "depth": _depth}


DEMANDS = (
    Demand("alias", ("samp_name",)),
    Demand("title", ("samp_title",), "Fill in samp_title; `soilbio ena prepare` makes one"),
    Demand("taxon_id", ("samp_taxon_id",), takes_missing=False),
    *(
        Demand(label, (name,), f"Fill in {name}")
        for name, label in _labels().items()
        if label in MANDATORY and name in SLOTS and name not in (*_SPLIT, *_ELSEWHERE)
    ),
    *(Demand(label, ("lat_lon",)) for label in _PLACE),
    Demand(_COUNTRY[0], ("geo_loc_name",)),
    Demand("depth", ("depth",)),
)


def tables_of(rows: Rows) -> Tables:
    """Write a table of samples, and one of their attributes: a row has a value and its unit."""
    samples, attributes = [], []
    for number, row in rows.items():
        alias, text = name_of(number, row), row.get("samp_taxon_id", "")
        taxon = find_taxon(text)
        name, taxid = (taxon.name, taxon.taxid) if taxon else parse_taxon(text)
        samples.append(
            {
                "alias": alias,
                "title": row.get("samp_title", ""),
                "taxon_id": str(taxid or ""),
                "scientific_name": "" if is_missing(name) else name,
            }
        )
        attributes += [
            {"alias": alias, "attribute": label, "value": value, "units": unit}
            for label, value, unit in sample_attributes(joined(row))
            if not (is_missing(value) and _takes_no_missing(label))
        ]
    return {SAMPLES: samples, ATTRIBUTES: attributes}


def _takes_no_missing(label: str) -> bool:
    """Tell whether an attribute is to be left out where its value is missing."""
    field = CHECKLIST.get(label)
    is_bound = field is not None and bool(field.pattern or field.allowed or field.units)
    return is_bound and label not in MANDATORY


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the tables into samples by name."""
    found: dict[str, Sample] = {}
    for alias, row in named(tables[SAMPLES], "alias").items():
        found[alias] = {"samp_name": alias, "samp_title": row["title"]}
        if row["taxon_id"]:
            taxon = f"{row['scientific_name']} [NCBITaxon:{row['taxon_id']}]"
            found[alias]["samp_taxon_id"] = taxon.strip()
    for one in tables[ATTRIBUTES]:
        name, value = _column(one["attribute"], one["value"], one["units"])
        found[one["alias"]][name] = value
    return {alias: _whole(sample) for alias, sample in found.items()}


def _column(label: str, value: str, unit: str) -> tuple[str, str]:
    """Find the column of an attribute, and write its value as a sheet has it."""
    if unit == _TEXTURE:
        return "soil_texture", value if is_missing(value) else f"{value} {unit}"
    plain = label.removesuffix(_STATED)
    beside = {own: field for field, own in _OWN_LABELS.items()}
    name = _slots().get(beside.get(plain, plain), plain)
    if label == _POOLING and _BARE.fullmatch(value):
        name = "n_cores_pooled"
    if is_missing(value):
        return name, value
    known = find_unit({"DD": "deg"}.get(unit, unit).replace("º", "°"))
    return name, quantity(name, value, known.ucum if known else unit)


def _whole(sample: Sample) -> Sample:
    """Join what the checklist splits."""
    ends = [sample.pop(end) for end in _ENDS if end in sample]
    if ends:
        sample["depth"] = "-".join(end.removesuffix(" m") for end in ends)
    place = [sample.pop(label).removesuffix(" deg") for label in _PLACE if label in sample]
    if place:
        sample["lat_lon"] = " ".join(dict.fromkeys(place) if is_missing(place[0]) else place)
    country = [sample.pop(label) for label in _COUNTRY if label in sample]
    return sample | ({"geo_loc_name": ": ".join(country)} if country else {})


def reason_of(name: str, value: str) -> Reason:
    """Say why a value was lost."""
    if name in LIBRARY:
        return "no-place", "it belongs to the experiment, which `soilbio ena prepare` writes"
    if name == "agreement_id":
        return "no-place", "an agreement is no attribute of a public sample"
    if name == "lat_lon":
        return "less-precise", f"the archive takes {_DECIMALS} decimals"
    if name == "collection_date":
        return "less-precise", "the archive takes no fractions of a second"
    return common_reason(name, value, "ENA")
