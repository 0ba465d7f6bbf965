from __future__ import annotations

import re

import pytest

from soilbio.standards.insdc import COUNTRIES, INFORMAL_MISSING, MISSING_TERMS, OTHER_NAMES
from soilbio.standards.mixs import SLOTS, matches, parse_lat_lon
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


def test_the_slots_of_the_classes_for_soil_are_counted():
    def of(name):
        return [slot for slot in SLOTS.values() if name in slot.carried_by]

    assert len(of("MimarksSSoil")) == 95
    assert len(of("MimsSoil")) == 98
    assert len(of("MimarksSAgriculture")) == 175
    assert all(slot.mixs_id for slot in SLOTS.values() if slot.carried_by)


def test_what_describes_the_sequencing_is_marked():
    assert SLOTS["target_gene"].is_of_library
    assert SLOTS["seq_meth"].is_of_library
    assert not SLOTS["depth"].is_of_library


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("lat_lon", "48.1364 11.2871", "48.1364 999"),
        ("lat_lon", "90.0 -180.00", "-17"),
        ("pcr_primers", "FWD:GTGYCAGCMGCCGCGGTAA;REV:GGACTACNVGGGTWTCTAAT", "FWD:;REV:A"),
        ("mid", "GTGAATAT", "barcode 1"),
        ("adapters", "AATGATACGG;CAAGCAGAAG", "AATGATACGG"),
        ("store_cond", "frozen;P2Y10D", "frozen;two years"),
        ("store_cond", "climate-controlled", ";P1D"),
        ("samp_store_dur", "P2Y10D", "2 years"),
        ("collection_date", "2024-05", "2024-13"),
        ("collection_date", "2013-03-25T12:42:31+01:00", "25.03.2013"),
        ("collection_date", "2024-05-03/2024-05-04", "2024-05-03/"),
        ("marker_gene_recov_sw", "barrnap;0.9;--kingdom bac", "barrnap"),
        ("env_medium", "soil [ENVO:00001998]|bulk soil [ENVO:00005802]", "soil"),
        ("geo_loc_name", "USA: Maryland, Bethesda", "USA"),
        ("ph_meth", "https://doi.org/10.1000/1", "in water"),
        ("samp_taxon_id", "soil metagenome [NCBITaxon:410658]", "410658"),
    ],
)
def test_a_value_has_the_form_of_its_slot_or_it_has_not(name, good, bad):
    assert matches(name, good)
    assert not matches(name, bad)


def test_a_corrected_pattern_is_marked_and_the_official_one_is_kept():
    corrected = {name for name, slot in SLOTS.items() if slot.is_pattern_corrected}
    assert corrected == {
        *("lat_lon", "pcr_primers", "mid", "adapters", "store_cond", "samp_store_dur"),
        *("collection_date", "marker_gene_recov_sw"),
    }
    assert SLOTS["mid"].pattern == "^[ACGT]$"
    assert all(re.compile(slot.our_pattern) for slot in SLOTS.values())
    kept = [slot for slot in SLOTS.values() if not slot.is_pattern_corrected]
    assert all(slot.our_pattern == slot.pattern for slot in kept)


def test_values_that_a_release_lacks_are_kept_apart_from_its_own():
    for slot in SLOTS.values():
        assert not set(slot.also_allowed) & set(slot.allowed)
    assert "Retisols" in SLOTS["fao_class"].also_allowed
    assert "reduced" in SLOTS["tillage"].also_allowed


def test_former_names_are_nobody_elses():
    names = [name for slot in SLOTS.values() for name in slot.synonyms]
    assert len(names) == len(set(names))
    assert not set(names) & SLOTS.keys()
    assert SLOTS["soil_texture"].synonyms == ("soil_text_measure", "texture")
