from __future__ import annotations

import pytest

from soilbio.errors import Problems
from soilbio.metadata.environment_terms import (
    check_environment_term,
    check_taxa,
    check_taxon,
    check_triad,
)
from soilbio.metadata.slots import Cell

GOOD = {
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
}


def codes_of_cell(slot, value, check=check_environment_term):
    problems = Problems("samples.tsv")
    check(Cell(slot, value, 2, problems))
    return [problem.code for problem in problems.found]


def found_in(row, controls=frozenset()):
    problems = Problems("samples.tsv")
    check_triad({2: {"sample_id": "S1", **row}}, problems, controls)
    return problems.found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("cropland biome [ENVO:01000245]", None),
        ("Cropland Biome [ENVO:01000245]", None),
        ("cropland biome [ENVO:01000245] | montane biome [ENVO:99999999]", "term-unknown"),
        ("urban biome [ENVO:01000249]", None),
        ("flower [PO:0009046]", None),
        ("ENVO:01000245", "term-format"),
        ("cropland biome", "term-format"),
        ("cropland", "term-format"),
        ("soil", "term-format"),
        ("a field near the road", "term-format"),
        ("cropland biome [ENVO:09000245]", "term-unknown"),
        ("cropland biome [ENVO:1000245]", "term-unknown"),  # a spreadsheet cut its zero
        ("cropland biome [ENVO:001000245]", "term-unknown"),
        ("ENVO:1000245", "term-unknown"),
        ("cultivated habitat [ENVO:113]", "term-unknown"),
        ("grassland biome [ENVO:01000245]", "term-label"),
        ("cultivated habitat [ENVO:00000113]", "term-obsolete"),
        ("obsolete lava field [ENVO:00000095]", "term-obsolete"),
    ],
)
def test_a_cell_of_the_triad(value, code):
    assert codes_of_cell("env_broad_scale", value) == ([code] if code else [])


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("ENVO:01000245", "Write 'cropland biome [ENVO:01000245]' for 'ENVO:01000245'"),
        ("croplnd biome", "Write 'cropland biome [ENVO:01000245]', if that is meant"),
        (
            "cropland biome [ENVO:09000245]",
            "Write 'cropland biome [ENVO:01000245]', if that is meant",
        ),
        (
            "cropland biome [ENVO:1000245]",
            "Write 'cropland biome [ENVO:01000245]' for 'cropland biome [ENVO:1000245]'",
        ),
        ("soil", "Choose a biome, and write it with its id"),
        (
            "grassland biome [ENVO:01000245]",
            "Write 'cropland biome [ENVO:01000245]', or 'grassland biome [ENVO:01000177]' if the"
            " label is right and the id wrong",
        ),
        (
            "cultivated habitat [ENVO:00000113]",
            "Write 'cultivated environment [ENVO:01000311]', which replaces it",
        ),
    ],
)
def test_the_remedy_names_the_term(value, fix):
    problems = Problems("samples.tsv")
    check_environment_term(Cell("env_broad_scale", value, 2, problems))
    assert [problem.fix for problem in problems.found] == [fix]


def test_a_right_triad_has_no_problem():
    assert found_in(GOOD) == []


@pytest.mark.parametrize(
    ("change", "code", "is_warning"),
    [
        ({"env_broad_scale": "agricultural field [ENVO:00000114]"}, "term-branch", False),
        ({"env_broad_scale": "soil"}, "term-branch", False),
        ({"env_medium": "cropland biome [ENVO:01000245]"}, "term-branch", False),
        ({"env_medium": "rhizosphere [ENVO:00005801]"}, "term-branch", True),
        ({"env_local_scale": "soil [ENVO:00001998]"}, "term-branch", True),
        ({"env_local_scale": "cropland biome [ENVO:01000245]"}, "triad-same", False),
        ({"env_local_scale": "agricultural soil"}, "triad-same", False),
    ],
)
def test_a_term_in_the_wrong_place_is_named(change, code, is_warning):
    found = found_in(GOOD | change)
    codes = {problem.code: problem.is_warning for problem in found}
    assert codes.get(code) is is_warning


@pytest.mark.parametrize(
    "change",
    [
        {"env_broad_scale": "not collected"},
        {"env_broad_scale": ""},
        {"env_medium": "flower [PO:0009046]"},
        {"env_medium": "agricultural soil [ENVO:00002259]|soil [ENVO:00001998]"},
    ],
)
def test_what_is_missing_or_of_another_ontology_is_let_be(change):
    assert found_in(GOOD | change) == []


def test_one_word_in_all_three_is_told_twice_not_five_times():
    found = found_in(dict.fromkeys(GOOD, "Soil"))
    assert [problem.code for problem in found] == ["term-branch", "triad-same"]


def test_controls_are_not_held_to_the_branches_of_soils():
    row = {"env_broad_scale": "laboratory environment [ENVO:01001405]"}
    assert found_in(row, frozenset({"S1"})) == []
    assert found_in(row)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("soil metagenome [NCBITaxon:410658]", None),
        ("Soil metagenome [NCBItaxon:410658]", None),
        ("spring metagenome [NCBITaxon:1234567]", None),
        ("Zea mays [NCBITaxon:4577]", None),
        ("410658", "taxon-format"),
        ("4577", "taxon-format"),
        ("soil metagenome", "taxon-format"),
        ("soil", "taxon-format"),
        ("rhizosphere metagenome [NCBITaxon:410658]", "taxon-label"),
    ],
)
def test_a_cell_with_a_taxon(value, code):
    assert codes_of_cell("samp_taxon_id", value, check_taxon) == ([code] if code else [])


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("soil metagenome [NCBITaxon:410658]", True),
        ("spring metagenome [NCBITaxon:1234567]", True),
        ("999999", True),
        ("", True),
        ("not provided", True),
        ("uncultured bacterium [NCBITaxon:77133]", False),
        ("Zea mays [NCBITaxon:4577]", False),
        ("77133", False),
        ("bacteria", False),
    ],
)
def test_a_sample_goes_by_a_metagenome_and_a_control_by_what_it_is(value, is_right):
    rows = {2: {"sample_id": "S1", "samp_taxon_id": value}}
    of_sample, of_control = Problems("samples.tsv"), Problems("samples.tsv")
    check_taxa(rows, of_sample)
    check_taxa(rows, of_control, frozenset({"S1"}))
    assert [problem.code for problem in of_sample.found] == (
        [] if is_right else ["taxon-metagenome"]
    )
    assert of_control.found == []
