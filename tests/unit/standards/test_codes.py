from __future__ import annotations

import pytest

from soilbio.standards import darwin_core, duo, faire, local_contexts, nmdc
from soilbio.standards.fields import FIELDS
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.samp_taxa import SOIL, TAXA, find_taxon, parse_taxon


@pytest.mark.parametrize(
    "text",
    [
        "soil metagenome [NCBITaxon:410658]",
        "410658",
        "Soil metagenome",
        "NCBITaxon:410658",
        "soil metagenome (taxid 410658)",
        "soil metagenome NCBI:txid410658",
    ],
)
def test_the_taxon_of_soils_is_found_in_all_forms(text):
    assert find_taxon(text) == SOIL


@pytest.mark.parametrize("text", ["", "Zea mays [NCBITaxon:4577]", "soil", "-410658", "²"])
def test_other_taxa_are_not_found(text):
    assert find_taxon(text) is None


def test_name_and_taxid_are_read_apart():
    assert parse_taxon("Zea mays [NCBITaxon:4577]") == ("Zea mays", 4577)
    assert parse_taxon("Zea mays") == ("Zea mays", None)


def test_taxa_of_organisms_are_told_from_metagenomes():
    assert {taxon.name for taxon in TAXA.values() if not taxon.is_metagenome} == {
        "uncultured bacterium",
        "uncultured fungus",
        "unidentified",
    }


@pytest.mark.parametrize("text", ["DUO:0000042", "DUO_0000042", "GRU", "gru"])
def test_a_duo_code_is_found_by_id_and_shorthand(text):
    assert duo.find_code(text).id == "DUO:0000042"


def test_codes_about_people_are_marked_and_no_purpose_is_one_of_them():
    human = {code.shorthand for code in duo.CODES.values() if code.is_human_only}
    assert human == {"HMB", "DS", "POA", "GSO", "CC", "NPOA"}
    assert not any(duo.CODES[code].is_human_only for code in PURPOSES if code in duo.CODES)
    assert all(code in duo.CODES for code in PURPOSES if code.startswith("DUO:"))


@pytest.mark.parametrize("text", ["tknc", "TK NC", "TK-NC", "Tk Nc"])
def test_a_local_contexts_label_is_found_by_its_code(text):
    assert local_contexts.find_label(text).code == "tknc"


def test_labels_that_forbid_release_are_known_and_no_text_is_shipped():
    blocking = {label.code for label in local_contexts.LABELS.values() if label.is_blocking}
    assert blocking == local_contexts.BLOCKING
    assert all(" " not in label.code for label in local_contexts.LABELS.values())
    assert local_contexts.find_label("open to use") is None


def test_the_terms_our_archives_write_are_those_of_the_definitions():
    for table, ours in (("occurrence", darwin_core.OCCURRENCE), ("dna", darwin_core.DNA)):
        known = darwin_core.TERMS[table]
        assert {name: known[name].iri for name in ours} == ours


def test_the_tables_of_darwin_core_are_complete():
    sizes = {table: len(terms) for table, terms in darwin_core.TERMS.items()}
    assert sizes == {"occurrence": 198, "event": 97, "emof": 13, "dna": 123, "permit": 5}
    demanded = {
        name for name, term in darwin_core.TERMS["occurrence"].items() if term.guide == "required"
    }
    assert demanded == {"basisOfRecord", "occurrenceID", "eventDate", "scientificName"}


def test_the_sheet_of_nmdc_demands_what_it_demands():
    demanded = {name for name in nmdc.SHEET if nmdc.NMDC[name].is_required}
    assert demanded == {
        *("analysis_type", "collection_date", "depth", "elev", "env_broad_scale", "samp_name"),
        *("env_local_scale", "env_medium", "geo_loc_name", "growth_facil", "lat_lon"),
        *("samp_store_temp", "store_cond"),
    }
    assert nmdc.NMDC["store_cond"].allowed == ("fresh", "frozen", "lyophilized", "other")
    assert (nmdc.NMDC["ph"].minimum, nmdc.NMDC["ph"].maximum) == (0, 14)
    assert nmdc.NMDC["samp_store_temp"].units == ("Cel",)
    assert nmdc.NMDC["pcr_primers"].record == "LibraryPreparation"


def test_faire_is_names_only():
    assert len(faire.FAIRE) == 337
    assert sum(field.is_mandatory for field in faire.FAIRE.values()) == 38
    assert all(name.isidentifier() for name in faire.FAIRE)


def test_every_name_of_the_crosswalk_is_a_term_of_its_standard():
    every = {name for table in darwin_core.TERMS.values() for name in table}
    for field in FIELDS.values():
        assert all(term.rpartition(":")[2] in every for term in field.dwc_terms), field.name
        assert all(term in darwin_core.TERMS["dna"] for term in field.dna_terms), field.name
        slots = [slot.rpartition(".")[2] for slot in field.nmdc_slot.split("|") if slot]
        assert all(slot in nmdc.NMDC or slot == "dna_concentration" for slot in slots), field.name
        assert all(name in faire.FAIRE for name in field.faire_slots), field.name
