from __future__ import annotations

import pytest

from soilbio.metadata.crosswalk.ena import label_of, sample_attributes
from soilbio.standards.ena import CHECKLIST, ELEMENTS

LATITUDE, LONGITUDE = "geographic location (latitude)", "geographic location (longitude)"
COUNTRY = "geographic location (country and/or sea)"


@pytest.mark.parametrize(
    ("slot", "value", "attributes"),
    [
        ("lat_lon", "48.10 11.2871", {LATITUDE: ("48.10", "DD"), LONGITUDE: ("11.2871", "DD")}),
        (
            "lat_lon",
            "1.2921 S 36.8219 E",
            {LATITUDE: ("-1.2921", "DD"), LONGITUDE: ("36.8219", "DD")},
        ),
        ("lat_lon", "48.1234567891 11", {LATITUDE: ("48.12345679", "DD"), LONGITUDE: ("11", "DD")}),
        (
            "lat_lon",
            "not collected",
            {LATITUDE: ("not collected", "DD"), LONGITUDE: ("not collected", "DD")},
        ),
        (
            "geo_loc_name",
            "Germany: Bavaria, Eichmoos",
            {
                COUNTRY: ("Germany", ""),
                "geographic location (region and locality)": ("Bavaria, Eichmoos", ""),
            },
        ),
        ("geo_loc_name", "missing: third party data", {COUNTRY: ("missing: third party data", "")}),
        (
            "depth",
            "0.05-0.2",
            {"depth": ("0.125", "m"), "depth upper": ("0.05", "m"), "depth lower": ("0.2", "m")},
        ),
        (
            "depth",
            "0-10",
            {"depth": ("5", "m"), "depth upper": ("0", "m"), "depth lower": ("10", "m")},
        ),
        ("depth", "0.1", {"depth": ("0.1", "m")}),
        ("ph", "6.6", {"pH": ("6.6", "")}),
        ("annual_temp", "-4.5", {"mean annual temperature": ("-4.5", "ºC")}),
        ("tot_org_carb", "13.2", {"total organic carbon": ("13.2", "g/kg")}),
        ("tot_nitro_content", "1.3", {"soil total nitrogen": ("1.3", "g/kg")}),
        ("tot_nitro_content", "20 ug/L", {"total nitrogen content": ("20", "µg/L")}),
        ("sieving", "2", {"sieving": ("2 mm", "")}),
        ("soil_type", "plinthosol [ENVO:00002250]", {"soil type": ("Plinthosol", "")}),
        ("soil_type", "Retisol", {"soil type as stated": ("Retisol", "")}),
        ("ph", "6 to 7", {"pH as stated": ("6 to 7", "")}),
        ("genotype", "wild type", {"genotype": ("wild type", "")}),
        ("samp_name", "plot 7", {}),
        ("elev", "", {}),
    ],
)
def test_a_value_goes_where_the_checklist_has_a_place_for_it(slot, value, attributes):
    found = {label: (text, unit) for label, text, unit in sample_attributes({slot: value})}
    assert found == attributes


def test_two_columns_of_one_label_are_both_kept():
    found = sample_attributes({"pool_dna_extracts": "yes, 3", "n_cores_pooled": "5"})
    assert sorted(value for _, value, _ in found) == ["5", "yes, 3"]
    assert len({label for label, _, _ in found}) == 2


def test_the_order_is_the_checklist_s_whatever_the_row_s():
    row = {"ph": "7", "elev": "5", "project_name": "p", "zebra": "z", "alpha": "a"}
    found = sample_attributes(row)
    assert found == sample_attributes(dict(reversed(row.items())))
    assert [one[0] for one in found] == ["project name", "elevation", "pH", "alpha", "zebra"]


def test_every_mandatory_label_has_a_slot():
    slots = (
        "project_name",
        "collection_date",
        "elev",
        "env_broad_scale",
        "env_local_scale",
        "env_medium",
    )
    reached = {label_of(slot) for slot in slots} | {LATITUDE, LONGITUDE, COUNTRY, "depth"}
    wanted = {one.label for one in CHECKLIST.values() if one.cardinality == "mandatory"}
    assert wanted - set(ELEMENTS) <= reached
