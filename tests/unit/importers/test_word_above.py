"""Names of taxa below the word of their rank, below a word for taxa, and below anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.importers.found import Found, facts_of
from soilbio.importers.registry import read

FAUNA = ["Lumbricus terrestris", "Folsomia candida", "Isotomidae", "Oribatida"]
WORDS = ["Bradyrhizobium", "Nitrospira", "MND1"]
SILVA = [*WORDS, "RB41", "IS-44", "SC-I-84", "A4b", "AD3", "0319-6G20", "67-14", "1174-901-12"]
CODES = ["Bacillus", "4479944", "1e5", "sv", "NA", "0" * 31 + "1"]


def imported(tmp_path: Path, corner: str, names: list[str], **options: object) -> Found:
    """Read a table with these names in rows, below a header."""
    rows = [f"{name},{at * 7 % 5 + 1},{at % 3}" for at, name in enumerate(names)]
    source = tmp_path / "t.csv"
    source.write_text("\n".join([f"{corner},A,B", *rows, ""]))
    return read("table", [source], options)


def lineages(found: Found) -> dict[str, str]:
    return {name: taxon.lineage for name, taxon in found.features.items()}


@pytest.mark.parametrize(("corner", "letter"), [("Genus", "g"), ("Family", "f"), ("Phylum", "p")])
def test_codes_below_the_word_of_their_rank_are_names(tmp_path, corner, letter):
    found = imported(tmp_path, corner, SILVA)
    assert lineages(found) == {name: f"{letter}__{name}" for name in SILVA}


def test_numbers_and_sums_below_the_word_of_a_rank_are_no_names(tmp_path):
    found = imported(tmp_path, "Genus", CODES)
    assert {name for name, lineage in lineages(found).items() if lineage} == {"Bacillus"}


@pytest.mark.parametrize("rest", [[], ["Unassigned"]])
def test_a_laboratory_s_own_codes_are_no_species(tmp_path, rest):
    codes = ["sp1", "sp2", "S12", "S13"]
    found = imported(tmp_path, "Species", [*codes, *rest])
    assert not any(lineages(found)[name] for name in codes)


@pytest.mark.parametrize(
    "corner", ["scientificName", "Scientific name", "Latin name", "taxon_name", "Taxon", "taxonomy"]
)
def test_names_below_a_word_for_taxa_have_the_rank_that_they_tell(tmp_path, corner):
    found = imported(tmp_path, corner, [*FAUNA, "NO3"])
    assert lineages(found) == {
        "Lumbricus terrestris": "s__Lumbricus terrestris",
        "Folsomia candida": "s__Folsomia candida",
        "Isotomidae": "f__Isotomidae",
        "Oribatida": "x__Oribatida",
        "NO3": "",
    }
    assert "1 of 5 features have a name of no rank: Oribatida" in facts_of(found.notes)


def test_below_species_only_names_that_tell_no_rank_are_told_of(tmp_path):
    found = imported(tmp_path, "Species", ["Folsomia candida", "Enchytraeidae", "Folsomia"])
    assert facts_of(found.notes) == ["1 of 3 features have a name of no rank: Folsomia"]


@pytest.mark.parametrize("corner", ["", "X", "OTU ID"])
def test_of_names_of_no_rank_it_is_said_what_to_write_above(tmp_path, corner):
    found = imported(tmp_path, corner, FAUNA, rows="features")
    (note,) = found.notes
    assert "4 of 4 features have a name of no rank: Lumbricus terrestris, Folsomia" in note
    assert f"below '{corner}'" in note if corner else "below nothing" in note
    assert "write the word of their rank above them, such as Genus" in note
    assert "sp. behind a genus" in note


def test_of_names_above_columns_it_is_said_what_to_write_or_to_turn_the_table(tmp_path):
    source = tmp_path / "t.csv"
    source.write_text("SampleID,Bacillus,Nitrospira,RB41\nS1,3,4,1\nS2,5,1,2\n")
    (note,) = read("table", [source], {}).notes
    assert "2 of 3 features have a name of no rank" in note
    assert "above columns; write their rank before each, as g__ or s__; or turn the table" in note
    source.write_text("SampleID,g__Bacillus,g__Nitrospira,g__RB41\nS1,3,4,1\nS2,5,1,2\n")
    found = read("table", [source], {})
    assert all(lineage == name for name, lineage in lineages(found).items())
    assert found.notes == []


@pytest.mark.parametrize("names", [["OTU_1", "OTU_2"], ["plot 1", "x7"], ["Unassigned", "x7"]])
def test_of_other_names_nothing_is_said(tmp_path, names):
    assert imported(tmp_path, "OTU ID", names).notes == []
