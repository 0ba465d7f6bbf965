"""Which taxon of a name is meant: by kingdoms of any list, and phyla by any name; never by luck."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.taxonomy.backbones.backbone import build
from soilbio.taxonomy.backbones.match import match, wanted_names
from soilbio.taxonomy.lineage import parse_lineage

TAXA = [
    ("B", "", "domain", "Bacteria"),
    ("E", "", "domain", "Eukaryota"),
    ("BB", "B", "phylum", "Bacillota"),
    ("1386", "BB", "genus", "Bacillus"),
    ("581", "BB", "genus", "Morganella"),
    ("F", "E", "kingdom", "Fungi"),
    ("FB", "F", "phylum", "Basidiomycota"),
    ("FC", "F", "phylum", "Cryptomycota"),
    ("334345", "FB", "genus", "Morganella"),
    ("ROZ", "FC", "genus", "Rozella"),
    ("A", "E", "kingdom", "Metazoa"),
    ("AA", "A", "phylum", "Arthropoda"),
    ("AM", "A", "phylum", "Mollusca"),
    ("55087", "AA", "genus", "Bacillus"),
    ("V", "E", "kingdom", "Viridiplantae"),
    ("VS", "V", "phylum", "Streptophyta"),
    ("ZEA", "VS", "genus", "Zea"),
    ("MAYS", "ZEA", "species", "Zea mays"),
    ("D", "E", "phylum", "Discosea"),
    ("ACA", "D", "genus", "Acanthamoeba"),
    ("AR", "", "domain", "Archaea"),
    ("28890", "AR", "phylum", "Euryarchaeota"),
    ("10239", "", "domain", "Viruses"),
    ("KY", "10239", "family", "Kyanoviridae"),
    ("CBP1", "KY", "species", "Synechococcus phage S-CBP1"),
]


def asked(text: str):
    lineage = parse_lineage(text) if "__" in text else {"": text}
    taxa = pl.DataFrame(TAXA, schema=["taxon_id", "parent_id", "rank", "name"], orient="row")
    names = taxa.select("name", "taxon_id", pl.lit(value=False).alias("is_synonym"))
    return match(lineage, build("ncbi", names, taxa, wanted_names([lineage])))


@pytest.mark.parametrize(
    ("text", "taxon_id"),
    [
        # Kingdoms of the Catalogue of Life, GBIF and UNITE: eukaryotes, and no animals or fungi.
        ("k__Protista;g__Bacillus", ""),
        ("k__Chromista;g__Morganella", ""),
        ("k__Alveolata;g__Morganella", ""),
        ("k__Protozoa;g__Bacillus", ""),
        ("k__Animalia;g__Bacillus", "55087"),
        # Families of viruses change with each release, their names are of one taxon each.
        ("d__Viruses;f__Podoviridae;s__Synechococcus phage S-CBP1", "CBP1"),
        # Algae are plants for some.
        ("k__Chromista;g__Zea", "ZEA"),
        # A phylum that the taxonomy does not have tells nothing, one that it has does.
        ("k__Plantae;p__Tracheophyta;g__Zea;s__Zea mays", "MAYS"),
        ("k__Fungi;p__Rozellomycota;g__Rozella", "ROZ"),
        ("k__Metazoa;p__Mollusca;g__Bacillus", "AM"),
        # NCBI's protists have no kingdom, its animals and fungi have.
        ("k__Protozoa;p__Amoebozoa;g__Acanthamoeba", "ACA"),
        ("k__Animalia;g__Acanthamoeba", "A"),
        ("k__Animalia;p__Unheardofa;g__Acanthamoeba", "A"),
        ("k__Fungi;p__Discosea;g__Acanthamoeba", "ACA"),
        # Names alone.
        ("Bacillus", ""),
        ("k__Plantae", "V"),
        ("p__Methanobacteriota", "28890"),
        ("Methanobacteriota", "28890"),
    ],
)
def test_what_is_meant(text, taxon_id):
    found = asked(text)
    assert found.taxon_id == taxon_id
    assert found.kind != "exact" or taxon_id


def test_the_reason_says_what_was_taken_for_the_same():
    assert asked("k__Plantae;p__Tracheophyta;g__Zea").confidence in ("low", "medium")
    assert asked("p__Methanobacteriota").kind == "synonym"
    assert "Euryarchaeota before" in asked("p__Methanobacteriota").reason
