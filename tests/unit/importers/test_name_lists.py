"""What `taxonomy match` is asked: names on lines, or in the columns of a table."""

from __future__ import annotations

import pytest

from soilbio.errors import InputError
from soilbio.importers.name_lists import read_names

TERRESTRIS = {"genus": "Lumbricus", "species": "Lumbricus terrestris"}
ALONE = {"": "Lumbricus terrestris", "genus": "Lumbricus"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Lumbricus terrestris\nLumbricus terrestris\n", [("1", ALONE)]),
        ("species\nLumbricus terrestris\n", [("1", ALONE)]),
        ("Lumbricus terrestris;\nBacteria;Firmicutes;\n",
         [("1", ALONE), ("2", {"domain": "Bacteria", "phylum": "Firmicutes"})]),
        ("Lumbricus terrestris Linnaeus, 1758\n", [("1", ALONE)]),
        ("Bacteria, Firmicutes\n", [("1", {"domain": "Bacteria", "phylum": "Firmicutes"})]),
        ("Bacteria;domain;Firmicutes;phylum\n",
         [("1", {"domain": "Bacteria", "phylum": "Firmicutes"})]),
        ("Feature ID\tTaxon\tConfidence\nabc\td__Bacteria; g__Bacillus\t0.9\n",
         [("abc", {"domain": "Bacteria", "genus": "Bacillus"})]),
        ("OTU1\tBacteria(100);Firmicutes(98);\n",
         [("OTU1", {"domain": "Bacteria", "phylum": "Firmicutes"})]),
        ("Genus,species\nLumbricus,terrestris\n", [("2", TERRESTRIS)]),
        ("plot;species;count\nA;Lumbricus terrestris;2\nA;;3\n", [("2", TERRESTRIS), ("3", {})]),
        ("Name\tcount\nLumbricus terrestris\t3\n", [("2", ALONE)]),
        ("Art,Anzahl\nLumbricus terrestris,3\n", [("2", ALONE)]),
        ("Nr;Art;Anzahl\n1;Lumbricus terrestris;3\n2;Eisenia fetida;1720\n",
         [("1", ALONE), ("2", {"": "Eisenia fetida", "genus": "Eisenia"})]),
        ("Art\tAnzahl\nLumbricus terrestris\t3\n", [("2", ALONE)]),
        ("Genus;Species;Anzahl\nLumbricus;terrestris;3\n", [("2", TERRESTRIS)]),
        ("Species;Anzahl\nLumbricus terrestris;3\n", [("2", TERRESTRIS)]),
        ("Family;Genus;Species\nLumbricidae;Lumbricus;terrestris\n",
         [("2", {"family": "Lumbricidae", **TERRESTRIS})]),
        ("Taxon;Count\nd__Bacteria;3\n", [("2", {"domain": "Bacteria"})]),
        ("Bacteria;domain;Firmicutes;phylum\nArchaea;domain;Thermoproteota;phylum\n",
         [("1", {"domain": "Bacteria", "phylum": "Firmicutes"}),
          ("2", {"domain": "Archaea", "phylum": "Thermoproteota"})]),
        ("Lumbricus terrestris Linnaeus, 1758\nEisenia fetida (Savigny, 1826)\n",
         [("1", ALONE), ("2", {"": "Eisenia fetida", "genus": "Eisenia"})]),
        ("Eisenia fetida\nLumbricus terrestris Linnaeus, 1758\n",
         [("1", {"": "Eisenia fetida", "genus": "Eisenia"}), ("2", ALONE)]),
        ("# Constructed from biom file\n#OTU ID\tS1\ttaxonomy\nO1\t2.0\tk__Fungi; g__Fusarium\n",
         [("O1", {"kingdom": "Fungi", "genus": "Fusarium"})]),
        ("#mpa_vJun23\nclade_name\tS1\nk__Bacteria|g__Bacillus\t2\nk__Bacteria|g__Bacillus\t3\n",
         [("3", {"domain": "Bacteria", "genus": "Bacillus"}),
          ("4", {"domain": "Bacteria", "genus": "Bacillus"})]),
        ("# Worms, of 2024\nLumbricus terrestris\n# rare\n", [("1", ALONE)]),
        ("#Species;Anzahl\nLumbricus terrestris;3\n", [("2", ALONE)]),
    ],
    ids=["once", "header", "marks", "author", "commas", "rdp", "qiime2", "mothur", "ranks",
         "species", "names", "other words", "numbered", "tabs", "semicolons",
         "species alone", "no numbers", "taxon", "ranks within", "authors", "one author",
         "biom", "metaphlan", "comments", "marked header"],
)  # fmt: skip
def test_names_are_read_from_lists_and_tables(tmp_path, text, asked):
    (tmp_path / "names").write_text(text)
    found = [(own, lineage) for own, _, lineage in read_names(tmp_path / "names")]
    assert found == asked


def test_a_table_below_a_title_is_no_list_of_its_lines(tmp_path):
    (tmp_path / "names").write_text("Table S1\nOTU\tTaxon\nO1\tk__Fungi;g__Fusarium\n")
    with pytest.raises(InputError, match=r"names:1: found '.*Table S1'"):
        read_names(tmp_path / "names")


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_a_table_without_names_is_refused(tmp_path, mark):
    (tmp_path / "names.tsv").write_text("plot\tcount\nA\t3\n".replace("\t", mark))
    with pytest.raises(InputError) as caught:
        read_names(tmp_path / "names.tsv")
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.found) == ("names-unreadable", 1, "plot, count")
