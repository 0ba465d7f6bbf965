from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.alone import lineage_alone
from soilbio.taxonomy.lineage import parse_lineage

BACILLUS = {
    "domain": "Bacteria",
    "phylum": "Firmicutes",
    "class": "Bacilli",
    "order": "Bacillales",
    "family": "Bacillaceae",
    "genus": "Bacillus",
    "species": "Bacillus subtilis",
}


@pytest.mark.parametrize(
    "text",
    [
        "k__Bacteria; p__Firmicutes; c__Bacilli; o__Bacillales; f__Bacillaceae; g__Bacillus;"
        " s__subtilis",
        "d__Bacteria;p__Firmicutes;c__Bacilli;o__Bacillales;f__Bacillaceae;g__Bacillus;"
        "s__Bacillus subtilis",
        "D_0__Bacteria;D_1__Firmicutes;D_2__Bacilli;D_3__Bacillales;D_4__Bacillaceae;"
        "D_5__Bacillus;D_6__Bacillus subtilis",
        "d:Bacteria(1.00),p:Firmicutes(1.00),c:Bacilli(0.99),o:Bacillales(0.95),"
        "f:Bacillaceae(0.90),g:Bacillus(0.88),s:subtilis(0.81)",
        "Bacteria;Firmicutes;Bacilli;Bacillales;Bacillaceae;Bacillus;Bacillus_subtilis",
        "Bacteria(100);Firmicutes(99);Bacilli(99);Bacillales(98);Bacillaceae(98);Bacillus(97);"
        "Bacillus subtilis(80);",
        "k__Bacteria|p__Firmicutes|c__Bacilli|o__Bacillales|f__Bacillaceae|g__Bacillus|"
        "s__Bacillus_subtilis",
    ],
    ids=["greengenes", "gtdb", "silva-old", "sintax", "positional", "mothur", "metaphlan"],
)
def test_every_dialect_says_the_same(text):
    assert parse_lineage(text) == BACILLUS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k__Fungi;p__Ascomycota;c__Leotiomycetes;s__Tuber_melanosporum", "Tuber melanosporum"),
        ("k__Bacteria; g__; s__subtilis", None),
        ("d__Bacteria;g__Bacillus;s__Bacillus sp.", None),
        ("k__Fungi;s__cf. oxysporum", None),
        ("k__Fungi;s__sp. 1", None),
        ("d__Viruses;s__human papillomavirus 85", "human papillomavirus 85"),
    ],
)
def test_a_species_is_a_whole_name_or_absent(text, expected):
    assert parse_lineage(text).get("species") == expected


# Lists of animals count adults and young of one species apart.
STAGES = (
    *("juv.", "(juv.)", "juvenile", "juvenil", "adult", "ad.", "ad", "larvae", "imago", "females"),
    *("m", "f.", "\u2640", "immat.", "tritonymph", "deutonymphs", "ssp."),
)


