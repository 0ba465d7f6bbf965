"""PR2's ranks are read by names: its fungi and animals meet those of other databases."""

from __future__ import annotations

import pytest

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.lineage import parse_lineage
from soilbio.taxonomy.named_ranks import named_ranks, phyla_of

FUSARIUM = (
    "domain Eukaryota kingdom Fungi phylum Ascomycota class Sordariomycetes genus Fusarium"
    " species Fusarium oxysporum"
)
MORGANELLA = (
    "domain Eukaryota kingdom Metazoa phylum Arthropoda class Insecta genus Morganella species"
    " Morganella longispina"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Eukaryota;Obazoa;Opisthokonta;Fungi;Ascomycota;Pezizomycotina;Sordariomycetes;"
            "Fusarium;Fusarium_oxysporum",
            FUSARIUM,
        ),
        (
            "Eukaryota;Opisthokonta;Fungi;Ascomycota;Pezizomycotina;Sordariomycetes;Fusarium;"
            "Fusarium_oxysporum",
            FUSARIUM,
        ),
        (
            "d__Eukaryota;sg__Obazoa;dv__Opisthokonta;sdv__Fungi;c__Ascomycota;o__Pezizomycotina;"
            "f__Sordariomycetes;g__Fusarium;s__Fusarium_oxysporum",
            FUSARIUM,
        ),
        (
            "Eukaryota;Obazoa;Opisthokonta;Metazoa;Arthropoda;Insecta;Insecta_X;Morganella;"
            "Morganella_longispina",
            MORGANELLA,
        ),
        (
            "Eukaryota;Opisthokonta;Metazoa;Arthropoda;Insecta;Insecta_X;Morganella;"
            "Morganella_longispina",
            MORGANELLA,
        ),
        # An order where a family is, and what is of none (Crustacea) or no more (Maxillopoda).
        (
            "Eukaryota;Obazoa;Opisthokonta;Metazoa;Nematoda;Chromadorea;Rhabditida;Caenorhabditis;"
            "Caenorhabditis_sp.",
            "domain Eukaryota kingdom Metazoa phylum Nematoda class Chromadorea order Rhabditida"
            " genus Caenorhabditis",
        ),
        (
            "Eukaryota;Obazoa;Opisthokonta;Metazoa;Arthropoda;Crustacea;Maxillopoda;Neocalanus;"
            "Neocalanus_cristatus",
            "domain Eukaryota kingdom Metazoa phylum Arthropoda genus Neocalanus species"
            " Neocalanus cristatus",
        ),
        # Protists: the subdivision is the phylum; or nothing is.
        (
            "Eukaryota;TSAR;Alveolata;Ciliophora;Colpodea;Colpodida;Colpodidae;Colpoda;Colpoda_sp.",
            "domain Eukaryota phylum Ciliophora class Colpodea order Colpodida family Colpodidae"
            " genus Colpoda",
        ),
        (
            "Eukaryota;TSAR;Stramenopiles;Gyrista;Mediophyceae;Thalassiosirales;Thalassiosiraceae;"
            "Thalassiosira;Thalassiosira_sp.",
            "domain Eukaryota class Mediophyceae order Thalassiosirales family Thalassiosiraceae"
            " genus Thalassiosira",
        ),
        # A phylum by NCBI where a class is, under a division by its ending.
        (
            "Eukaryota;Stramenopiles;Ochrophyta;Bacillariophyta;Bacillariophyta_X;Raphid-pennate;"
            "Navicula;Navicula_sp.",
            "domain Eukaryota phylum Bacillariophyta genus Navicula",
        ),
        (
            "Eukaryota;Cryptista;Cryptophyta;Cryptophyta_X;Cryptophyceae;Cryptomonadales;"
            "Cryptomonadales_X;Cryptomonas;Cryptomonas_sp.",
            "domain Eukaryota phylum Cryptophyta class Cryptophyceae order Cryptomonadales genus"
            " Cryptomonas",
        ),
        # One that ends early, with supports; Bacteria; SILVA's own, which is as long as PR2's.
        (
            "Eukaryota(100);TSAR(100);Alveolata(100);Ciliophora(98);Colpodea(80);",
            "domain Eukaryota phylum Ciliophora class Colpodea",
        ),
        (
            "Bacteria;PANNAM;Proteobacteria;Proteobacteria_X;Alphaproteobacteria;Rhodobacterales;"
            "Rhodobacteraceae;Paracoccus;Paracoccus_sp.",
            "domain Bacteria phylum Proteobacteria class Alphaproteobacteria order Rhodobacterales"
            " family Rhodobacteraceae genus Paracoccus",
        ),
        (
            "Eukaryota;Opisthokonta;Holozoa;Choanozoa;Metazoa;Animalia;BCP clade;Bilateria",
            "domain Eukaryota kingdom Metazoa",
        ),
        # A column `division` alone is a phylum, as in botany.
        ("k__Fungi; dv__Ascomycota", "kingdom Fungi phylum Ascomycota"),
    ],
)
def test_names_have_the_ranks_that_they_have_elsewhere(text, expected):
    found = parse_lineage(text)
    assert " ".join(f"{rank} {name}" for rank, name in found.items()) == expected


def test_every_name_of_the_table_has_a_rank_and_those_of_animals_their_kingdom():
    assert {rank for rank, _ in named_ranks().values()} == {"kingdom", "phylum", "class", "order"}
    assert set(RANKS) > {rank for rank, _ in named_ranks().values()}
    assert {"Arthropoda", "Nematoda", "Tardigrada"} < set(phyla_of("Metazoa"))
    assert "Ascomycota" not in phyla_of("Metazoa")
