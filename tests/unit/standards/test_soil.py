"""Soil properties, procedures, units, soil groups, code lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soilbio.standards.fields import FIELDS
from soilbio.standards.glosis import CODE_LISTS
from soilbio.standards.mixs import SLOTS
from soilbio.standards.procedures import PROCEDURES, find_procedure, texture_procedure
from soilbio.standards.soil_properties import SOIL_PROPERTIES, find_property, glosis_iri, plain
from soilbio.standards.units import UNITS, convert, find_unit, is_convertible
from soilbio.standards.wrb import GROUPS, find_group


@pytest.mark.parametrize("one", SOIL_PROPERTIES.values(), ids=lambda one: one.name)
def test_every_property_is_whole(one):
    assert one.help.endswith(".")
    assert one.label
    if one.is_number:
        assert one.unit in UNITS
        assert one.minimum is not None
    if one.mixs_slot in SLOTS and one.name in SLOTS:
        assert one.sharing_class == SLOTS[one.name].sharing_class
    if one.name in FIELDS and FIELDS[one.name].unit and one.is_number:
        assert is_convertible(FIELDS[one.name].unit, one.unit)
    assert all(any(code.startswith(p) for code in PROCEDURES) for p in one.procedures)


def test_no_name_means_two_properties():
    seen = {}
    for one in SOIL_PROPERTIES.values():
        for name in {plain(text) for text in (one.name, one.label, *one.synonyms)}:
            assert seen.setdefault(name, one.name) == one.name, name


def test_the_core_properties_are_all_there():
    core = {
        *("clay", "silt", "sand", "bulk_density", "coarse_fragments_mass", "ph", "ph_cacl2"),
        *("coarse_fragments_volume", "ph_kcl", "tot_org_carb", "tot_carb", "tot_nitro_content"),
        *("cec", "carbonates", "p_extractable", "ec", "water_content", "aggregate_stability"),
    }
    assert core <= SOIL_PROPERTIES.keys()
    assert sum(one.is_number for one in SOIL_PROPERTIES.values()) >= 25


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SOC", "tot_org_carb"),
        ("Total Organic Carbon", "tot_org_carb"),
        ("pH (H2O)", "ph"),
        ("pH_CaCl2", "ph_cacl2"),
        ("Nittot", "tot_nitro_content"),
        ("http://w3id.org/glosis/model/codelists/physioChemicalPropertyCode-CEC", "cec"),
    ],
)
def test_a_property_is_found_by_its_names(text, name):
    assert find_property(text).name == name


@pytest.mark.parametrize("text", ["", "C", "apples", "coarse fragments"])
def test_what_is_no_property_or_may_be_several_is_not_found(text):
    assert find_property(text) is None


@pytest.mark.parametrize(("limit", "code"), [(50, "Si_USDA"), (63, "Si_ISO"), (20, "Si_ISSS")])
def test_the_iri_of_silt_holds_its_limit(limit, code):
    assert glosis_iri("silt", limit).endswith(code)


def test_without_its_limit_silt_has_no_iri():
    assert glosis_iri("silt") == ""


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("Walkley-Black", "tot_org_carb", "OrgC_wc-cro3-walkleyblack"),
        ("1:5", "ph", "pHH2O_ratio1-5"),
        ("1:5", "ph_cacl2", "pHCaCl2_ratio1-5"),
        ("ISO 11277", "silt", "SaSiCl_2-64-2000u"),
        ("http://w3id.org/glosis/model/procedure/pHProcedure-pHH2O_ratio1-5", "ph",
         "pHH2O_ratio1-5"),
    ],
)  # fmt: skip
def test_a_procedure_is_found_for_its_property(text, name, code):
    assert find_procedure(text, name).code == code


def test_a_particle_size_procedure_without_limit_is_none_and_with_it_one():
    assert find_procedure("pSAProcedure-laser-disp", "sand") is None
    assert find_procedure("pSAProcedure-laser-disp", "sand", 50).limit_um == 50


@pytest.mark.parametrize("limit", [50, 63, 20])
def test_a_limit_has_a_procedure_that_states_it(limit):
    assert PROCEDURES[texture_procedure(limit)].limit_um == limit


# Factors of the International System, and definitions of the units; not pint's.
@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (0.13, "%", "g/kg", 1.3),
        (1, "mg/kg", "%", 0.0001),
        (250, "uS/cm", "dS/m", 0.25),
        (100, "mS/m", "dS/m", 1),
        (5, "meq/(100.g)", "cmol/kg", 5),
        (50, "mmol/kg", "cmol/kg", 5),
        (1300, "kg/m3", "g/cm3", 1.3),
        (7, "kg/m2", "t/har", 70),
        (20, "Cel", "K", 293.15),
        (12, "mg/(100.g)", "mg/kg", 120),
        (35, "%", "cm3/cm3", 0.35),
        (30, "cm", "m", 0.3),
        (24, "mg/(kg.d)", "mg/(kg.h)", 1),
    ],
)
def test_units_convert_as_they_are_defined(value, source, target, expected):
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("source", "target"),
    [("mg/L", "mg/kg"), ("cm3/cm3", "g/g"), ("[pH]", "1"), ("mmol/kg", "g/kg"), ("m", "Cel")],
)
def test_units_of_other_kinds_do_not_convert(source, target):
    assert not is_convertible(source, target)
    with pytest.raises(ValueError, match="cannot be converted"):
        convert(1, source, target)


PAIRS = [(a, b) for a in sorted(UNITS) for b in sorted(UNITS) if is_convertible(a, b)]


@settings(deadline=None)
@given(st.sampled_from(PAIRS), st.floats(0.001, 1e6))
def test_there_and_back_is_the_same_number(pair, value):
    there = convert(value, *pair)
    assert convert(there, *reversed(pair)) == pytest.approx(value, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "ucum"),
    [
        ("g kg-1", "g/kg"),
        ("g kg⁻¹", "g/kg"),
        ("g·kg-1", "g/kg"),
        ("G/KG", "g/kg"),
        ("Mg m-3", "g/cm3"),
        ("µS/cm", "uS/cm"),
        ("cmol(+) kg-1", "cmol/kg"),
        ("cmolc/kg", "cmol/kg"),
        ("meq/100 g", "meq/(100.g)"),
        ("t ha-1", "t/har"),
        ("°C", "Cel"),
        ("per cent", "%"),
        ("ppm", "mg/kg"),
    ],
)
def test_units_are_found_as_people_write_them(text, ucum):
    assert find_unit(text).ucum == ucum


def test_no_spelling_means_two_units():
    from soilbio.standards.units import _key

    seen = {}
    for unit in UNITS.values():
        for spelling in {_key(text) for text in (unit.ucum, *unit.spellings)}:
            assert seen.setdefault(spelling, unit.ucum) == unit.ucum, spelling


def test_the_32_groups_of_wrb_2022_are_there_and_former_ones_point_to_them():
    current = {one.plural for one in GROUPS if one.is_current}
    assert len(current) == 32
    for one in GROUPS:
        assert bool(one.successors) != one.is_current
        assert set(one.successors) <= current


@pytest.mark.parametrize(
    ("text", "code"),
    [("LV", "LV"), ("Haplic Luvisol (Siltic)", "LV"), ("Cambisols", "CM"), ("solonetz", "SN"),
     ("Cambisol [ENVO:00002235]", "CM")],
)  # fmt: skip
def test_a_group_is_found_in_a_soil_s_name(text, code):
    assert find_group(text).code == code


@pytest.mark.parametrize("text", ["", "soil", "e", "brown earth"])
def test_what_is_no_group_is_none(text):
    assert find_group(text) is None


def test_code_lists_give_iris():
    lists = CODE_LISTS["cropClassProperty"]
    assert lists.iri("Ce_Ry").endswith("codelists/cropClassValueCode-Ce_Ry")
    assert "Ce_Ry" in lists.codes
    assert {one.describes for one in CODE_LISTS.values()} == {
        *("element", "plot", "profile", "surface"),
    }


@pytest.mark.parametrize("text", ["vol%", "vol %", "% v/v", "% (v/v)", "m3/m3"])
def test_a_share_of_the_volume_is_none_of_the_mass(text):
    unit = find_unit(text)
    assert unit.kind == "volume_fraction"
    assert not is_convertible(unit.ucum, SOIL_PROPERTIES["water_content"].unit)
    assert is_convertible(unit.ucum, SOIL_PROPERTIES["water_content_volume"].unit)
    assert convert(12, find_unit("vol%").ucum, "cm3/cm3") == pytest.approx(0.12)
