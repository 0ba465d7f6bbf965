"""Whose numbers taxa have: those of NCBI only where that shows, since a wrong id misleads."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from soilbio.references.kraken2_taxonomy import contradicts_ncbi, foreign_to_ncbi, numbers_of


def database(folder: Path, taxa: dict[int, str]) -> Path:
    """Write a taxonomy as Kraken2 does; of a taxon only its name and number are told."""
    names, nodes = b"", struct.pack("<7Q", *[0] * 7)
    for number, name in taxa.items():
        nodes += struct.pack("<7Q", 0, 0, 0, len(names), 0, number, 0)
        names += name.encode() + b"\0"
    head = b"K2TAXDAT" + struct.pack("<3Q", len(taxa) + 1, len(names), 0)
    (folder / "taxo.k2d").write_bytes(head + nodes + names)
    return folder


NCBI = {1: "root", 131567: "cellular organisms", 2: "Bacteria", 1224: "Pseudomonadota", 287: "x"}


@pytest.mark.parametrize(
    "taxa",
    [
        NCBI,
        {1: "root", 10239: "Viruses", 11320: "Influenza A virus"},
        {1: "root", 28384: "other sequences", 32630: "synthetic construct"},
        {1: "root", 2157: "Archaea", 2: "Bacteria", 562: "Escherichia coli"},
        # A genus of insects has the name of a domain.
        {**NCBI, 2759: "Eukaryota", 629395: "Bacteria"},
    ],
)
def test_numbers_of_ncbi_are_known_by_wide_taxa(tmp_path, taxa):
    assert numbers_of(database(tmp_path, taxa)) == "ncbi"
    assert not contradicts_ncbi(tmp_path)


@pytest.mark.parametrize(
    "taxa",
    [
        # Of GTDB, as its names are written in taxonomies that are made of it; a part, with gaps.
        {1: "root", 2: "d__Bacteria", 9: "o__Pseudomonadales", 12: "s__Pseudomonas aeruginosa"},
        {1: "root", 2: "Bacteria", 4: "Pseudomonadota", 9: "Pseudomonadales", 12: "P. aeruginosa"},
        {1: "root", 81602897: "Bacteria", 1712663402: "Pseudomonadota"},
        {1: "root", 131567: "cellular organisms", 2: "Bacteria", 77: "Bacillota"},
        {1: "root", 3: "Bacteria", 44: "Firmicutes"},
        {1: "root", 2: "Bacteria", 3: "x"},
        {1: "root", 2157: "Archaea", 17: "sk__Bacteria"},
    ],
)
def test_numbers_of_others_are_not_taken_for_ncbis(tmp_path, taxa):
    assert numbers_of(database(tmp_path, taxa)) == "own"
    assert contradicts_ncbi(tmp_path)


@pytest.mark.parametrize("name", ["Bog-38 sp003162175", "s__Palsa-465 sp003168035"])
def test_species_without_a_name_are_known_as_gtdbs(tmp_path, name):
    taxa = {1: "root", 2: "Bacteria", 3: "Acidobacteriota", 4: "Bog-38", 5: name}
    assert numbers_of(database(tmp_path, taxa)) == "gtdb"


def test_a_name_of_gtdbs_does_not_make_numbers_of_ncbi_others(tmp_path):
    assert numbers_of(database(tmp_path, {**NCBI, 5000000: "Bog-38 sp003162175"})) == "ncbi"


@pytest.mark.parametrize(
    "taxa",
    [
        # Bacteria are counted second by many; genera and species prove nothing.
        {1: "root", 2: "Bacteria", 9: "Pseudomonas", 12: "Pseudomonas aeruginosa"},
        {1: "root", 7: "Pseudomonas", 12: "Pseudomonas aeruginosa"},
    ],
)
def test_where_nothing_shows_they_are_own_unless_it_is_said(tmp_path, taxa):
    assert numbers_of(database(tmp_path, taxa)) == "own"
    assert not contradicts_ncbi(tmp_path)


@pytest.mark.parametrize(
    ("taxa", "foreign"),
    [
        ({1183: "Bradyrhizobium elkanii_A", 4021: "Escherichia coli"}, "Bradyrhizobium elkanii_A"),
        ({4022: "Palsa-744 sp003164175"}, "Palsa-744 sp003164175"),
        ({77: "Bacillus_A"}, "Bacillus_A"),
        ({77: "Bacillus_BA cereus"}, "Bacillus_BA cereus"),
        ({1873916548: "Bradyrhizobium elkanii"}, "1873916548 Bradyrhizobium elkanii"),
        ({1873916548: ""}, "1873916548"),
        ({1224: "Pseudomonadota", 1873916548: "Bradyrhizobium elkanii"}, ""),
        ({1224: "Pseudomonadota", 5000000: "Palsa-744 sp003164175"}, ""),
        ({562: "Escherichia coli", 83334: "Escherichia coli O157_H7"}, ""),
    ],
)
def test_names_that_only_gtdb_writes_speak_against_numbers_of_ncbi(taxa, foreign):
    assert foreign_to_ncbi(taxa.items()) == foreign


def test_the_last_names_of_lineages_are_looked_at_but_may_be_of_taxa_above():
    taxa = [(374, "")]
    assert foreign_to_ncbi(taxa, [(374, "Bacteria")]) == ""
    assert foreign_to_ncbi(taxa, [(374, "Gp1-AA17 sp003141435")]) == "Gp1-AA17 sp003141435"
    lowest = [(1224, "Pseudomonadota"), (9, "Bradyrhizobium elkanii_A")]
    assert foreign_to_ncbi([(9, "")], lowest) == ""
