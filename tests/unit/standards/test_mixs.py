from __future__ import annotations

import pytest

from soilbio.standards.insdc import COUNTRIES, INFORMAL_MISSING, MISSING_TERMS, OTHER_NAMES
from soilbio.standards.mixs import SLOTS, parse_lat_lon
from soilbio.standards.sharing_classes import SharingClass

OWN = {"farm_name", "landowner", "recorded_by", "coordinate_uncertainty_m", "clay", "ec", "cec"}


def test_every_slot_has_a_sharing_class_and_an_id_unless_it_is_our_own():
    assert all(slot.mixs_id.startswith("MIXS:") or not slot.mixs_id for slot in SLOTS.values())
    assert all(not SLOTS[name].mixs_id for name in OWN)
    ids = [slot.mixs_id for slot in SLOTS.values() if slot.mixs_id]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("name", "mixs_id"),
    [("samp_name", "0001107"), ("lat_lon", "0000009"), ("ph", "0001001"), ("depth", "0000018")],
)
def test_ids_are_those_of_mixs(name, mixs_id):
    assert SLOTS[name].mixs_id == f"MIXS:{mixs_id}"


def test_what_names_people_or_exact_places_is_never_in_an_open_class():
    closed = {SharingClass.IDENTITY, SharingClass.LOCATION}
    for name in (
        "farm_name",
        "landowner",
        "farmer",
        "recorded_by",
        "lat_lon",
        "locality",
        "plot_id",
    ):
        assert SLOTS[name].sharing_class in closed


def test_the_slots_that_mixs_demands_of_a_soil_are_known():
    required = {name for name, slot in SLOTS.items() if "MimarksSSoil" in slot.required_by}
    assert {"lat_lon", "geo_loc_name", "collection_date", "depth", "elev", "env_medium"} <= required


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("48.1364 11.2871", (48.1364, 11.2871)),
        ("-33.5, -70.2", (-33.5, -70.2)),
        ("39.59 N 116.22 E", (39.59, 116.22)),
        ("12 S 7 W", (-12.0, -7.0)),
        (" 0 0 ", (0.0, 0.0)),
        ("90 180", (90.0, 180.0)),
        ("90.1 0", None),
        ("0 180.5", None),
        ("48,13 11,28", None),
        ("48,13", None),
        ("48.1", None),
        ("48°8' 11°2'", None),
        ("-12 S 7 W", None),
        ("", None),
        ("not collected", None),
    ],
)
def test_places_are_read_in_the_accepted_forms_only(text, place):
    assert parse_lat_lon(text) == place


def test_other_names_of_countries_lead_to_known_ones():
    assert set(OTHER_NAMES.values()) <= COUNTRIES
    assert not COUNTRIES & MISSING_TERMS
    assert not INFORMAL_MISSING & MISSING_TERMS
