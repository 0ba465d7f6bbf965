"""Every rule of the fields and the archive's checklist takes a good value and names a bad one."""

from __future__ import annotations

import pytest

from soilbio.archives.ena.checklist import _expectation
from soilbio.archives.ena.model import Attribute
from soilbio.metadata.inspect_sheet import _judge
from soilbio.standards.ena import CHECKLIST, expected
from soilbio.standards.fields import FIELDS, Field
from soilbio.standards.mixs import SLOTS

GOOD = {
    "text": "a few words",
    "number": "1",
    "integer": "1",
    "date": "2021-04-03",
    "latitude": "48.13",
    "longitude": "11.28",
    "place_name": "Germany: Bavaria",
    "depth": "0.1",
    "dna": "GTGYCAGCMGCCGCGGTAA",
    "taxid": "soil metagenome [NCBITaxon:410658]",
    "id": "A-1",
    "url": "https://doi.org/10.1000/182",
    "boolean": "yes",
    "choice": "a few words",
    "term": "a few words [ABC:0000001]",
}
BAD = {
    "number": "many",
    "integer": "many",
    "date": "last spring",
    "latitude": "98.1",
    "longitude": "198.1",
    "place_name": "Atlantis: coast",
    "depth": "deep",
    "dna": "GTGYCAGZ",
    "taxid": "1e6 microbes",
}
# What only has one value in its own words.
GOOD_OF = {
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
    "geodetic_datum": "EPSG:4326",
    "country": "Germany",
    "ph": "6.5",
    "lat_lon": "48.13 11.28",
    "pcr_primers": "FWD:GTGYCAGCMGCCGCGGTAA;REV:GGACTACNVGGGTWTCTAAT",
}
BAD_OF = {
    "env_broad_scale": "soyl",
    "env_local_scale": "soyl",
    "env_medium": "soyl",
    "geodetic_datum": "my own",
    "country": "Atlantis",
}


def judged(name: str, value: str) -> bool:
    """Tell whether a value of a column is told to be wrong."""
    return bool(_judge(name, value, "x"))


def is_judged(field: Field) -> bool:
    """Tell whether the field is a column of a sheet of samples."""
    return field.name in SLOTS or field.name in ("decimal_latitude", "decimal_longitude")


def good_of(field: Field) -> str:
    slot = SLOTS.get(field.name)
    if field.name in GOOD_OF:
        return GOOD_OF[field.name]
    return slot.allowed[0] if slot and slot.allowed else GOOD[field.kind]


def bad_of(field: Field) -> str:
    if field.name in BAD_OF:
        return BAD_OF[field.name]
    # Text, ids and links: whatever can be seen is right.
    return BAD.get(field.kind, "n/a")


@pytest.mark.parametrize(
    "field", [f for f in FIELDS.values() if is_judged(f)], ids=lambda f: f.name
)
def test_a_field_takes_a_good_value_and_names_a_bad_one(field):
    good = [one.code for one in _judge(field.name, good_of(field), "x")]
    assert good == []
    assert judged(field.name, bad_of(field))


@pytest.mark.parametrize("name", sorted(SLOTS))
def test_a_slot_takes_a_good_value_and_names_a_bad_one(name):
    slot = SLOTS[name]
    if name in FIELDS:
        return
    good = slot.allowed[0] if slot.allowed else "1" if slot.is_numeric else GOOD_OF.get(name, "")
    if good:
        assert _judge(name, good, "x") == []
    assert judged(name, "many" if slot.is_numeric else "n/a")


def good_for_ena(label: str) -> Attribute:
    """Find a value and unit that the checklist takes for a label."""
    rule = CHECKLIST[label]
    candidates = [
        *rule.allowed[:1],
        *("1", "6.5", "2021-04-03", "410658", "48.13", "a few words", "ERC000022", "0.1"),
        *("http://x.org", "10.1000/182", "PMID:12345", "yes", "1;2", "A:B;C", "x [A:1]"),
        *("a few words [ENVO:00000001]", "FWD:ACGT;REV:ACGT", "not provided"),
    ]
    value = next(one for one in candidates if not expected(label, one))
    return Attribute(label, value, rule.units[0] if rule.units else "")


@pytest.mark.parametrize("label", sorted(CHECKLIST))
def test_a_field_of_the_checklist_takes_a_good_value_and_names_a_bad_one(label):
    good = good_for_ena(label)
    assert _expectation(good) == ""
    assert _expectation(Attribute(label, "\x07", good.unit))
    rule = CHECKLIST[label]
    wrong_unit = Attribute(label, good.value, "furlong")
    assert _expectation(wrong_unit)
    if rule.allowed or rule.pattern:
        assert any(
            _expectation(Attribute(label, bad, good.unit))
            for bad in ("no such value", "-+-", "x" * 3000, "1e", "2021-13-45")
        )
