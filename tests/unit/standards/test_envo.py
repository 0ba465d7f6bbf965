from __future__ import annotations

import pytest

from soilbio.standards.envo import BRANCH_OF_SLOT, TERMS, current, find, id_in, named, suggested


@pytest.mark.parametrize(
    ("term_id", "label", "branch"),
    [
        ("ENVO:01000245", "cropland biome", "biome"),
        ("ENVO:00000114", "agricultural field", "feature"),
        ("ENVO:00000266", "pasture", "feature"),
        ("ENVO:00002259", "agricultural soil", "material"),
        ("ENVO:00005801", "rhizosphere", "feature"),
        ("ENVO:00001998", "soil", "material"),
    ],
)
def test_terms_of_soils_have_their_label_and_branch(term_id, label, branch):
    assert TERMS[term_id].label == label
    assert TERMS[term_id].branches == {branch}


def test_a_biome_is_not_a_feature_nor_a_material():
    assert all(len(term.branches) <= 1 for term in TERMS.values())


@pytest.mark.parametrize("slot", BRANCH_OF_SLOT)
def test_what_is_suggested_for_a_slot_is_of_its_branch_and_in_use(slot):
    matches = [find(text) for text in suggested(slot)]
    assert len(matches) == {"env_broad_scale": 52, "env_local_scale": 83, "env_medium": 85}[slot]
    assert all(match.is_complete and match.is_safe for match in matches)
    assert all(match.term.branches == {BRANCH_OF_SLOT[slot]} for match in matches)


@pytest.mark.parametrize(
    "text",
    [
        "cropland biome [ENVO:01000245]",
        "Cropland Biome (ENVO:01000245)",
        "ENVO:01000245",
        "ENVO_01000245",
        "ENVO:1000245",
        "http://purl.obolibrary.org/obo/ENVO_01000245",
        "cropland  biome",
        "ENVO:cropland biome",
        "cropland_biome",
    ],
)
def test_a_term_is_found_in_all_forms(text):
    match = find(text)
    assert match.completed == "cropland biome [ENVO:01000245]"
    assert match.is_safe


@pytest.mark.parametrize(
    "text", ["", "ENVO:", "ENVO:99999999", "glade of mine", "flower [PO:0009046]", "[]"]
)
def test_what_envo_does_not_have_is_not_found(text):
    assert find(text) is None


def test_an_id_of_seven_digits_is_not_lengthened():
    assert find("ENVO:0010001").found.label == "anthropogenic environmental material"


def test_the_id_counts_more_than_a_label_that_is_not_its_own():
    match = find("pasture [ENVO:00000114]")
    assert match.completed == "agricultural field [ENVO:00000114]"
    assert (match.is_label_right, match.is_safe) == (False, False)


def test_an_obsolete_term_is_followed_to_what_replaces_it():
    match = find("obsolete cultivated habitat [ENVO:00000113]")
    assert match.found.is_obsolete
    assert match.is_label_right
    assert match.completed == "cultivated environment [ENVO:01000311]"
    assert not match.is_safe


def test_replacements_end_at_a_term_in_use_or_where_the_release_says_no_more():
    for term in TERMS.values():
        last = current(term)
        assert not last.is_obsolete or last.replaced_by not in TERMS


def test_a_synonym_is_found_but_not_safe_to_write():
    match = find("basin")
    assert match.completed == "drainage basin [ENVO:00000291]"
    assert not match.is_safe


def test_a_label_that_several_terms_have_is_not_chosen_from():
    assert len(named("volcanic soil")) != 1 or find("volcanic soil")
    for label in ("mangrove biome", "warehouse"):
        assert (find(label) is None) == (len(named(label)) > 1)


def test_the_id_is_read_even_if_no_term_has_it():
    assert id_in("soil [ENVO:99999999]") == "ENVO:99999999"
    assert id_in("soil") == ""