@pytest.mark.parametrize(
    ("epithet", "species"),
    [
        ("caliginosa", "Aporrectodea caliginosa"),
        ("A. caliginosa", "Aporrectodea caliginosa"),
        ("aporrectodea caliginosa", "Aporrectodea caliginosa"),
        ("caliginosa s.l.", "Aporrectodea caliginosa"),
        ("caliginosa agg.", "Aporrectodea caliginosa"),
        ("caliginosa (Savigny, 1826)", "Aporrectodea caliginosa"),
        ("caliginosa de Bary", "Aporrectodea caliginosa"),
        ("caliginosa subsp. trapezoides", "Aporrectodea caliginosa subsp. trapezoides"),
        ("caliginosa species complex", "Aporrectodea caliginosa species complex"),
        ("x hybrida", "Aporrectodea x hybrida"),
        ("sp. 1", "Aporrectodea sp. 1"),
        ("sp1", "Aporrectodea sp1"),
        ("cf. caliginosa", "Aporrectodea cf. caliginosa"),
        ("nr. parvus", "Aporrectodea nr. parvus"),
        ("\u00d7hybrida", "Aporrectodea \u00d7hybrida"),
        ("caliginosa tuberculata", "Aporrectodea caliginosa tuberculata"),
        ("caliginosa caliginosa", "Aporrectodea caliginosa caliginosa"),
        ("major minor", "Aporrectodea major minor"),
        ("alba x fragilis", "Aporrectodea alba x fragilis"),
        ("japonicum genosp. B", "Aporrectodea japonicum genosp. B"),
        ("candida auct.", "Aporrectodea candida auct."),
        *((f"caliginosa {stage}", "Aporrectodea caliginosa") for stage in STAGES),
        *((f"Aporrectodea caliginosa {stage}", "Aporrectodea caliginosa") for stage in STAGES),
        ("cf. caliginosa juv.", "Aporrectodea cf. caliginosa"),
        ("caliginosa Savigny, 1826, juv.", "Aporrectodea caliginosa"),
        ("caliginosa?", "Aporrectodea cf. caliginosa"),
        ("Aporrectodea ?caliginosa", "Aporrectodea cf. caliginosa"),
        ("caliginosa (s.str.)", "Aporrectodea caliginosa"),
        *((word, None) for word in ("ssp.", "spp. immat.", "protonymph")),
        *((word, None) for word in ("sp.", "sp", "spp.", "spp", "indet.", "indet", "juv.", "cf.")),
        *((word, None) for word in ("sp. nov.", "sp. (juv.)", "n.a.", "<NA>", "undef", "Undef.")),
        *((word, None) for word in ("incertae", "others", "environmental", "Aporrectodea juv.")),
        # QIIME 2's SILVA cuts GenBank's names of organisms after two words.
        *((words, None) for words in ("anaerobic_digester", "human_gut", "marine_gamma")),
        *((words, None) for words in ("primary_endosymbiont", "planctomycete_str.")),
        *((f"Candidatus_{name}", None) for name in ("Staskawiczbacteria", "Solibacter")),
        *((f"Chlorophyta_{word}", None) for word in ("symbiont", "environmental", "clone")),
    ],
)
def test_what_stands_beside_a_genus_is_judged_with_it(epithet, species):
    assert parse_lineage(f"k__Metazoa;g__Aporrectodea;s__{epithet}").get("species") == species


