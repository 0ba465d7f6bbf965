"""Each row of the crosswalk, of ENA's checklist and of MIxS for soils is in our tables, entire."""

from __future__ import annotations

import csv
import re

import pytest

from soilbio.standards import ena
from soilbio.standards.aliases import recognise
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import COUNTRIES, MISSING_TERMS
from soilbio.standards.mixs import SLOTS, matches

CONDITIONAL = re.compile(r"M if .+|M \(amplicon\)")
GOOD = {
    "number": "0.5",
    "integer": "12",
    "date": "2024-05-03",
    "latitude": "48.1364",
    "longitude": "-11.2871",
    "place_name": "Germany",
    "text": "anything",
}
BAD = {
    "number": "0,5",
    "integer": "twelve",
    "date": "03.05.2024",
    "latitude": "12a5",
    "longitude": "181",
    "place_name": "Bavaria",
    "choice": "none of these",
    "text": "",
}


def read(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


@pytest.fixture(scope="module")
def crosswalk(shared) -> list[dict[str, str]]:
    return read(shared / "standards" / "crosswalk.tsv")


@pytest.fixture(scope="module")
def checklist(shared) -> list[dict[str, str]]:
    return read(shared / "standards" / "02_ena" / "erc000022_fields.tsv")


@pytest.fixture(scope="module")
def terms(shared) -> list[dict[str, str]]:
    return read(shared / "standards" / "01_mixs" / "mixs_soil_terms.tsv")


def split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def test_every_row_of_the_crosswalk_is_a_field_with_all_its_names(crosswalk):
    assert [row["canonical_field"] for row in crosswalk] == list(FIELDS)
    for row in crosswalk:
        field = FIELDS[row["canonical_field"]]
        assert field.group == row["group"]
        assert field.mixs_slot == row["mixs7_slot"]
        assert field.mixs_id == row["mixs_id"]
        assert (field.mixs_requirement or "(not") in row["mixs7_requirement(soil)"] or not (
            field.mixs_slot
        )
        assert all(name in row["in_mixs7_class"] for name in field.mixs_classes)
        assert field.is_in_mixs_soil == ("MimsSoil" in row["in_mixs7_class"]) or (
            field.mixs_classes == ("MimarksSSoil", "MimarksSAgriculture")
        )
        assert field.ena_label == row["ena_ERC000022_label"] or not field.ena_label
        assert field.is_ena_mandatory == (row["ena_cardinality"] == "mandatory")
        assert field.ena_units == split(row["ena_allowed_units"])
        assert "|".join(field.dwc_terms) == row["darwin_core_term"].replace("(fallback)", "")
        assert "|".join(field.dna_terms) == row["dna_derived_data_ext_term"]
        assert field.emof_type == row["emof_measurementType"]
        assert field.emof_type_id == row["emof_measurementTypeID"]
        assert field.nmdc_slot == row["nmdc_slot"]
        assert "|".join(field.faire_slots) == row["faire_slot"]
        assert bool(field.glosis_property) == bool(row["glosis_property"])
        assert row["canonical_unit_ucum"].startswith(field.unit)
        assert bool(field.unit) == bool(row["canonical_unit_ucum"])


def test_a_requirement_of_the_crosswalk_is_kept_with_its_condition_and_default(crosswalk):
    for row in crosswalk:
        field, stated = FIELDS[row["canonical_field"]], row["soilbio_requirement(M/R/O/C)"]
        if CONDITIONAL.fullmatch(stated):
            assert field.requirement == "C"
            assert field.condition
        else:
            assert stated in (field.requirement, f"{field.requirement}(default {field.default})")
            assert not field.condition


def test_a_type_of_the_crosswalk_has_its_kind_and_its_limits(crosswalk):
    for row in crosswalk:
        field, stated = FIELDS[row["canonical_field"]], row["type_or_format"]
        limits = re.search(r"(-?[\d.]+)\.\.(-?[\d.]+)", stated)
        if limits and stated.startswith("decimal"):
            assert (field.minimum, field.maximum) == tuple(map(float, limits.groups())), field.name
        if stated.startswith("decimal"):
            assert field.kind in {"number", "depth", "latitude", "longitude"}, field.name
        if re.match(r"decimal >=? ?0", stated) or stated == "decimal >0":
            assert field.minimum is not None, field.name
        if stated.startswith(("enum", "list enum")):
            assert field.kind == "choice", field.name
        if stated == "IUPAC DNA":
            assert field.kind == "dna", field.name


def test_our_help_is_in_our_own_words(terms):
    told = {" ".join(row["description"].casefold().split()).rstrip(".") for row in terms}
    for field in FIELDS.values():
        ours = " ".join(field.help.casefold().split())
        assert not any(text and len(text) > 40 and text in ours for text in told), field.name


def test_every_attribute_of_the_checklist_is_there_as_it_is(checklist):
    assert [row["label"] for row in checklist] == list(ena.CHECKLIST)
    for row in checklist:
        field = ena.CHECKLIST[row["label"]]
        assert field.cardinality == row["cardinality"]
        assert field.pattern == row["regex"]
        assert field.units == split(row["units_allowed(BioSamples schema)"])
        assert field.accepts_missing == (row["accepts_missing_value"] == "True")
        count = int(row["n_cv"])
        if field.kind == "place_name":
            assert count == len(COUNTRIES) + len(MISSING_TERMS)
        else:
            assert len(field.allowed) == count
            assert "|".join(field.allowed) == row["cv_first"]


def test_each_attribute_of_the_checklist_takes_a_good_value_and_refuses_a_bad_one(checklist):
    for row in checklist:
        field = ena.CHECKLIST[row["label"]]
        good = field.allowed[0] if field.kind == "choice" else GOOD[field.kind]
        assert ena.expected(field.label, good) == "", field.label
        assert not row["regex"] or re.fullmatch(row["regex"], good), field.label
        assert ena.expected(field.label, BAD[field.kind]), field.label
        assert ena.expected_unit(field.label, good, "furlong"), field.label
        for unit in field.units or ("",):
            assert ena.expected_unit(field.label, good, unit) == "", field.label


def test_labels_of_2018_are_known_and_lead_where_they_went(shared):
    rows = read(shared / "standards" / "02_ena" / "erc000022_legacy_label_aliases.tsv")
    legacy = {
        old: "" if new.startswith("(") else new for old, new in (row.values() for row in rows)
    }
    assert legacy == ena.LEGACY_LABELS
    for old, new in legacy.items():
        found = recognise(old)
        if new and recognise(new):
            assert found is not None, old
            # The new label is also the title of another slot of MIxS, on pooled samples.
            expected = "pool_dna_extracts" if new == "sample pooling" else recognise(new).column
            assert found.column == expected, old


def test_platforms_and_words_for_libraries_are_those_of_the_lists(shared):
    lists = shared / "standards" / "02_ena" / "controlled"

    def words(name):
        return set((lists / f"{name}.txt").read_text("utf-8").splitlines())

    assert set(ena.PLATFORMS) == words("platform")
    assert {one for models in ena.PLATFORMS.values() for one in models} == words("instrument_model")
    assert set(ena.LIBRARY_STRATEGIES) == words("library_strategy")
    assert set(ena.LIBRARY_SOURCES) == words("library_source")
    assert set(ena.LIBRARY_SELECTIONS) == words("library_selection")


def test_every_term_of_mixs_for_soil_and_agriculture_is_a_slot_with_its_facts(terms):
    for row in terms:
        slot = SLOTS[row["slot"]]
        assert slot.mixs_id == row["mixs_id"]
        assert slot.title == row["title"]
        assert slot.is_multivalued == (row["multivalued"] == "True")
        assert slot.preferred_unit == row["preferred_unit"]
        assert slot.pattern == (row["pattern_soil_v7"] or row["pattern_generic_v7"])
        for name in ("MimarksSSoil", "MimsSoil"):
            assert (name in slot.required_by) == (row[f"req_{name}"] == "required"), slot.name
            assert (name in slot.recommended_by) == (row[f"req_{name}"] == "recommended")
            assert (name in slot.carried_by) == bool(row[f"req_{name}"]), slot.name
        former = row["slot_name_v6_2_0"]
        assert former in ("", slot.name) or former in slot.synonyms


def test_slots_are_those_of_the_published_tables_of_the_classes(shared):
    folder = shared / "standards" / "01_mixs" / "v7.0.1" / "class_model_tsvs"
    for name in ("MimarksSSoil", "MimsSoil", "MimarksSAgriculture", "MimsAgriculture"):
        published = {row["name"]: row for row in read(folder / f"{name}.tsv")}
        assert {slot.name for slot in SLOTS.values() if name in slot.carried_by} == set(published)
        for slot in SLOTS.values():
            if name.endswith("Soil") and slot.name in published:
                is_required = published[slot.name]["required"].casefold() == "true"
                assert is_required == (name in slot.required_by), slot.name


def test_every_example_of_the_release_has_our_form_and_the_wrong_patterns_are_corrected(
    shared, terms
):
    for row in terms:
        for example in row["examples"].split(" | "):
            assert not example or matches(row["slot"], example), (row["slot"], example)
    source = shared / "standards" / "01_mixs" / "mixs_v7_examples_failing_own_pattern.tsv"
    for row in read(source):
        assert SLOTS[row["slot"]].is_pattern_corrected
        assert not re.search(SLOTS[row["slot"]].pattern, row["official_example"])


def test_official_renamings_are_synonyms(shared):
    known = {name for slot in SLOTS.values() for name in slot.synonyms}
    maps = shared / "standards" / "01_mixs" / "rename_maps" / "slot_name_mappings.tsv"
    for row in read(maps):
        if row["new_name"] in SLOTS:
            assert row["old_name"] in known


def test_countries_and_missing_terms_are_those_of_the_archives(shared):
    path = shared / "standards" / "02_ena" / "controlled" / "insdc_country_and_sea.txt"
    assert set(path.read_text("utf-8").splitlines()) == COUNTRIES | MISSING_TERMS
