"""Headers of ranks over names that are of other ranks: SILVA's clades, RDP's groups."""

from __future__ import annotations

import pytest

from soilbio.taxonomy.lineage import parse_lineage

LETTERS = "kpcofgs"


@pytest.mark.parametrize(
    ("names", "ranks"),
    [
        (
            "Eukaryota;Opisthokonta;Nucletmycea;Fungi;Dikarya;Basidiomycota",
            {"kingdom": "Fungi", "phylum": "Basidiomycota"},
        ),
        (
            "Eukaryota;Opisthokonta;Holozoa;Metazoa_(Animalia);Eumetazoa;Bilateria",
            {"kingdom": "Metazoa"},
        ),
        (
            "Eukaryota;SAR;Alveolata;Ciliophora;Intramacronucleata;Spirotrichea",
            {"phylum": "Ciliophora", "class": "Spirotrichea"},
        ),
        (
            "Eukaryota;SAR;Rhizaria;Cercozoa;Glissomonadida;Heteromita",
            {"phylum": "Cercozoa", "order": "Glissomonadida"},
        ),
        ("Eukaryota;Nucletmycea;LKM11;Fungi", {"kingdom": "Fungi"}),
    ],
)
def test_clades_of_eukaryotes_have_not_the_ranks_of_headers_above_them(names, ranks):
    parts = names.split(";")
    headed = ";".join(f"{letter}__{one}" for letter, one in zip(LETTERS, parts, strict=False))
    assert parse_lineage(headed) == parse_lineage(names) == {"domain": "Eukaryota", **ranks}


@pytest.mark.parametrize(
    ("text", "genus"),
    [
        # A diatom's genus has the name of a phylum; empty ranks are filled with the one above.
        ("d__Eukaryota;p__Bacillariophyta;c__X;o__Y;f__Z;g__Ctenophora", "Ctenophora"),
        (
            "d__Eukaryota;p__Cercozoa;c__Cercozoa;o__X;f__Cercozoa;g__Heteromita",
            "Heteromita",
        ),
        ("k__Fungi;p__Ascomycota;c__A;o__B;f__C;g__Fusarium", "Fusarium"),
    ],
)
def test_where_the_phylum_is_one_headers_are_right(text, genus):
    assert parse_lineage(text)["genus"] == genus


@pytest.mark.parametrize(
    "text",
    [
        "Bacteria(100);Acidobacteria(100);Acidobacteria_Gp6(100);Gp6(100);unclassified;",
        "Bacteria|Acidobacteria|Acidobacteria_Gp6|Gp6",
        "d__Bacteria;p__Acidobacteria;c__Acidobacteria_Gp6;o__Gp6",
        "d__Bacteria;p__Acidobacteria;c__Acidobacteria_Gp6;o__Gp6;f__Gp6;g__Gp6",
        "d:Bacteria,p:Acidobacteria,c:Acidobacteria_Gp6,g:Gp6",
        "Bacteria;Acidobacteria;Acidobacteria_Gp6;Acidobacteria_Gp6_order_incertae_sedis;"
        "Acidobacteria_Gp6_family_incertae_sedis;Gp6",
    ],
)
def test_a_group_of_acidobacteria_is_one_genus_in_all_forms_of_rdp(text):
    found = parse_lineage(text)
    assert found == {
        "domain": "Bacteria",
        "phylum": "Acidobacteria",
        "class": "Acidobacteria Gp6",
        "genus": "Gp6",
    }


@pytest.mark.parametrize(
    ("text", "deepest"),
    [
        ("Bacteria;Acidobacteria;Acidobacteria_Gp1;Terriglobus", ("genus", "Terriglobus")),
        (
            "Bacteria;Acidobacteria;Acidobacteria_Gp3;Candidatus_Solibacter",
            ("genus", "Candidatus Solibacter"),
        ),
        (
            "Bacteria;Acidobacteria;Acidobacteria_Gp1;Gp1;Gp1;Edaphobacter",
            ("genus", "Edaphobacter"),
        ),
        ("Bacteria;Acidobacteria;Acidobacteria_Gp6", ("class", "Acidobacteria Gp6")),
        (
            "Bacteria;Acidobacteria;Acidobacteria_Gp1;Acidobacteriales",
            ("order", "Acidobacteriales"),
        ),
    ],
)
def test_a_genus_stands_behind_its_group(text, deepest):
    found = parse_lineage(text)
    assert list(found.items())[-1] == deepest
    assert "family" not in found