@pytest.mark.parametrize(
    ("lineage", "species"),
    [
        ("d__Bacteria;g__Paenibacillus;s__larvae", "Paenibacillus larvae"),
        ("d__Bacteria;g__Agromyces;s__Agromyces larvae", "Agromyces larvae"),
        ("d__Bacteria;g__Salmonella;s__enterica enterica", "Salmonella enterica enterica"),
        ("k__Fungi;g__Phaeosphaeria;s__cf. Phaeosphaeria sp. X1", "cf. Phaeosphaeria sp. X1"),
        ("k__Fungi;g__Sporoschisma;s__juvenile", "Sporoschisma juvenile"),
        ("k__Metazoa;g__Tipula;s__larvae", None),
        ("o__Diptera;s__Diptera larvae", None),
    ],
)
def test_larvae_are_a_stage_of_animals_and_species_of_others(lineage, species):
    assert parse_lineage(lineage).get("species") == species


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Agromyces larvae", {"": "Agromyces larvae", "genus": "Agromyces"}),
        ("Diptera larvae", {"": "Diptera"}),
        *(
            (f"Tipula oleracea {stage}", {"": "Tipula oleracea", "genus": "Tipula"})
            for stage in STAGES
        ),
        ("Elateridae larvae", {"": "Elateridae"}),
        ("Tipula juveniles", {"": "Tipula"}),
        ("Pyrinomonadaceae bacterium", {"": "Pyrinomonadaceae"}),
        ("Terriglobales bacterium RBG_16_50_20", {"": "Terriglobales"}),
        ("Candidatus Gracilibacteria bacterium", {"": "Candidatus Gracilibacteria"}),
        ("Nitrososphaera archaeon", {"": "Nitrososphaera"}),
    ],
)
def test_what_stands_before_a_stage_alone_is_the_name_unless_both_may_be(text, expected):
    assert lineage_alone(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # QIIME 1, two ranks in one; MGnify's prefixes; UNITE behind its header.
        (
            "Root; k__Bacteria_p__Proteobacteria; c__Deltaproteobacteria; o__",
            {"domain": "Bacteria", "phylum": "Proteobacteria", "class": "Deltaproteobacteria"},
        ),
        (
            "sk__Bacteria;k__;p__Candidatus_Dormibacteraeota;c__;o__",
            {"domain": "Bacteria", "phylum": "Candidatus Dormibacteraeota"},
        ),
        (
            "d__Bacteria;sg__PANNAM;dv__Proteobacteria;sdv__Proteobacteria_X;c__Alphaproteobacteria",
            {"domain": "Bacteria", "phylum": "Proteobacteria", "class": "Alphaproteobacteria"},
        ),
        (
            "Cryptococcus_podzolicus|AF444321|SH181879.07FU|refs|k__Fungi;p__Basidiomycota;"
            "c__Tremellomycetes;o__Tremellales;f__Tremellales_fam_Incertae_sedis;g__Cryptococcus;"
            "s__Cryptococcus_podzolicus",
            {
                "kingdom": "Fungi",
                "phylum": "Basidiomycota",
                "class": "Tremellomycetes",
                "order": "Tremellales",
                "genus": "Cryptococcus",
                "species": "Cryptococcus podzolicus",
            },
        ),
        (
            "k__Bacteria|p__Proteobacteria|c__CFGB8514|o__OFGB8514|f__FGB8514|g__GGB25847|"
            "s__GGB25847_SGB37835|t__SGB37835",
            {"domain": "Bacteria", "phylum": "Proteobacteria"},
        ),
        (
            "d__Bacteria;p__Bacillota_A;g__Bacillus_A;s__Bacillus_A cereus",
            {
                "domain": "Bacteria",
                "phylum": "Bacillota_A",
                "genus": "Bacillus_A",
                "species": "Bacillus_A cereus",
            },
        ),
        (
            "k__Fungi;g__Amanita;s__Amanita muscaria (L.) Lam. 1783",
            {"kingdom": "Fungi", "genus": "Amanita", "species": "Amanita muscaria"},
        ),
        (
            "k__Fungi;g__Amanita Pers.;s__Amanita muscaria Lam.",
            {"kingdom": "Fungi", "genus": "Amanita", "species": "Amanita muscaria"},
        ),
        (
            "k__Bacteria|p__Bacteria_unclassified|g__Bacteria_unclassified|s__Bacteria_bacterium",
            {"domain": "Bacteria"},
        ),
    ],
    ids=[
        "qiime1",
        "mgnify",
        "mgnify-pr2",
        "unite-header",
        "metaphlan-bins",
        "gtdb",
        "author",
        "author-of-genus",
        "metaphlan-found",
    ],
)
def test_what_is_peculiar_to_a_dialect_is_read(text, expected):
    assert parse_lineage(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Root (65.3%); Bacteria (65.3%); Firmicutes (60.1%)", ["Bacteria", "Firmicutes"]),
        ("Bacteria(99%);Firmicutes(98%)", ["Bacteria", "Firmicutes"]),
        ("Root [rootrank, 65.3%]; Bacteria [domain, 65%]; X [class, 60.1%]", ["Bacteria", "X"]),
        ("Root [rootrank, 100%]; Bacteria [domain, 9%]; unclassified_Bacteria [phylum, 9%]",
         ["Bacteria"]),
        ("Root [rootrank, 9%]", []),
    ],
)  # fmt: skip
def test_supports_in_percent_and_ranks_behind_names_are_idtaxa_s(text, expected):
    found = parse_lineage(text)
    assert list(found.values()) == expected
    assert "X" not in expected or found["class"] == "X"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("g__Bacillus_A_289472", "Bacillus_A"),
        ("g__Clostridium_T_123456", "Clostridium_T"),
        ("g__Candidatus_Udaeobacter", "Candidatus Udaeobacter"),
        ("g__Ca. Udaeobacter", "Candidatus Udaeobacter"),
        ("g__Clostridium_sensu_stricto_1", "Clostridium sensu stricto 1"),
        ("g__WD2101_soil_group", "WD2101 soil group"),
        ("g__Family_XI", "Family XI"),
        ("g__JAAYZX01", "JAAYZX01"),
        ("d__Bacteria;g__Rhizobium;s__Rhizobium sp000123", "Rhizobium"),
        ("k__Fungi;p__Ascomycota;s__Fungi_sp|SH1234567.08FU", None),
        ("No blast hit", None),
    ],
)
def test_decorations_of_names_are_taken_off(text, expected):
    assert parse_lineage(text).get("genus") == expected
    assert "species" not in parse_lineage(text) or "sp000123" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # NCBI's, with what stands above; mothur's and RDP's Root.
        (
            "cellular organisms;Bacteria;Pseudomonadati;Pseudomonadota;Alphaproteobacteria",
            "domain Bacteria kingdom Pseudomonadati phylum Pseudomonadota class"
            " Alphaproteobacteria",
        ),
        ("Root;Bacteria(100);Firmicutes(99)", "domain Bacteria phylum Firmicutes"),
        (
            'Root(100);Bacteria(100);"Acidobacteria"(90);Acidobacteria_Gp4(90)',
            "domain Bacteria phylum Acidobacteria class Acidobacteria Gp4",
        ),
        ('"Root"(1.0);Bacteria(1.0);Firmicutes(0.9)', "domain Bacteria phylum Firmicutes"),
        # UNITE without prefixes begins with the kingdom.
        ("Fungi;Ascomycota;Leotiomycetes", "kingdom Fungi phylum Ascomycota class Leotiomycetes"),
        # PR2 of eight ranks, and organelles in it.
        (
            "Eukaryota;Alveolata;Dinoflagellata;Dinophyceae;Gymnodiniales;Gymnodiniaceae;"
            "Gymnodinium;Gymnodinium_sp.",
            "domain Eukaryota phylum Dinoflagellata class Dinophyceae order Gymnodiniales family"
            " Gymnodiniaceae genus Gymnodinium",
        ),
        (
            "Eukaryota:plas;Archaeplastida:plas;Chlorophyta:plas;Chlorophyta_X:plas;"
            "Trebouxiophyceae:plas;Chlorellales:plas;Chlorellales_X:plas;Chlorella:plas;"
            "Chlorella_vulgaris:plas",
            "domain Eukaryota phylum Chlorophyta class Trebouxiophyceae order Chlorellales genus"
            " Chlorella species Chlorella vulgaris",
        ),
        # SILVA's own, of any depth: only what the names themselves tell.
        (
            "Eukaryota;Opisthokonta;Nucletmycea;Fungi;Dikarya;Ascomycota;Pezizomycotina;"
            "Sordariomycetes;Hypocreales;Nectriaceae;Fusarium",
            "domain Eukaryota kingdom Fungi phylum Ascomycota class Sordariomycetes order"
            " Hypocreales family Nectriaceae genus Fusarium",
        ),
    ],
)
def test_positions_mean_what_they_do_in_their_database(text, expected):
    found = parse_lineage(text)
    assert " ".join(f"{rank} {name}" for rank, name in found.items()) == expected


