"""What is a name, and what decorates it or fills the place of one."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.alone import lineage_alone
from soilbio.taxonomy.authors import without_author
from soilbio.taxonomy.canonical import plain
from soilbio.taxonomy.consensus import consensus
from soilbio.taxonomy.lineage import parse_lineage
from soilbio.taxonomy.settle import agreed_rows, plain_name


@pytest.mark.parametrize(
    "genus",
    ["RB41", "Candidatus_Udaeobacter", "Burkholderia-Caballeronia-Paraburkholderia", "Subgroup_2",
     "Clostridium_sensu_stricto_1", "Bacillus_A", "Bradyrhizobium"],
)  # fmt: skip
def test_a_species_has_not_the_name_of_its_genus(genus):
    found = parse_lineage(f"d__Bacteria;p__X;f__Y;g__{genus};s__{genus}")
    assert "species" not in found
    assert found["genus"] == parse_lineage(f"d__Bacteria;g__{genus}")["genus"]


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("d__Eukaryota;p__X;c__Y;o__Haptoria;f__Haptoria;g__Haptoria;s__Haptoria",
         {"order": "Haptoria"}),
        ("d__Eukaryota;p__X;c__Y;o__Z;f__Bdelloidea;g__Bdelloidea;s__uncultured",
         {"order": "Z", "family": "Bdelloidea"}),
        ("k__Metazoa;p__X;f__Tylenchida;g__Tylenchida", {"family": "Tylenchida"}),
        # Codes tell nothing; of prokaryotes a class may have its phylum's name.
        ("d__Eukaryota;p__X;f__LKM11;g__LKM11", {"family": "LKM11", "genus": "LKM11"}),
        ("d__Bacteria;p__X;f__Gaiella;g__Gaiella", {"family": "Gaiella", "genus": "Gaiella"}),
    ],
)  # fmt: skip
def test_of_eukaryotes_no_genus_has_the_name_of_its_family(text, ranks):
    found = parse_lineage(text)
    assert {rank: found[rank] for rank in RANKS[4:] if rank in found} == ranks


@pytest.mark.parametrize(
    ("text", "species"),
    [
        # Behind a space underscores and quotes are a strain's own.
        ("Streptomyces sp. TLI_053", "Streptomyces sp. TLI_053"),
        ("Formosa sp. Hel1_33_131", "Formosa sp. Hel1_33_131"),
        ("Bartonella sp. 'Tel Aviv'", "Bartonella sp. 'Tel Aviv'"),
        ("Smithella_sp_F21", "Smithella sp. F21"),
        ("Aporrectodea cf caliginosa", "Aporrectodea cf. caliginosa"),
        ("Bacillus_sp_FJAT_27264", "Bacillus sp. FJAT 27264"),
        ("Candidatus_Microthrix_parvicella", "Candidatus Microthrix parvicella"),
        ('"Bacillus subtilis"', "Bacillus subtilis"),
        ('""Bacillus subtilis""', "Bacillus subtilis"),
    ],
)
def test_a_strain_keeps_its_underscores_and_quotes(text, species):
    assert parse_lineage(f"d__Bacteria;s__{text}")["species"] == species


@pytest.mark.parametrize(
    ("text", "species"),
    [
        ("Carabus (Morphocarabus) monilis Fabricius, 1792", "Carabus monilis"),
        ("Carabus_(Morphocarabus)_monilis", "Carabus monilis"),
        ("Rhabditis (Rhabditis) terricola Dujardin, 1845", "Rhabditis terricola"),
        ("Folsomia quadrioculata sensu lato", "Folsomia quadrioculata"),
        ("Aporrectodea caliginosa s. str.", "Aporrectodea caliginosa"),
        ("Aporrectodea caliginosa s.l.", "Aporrectodea caliginosa"),
        ("Cognettia sphagnetorum (Vejdovský, 1878) s.l.", "Cognettia sphagnetorum"),
        ("Fusarium oxysporum f. sp. cubense", "Fusarium oxysporum f. sp. cubense"),
    ],
)
def test_subgenera_and_senses_are_no_part_of_a_species(text, species):
    found = parse_lineage(f"k__X;p__Y;s__{text}")
    assert (found["species"], found["genus"]) == (species, species.split()[0])
    assert lineage_alone(text.replace("_", " ")) == {"": species, "genus": species.split()[0]}


@pytest.mark.parametrize(
    ("text", "species"),
    [
        ("g__Lactobacillus; s__Lactobacillus_iners(RS_GCF_000160875_1", "Lactobacillus iners"),
        ("g__Lactobacillus;s__Lactobacillus iners(GB_GCA_000160875.1)", "Lactobacillus iners"),
        ("g__Lactobacillus;s__Lactobacillus iners (GCA_000160875.1)", "Lactobacillus iners"),
        ("g__Mycoplasmopsis_A;s__Mycoplasmopsis_A_bovirhinis(RS_GCF_900660515_1",
         "Mycoplasmopsis_A bovirhinis"),
        ("Bacteria;Bacillota;Bacilli;Bacillales;Bacillaceae;Bacillus;"
         "Bacillus_subtilis(RS_GCF_000009045.1)", "Bacillus subtilis"),
        # RDP's and RefSeq's set for DADA2.
        *((f"Bacteria;Firmicutes;Bacilli;Bacillales;Bacillaceae;Bacillus;Bacillus_subtilis{behind}",
           "Bacillus subtilis")
          for behind in ("(NR_112116.1)", "(NR_112116)", "(AB680623)", "(CP000139)", "(X80725)",
                         " (NZ_CP012345.1)", "(AJ276351)(98)", "(JAABCD010000001)")),
        ("g__Bacillus;s__subtilis(NR_112116.1)", "Bacillus subtilis"),
        ("g__Massilia;s__Massilia_sp.(AY965999)", None),
        # Of cultures and their years it is the strain that is named so.
        ("g__Nostoc;s__Nostoc sp. (PCC7524)", "Nostoc sp. (PCC7524)"),
        ("g__Frankia;s__Frankia sp. (DSM45986)", "Frankia sp. (DSM45986)"),
    ],
)  # fmt: skip
def test_genomes_and_records_behind_species_are_taken_off(text, species):
    assert parse_lineage(text).get("species") == species


@pytest.mark.parametrize("space", ["  ", "\u00a0", "\u2009"])
def test_one_space_parts_the_words_of_a_name(space):
    name = f"Eisenia{space}fetida"
    assert lineage_alone(name) == {"": "Eisenia fetida", "genus": "Eisenia"}
    assert parse_lineage(f"g__Eisenia;s__{name}")["species"] == "Eisenia fetida"
    assert parse_lineage(f"s__{name}")["genus"] == "Eisenia"


@pytest.mark.parametrize(
    ("text", "deepest"),
    [
        # mothur's SILVA, also with prefixes and without underscores; without what stands above.
        (
            "Bacteria(100);Acidobacteria(100);Subgroup_6(100);Subgroup_6_or(100);"
            "Subgroup_6_fa(100);Subgroup_6_ge(100);",
            "Subgroup 6",
        ),
        ("Bacteria;Proteobacteria;Proteobacteria_cl;Proteobacteria_or", "Proteobacteria"),
        ("d__Bacteria;p__Chloroflexi;c__KD4-96;o__KD4-96_or;f__KD4-96_fa;g__KD4-96_ge", "KD4-96"),
        ("Bacteria;Acidobacteria;Subgroup 6;Subgroup 6 or;Subgroup 6 fa", "Subgroup 6"),
        ("f__Pedosphaeraceae;g__Pedosphaeraceae_ge", "Pedosphaeraceae"),
        # Others' fills: microViz, EzBioCloud (whose AKIW1012_g is a genus).
        ("d__Bacteria;p__Firmicutes;g__Firmicutes Phylum", "Firmicutes"),
        ("Bacteria;Proteobacteria;Alphaproteobacteria;Rhizobiales;Rhizobiales_f", "Rhizobiales"),
        ("f__Bacillaceae;g__Bacillaceae_uc", "Bacillaceae"),
        ("f__AKIW1012_f;g__AKIW1012_g", "AKIW1012 g"),
        # Platforms that write what the rank above is; what stands for nothing.
        ("d__Bacteria;p__WPS-2;f__norank_p__WPS-2;g__norank_f__norank_p__WPS-2", "WPS-2"),
        ("Bacteria;WPS-2;__;__;?", "WPS-2"),
        *(
            (f"d__Bacteria;p__WPS-2;c__{nothing}", "WPS-2")
            for nothing in (
                "?",
                "-",
                "N/A",
                "#N/A",
                "NULL",
                "not_available",
                "ambiguous",
                "No_hits",
            )
        ),
        *((f"g__WPS-2;s__{name}", "WPS-2") for name in ("undefined", "unassigned_Bacteria")),
        ("g__Bacillus;s__subtilis/vallismortis", "Bacillus"),
        ("g__Escherichia/Shigella;s__coli", "Escherichia/Shigella coli"),
        # A placeholder without a letter; Candidatus without a space.
        ("d__Bacteria;o__4572-55", "4572-55"),
        ("k__Bacteria; g__CandidatusSolibacter; s__", "Candidatus Solibacter"),
        # PR2's fill, of which GTDB's suffix is none; MetaPhlAn's species by bins.
        ("d__Bacteria;o__Chlorellales;g__Chlorellales_X", "Chlorellales"),
        ("d__Bacteria;p__Bacillota;g__Paenibacillus_X", "Paenibacillus_X"),
        ("k__Bacteria|g__Alicycliphilus|s__Alicycliphilus_SGB61891", "Alicycliphilus"),
        # Greengenes2's numbers behind placeholders.
        ("d__Bacteria;o__UBA10353_375643", "UBA10353"),
        ("g__UBA1149_375643;s__UBA1149_375643 sp003330825", "UBA1149 sp003330825"),
        # Underscores for spaces; RDP's numbers.
        ("o__Marine_Group_II", "Marine Group II"),
        ("g__[Eubacterium]_coprostanoligenes_group", "[Eubacterium] coprostanoligenes group"),
        ("g__Clostridium_XIVa", "Clostridium XIVa"),
        ("g__Rice_Cluster_II", "Rice Cluster II"),
        # Ranks in full, as capitals, with one underscore; USEARCH's headers; other marks.
        ("domain__Bacteria;phylum__Firmicutes", "Firmicutes"),
        ("K__Bacteria;P__Firmicutes", "Firmicutes"),
        ("d_Bacteria;p_Firmicutes", "Firmicutes"),
        ("SH1546402.08FU;tax=k:Fungi,p:Ascomycota;", "Ascomycota"),
        ("Bacteria > Firmicutes", "Firmicutes"),
        ("[D] Bacteria;[P] Firmicutes;", "Firmicutes"),
    ],
)
def test_a_name_is_what_a_rank_is_called_and_nothing_else(text, deepest):
    found = parse_lineage(text)
    assert list(found.values())[-1] == deepest
    assert not {"norank", "Subgroup 6 or"} & set(found.values())
    assert len(set(found.values())) == len(found) or "KD4-96" in text


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Trichoderma harzianum Rifai", "Trichoderma harzianum"),
        ("Lumbricus terrestris Linnaeus, 1758", "Lumbricus terrestris"),
        ("Rhizophagus irregularis DAOM 197198", "Rhizophagus irregularis"),
        ("Fusarium Link", "Fusarium"),
        ("Fusarium Link ex Grey", "Fusarium"),
        ("Glomus mosseae Öpik", "Glomus mosseae"),
        ("Acrobeloides nanus (de Man, 1880) Anderson, 1968", "Acrobeloides nanus"),
        ("Plectus parvus (van der Linde, 1938)", "Plectus parvus"),
        ("Globigerina bulloides d'Orbigny, 1826", "Globigerina bulloides"),
        ("Cephalobus (v. Linstow, 1877)", "Cephalobus"),
        ("Prismatolaimus de Man, 1880", "Prismatolaimus"),
        ("Plectus (de Man)", "Plectus"),
        ("Bacillus phage SPO1", "Bacillus phage SPO1"),
        ("Maize streak Reunion virus", "Maize streak Reunion virus"),
        ("Escherichia Shigella", "Escherichia Shigella"),
        ("Clostridium IV", "Clostridium IV"),
        ("Nostoc PCC-73102", "Nostoc PCC-73102"),
        ("Marine Group", "Marine Group"),
    ],
)
def test_authors_are_taken_off_and_nothing_else(name, bare):
    assert without_author(name) == bare


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Lumbricus terrestris Linnaeus, 1758",
            {"": "Lumbricus terrestris", "genus": "Lumbricus"},
        ),
        ("Bacillus Cohn, 1872", {"": "Bacillus"}),
        ("Trichoderma harzianum Rifai", {"": "Trichoderma harzianum", "genus": "Trichoderma"}),
        ("Bacteria, Firmicutes", {"domain": "Bacteria", "phylum": "Firmicutes"}),
    ],
)
def test_commas_before_authors_part_no_ranks(text, expected):
    assert lineage_alone(text) == expected
    assert "1758" not in parse_lineage(f"s__{text}").values()


def test_what_a_species_of_motus_holds_is_no_part_of_a_name_alone():
    species = {"": "Bifidobacterium longum", "genus": "Bifidobacterium"}
    assert lineage_alone("Bifidobacterium longum [Bifidobacterium longum/B. sp. 1]") == species
    assert lineage_alone("Streptococcus sp. [S. equinus/S. lutetiensis]") == {"": "Streptococcus"}


def test_genera_that_rdp_numbers_are_not_one():
    lineages = [parse_lineage(f"f__A;g__Clostridium_{number}") for number in ("IV", "XI")]
    assert consensus(lineages)[1] == ("genus",)
    assert plain("Clostridium_XI") == "Clostridium_XI" != plain("Clostridium_A")


@pytest.mark.parametrize(("one", "other"), [("Metazoa", "Animalia"), ("Plantae", "Viridiplantae")])
def test_kingdoms_of_two_names_are_one(one, other):
    lineages = [parse_lineage(f"k__{kingdom};f__Apidae;g__Apis") for kingdom in (one, other)]
    found, differing = consensus(lineages)
    assert (found["genus"], differing) == ("Apis", ())
    assert consensus(lineages[::-1])[0] == found


def agreed(texts):
    """Give the row of a feature with these lineages, in either order."""
    rows = [
        {
            **dict.fromkeys(RANKS),
            **{"feature_id": "a", "sequence": None, "verbatim_lineage": text, "classifier": None},
            **{
                "confidence": None,
                "flags": "",
                "ncbi_taxid": None,
                "gtdb_species": None,
                "length_bp": None,
            },
            **parse_lineage(text),
        }
        for text in texts
    ]
    columns = ("feature_id", "sequence", "verbatim_lineage", "classifier", "flags", *RANKS)
    types = dict.fromkeys(columns, pl.String) | {"confidence": pl.Float64}
    types |= {"ncbi_taxid": pl.Int64, "length_bp": pl.Int64, "gtdb_species": pl.String}
    for order in (rows, rows[::-1]):
        yield agreed_rows(pl.DataFrame(order, schema=types)).row(0, named=True)


@pytest.mark.parametrize(
    ("kingdoms", "kingdom", "genus", "flags"),
    [
        (("Animalia", "Metazoa"), "Metazoa", "Apis", ""),
        # Databases differ about the kingdoms of protists and algae; no animal is of another.
        (("Chromista", "Stramenopila"), None, "Apis", "conflict-kingdom"),
        (("Plantae", "Chromista"), None, "Apis", "conflict-kingdom"),
        (("Animalia", "Chromista"), None, None, "conflict-kingdom"),
        (("Fungi", "Plantae"), None, None, "conflict-kingdom"),
    ],
)
def test_tables_settle_kingdoms_as_lineages_do(kingdoms, kingdom, genus, flags):
    texts = [f"k__{name};f__Apidae;g__Apis" for name in kingdoms]
    found, differing = consensus([parse_lineage(text) for text in texts])
    assert (found["kingdom"], found["genus"]) == (kingdom, genus)
    assert "|".join(f"conflict-{rank}" for rank in differing) == flags
    for found in agreed(texts):
        assert (found["kingdom"], found["genus"]) == (kingdom, genus)
        assert found["flags"].replace("|unclassified", "") == flags


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Escherichia coli_E", "Escherichia coli"),
        ("Streptomyces rochei_A", "Streptomyces rochei"),
        ("Pseudomonas_E fluorescens_AA", "Pseudomonas fluorescens"),
    ],
)
def test_a_species_of_gtdbs_keeps_the_suffix_of_its_epithet(text, bare):
    lineage = f"d__Bacteria;p__Pseudomonadota;g__{text.split()[0]};s__{text}"
    assert parse_lineage(lineage)["species"] == text
    assert plain(text) == bare
    assert pl.DataFrame({"n": [text]}).select(plain_name(pl.col("n"))).item() == bare


@pytest.mark.parametrize(
    ("texts", "domain", "genus", "flags"),
    [
        # UNITE and checklists write no domain: their kingdoms and phyla tell it.
        (("d__Bacteria;g__Morganella", "k__Fungi;g__Morganella"), None, None, "domain"),
        (("d__Bacteria;g__Bacillus", "p__Arthropoda;g__Bacillus"), None, None, "domain"),
        (("d__Eukaryota;g__Morganella", "k__Fungi;g__Morganella"), "Eukaryota", "Morganella", ""),
        (("k__Fungi;g__Morganella", "k__Fungi;g__Morganella"), None, "Morganella", ""),
    ],
)
def test_kingdoms_speak_for_their_domain_in_tables(texts, domain, genus, flags):
    for found in agreed(texts):
        assert (found["domain"], found["genus"]) == (domain, genus)
        assert flags in found["flags"]
        assert ("conflict" in found["flags"]) == bool(flags)


@pytest.mark.parametrize("text", ["Streptomyces sp.", "Streptomyces spp.", "Streptomyces_spp"])
def test_species_that_nobody_named_are_absent(text):
    found = parse_lineage(f"k__Bacteria;p__Actinomycetota;g__Streptomyces;s__{text}")
    assert list(found.items())[-1] == ("genus", "Streptomyces")


def test_what_makes_a_name_of_ncbi_unique_is_no_part_of_it():
    """MEGAN writes names so."""
    found = parse_lineage(
        "Root; cellular organisms; Bacteria <bacteria>; Terrabacteria group;"
        " Actinobacteria <phylum>; Actinobacteria <class>; Streptomycetales"
    )
    assert list(found.values()) == [
        *("Bacteria", "Actinobacteria", "Actinobacteria", "Streptomycetales")
    ]
    assert parse_lineage("d__Bacteria;g__Bacillus <bacterium>(0.97)")["genus"] == "Bacillus"
    assert lineage_alone("Bacillus <bacterium>") == {"": "Bacillus"}
