from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soilbio.errors import Problems
from soilbio.metadata.soil.link import check_links, check_samples_depths, samples_of
from soilbio.metadata.soil.measurements import Sample, Settings, measurement_rows

CARBON = (
    "profile;depth;sample_id;tot_org_carb [g/kg];tot_org_c_meth;bulk_density [g/cm3];"
    "bulk_density_procedure;coarse_fragments_volume [%];coarse_fragments_volume_procedure"
)


def rows_of(soil, *samples: Sample, **chosen) -> list[dict]:
    return measurement_rows(soil, samples, Settings(**chosen))


def of(rows, name: str) -> list[tuple]:
    return [
        (row["value"], row["upper_depth_m"], row["lower_depth_m"])
        for row in rows
        if row["property"] == name
    ]


def test_the_sample_has_the_layers_own_values_and_one_at_its_depth(soil_of):
    soil = soil_of("profile;depth;sample_id;ph;ph_procedure", "P;0-0.1;S;6;1:5", "P;0.1-0.3;;7;1:5")
    rows = rows_of(soil, Sample("S", 0, 0.2))
    assert of(rows, "ph") == [(6, 0, 0.1), (6.5, 0, 0.2), (7, 0.1, 0.3)]
    made = next(row for row in rows if row["lower_depth_m"] == 0.2)
    assert made["source"] == ("soil sheet; thickness-weighted mean of 2 layers, 100 % of the depth")
    assert (made["method"], made["unit"]) == ("pHH2O_ratio1-5", "[pH]")


def test_coverage_is_stated_and_half_is_needed(soil_of):
    soil = soil_of("profile;depth;sample_id;ph;ph_procedure", "P;0-0.12;S|T;6;1:5")
    rows = rows_of(soil, Sample("S", 0, 0.2), Sample("T", 0, 0.3))
    assert [row["source"] for row in rows if row["subject"] == "S" and "mean" in row["source"]] == [
        "soil sheet; thickness-weighted mean of 1 layer, 60 % of the depth"
    ]
    assert [row["lower_depth_m"] for row in rows if row["subject"] == "T"] == [0.12]


def test_a_layer_at_the_sample_s_own_depth_is_not_repeated(soil_of):
    soil = soil_of("profile;depth;sample_id;ph;ph_procedure", "P;0-0.1;S;6;1:5")
    assert of(rows_of(soil, Sample("S", 0, 0.1)), "ph") == [(6, 0, 0.1)]


def test_methods_are_never_averaged_together(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;p_extractable [mg/kg];p_extractable_procedure",
        "P;0-0.1;S;10;Olsen",
        "P;0.1-0.2;;30;Mehlich 3",
    )
    rows = rows_of(soil, Sample("S", 0, 0.2))
    made = {row["method"]: row["value"] for row in rows if "mean" in row["source"]}
    assert made == {"Extr_nahco3-olsen": 10, "Extr_m3": 30}


def test_silt_at_50_and_63_um_is_never_averaged_together(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;texture_limit_um;clay [%];silt [%];sand [%]",
        "P;0-0.15;S;50;20;30;50",
        "P;0.15-0.2;;63;20;40;40",
    )
    rows = rows_of(soil, Sample("S", 0, 0.2))
    made = [(row["method"], row["value"]) for row in rows
            if row["property"] == "silt" and "mean" in row["source"]]  # fmt: skip
    assert made == [("SaSiCl_2-50-2000u", 30)]


def test_the_texture_class_is_that_of_the_fractions_at_the_sample_s_depth(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;texture_limit_um;clay [%];silt [%];sand [%]",
        "P;0-0.1;S;50;10;10;80",
        "P;0.1-0.2;;50;40;30;30",
    )
    rows = rows_of(soil, Sample("S", 0, 0.2))
    found = {row["lower_depth_m"]: row["verbatim_value"] for row in rows
             if row["property"] == "texture_class" and row["upper_depth_m"] == 0}  # fmt: skip
    assert found == {0.1: "loamy sand", 0.2: "sandy clay loam"}


def test_layers_below_detection_are_kept_and_give_no_mean(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;tot_nitro_content [%];tot_nitro_cont_meth",
        "P;0-0.1;S;0.1;Dumas",
        "P;0.1-0.2;;<0.05;Dumas",
    )
    rows = rows_of(soil, Sample("S", 0, 0.2))
    assert of(rows, "tot_nitro_content") == [(1.0, 0, 0.1), (None, 0.1, 0.2)]
    assert [row["verbatim_value"] for row in rows] == ["0.1 %", "<0.05 %"]