@pytest.mark.parametrize(
    ("text", "kingdom"),
    [
        ("d:Fungi(1.00),p:Ascomycota(0.99),g:Fusarium(0.95)", "Fungi"),
        ("tax=d:Fungi,p:Ascomycota,g:Fusarium;", "Fungi"),
        ("d__Fungi; k__Fungi; p__Ascomycota; g__Fusarium", "Fungi"),
        ("d__Fungi; k__; p__Ascomycota; g__Fusarium", "Fungi"),
        ("sk__Metazoa;p__Nematoda;g__Plectus", "Metazoa"),
        ("d__Viridiplantae(100);p__Anthophyta;g__Poa", "Viridiplantae"),
        ("d__Rhizaria;p__Cercozoa;g__Cercomonas", "Rhizaria"),
        ("D_0__Fungi;D_1__Ascomycota", "Fungi"),
        ("Lineage=Root;rootrank;Fungi;domain;Ascomycota;phylum;Fusarium;genus", "Fungi"),
    ],
)
def test_a_kingdom_that_is_called_a_domain_is_a_kingdom(text, kingdom):
    found = parse_lineage(text)
    assert "domain" not in found
    assert found["kingdom"] == kingdom


def test_a_kingdom_of_eukaryotes_stays_a_kingdom():
    assert parse_lineage("k__Fungi;p__Ascomycota") == {"kingdom": "Fungi", "phylum": "Ascomycota"}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "uncultured",
        "uncultured bacterium",
        "metagenome",
        "unidentified",
        "Unknown_Family",
        "Incertae_Sedis",
        "NA",
        "Bacillaceae_unclassified",
        "Bacillaceae_X",
        "bacterium",
        "soil bacterium",
        "Lachnospiraceae_bacterium_2_1_58FAA",
        "alpha proteobacterium HIMB5",
    ],
)
def test_what_is_no_name_is_absent(name):
    assert parse_lineage(f"d__Bacteria;p__Bacillota;g__{name}") == {
        "domain": "Bacteria",
        "phylum": "Bacillota",
    }


