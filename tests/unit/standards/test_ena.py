from __future__ import annotations

import pytest

from soilbio.standards import ena
from soilbio.standards.insdc import COUNTRIES, MISSING_TERMS

LATITUDE = "geographic location (latitude)"
COUNTRY = "geographic location (country and/or sea)"


def test_the_checklist_has_its_mandatory_attributes():
    assert len(ena.CHECKLIST) == 115
    assert set(ena.MANDATORY) == {
        *("alias", "title", "taxon_id", "project name", "collection date", LATITUDE),
        *("geographic location (longitude)", "broad-scale environmental context"),
        *("local environmental context", "environmental medium", "elevation", COUNTRY, "depth"),
    }
    assert set(ena.ELEMENTS) <= ena.CHECKLIST.keys()


@pytest.mark.parametrize(
    ("label", "good", "bad"),
    [
        ("depth", "0.15", "0-0.15"),
        ("depth", "0", "-0.1"),
        ("depth", "not collected", "na"),
        ("elevation", "-3.5", "12 m"),
        ("pH", "7.2", "7,2"),
        ("pH", "7", "not collected"),
        ("pH", "7", ""),
        (LATITUDE, "-48.12345678", "12a5"),
        (LATITUDE, "90", "90.5"),
        (LATITUDE, "restricted access", "48,5"),
        (LATITUDE, "+1", "48.123456789"),
        ("geographic location (longitude)", "-180", "999"),
        ("collection date", "2024-05", "2024-13"),
        ("collection date", "2024-05-01/2024-05-03", "03.05.2024"),
        ("collection date", "missing: third party data", "unknown"),
        (COUNTRY, "Germany", "Germany: Bavaria"),
        (COUNTRY, "not provided", "Deutschland"),
        ("soil horizon", "A horizon", "C horizon"),
        ("soil type", "Luvisol", "Luvisols"),
        ("soil type", "Luvisol", "not collected"),
        ("library reads sequenced", "12", "12.5"),
        ("project name", "not provided", " "),
        ("environmental medium", "soil [ENVO:00001998]", ""),
    ],
)
def test_a_value_is_right_or_it_is_said_what_was_expected(label, good, bad):
    assert ena.expected(label, good) == ""
    assert ena.expected(label, bad)


def test_a_unit_must_be_one_of_the_checklists_and_a_missing_value_has_none():
    assert ena.expected_unit("depth", "0.1", "m") == ""
    assert "m, mm" in ena.expected_unit("depth", "0.1", "cm")
    assert ena.expected_unit("depth", "0.1", "")
    assert ena.expected_unit("depth", "not provided", "m") == ""
    assert ena.expected_unit("depth", "not provided", "")
    assert ena.expected_unit("pH", "7", "") == ""
    assert ena.expected_unit("pH", "7", "pH") == "no unit"


def test_all_units_of_an_attribute_are_kept_not_only_the_last():
    assert ena.CHECKLIST["depth"].units == ("m", "mm")
    extraction = ena.CHECKLIST["sample volume or weight for DNA extraction"]
    assert extraction.units == ("g", "mL", "mg", "ng")


def test_countries_are_those_of_the_archives():
    assert set(ena.CHECKLIST[COUNTRY].allowed) == COUNTRIES
    takes = {field.label for field in ena.CHECKLIST.values() if field.accepts_missing}
    for label in takes:
        assert all(ena.expected(label, term) == "" for term in MISSING_TERMS), label


@pytest.mark.parametrize(
    ("instrument", "platform"),
    [
        ("Illumina MiSeq", "ILLUMINA"),
        ("MinION", "OXFORD_NANOPORE"),
        ("Sequel IIe", "PACBIO_SMRT"),
        ("unspecified", ""),
        ("MiSeq", ""),
    ],
)
def test_an_instrument_tells_its_platform(instrument, platform):
    assert ena.platform_of(instrument) == platform


def test_no_instrument_but_the_unspecified_belongs_to_two_platforms():
    models = [model for models in ena.PLATFORMS.values() for model in models]
    twice = {model for model in models if models.count(model) > 1}
    assert twice == {"unspecified"}


def test_libraries_of_soils_are_in_the_archives_words():
    for strategy, (source, selection) in ena.USUAL_LIBRARY.items():
        assert strategy in ena.LIBRARY_STRATEGIES
        assert source in ena.LIBRARY_SOURCES
        assert selection in ena.LIBRARY_SELECTIONS


def test_old_labels_lead_to_labels_of_today():
    new = {label for label in ena.LEGACY_LABELS.values() if label}
    assert new <= ena.CHECKLIST.keys()
    assert not ena.LEGACY_LABELS.keys() & ena.CHECKLIST.keys()
