"""Lineages without prefixes whose places do not tell the ranks are read by their names."""

from __future__ import annotations

import gzip

import pytest

from soilbio.taxonomy.lineage import parse_lineage

STREPTOMYCES = (
    "domain Bacteria phylum Actinobacteria class Actinobacteria order Streptomycetales family"
    " Streptomycetaceae genus Streptomyces"
)
FUNGUS = (
    "kingdom Fungi phylum Ascomycota class Sordariomycetes order Hypocreales family Nectriaceae"
    " genus Fusarium"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # RDP with subclass and suborder, whole and cut.
        (
            'Root;Bacteria;"Actinobacteria";Actinobacteria;Actinobacteridae;Actinomycetales;'
            "Micrococcineae;Micrococcaceae;Arthrobacter",
            "domain Bacteria phylum Actinobacteria class Actinobacteria order Actinomycetales"
            " family Micrococcaceae genus Arthrobacter",
        ),
        (
            'Root;Bacteria;"Actinobacteria";Actinobacteria;Actinobacteridae',
            "domain Bacteria phylum Actinobacteria class Actinobacteria",
        ),
        (
            'S000001 x\tLineage=Root;rootrank;Bacteria;domain;"Actinobacteria";phylum;'
            "Actinobacteria;class;Actinobacteridae;subclass;Actinomycetales;order;"
            "Micrococcineae;suborder;Micrococcaceae;family;Arthrobacter;genus",
            "domain Bacteria phylum Actinobacteria class Actinobacteria order Actinomycetales"
            " family Micrococcaceae genus Arthrobacter",
        ),
        # NCBI before 2024: groups above phyla, below them, and of species.
        (
            "Bacteria;Terrabacteria group;Actinobacteria;Actinobacteria;Streptomycetales;"
            "Streptomycetaceae;Streptomyces",
            STREPTOMYCES,
        ),
        (
            "Bacteria;Terrabacteria group;Actinobacteria;Actinobacteria;Streptomycetales;"
            "Streptomycetaceae;Streptomyces;Streptomyces coelicolor",
            f"{STREPTOMYCES} species Streptomyces coelicolor",
        ),
        (
            "cellular organisms;Bacteria;Terrabacteria group;Firmicutes;Bacilli;Bacillales;"
            "Bacillaceae;Bacillus;Bacillus subtilis group;Bacillus subtilis",
            "domain Bacteria phylum Firmicutes class Bacilli order Bacillales family Bacillaceae"
            " genus Bacillus species Bacillus subtilis",
        ),
        (
            "Bacteria;Proteobacteria;delta/epsilon subdivisions;Deltaproteobacteria;Myxococcales;"
            "Cystobacterineae;Myxococcaceae;Myxococcus",
            "domain Bacteria phylum Proteobacteria class Deltaproteobacteria order Myxococcales"
            " family Myxococcaceae genus Myxococcus",
        ),
        (
            "Bacteria;Proteobacteria;Alphaproteobacteria;Rhizobiales;Rhizobiaceae;"
            "Rhizobium/Agrobacterium group;Rhizobium;Rhizobium leguminosarum",
            "domain Bacteria phylum Proteobacteria class Alphaproteobacteria order Rhizobiales"
            " family Rhizobiaceae genus Rhizobium species Rhizobium leguminosarum",
        ),
        (
            "Bacteria;Proteobacteria;Gammaproteobacteria;Enterobacterales;Enterobacteriaceae;"
            "Escherichia;Escherichia coli;Escherichia coli K-12",
            "domain Bacteria phylum Proteobacteria class Gammaproteobacteria order"
            " Enterobacterales family Enterobacteriaceae genus Escherichia species Escherichia"
            " coli",
        ),
        (
            "Archaea;TACK group;Thaumarchaeota;Nitrososphaeria;Nitrososphaerales",
            "domain Archaea phylum Thaumarchaeota class Nitrososphaeria order Nitrososphaerales",
        ),
        (
            "cellular organisms;Bacteria;Bacteria incertae sedis;Bacteria candidate phyla;"
            "Candidatus Ozemobacteria",
            "domain Bacteria phylum Candidatus Ozemobacteria",
        ),
        # Places tell nothing of NCBI's, also where no name contradicts them.
        (
            "cellular organisms;Bacteria;Acidobacteriota;Blastocatellia;Chloracidobacterium",
            "domain Bacteria phylum Acidobacteriota class Blastocatellia",
        ),
        # Ranks left out, and an organism behind: SILVA's paths.
        *(
            (
                f"Bacteria;Firmicutes;Limnochordia;Hydrogenispora{organism}",
                "domain Bacteria phylum Firmicutes class Limnochordia",
            )
            for organism in ("", ";", ";uncultured bacterium", ";uncultured Firmicutes bacterium")
        ),
        (
            "Bacteria;Chloroflexi;Chloroflexia;Thermomicrobiales;JG30-KF-CM45;uncultured bacterium",
            "domain Bacteria phylum Chloroflexi class Chloroflexia order Thermomicrobiales family"
            " JG30-KF-CM45",
        ),
        (
            "Bacteria;Cyanobacteria;Cyanobacteriia;Chloroplast;Zea mays",
            "domain Bacteria phylum Cyanobacteria class Cyanobacteriia order Chloroplast",
        ),
        # A rank left out; a lineage that begins below the domain.
        ("Bacteria;Bacilli;Bacillales", "domain Bacteria class Bacilli order Bacillales"),
        (
            "Proteobacteria;Gammaproteobacteria;Enterobacterales;Enterobacteriaceae;Escherichia",
            "phylum Proteobacteria class Gammaproteobacteria order Enterobacterales family"
            " Enterobacteriaceae genus Escherichia",
        ),
        # NCBI's eukaryotes and viruses.
        (
            "Fungi;Dikarya;Ascomycota;Pezizomycotina;Sordariomycetes;Hypocreomycetidae;"
            "Hypocreales;Nectriaceae;Fusarium",
            FUNGUS,
        ),
        (
            "Eukaryota;Fungi;Dikarya;Ascomycota;Pezizomycotina;Sordariomycetes;Hypocreales;"
            "Nectriaceae;Fusarium",
            f"domain Eukaryota {FUNGUS}",
        ),
        ("Eukaryota;Sar;Alveolata;Ciliophora", "domain Eukaryota phylum Ciliophora"),
        (
            "Eukaryota;Metazoa;Ecdysozoa;Arthropoda;Hexapoda;Collembola;Entomobryomorpha;"
            "Isotomidae;Folsomia;Folsomia candida",
            "domain Eukaryota kingdom Metazoa phylum Arthropoda class Collembola order"
            " Entomobryomorpha family Isotomidae genus Folsomia species Folsomia candida",
        ),
        (
            "Eukaryota;Viridiplantae;Streptophyta;Embryophyta;Magnoliopsida;Petrosaviidae;Poales;"
            "Poaceae;BOP clade;Pooideae;Triticum;Triticum aestivum",
            "domain Eukaryota kingdom Viridiplantae phylum Streptophyta class Magnoliopsida order"
            " Poales family Poaceae genus Triticum species Triticum aestivum",
        ),
        (
            "Viruses;Riboviria;Orthornavirae;Pisuviricota;Pisoniviricetes;Nidovirales;"
            "Cornidovirineae;Coronaviridae;Orthocoronavirinae;Betacoronavirus",
            "domain Viruses kingdom Orthornavirae phylum Pisuviricota class Pisoniviricetes order"
            " Nidovirales family Coronaviridae genus Betacoronavirus",
        ),
        # SILVA's older exports count levels.
        (
            "D_0__Eukaryota;D_1__Opisthokonta;D_2__Nucletmycea;D_3__Fungi;D_4__Dikarya;"
            "D_5__Ascomycota;D_6__Pezizomycotina;D_7__Sordariomycetes;D_8__Hypocreales;"
            "D_9__Nectriaceae;D_10__Fusarium;D_11__Fusarium oxysporum",
            f"domain Eukaryota {FUNGUS} species Fusarium oxysporum",
        ),
        (
            "D_0__Eukaryota;D_1__Opisthokonta;D_2__Holozoa;D_3__Metazoa (Animalia);D_4__Eumetazoa;"
            "D_5__Bilateria;D_6__Nematoda;__;__",
            "domain Eukaryota kingdom Metazoa phylum Nematoda",
        ),
        # UNITE's own kingdoms of protists; what stands above a domain by whatever name.
        (
            "Alveolata;Ciliophora;Colpodea;Colpodida;Colpodidae;Colpoda;Colpoda_sp",
            "kingdom Alveolata phylum Ciliophora class Colpodea order Colpodida family Colpodidae"
            " genus Colpoda",
        ),
        ("Life;Bacteria;Firmicutes", "domain Bacteria phylum Firmicutes"),
        # A kingdom that is empty, as MGnify and tables with a column for it have.
        ("Bacteria;;Proteobacteria", "domain Bacteria phylum Proteobacteria"),
        (
            "Eukaryota;Metazoa;Chordata;Craniata;Vertebrata;Mammalia;Primates;Hominidae;Homo",
            "domain Eukaryota kingdom Metazoa phylum Chordata class Mammalia order Primates family"
            " Hominidae genus Homo",
        ),
    ],
)
def test_names_overrule_places(text, expected):
    found = parse_lineage(text)
    assert " ".join(f"{rank} {name}" for rank, name in found.items()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # SILVA's names that look like groups, classes that were phyla, fills.
        (
            "Bacteria;Planctomycetota;Phycisphaerae;Tepidisphaerales;WD2101 soil group",
            "domain Bacteria phylum Planctomycetota class Phycisphaerae order Tepidisphaerales"
            " family WD2101 soil group",
        ),
        (
            "Bacteria;Verrucomicrobiota;Chlamydiae;Chlamydiales;Parachlamydiaceae;Neochlamydia",
            "domain Bacteria phylum Verrucomicrobiota class Chlamydiae order Chlamydiales family"
            " Parachlamydiaceae genus Neochlamydia",
        ),
        (
            "Bacteria;Firmicutes;Clostridia;Lachnospirales;Lachnospiraceae;Lachnospiraceae NK4A136"
            " group",
            "domain Bacteria phylum Firmicutes class Clostridia order Lachnospirales family"
            " Lachnospiraceae genus Lachnospiraceae NK4A136 group",
        ),
        (
            "Bacteria;Patescibacteria;Saccharibacteria;Saccharimonadales",
            "domain Bacteria phylum Patescibacteria class Saccharibacteria order Saccharimonadales",
        ),
        (
            "Bacteria;Patescibacteria;Microgenomatia;Candidatus Woesebacteria",
            "domain Bacteria phylum Patescibacteria class Microgenomatia order Candidatus"
            " Woesebacteria",
        ),
        (
            "Bacteria;Dadabacteria;Dadabacteriia;Dadabacteriales",
            "domain Bacteria phylum Dadabacteria class Dadabacteriia order Dadabacteriales",
        ),
        (
            "Fungi;Ascomycota;Agaricomycetes_cls_Incertae_sedis;Auriculariales_ord_Incertae_sedis;"
            "Auriculariales_fam_Incertae_sedis;Auricularia;Auricularia_delicata",
            "kingdom Fungi phylum Ascomycota genus Auricularia species Auricularia delicata",
        ),
    ],
)
def test_places_stay_where_no_name_contradicts(text, expected):
    found = parse_lineage(text)
    assert " ".join(f"{rank} {name}" for rank, name in found.items()) == expected