@pytest.mark.parametrize(
    ("text", "deepest"),
    [
        ("o__Burkholderiales;f__Comamonadaceae;g__Comamonadaceae;s__Comamonadaceae", "family"),
        ("Bacteria;Bacillota;Bacilli;Bacillales;Bacillaceae;Bacillaceae", "family"),
        ("d__Eukaryota;o__Poales;f__Poales;g__Poales", "order"),
        ("d__Eukaryota;p__Cercozoa;c__Cercozoa;o__Cercozoa;f__Cercozoa;g__Cercozoa", "phylum"),
        ("d__Eukaryota;k__Metazoa;f__Carabidae;g__Carabidae", "family"),
        ("d__Bacteria;p__Bacteria", "domain"),
        ("d__Bacteria;p__Acidobacteriota;c__Acidobacteriota", "phylum"),
        ("d__Bacteria;p__Actinobacteria;c__Actinobacteria;o__Actinobacteria", "class"),
        ("g__Bacillus;s__Bacillus", "genus"),
        # Behind the word for its rank, as tutorials of phyloseq have it.
        ("k__Bacteria;p__Kingdom_Bacteria;c__Kingdom_Bacteria;s__Kingdom_Bacteria", "domain"),
        ("d__Bacteria;p__Acidobacteriota;c__Phylum_Acidobacteriota", "phylum"),
        ("f__Nitrosomonadaceae;g__Family_Nitrosomonadaceae", "family"),
        ("p__Chloroflexota;c__KD4-96;o__Class_KD4-96;f__Class_KD4-96", "class"),
        ("g__Bradyrhizobium;s__Genus_Bradyrhizobium", "genus"),
        ("g__Candidatus_Udaeobacter;s__Genus Candidatus Udaeobacter", "genus"),
        ("Bacteria;Acidobacteriota;Phylum_Acidobacteriota;Phylum_Acidobacteriota", "phylum"),
        # Behind its own prefix, from cells that were copied to the right.
        ("f__Xanthobacteraceae;g__f__Xanthobacteraceae", "family"),
        ("p__Acidobacteriota;g__p_Acidobacteriota;s__p_Acidobacteriota", "phylum"),
        ("D_0__Bacteria;D_1__Acidobacteria;D_2__D_1__Acidobacteria", "phylum"),
        ("Bacteria;Acidobacteriota;p_Acidobacteriota;p_Acidobacteriota", "phylum"),
        ("p__Acidobacteriota;c__Acidobacteriota (phylum)", "phylum"),
        ("f__Xanthobacteraceae;g__Xanthobacteraceae_NA", "family"),
        ("f__Xanthobacteraceae;g__Other Xanthobacteraceae", "family"),
        ("f__Xanthobacteraceae;g__Xanthobacteraceae gen.", "family"),
        # What tells no rank itself is meant so.
        ("p__Chloroflexota;c__KD4-96;o__KD4-96;f__KD4-96;g__KD4-96", "genus"),
        ("p__Nitrospirae;c__Nitrospira;o__Nitrospirales;f__Nitrospiraceae;g__Nitrospira", "genus"),
    ],
)
def test_ranks_filled_with_the_name_above_are_empty(text, deepest):
    assert list(parse_lineage(text))[-1] == deepest