def test_replicates_stay_and_are_averaged_at_the_sample_s_depth(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;replicate;ph;ph_procedure",
        "P;0-0.1;S;1;6.0;1:5",
        "P;0-0.1;S;2;6.4;1:5",
    )
    rows = rows_of(soil, Sample("S", 0, 0.1))
    assert sorted(row["value"] for row in rows) == [6.0, 6.2, 6.4]


def test_a_row_that_names_samples_is_of_those_but_counts_for_the_profile(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;ph;ph_procedure", "P;0-0.1;S;6;1:5", "P;0.1-0.2;T;7;1:5"
    )
    rows = rows_of(soil, Sample("S", 0, 0.2), Sample("T", 0.1, 0.2))
    by_sample = {name: [row["value"] for row in rows if row["subject"] == name] for name in "ST"}
    assert by_sample == {"S": [6, 6.5], "T": [7]}


def test_samples_may_name_their_profile_and_site(soil_of):
    soil = soil_of("site;profile;depth;ph;ph_procedure;tillage", "A;P;0-0.1;6;1:5;", "A;;;;;none")
    (one,) = samples_of([{"sample_id": "S", "depth": "0-0.1", "site": "A", "profile": "P"}])
    rows = rows_of(soil, one)
    assert {(row["property"], row["value"], row["verbatim_value"]) for row in rows} == {
        ("ph", 6.0, "6"),
        ("tillage", None, "none"),
    }


def test_a_row_of_a_sample_alone_has_the_sample_s_depth(soil_of):
    soil = soil_of("sample_id;ph;ph_procedure", "S;6;1:5")
    assert of(rows_of(soil, Sample("S", 0, 0.15)), "ph") == [(6, 0, 0.15)]


def test_a_sample_at_a_point_has_the_value_of_its_layer(soil_of):
    soil = soil_of("profile;depth;sample_id;ph;ph_procedure", "P;0-0.1;S;6;1:5", "P;0.1-0.3;;7;1:5")
    rows = rows_of(soil, Sample("S", 0.15, 0.15))
    assert (7, 0.15, 0.15) in of(rows, "ph")


def test_carbon_is_brought_to_the_depth_along_a_curve_where_that_is_asked(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;tot_org_carb [g/kg];tot_org_c_meth;ph;ph_meth",
        "P;0-0.1;S;30;OrgC_dc;6;1:5",
        "P;0.1-0.3;;10;OrgC_dc;7;1:5",
        "P;0.3-0.6;;2;OrgC_dc;7;1:5",
    )
    rows = rows_of(soil, Sample("S", 0, 0.05), depth_method="mass-preserving")
    carbon, ph = (next(r for r in rows if r["property"] == name and r["lower_depth_m"] == 0.05)
                  for name in ("tot_org_carb", "ph"))  # fmt: skip
    assert carbon["value"] > 30
    assert "mass-preserving curve" in carbon["source"]
    assert ph["value"] == 6


def test_the_stock_of_a_known_profile(soil_of):
    # 20 g/kg * 1.3 g/cm3 * 0.9 * 0.3 m: 70.2 t/ha, by hand.
    soil = soil_of(CARBON, "P;0-0.3;S;20;OrgC_dc;1.3;core;10;field")
    rows = rows_of(soil, Sample("S", 0, 0.1))
    assert of(rows, "soc_stock") == [(70.2, 0, 0.3)]
    # The only profile is its own reference.
    assert of(rows, "soc_stock_esm") == [(70.2, 0, 0.3)]
    assert next(row["unit"] for row in rows if row["property"] == "soc_stock") == "t/har"


def test_compaction_changes_the_stock_to_a_depth_but_not_that_of_the_same_mass(soil_of):
    soil = soil_of(
        CARBON,
        "loose;0-0.4;L;20;OrgC_dc;1.0;core;0;field",
        "dense;0-0.4;D;20;OrgC_dc;1.25;core;0;field",
    )
    rows = rows_of(soil, Sample("L", 0, 0.1), Sample("D", 0, 0.1))
    assert sorted(of(rows, "soc_stock")) == [(60, 0, 0.3), (75, 0, 0.3)]
    assert sorted(of(rows, "soc_stock_esm")) == [(60, 0, 0.24), (60, 0, 0.3)]


