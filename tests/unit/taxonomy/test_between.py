"""What is between ranks takes no place; no name is put at a rank that it cannot be of."""

from __future__ import annotations

import pytest

from soilbio.taxonomy.lineage import parse_lineage

ANIMALS = "root;cellular organisms;Eukaryota;Opisthokonta;Metazoa;Eumetazoa;Bilateria;Protostomia"
INSECTS = "Eukaryota;Metazoa;Arthropoda;Insecta"


@pytest.mark.parametrize(
    ("text", "family", "genus", "species"),
    [
        # Subfamilies, tribes and subtribes before a genus at the end.
        (
            f"{ANIMALS};Ecdysozoa;Nematoda;Chromadorea;Rhabditida;Tylenchina;Tylenchomorpha;"
            "Tylenchoidea;Pratylenchidae;Pratylenchinae;Pratylenchus",
            *("Pratylenchidae", "Pratylenchus", None),
        ),
        (
            "Eukaryota;Arthropoda;Collembola;Entomobryomorpha;Isotomidae;Isotominae;Isotoma",
            *("Isotomidae", "Isotoma", None),
        ),
        (
            f"{INSECTS};Lepidoptera;Nymphalidae;Satyrinae;Satyrini;Maniolina;Maniola",
            *("Nymphalidae", "Maniola", None),
        ),
        (
            f"{INSECTS};Lepidoptera;Nymphalidae;Danainae;Ithomiini;Dircennina",
            *("Nymphalidae", None, None),
        ),
        (
            "Eukaryota;Viridiplantae;Streptophyta;Magnoliopsida;Asterales;Asteraceae;Asteroideae;"
            "Heliantheae alliance;Millerieae;Ichthyothere",
            *("Asteraceae", "Ichthyothere", None),
        ),
        (
            "Bacteria;Pseudomonadota;Gammaproteobacteria;Pseudomonadales;Pseudomonadaceae;"
            "Azotobacter group;Azotobacter",
            *("Pseudomonadaceae", "Azotobacter", None),
        ),
        (
            "Bacteria;Pseudomonadota;Alphaproteobacteria;Rickettsiales;Rickettsiaceae;Rickettsieae;"
            "Rickettsia",
            *("Rickettsiaceae", "Rickettsia", None),
        ),
        # What is of no certain place.
        (
            "Bacteria;Synergistota;Synergistia;Synergistales;Synergistaceae;"
            "Synergistaceae incertae sedis;Candidatus Caccocola",
            *("Synergistaceae", "Candidatus Caccocola", None),
        ),
        (
            "Bacteria;Pseudomonadota;Gammaproteobacteria;Gammaproteobacteria incertae sedis;"
            "Protaminobacter",
            *(None, None, None),
        ),
        # Within a genus.
        (
            "Fungi;Ascomycota;Eurotiomycetes;Eurotiales;Aspergillaceae;Aspergillus;"
            "Aspergillus subgen. Circumdati;Aspergillus ochraceus",
            *("Aspergillaceae", "Aspergillus", "Aspergillus ochraceus"),
        ),
        (
            "Fungi;Ascomycota;Eurotiomycetes;Eurotiales;Aspergillaceae;Aspergillus;"
            "Aspergillus subgen. Circumdati",
            *("Aspergillaceae", "Aspergillus", None),
        ),
        # What was not described is of no rank above species.
        (f"{INSECTS};Diptera;Ephydridae;Ephydridae sp. BOLD:AAG2738", "Ephydridae", None, None),
        (
            "Eukaryota;Fungi;Dikarya;Basidiomycota;Agaricomycetes;Agaricales;Marasmiineae;"
            "Cyphellaceae;unclassified Cyphellaceae;Cyphellaceae sp. HHB3534sp",
            *("Cyphellaceae", None, None),
        ),
        (f"{INSECTS};Diptera;Diptera sp. sc_05288", None, None, None),
        ("Eukaryota;Fungi;Ascomycota;Dothideomycetes;Tumularia", None, None, None),
        # No family of fishes, though it ends as those of plants do; termites' epifamily.
        (
            "Eukaryota;Metazoa;Chordata;Actinopteri;Percomorphaceae;Gobiaria;Gobiiformes;Gobiidae;"
            "Gobiinae;Gobius",
            *("Gobiidae", "Gobius", None),
        ),
        (
            "Eukaryota;Metazoa;Arthropoda;Insecta;Blattodea;Blattoidea;Termitoidae;Termitidae;"
            "Macrotermitinae;Macrotermes;Macrotermes herus",
            *("Termitidae", "Macrotermes", "Macrotermes herus"),
        ),
        # mothur's marks behind codes.
        ("Bacteria;Proteobacteria;Gammaproteobacteria;CCD24;CCD24_fa;CCD24_ge", None, None, None),
        (
            "Bacteria;Proteobacteria;Gammaproteobacteria;Burkholderiales;SC-I-84;SC-I-84_ge(87)",
            *("SC-I-84", None, None),
        ),
        # Nine ranks that are not PR2's.
        (
            "Eukaryota;SAR;Alveolata;Ciliophora;Intramacronucleata;Conthreep;Colpodea;Colpodida;"
            "Colpoda inflata",
            *(None, None, None),
        ),
        # SILVA's and RDP's genera of several words stay.
        (
            "Bacteria;Firmicutes;Clostridia;Lachnospirales;Lachnospiraceae;"
            "Lachnospiraceae NK4A136 group",
            *("Lachnospiraceae", "Lachnospiraceae NK4A136 group", None),
        ),
        (
            "Bacteria;Firmicutes;Clostridia;Clostridiales;Clostridiaceae 1;"
            "Clostridium sensu stricto;Clostridium butyricum",
            *("Clostridiaceae 1", "Clostridium sensu stricto", "Clostridium butyricum"),
        ),
        (
            "Bacteria;Proteobacteria;Betaproteobacteria;Burkholderiales;"
            "Burkholderiales_incertae_sedis;Aquabacterium",
            *(None, "Aquabacterium", None),
        ),
    ],
)
def test_a_name_stands_at_its_rank_or_at_none(text, family, genus, species):
    found = parse_lineage(text)
    assert (found.get("family"), found.get("genus"), found.get("species")) == (
        family,
        genus,
        species,
    )