@pytest.mark.parametrize(
    ("text", "rank", "name"),
    [
        ("p__Phylum_Acidobacteriota", "phylum", "Acidobacteriota"),
        ("o__o_Rhizobiales", "order", "Rhizobiales"),
        ("p__Actinobacteria;c__Actinobacteria (class)", "class", "Actinobacteria"),
        ("g__g_Bacillus;s__s_Bacillus_subtilis", "species", "Bacillus subtilis"),
        # A number is all that these have.
        ("o__X;f__Family_XIII;g__Family_XIII_UCG-001", "genus", "Family XIII_UCG-001"),
        ("o__Clostridiales;f__Family_XI", "family", "Family XI"),
    ],
)
def test_the_word_for_its_own_rank_is_no_part_of_a_name(text, rank, name):
    assert parse_lineage(text)[rank] == name


@pytest.mark.parametrize(
    ("species", "genus"),
    [
        ("Bradyrhizobium japonicum", "Bradyrhizobium"),
        ("Candidatus Nitrosocosmicus arcticus", "Candidatus Nitrosocosmicus"),
        ("Bacillus_A cereus", "Bacillus_A"),
        ("Bradyrhizobium elkanii_A", "Bradyrhizobium"),
        ("VAYN01 sp005883415", "VAYN01"),
        ("2-12-FULL-66-21 sp003151135", "2-12-FULL-66-21"),
        ("Palsa-744 sp003164175", "Palsa-744"),
        ("[Clostridium] scindens", None),
        ("Tobacco mosaic virus", None),
        ("Human gammaherpesvirus 4", None),
        ("Oribatida sp. 12", None),
    ],
)
def test_a_species_alone_tells_its_genus(species, genus):
    assert parse_lineage(f"s__{species}") == {
        **({"genus": genus} if genus else {}),
        "species": species.replace("[", "").replace("]", ""),
    }


@pytest.mark.parametrize(
    ("text", "species"),
    [
        ("g__Lachnoclostridium;s__[Clostridium] symbiosum", "Clostridium symbiosum"),
        ("g__Lachnoclostridium|s__Clostridium_symbiosum", "Clostridium symbiosum"),
        ("g__[Eubacterium];s__[Eubacterium]_rectale", "Eubacterium rectale"),
        ("g__[Ruminococcus];s__gnavus", "Ruminococcus gnavus"),
        ("f__Candida;s__[Candida] boidinii NRRL 1", "Candida boidinii NRRL 1"),
    ],
)
def test_brackets_of_a_genus_that_a_species_is_no_longer_of_are_taken_off(text, species):
    assert parse_lineage(text)["species"] == species


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("s__Streptomyces sp. NBC_01353", {"genus": "Streptomyces"}),
        ("d__Bacteria;s__Bradyrhizobium sp. ORS 278", {"genus": "Bradyrhizobium"}),
        ("s__Aporrectodea sp.", {"genus": "Aporrectodea"}),
        ("s__Aporrectodea cf. caliginosa", {"genus": "Aporrectodea"}),
        ("s__Candidatus Nitrosotalea sp. X", {"genus": "Candidatus Nitrosotalea"}),
        ("s__Rhizobiales sp. 3", {"order": "Rhizobiales"}),
        ("s__Actinobacteria sp. 3", {"phylum": "Actinobacteria"}),
        ("s__Lumbricidae sp.", {"family": "Lumbricidae"}),
        ("s__Lumbricidae gen. sp.", {"family": "Lumbricidae"}),
        ("s__Isotomidae juv.", {"family": "Isotomidae"}),
        ("s__Diptera larvae", {"order": "Diptera"}),
        ("s__Aporrectodea juv.", {"genus": "Aporrectodea"}),
        ("k__Metazoa;s__Aporrectodea indet.", {"kingdom": "Metazoa", "genus": "Aporrectodea"}),
        ("s__Terriglobales bacterium", {"order": "Terriglobales"}),
        ("s__Eisenia fetida/andrei", {"genus": "Eisenia"}),
        ("x__Enchytraeidae", {"family": "Enchytraeidae"}),
        ("s__Collembola", {"class": "Collembola"}),
        ("g__Eisenia;x__Enchytraeidae", {"genus": "Eisenia"}),
        ("x__Folsomia", {}),
        ("s__Beetle larvae", {}),
        ("s__Soil fungus", {}),
        ("s__Unknown juv.", {}),
        ("s__Acari indet.", {}),
        ("s__Tomato virus/x", {}),
        ("s__Isotominae sp. 2", {}),
        ("s__Acari sp. 2", {}),
        ("s__Streptomyces sp. phage X1", {}),
        ("f__Lachnospiraceae;s__Clostridium sp. 3", {"family": "Lachnospiraceae"}),
    ],
)
def test_what_is_open_alone_tells_of_what_taxon_it_is(text, names):
    found = parse_lineage(text)
    assert {rank: found[rank] for rank in found if rank not in ("domain", "species")} == names