def test_greengenes_without_its_prefixes_says_the_same(shared):
    path = shared / "data" / "ref_16S_gg97_subset" / "gg_13_8_97_subset_taxonomy.tsv.gz"
    with gzip.open(path, "rt") as handle:
        texts = [line.rstrip("\n").partition("\t")[2] for line in handle]
    differing = set()
    for text in texts:
        names = [part.strip().partition("__")[2] or "unclassified" for part in text.split(";")[:6]]
        known = parse_lineage(";".join(text.split(";")[:6]))
        if parse_lineage(";".join(names)) != known:
            differing.add(text.partition("; g__")[0])
    # A suborder that Greengenes has among the families.
    assert {text.rpartition("; ")[2] for text in differing} == {"f__Cystobacterineae"}


PATH = (
    *("cellular organisms", "Bacteria", "Pseudomonadota", "Alphaproteobacteria"),
    *("Hyphomicrobiales", "Nitrobacteraceae", "Bradyrhizobium", ""),
)


@pytest.mark.parametrize("root", ["root", "NCBI", "GTDB", "SILVA"])
def test_the_classification_above_megan_s_paths_is_a_root(root):
    expected = parse_lineage(";".join(PATH))
    assert expected["genus"] == "Bradyrhizobium"
    assert parse_lineage(";".join((root, *PATH))) == expected
    assert parse_lineage(f"{root};Not assigned;") == {}