def test_codes_of_silva_stay_where_they_stand():
    found = parse_lineage("Bacteria;Chloroflexi;KD4-96;KD4-96_or;KD4-96_fa;KD4-96_ge")
    assert found == {"domain": "Bacteria", "phylum": "Chloroflexi", "class": "KD4-96"}
    found = parse_lineage("Bacteria;Proteobacteria;Gammaproteobacteria;CCD24;CCD24_fa;CCD24_ge")
    assert found["order"] == "CCD24"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("root;other entries;other sequences;artificial sequences;vectors;Vector pAP114", {}),
        (
            "Eukaryota;Fungi;Ascomycota;Ascomycota sp. Iso297",
            {"domain": "Eukaryota", "kingdom": "Fungi", "phylum": "Ascomycota"},
        ),
    ],
)
def test_what_is_no_organism_or_not_described_has_no_rank(text, expected):
    assert parse_lineage(text) == expected


@pytest.mark.parametrize(
    ("text", "rank", "name"),
    [
        ("g__Bacillus;s__Bacillus_sp_FJAT_27264", "species", "Bacillus sp. FJAT 27264"),
        ("g__Bacillus_A_289472;s__Bacillus_A_289472 cereus", "species", "Bacillus_A cereus"),
        ("s__Nostoc_sp._LEGE_11395", "species", "Nostoc sp. LEGE 11395"),
        ("s__Aeromonas sp. C7(2011)", "species", "Aeromonas sp. C7(2011)"),
        ("g__Bacillus(100)", "genus", "Bacillus"),
        ("g__Chroococcidiopsis_SAG_2023", "genus", "Chroococcidiopsis SAG 2023"),
        ("g__Nostoc_PCC_7524", "genus", "Nostoc PCC 7524"),
        ("g__Scytonema UTEX 2349", "genus", "Scytonema UTEX 2349"),
        ("g__Wolbachia Endosymbiont", "genus", "Wolbachia Endosymbiont"),
        ("g__Zea L.", "genus", "Zea"),
        ("g__Acaulospora Gerd. & Trappe", "genus", "Acaulospora"),
        ("k__Bacteria_none", "kingdom", None),
        ("f__Comamonadaceae;g__Multi-affiliation", "genus", None),
    ],
)
def test_numbers_collections_and_authors(text, rank, name):
    assert parse_lineage(text).get(rank) == name


@pytest.mark.parametrize(
    "text",
    [
        "Bacteria,Bdellovibrionota,Oligoflexia,0319-6G20,0319-6G20,0319-6G20",
        "Bacteria,Chloroflexi,Ktedonobacteria,Ktedonobacterales,Ktedonobacteraceae,1921-2",
    ],
)
def test_codes_that_begin_with_digits_are_no_years(text):
    assert parse_lineage(text) == parse_lineage(text.replace(",", ";"))
    assert parse_lineage(text)["genus"] == text.rpartition(",")[2]