def test_a_number_is_no_name():
    assert parse_lineage("k__100;p__98.5;g__Bacillus") == {"genus": "Bacillus"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D_4__Acidobacteriaceae (Subgroup 1)", "family Acidobacteriaceae"),
        ("d__Bacteria;f__Solibacteraceae_(Subgroup_3)", "domain Bacteria family Solibacteraceae"),
        (
            "Bacteria(100);Acidobacteria(100);Blastocatellia_(Subgroup_4)(99)",
            "domain Bacteria phylum Acidobacteria class Blastocatellia",
        ),
        (
            "f__Acidobacteriaceae_(Subgroup_1);g__Acidobacteriaceae_(Subgroup_1)",
            "family Acidobacteriaceae",
        ),
        ("p__Marinimicrobia (SAR406 clade)", "phylum Marinimicrobia"),
        ("k__Metazoa (Animalia)", "kingdom Metazoa"),
        ("g__Crambe (in: sponges)", "genus Crambe (in: sponges)"),
        # mOTUs' species that hold several.
        (
            "g__Bifidobacterium|s__Bifidobacterium longum [Bifidobacterium longum CAG:69/B. x]",
            "genus Bifidobacterium species Bifidobacterium longum",
        ),
        (
            "g__Streptococcus;s__Streptococcus sp. [Streptococcus equinus/S. lutetiensis]",
            "genus Streptococcus",
        ),
    ],
)
def test_other_names_in_brackets_are_taken_off(text, expected):
    found = parse_lineage(text)
    assert " ".join(f"{rank} {name}" for rank, name in found.items()) == expected


def test_brackets_of_proposed_names_are_taken_off():
    assert parse_lineage("k__Bacteria; o__[Roseiflexales]")["order"] == "Roseiflexales"


@pytest.mark.parametrize(
    "name",
    [
        *("Chryseobacterium", "Candidatus Solibacter", "Family XI", "Subgroup 6", "Bacillus_A"),
        *("Burkholderia-Caballeronia-Paraburkholderia", "Clostridium sensu stricto 1", "UBA1234"),
        *("Candidatus Nitrososphaera", "CL500-29 marine group", "Gitt-GS-136"),
        *(
            "Hydrogenophilales TRA3-2000",
            "Lachnospiraceae NK4A136 group",
            "Rhodospirillales DEV007",
        ),
    ],
)
def test_names_that_look_like_authors_or_finds_are_kept(name):
    assert parse_lineage(f"d__Bacteria;g__{name}")["genus"] == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Escherichia coli (Migula 1895) Castellani and Chalmers 1919",
            {"": "Escherichia coli", "genus": "Escherichia"},
        ),
        ("Fusarium solani (Mart.) Sacc.", {"": "Fusarium solani", "genus": "Fusarium"}),
        ("Tuber melanosporum Vittad.", {"": "Tuber melanosporum", "genus": "Tuber"}),
        ("Armillaria mellea de Bary 1863", {"": "Armillaria mellea", "genus": "Armillaria"}),
        ("Bacillus Cohn 1872", {"": "Bacillus"}),
        ("Candidatus Udaeobacter", {"": "Candidatus Udaeobacter"}),
        ("soil bacterium", {}),
    ],
)
def test_authors_are_taken_off_names_that_stand_alone(text, expected):
    assert lineage_alone(text) == expected


