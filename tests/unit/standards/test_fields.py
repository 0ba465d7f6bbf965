from __future__ import annotations

import dataclasses

import pytest

from soilbio.standards import darwin_core, ena, envo, faire, nmdc
from soilbio.standards.fields import FIELDS, KINDS, Field, field_of_slot
from soilbio.standards.mixs import SLOTS
from soilbio.standards.sharing_classes import SharingClass


def test_every_field_has_a_kind_a_requirement_a_sharing_class_and_a_help_of_a_sentence_or_two():
    assert len(FIELDS) == 111
    for field in FIELDS.values():
        assert field.kind in KINDS
        assert field.requirement in {"M", "R", "O", "C"}
        assert field.sharing_class in SharingClass
        assert 20 < len(field.help) < 300
        assert field.help.endswith(".")
        assert field.help[0].isupper()
        assert field.help.isprintable()


def test_a_field_is_a_record_that_nothing_changes():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FIELDS["ph"].unit = "g"
    assert "__slots__" in vars(Field)


def test_a_field_that_is_a_slot_has_the_slots_id_unit_and_sharing_class():
    for name, field in FIELDS.items():
        if name in SLOTS:
            assert field.sharing_class == SLOTS[name].sharing_class, name
            has_unit = SLOTS[name].is_numeric and SLOTS[name].unit != "1"
            assert field.unit == SLOTS[name].unit or not has_unit, name
        if field.mixs_slot in SLOTS:
            assert field.mixs_id == SLOTS[field.mixs_slot].mixs_id, name


def test_a_range_of_a_field_lies_within_the_range_of_its_slot():
    for name in FIELDS.keys() & SLOTS.keys():
        field, slot = FIELDS[name], SLOTS[name]
        if field.minimum is not None and slot.minimum is not None:
            assert field.minimum >= slot.minimum, name
        if field.maximum is not None and slot.maximum is not None:
            assert field.maximum <= slot.maximum, name


def test_names_in_other_standards_are_names_that_those_standards_have():
    darwin = {name for terms in darwin_core.TERMS.values() for name in terms}
    for name, field in FIELDS.items():
        if field.ena_label and not field.ena_label.startswith("@"):
            assert field.ena_label in ena.CHECKLIST, name
            assert field.ena_units == ena.CHECKLIST[field.ena_label].units, name
        assert {term.removeprefix("ggbn:") for term in field.dwc_terms} <= darwin, name
        assert set(field.dna_terms) <= set(darwin_core.TERMS["dna"]), name
        assert set(field.faire_slots) <= set(faire.FAIRE), name
        slot = field.nmdc_slot.removeprefix("LibraryPreparation.")
        assert not slot or slot in nmdc.NMDC or slot.startswith("ProcessedSample."), name


def test_what_ena_demands_is_mandatory_here_too():
    for field in FIELDS.values():
        if field.is_ena_mandatory:
            assert field.requirement == "M"


def test_a_conditional_field_names_fields_that_exist():
    conditions = {part for one in FIELDS.values() for part in one.condition.split("|") if part}
    assert conditions - {"amplicon"} <= FIELDS.keys()
    assert FIELDS["ph_meth"].condition == "ph"
    assert FIELDS["ph_meth"].requirement == "C"
    assert FIELDS["geodetic_datum"].default == "EPSG:4326"


def test_the_choices_of_the_triad_are_in_the_ontology():
    for name in envo.BRANCH_OF_SLOT:
        assert FIELDS[name].kind == "term"


@pytest.mark.parametrize(
    ("slot", "names"),
    [
        ("lat_lon", ["decimal_latitude", "decimal_longitude"]),
        ("depth", ["depth_upper", "depth_lower"]),
        ("geo_loc_name", ["country", "region_locality"]),
        ("soil_texture", ["clay", "silt", "sand"]),
        ("fao_class", ["wrb_rsg"]),
        ("ph", ["ph"]),
        ("bulk_density", ["bulk_density"]),
        ("host_age", []),
        ("", []),
    ],
)
def test_a_slot_leads_to_the_fields_that_it_holds(slot, names):
    assert [field.name for field in field_of_slot(slot)] == names


def test_a_strict_file_of_mixs_is_told_what_it_may_not_carry():
    assert FIELDS["ph"].is_in_mixs_soil
    assert not FIELDS["samp_store_temp"].is_in_mixs_soil
    assert not FIELDS["samp_category"].is_in_mixs_soil
    assert not FIELDS["bulk_density"].is_in_mixs_soil
