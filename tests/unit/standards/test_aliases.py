from __future__ import annotations

import csv
from pathlib import Path

import pytest

from soilbio.standards import aliases, ena, nmdc
from soilbio.standards.aliases import SPLIT, plain, recognise
from soilbio.standards.fields import FIELDS
from soilbio.standards.mixs import SLOTS

TABLE = Path(aliases.__file__).with_name("aliases.tsv")
# Attributes of organisms and isolates: a soil has none of them.
NOT_OF_SOILS = {
    *("common_name", "propagation", "ploidy", "number of replicons", "encoded traits"),
    *("extrachromosomal elements", "estimated size", "subspecific genetic lineage"),
    "library construction method",
}
# Darwin Core's words that mean something else there: read counts, free text on access.
NOT_OF_SAMPLES = {
    *("accessRights", "sampleSizeValue", "sampleSizeUnit", "identificationReferences"),
    "identificationRemarks",
}


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_every_slot_and_every_part_is_recognised_as_itself_to_the_letter():
    for name in [*SLOTS, *SPLIT]:
        found = recognise(name)
        assert found is not None
        assert (found.column, found.is_exact, found.unit) == (name, True, "")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        # MIxS 4, 5, 6.0, 6.2, 7: each row of the table of names that drifted.
        ("samp_collec_device", "samp_collect_device"),
        ("sample_collec_method", "samp_collect_method"),
        ("horizon", "soil_horizon"),
        ("texture", "soil_texture"),
        ("soil_text_measure", "soil_texture"),
        ("texture_meth", "soil_texture_meth"),
        ("tot_car", "tot_carb"),
        ("tot_n_meth", "tot_nitro_cont_meth"),
        ("tot_nitro_content_meth", "tot_nitro_cont_meth"),
        ("water_content_soil_meth", "water_cont_soil_meth"),
        ("microbial_biomass_meth", "micro_biomass_meth"),
        ("samp_stor_temp", "samp_store_temp"),
        ("url", "associated_resource"),
        ("biome", "env_broad_scale"),
        ("feature", "env_local_scale"),
        ("material", "env_medium"),
        # ENA 2018 and 2026.
        ("environment (biome)", "env_broad_scale"),
        ("sample weight for DNA extraction", "samp_vol_we_dna_ext"),
        ("Geographic Location (Latitude)", "decimal_latitude"),
        ("geographic location (country and/or sea)", "country"),
        ("soil_taxonomic/FAO classification", "fao_class"),
        # NMDC, NCBI, Darwin Core, FAIRe, MDT.
        ("microbial_biomass_c", "microbial_biomass"),
        ("*sample_name", "samp_name"),
        ("decimalLongitude", "decimal_longitude"),
        ("dwc:minimumDepthInMeters", "depth_upper"),
        ("http://rs.tdwg.org/dwc/terms/eventDate", "collection_date"),
        ("study_factor", "experimental_factor"),
        ("lng", "decimal_longitude"),
        # ids and IRIs of both releases.
        ("MIXS:0000009", "lat_lon"),
        ("https://w3id.org/mixs/0000018", "depth"),
        ("https://w3id.org/mixs/terms/0000018", "depth"),
        # laboratories.
        ("#SampleID", "samp_name"),
        ("sample-id", "samp_name"),
        ("Sample.ID", "samp_name"),
        ("  Soil pH ", "ph"),
        ("\ufeffLatitude", "decimal_latitude"),
        ("Land use", "cur_land_use"),
    ],
)
def test_a_name_of_any_standard_leads_to_its_column(header, column):
    found = recognise(header)
    assert found is not None
    assert found.column == column
    assert not found.is_exact


@pytest.mark.parametrize(
    ("header", "column", "unit"),
    [
        ("depth (cm)", "depth", "cm"),
        ("depth [cm]", "depth", "cm"),
        ("depth_cm", "depth", "cm"),
        ("Depth, cm", "depth", "cm"),
        ("depth in cm", "depth", "cm"),
        ("Upper_Depth_cm", "depth_upper", "cm"),
        ("elevation (m a.s.l.)", "elev", "m"),
        ("Soil organic carbon (g kg⁻¹)", "tot_org_carb", "g/kg"),
        ("tot_org_carb_g_kg", "tot_org_carb", "g/kg"),
        ("tot_org_carb (g kg-1)", "tot_org_carb", "g/kg"),
        ("tot_org_carb_%", "tot_org_carb", "%"),
        ("bulk density (g cm-3)", "bulk_density", "g/cm3"),
        ("bulk density [Mg/m3]", "bulk_density", "Mg/m3"),
        ("CEC (cmol(+)/kg)", "cec", "cmol/kg"),
        ("CEC (meq/100g)", "cec", "meq/(100.g)"),
        ("EC_dSm", "ec", "dS/m"),
        ("EC (µS/cm)", "ec", "uS/cm"),
        ("temp (°C)", "temp", "Cel"),
        ("annual_temp_degC", "annual_temp", "Cel"),
        ("clay_percent", "clay", "%"),
        ("Latitude (WGS84)", "decimal_latitude", ""),
        ("latitude (decimal degrees)", "decimal_latitude", "deg"),
        ("coordinate_uncertainty_m", "coordinate_uncertainty_m", ""),
    ],
)
def test_a_unit_behind_a_name_is_split_off(header, column, unit):
    found = recognise(header)
    assert found is not None
    assert (found.column, found.unit) == (column, unit)


@pytest.mark.parametrize(
    "header",
    ["", " ", "cm", "m", "nonsense", "temperature (air)", "depth (apples)", "MIXS:9999999", "()"],
)
def test_what_is_not_known_is_not_guessed(header):
    assert recognise(header) is None


@pytest.mark.parametrize("header", ["SOC", "TN", "habitat", "pH (H2O)", "sample_type", "id"])
def test_a_name_that_may_mean_something_else_is_told_so(header):
    found = recognise(header)
    assert found is not None
    assert not found.is_certain


def test_an_alias_leads_to_a_slot_a_part_of_one_or_a_field():
    for row in rows():
        column = row["column"]
        assert column in SLOTS or column in SPLIT or column in FIELDS, row


def test_no_two_aliases_are_the_same_name():
    names = [plain(row["alias"]) for row in rows()]
    assert len(names) == len(set(names))


def test_the_names_that_the_standards_have_for_our_fields_are_all_recognised():
    for field in FIELDS.values():
        names = {field.name, field.mixs_slot, field.ena_label, *field.dwc_terms, *field.dna_terms}
        names |= {field.nmdc_slot, *field.faire_slots}
        for name in sorted(names - NOT_OF_SAMPLES):
            if name and not name.startswith("@") and "." not in name:
                assert recognise(name), (field.name, name)


def test_every_label_of_the_checklist_that_a_soil_may_have_is_recognised():
    unknown = {label for label in ena.CHECKLIST if recognise(label) is None}
    assert unknown == NOT_OF_SOILS


def test_every_title_and_former_name_of_a_slot_is_recognised():
    for slot in SLOTS.values():
        for name in (slot.title, *slot.synonyms):
            assert not name or recognise(name), (slot.name, name)


def test_columns_of_nmdc_that_have_a_slot_are_recognised():
    known = [name for name in nmdc.SHEET if recognise(name)]
    assert len(known) > 0.6 * len(nmdc.SHEET)