def test_names_that_only_look_like_none_are_kept():
    assert parse_lineage("d__Bacteria;p__WPS-2;c__AD3;g__Xanthomonas")["genus"] == "Xanthomonas"


@given(st.text())
def test_no_text_raises_and_only_known_ranks_come_out(text):
    found = parse_lineage(text)
    assert set(found) <= set(RANKS)
    assert all(found.values())


def test_nothing_is_nothing():
    assert parse_lineage("") == parse_lineage(None) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "k__Bacteria|k__Pseudomonadati|p__Pseudomonadota|g__Bradyrhizobium",
            ("Bacteria", "Pseudomonadati", "Pseudomonadota"),
        ),
        ("k__Eukaryota|k__Fungi|p__Ascomycota", ("Eukaryota", "Fungi", "Ascomycota")),
        ("k__Eukaryota|p__Ciliophora", ("Eukaryota", None, "Ciliophora")),
        ("k__Fungi|k__Fungi|p__Ascomycota", (None, "Fungi", "Ascomycota")),
    ],
)
def test_of_two_kingdoms_the_first_may_be_the_domain(text, expected):
    """KrakenTools' kreport2mpa.py writes domains as kingdoms."""
    found = parse_lineage(text)
    assert tuple(found.get(rank) for rank in RANKS[:3]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "k__Eukaryota_2759;p__Arthropoda_6656;c__Collembola_30001;g__Folsomia_158440;"
        "s__Folsomia candida_158441",
        "root_1;Eukaryota_2759;Arthropoda_6656;Collembola_30001;Entomobryomorpha_730330;"
        "Isotomidae_36143;Folsomia_158440;Folsomia candida_158441",
        "Eukaryota_2759(100);Arthropoda_6656(100);Collembola_30001(99);Entomobryomorpha_730330(99);"
        "Isotomidae_36143(98);Folsomia_158440(98);Folsomia candida_158441(90);",
    ],
)
def test_the_numbers_of_midori_are_no_part_of_names(text):
    found = parse_lineage(text)
    assert found["phylum"] == "Arthropoda"
    assert (found["genus"], found["species"]) == ("Folsomia", "Folsomia candida")
    assert not any("_" in name or name[-1].isdigit() for name in found.values())


@pytest.mark.parametrize(
    "text",
    [
        "root_1;Eukaryota_2759;Discosea_555280;Flabellinia_1485085;order_Vannellidae_95227;"
        "Vannellidae_95227;Vannella_95228",
        "k__Eukaryota_2759;p__Discosea_555280;c__Flabellinia_1485085;o__order_Vannellidae_95227;"
        "f__Vannellidae_95227;g__Vannella_95228",
        "Eukaryota_2759(100);Discosea_555280(100);Flabellinia_1485085(99);"
        "order_Vannellidae_95227(99);Vannellidae_95227(99);Vannella_95228(97);",
    ],
)
def test_what_midori_fills_an_empty_rank_with_is_no_name(text):
    found = parse_lineage(text)
    assert "order" not in found
    assert (found["family"], found["genus"]) == ("Vannellidae", "Vannella")


@pytest.mark.parametrize("word", ["Unspecified", "unspecified", "unverified"])
def test_what_is_not_specified_has_no_name(word):
    text = f"d__Bacteria;p__Pseudomonadota;o__{word};f__{word};g__{word};s__{word}"
    assert parse_lineage(text) == {"domain": "Bacteria", "phylum": "Pseudomonadota"}