@pytest.mark.parametrize(
    "row",
    [
        "P;0-0.3;S;20;OrgC_dc;1.3;core;;",
        "P;0-0.3;S;20;OrgC_dc;;;10;field",
        "P;0-0.3;S;;;1.3;core;10;field",
        "P;0-0.3;S;<1;OrgC_dc;1.3;core;10;field",
        "P;0-0.25;S;20;OrgC_dc;1.3;core;10;field",
        "P;0.05-0.4;S;20;OrgC_dc;1.3;core;10;field",
    ],
)
def test_without_all_inputs_down_to_the_depth_there_is_no_stock(soil_of, row):
    assert of(rows_of(soil_of(CARBON, row), Sample("S", 0, 0.1)), "soc_stock") == []


def test_carbon_by_two_procedures_is_not_added_up(soil_of):
    soil = soil_of(
        CARBON,
        "P;0-0.2;S;20;OrgC_dc;1.3;core;0;field",
        "P;0.2-0.4;;20;Walkley-Black;1.3;core;0;field",
    )
    assert of(rows_of(soil, Sample("S", 0, 0.1)), "soc_stock") == []


def test_stones_by_mass_and_bulk_density_of_the_whole_soil_do_as_well(soil_of):
    # 1.5 g/cm3 with 20 % stones by mass: 1.2 g fine earth in a cm3.
    soil = soil_of(
        "profile;depth;sample_id;tot_org_carb [g/kg];tot_org_c_meth;bulk_density_whole [g/cm3];"
        "bulk_density_whole_procedure;coarse_fragments_mass [%];coarse_fragments_mass_procedure",
        "P;0-0.3;S;10;OrgC_dc;1.5;core;20;lab",
    )
    assert of(rows_of(soil, Sample("S", 0, 0.1)), "soc_stock") == [(36, 0, 0.3)]


def test_names_of_sites_and_layers_and_laboratories_stay_in_the_sheet(soil_of):
    soil = soil_of(
        "site;profile;layer;depth;sample_id;ph;ph_procedure;laboratory;note",
        "FarmX;ProfileX;LayerX;0-0.1;S;6;1:5;LabX;NoteX",
    )
    rows = rows_of(soil, Sample("S", 0, 0.05))
    told = " ".join(str(value) for row in rows for value in row.values())
    assert not any(word in told for word in ("FarmX", "ProfileX", "LayerX", "LabX", "NoteX"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(range(3)))
def test_the_order_of_rows_and_samples_does_not_matter(soil_of, order):
    lines = ["P;0-0.1;S|T;6;1:5", "P;0.1-0.2;;7;1:5", "P;0.2-0.3;;8;1:5"]
    head = "profile;depth;sample_id;ph;ph_procedure"
    samples = [Sample("S", 0, 0.2), Sample("T", 0.1, 0.3), Sample("U", 0, 0.2)]
    expected = rows_of(soil_of(head, *lines), *samples)
    shuffled = rows_of(soil_of(head, *(lines[n] for n in order)), *(samples[n] for n in order))
    assert shuffled == expected


@pytest.mark.parametrize(
    ("row", "upper", "lower"),
    [
        ({"depth": "0-0.2"}, 0, 0.2),
        ({"depth": "0.1"}, 0.1, 0.1),
        ({"depth": "0.05 - 0.1 m"}, 0.05, 0.1),
        ({"depth": "not collected"}, None, None),
        ({"depth_upper": "0", "depth_lower": "0.3"}, 0, 0.3),
        ({}, None, None),
    ],
)
def test_depths_of_samples_are_read_from_their_metadata(row, upper, lower):
    (found,) = samples_of([{"sample_id": "S", **row}])
    assert (found.upper_m, found.lower_m) == (upper, lower)


def test_links_that_miss_are_told(soil_of):
    soil = soil_of(
        "profile;depth;sample_id;ph;ph_procedure", "P;0-0.1;S;6;1:5", "P;0.1-0.2;arable_1;6;1:5",
        "Q;0-0.1;;6;1:5",
    )  # fmt: skip
    problems = Problems("soil")
    samples = [Sample("S"), Sample("arable-1", 0, 0.1)]
    check_links(soil, samples, problems)
    check_samples_depths(samples, soil, problems)
    assert [(p.code, p.found) for p in problems.found] == [
        ("soil-sample-unknown", "arable_1"),
        ("soil-profile-unlinked", "Q"),
        ("soil-sample-depth", "S"),
    ]
    assert "'arable-1'" in problems.found[0].fix
