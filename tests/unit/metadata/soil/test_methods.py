"""Texture classes and conversions: published formulas, never unasked."""

from __future__ import annotations

import pytest
from pedotri import psd

from soilbio.metadata.soil.conversions import CONVERSIONS, convert_methods
from soilbio.metadata.soil.measurements import classes_of

TEXTURE = "profile;depth;texture_limit_um;clay [%];silt [%];sand [%]"


def converted(soil, name: str) -> list[tuple[str, float, str]]:
    return [(o.name, o.number, o.procedure) for o in convert_methods(soil.observations, [name])]


# Points well inside of the classes of the Soil Survey Manual (USDA Handbook 18).
@pytest.mark.parametrize(
    ("clay", "silt", "sand", "name"),
    [
        (60, 20, 20, "clay"),
        (20, 40, 40, "loam"),
        (5, 5, 90, "sand"),
        (15, 65, 20, "silt loam"),
        (5, 90, 5, "silt"),
        (34, 56, 10, "silty clay loam"),
        (10, 25, 65, "sandy loam"),
        (30, 10, 60, "sandy clay loam"),
    ],
)
def test_fractions_at_50_um_have_their_usda_class(soil_of, clay, silt, sand, name):
    soil = soil_of(TEXTURE, f"P;0-0.1;50;{clay};{silt};{sand}")
    (found,) = classes_of(soil.observations)
    assert (found.verbatim, found.method) == (name, "USDA texture classes, silt 2-50 um")


@pytest.mark.parametrize(("limit", "system"), [("63", "KA5"), ("20", "ISSS")])
def test_other_limits_have_the_class_of_a_system_with_that_limit(soil_of, limit, system):
    (found,) = classes_of(soil_of(TEXTURE, f"P;0-0.1;{limit};20;40;40").observations)
    assert found.method.startswith(system)


@pytest.mark.parametrize("limit", ["", "60"])
def test_a_limit_that_is_not_known_has_no_class(soil_of, limit):
    assert classes_of(soil_of(TEXTURE, f"P;0-0.1;{limit};20;40;40").observations) == []


def test_fractions_are_brought_to_100_before_they_are_classed(soil_of):
    (found,) = classes_of(soil_of(TEXTURE, "P;0-0.1;50;20.4;40.8;40.8").observations)
    assert found.verbatim == "loam"


def test_63_um_become_50_um_along_the_logarithm_of_the_diameter(soil_of):
    soil = soil_of(TEXTURE, "P;0-0.1;63;20;40;40")
    sand, silt, clay = (float(x[0]) for x in psd.convert(40, 40, 20, source="KA5", target="USDA"))
    assert converted(soil, "texture-63-to-50") == [
        ("clay", pytest.approx(clay), "SaSiCl_2-50-2000u"),
        ("silt", pytest.approx(silt), "SaSiCl_2-50-2000u"),
        ("sand", pytest.approx(sand), "SaSiCl_2-50-2000u"),
    ]


@pytest.mark.parametrize("limit", ["50", "20", ""])
def test_only_63_um_are_converted(soil_of, limit):
    assert converted(soil_of(TEXTURE, f"P;0-0.1;{limit};20;40;40"), "texture-63-to-50") == []


@pytest.mark.parametrize(
    ("applied", "expected"),
    [("no", [("tot_org_carb", 13.2, "OrgC_acid-dc-ht-analyser")]), ("yes", []), ("", [])],
)
def test_walkley_black_is_converted_only_where_the_factor_is_not_in_it(soil_of, applied, expected):
    soil = soil_of(
        "profile;depth;tot_org_carb [g/kg];tot_org_c_meth;recovery_factor_applied",
        f"P;0-0.1;10;Walkley-Black;{applied}",
    )
    assert converted(soil, "walkley-black-1.32") == expected


@pytest.mark.parametrize(
    ("name", "columns", "cells", "expected"),
    [
        ("organic-matter-2.0", "org_matter [g/kg];org_matter_procedure", "40;LOI",
         ("tot_org_carb", 20.0, "")),
        ("carbonate-carbon", "carbonates [g/kg];carbonates_procedure", "100;Scheibler",
         ("tot_inorg_carb", 12.0, "InOrgC_calcul-caco3")),
        ("total-minus-inorganic",
         "tot_carb [g/kg];tot_carb_procedure;carbonates [g/kg];carbonates_procedure",
         "30;leco;100;Scheibler", ("tot_org_carb", 18.0, "OrgC_calcul-tc-ic")),
        ("ph-water-1-1-to-1-5", "ph;ph_procedure", "6;1:1", ("ph", 5.85, "pHH2O_ratio1-5")),
        ("ph-water-1-2.5-to-1-5", "ph;ph_procedure", "6;1:2.5", ("ph", 6.08, "pHH2O_ratio1-5")),
        ("ph-kcl-to-water", "ph_kcl;ph_kcl_procedure", "5;1:2.5",
         ("ph", 6.14407, "pHH2O_ratio1-5")),
        ("ph-water-to-cacl2", "ph;ph_procedure;ec [dS/m];ec_procedure", "6;1:2.5;0.1;1:5",
         ("ph_cacl2", 5.315, "pHCaCl2_ratio1-2.5")),
        # 100 g at 1.5 g/cm3: 66.667 cm3; 20 g stones fill 7.547 cm3; 80 g fill 59.120 cm3.
        ("bulk-density-fine-earth",
         "bulk_density_whole [g/cm3];bulk_density_whole_procedure;coarse_fragments_mass [%];"
         "coarse_fragments_mass_procedure", "1.5;core;20;lab", ("bulk_density", 1.35319, "")),
        ("water-to-volume",
         "water_content [g/g];water_cont_soil_meth;bulk_density_whole [g/cm3];"
         "bulk_density_whole_procedure", "0.2;ISO 11465;1.5;core",
         ("water_content_volume", 0.3, "")),
    ],
)  # fmt: skip
def test_each_formula_gives_the_published_number(soil_of, name, columns, cells, expected):
    soil = soil_of(f"profile;depth;{columns}", f"P;0-0.1;{cells}")
    ((found, number, procedure),) = converted(soil, name)
    assert (found, procedure) == (expected[0], expected[2])
    assert number == pytest.approx(expected[1], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "columns", "cells"),
    [
        ("ph-water-to-cacl2", "ph;ph_procedure", "6;1:2.5"),
        ("ph-water-to-cacl2", "ph;ph_procedure;ec [dS/m];ec_procedure", "6;1:5;0.1;1:5"),
        ("ph-water-1-1-to-1-5", "ph;ph_procedure", "6;1:10"),
        ("ph-water-1-1-to-1-5", "ph", "6"),
        ("ph-water-1-2.5-to-1-5", "ph;ph_procedure", "6;1:2"),
    ],
)
def test_what_a_formula_needs_is_never_assumed(soil_of, name, columns, cells):
    assert converted(soil_of(f"profile;depth;{columns}", f"P;0-0.1;{cells}"), name) == []


def test_a_converted_value_has_formula_error_source_and_the_verbatim_value(soil_of):
    soil = soil_of("profile;depth;ph;ph_procedure", "P;0-0.1;6.0;1:1")
    (one,) = convert_methods(soil.observations, ["ph-water-1-1-to-1-5"])
    assert one.verbatim == "6.0"
    for part in ("-0.51 + 1.06", "RMSE 0.44", "Libohova"):
        assert part in one.note


@pytest.mark.parametrize("one", CONVERSIONS.values(), ids=lambda one: one.name)
def test_every_conversion_states_formula_error_domain_and_source(one):
    assert all((one.formula, one.uncertainty, one.domain, one.source))


def test_an_unknown_conversion_is_our_caller_s_mistake():
    with pytest.raises(ValueError, match="walkley"):
        convert_methods([], ["walkley"])


def test_the_configuration_knows_all_conversions_and_no_other():
    from soilbio.metadata.config import config_schema

    options = config_schema()["properties"]["soil_options"]["properties"]
    assert options["convert"]["items"]["enum"] == [*CONVERSIONS]
