"""Profiles of metagenomes: estimates stay shares, what is unknown stays a feature."""

from __future__ import annotations

import json

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.profiles import library_of
from soilbio.importers.registry import detect, read

SUMMARY = """\
query_name,rank,fraction,lineage,query_md5,query_filename,f_weighted_at_rank,bp_match_at_rank
S1,phylum,0.5,d__Bacteria;p__Bacillota,x,x,0.6,1
S1,species,0.3,d__Bacteria;p__Bacillota;g__Bacillus;s__Bacillus subtilis,x,x,0.35,1
S1,species,0.7,unclassified,x,x,0.65,1
"""
PROFILE = """\
Sample_file\tGenome_file\tTaxonomic_abundance\tSequence_abundance\tAdjusted_ANI
reads/S1_R1.fastq.gz\tdb/GCF_000009045.1_genomic.fna.gz\t80\t60\t98.2
reads/S1_R1.fastq.gz\tdb/GCA_000005845.2_genomic.fna.gz\t20\t15\t97.0
"""
SYLPHMPA = """\
#SampleID\tS1.fastq.gz\tTaxonomies_used:['GTDB_r220']
clade_name\trelative_abundance\tsequence_abundance\tANI (if strain-level)
d__Bacteria\t100\t75\tNA
d__Bacteria|p__Bacillota|g__Bacillus|s__Bacillus subtilis\t100\t75\tNA
"""
WIDE = """\
taxonomy_id\tname\trank\tlineage\trank_lineage\tS1\tS2
1423\tB. subtilis\tspecies\tBacteria;Bacillus;Bacillus subtilis\tdomain;genus;species\t5\t0
562\tE. coli\tspecies\tBacteria;Escherichia;Escherichia coli\tdomain;genus;species\t1\t9
"""
# With --add-name and --add-rank only.
NAMED = (
    "taxonomy_id\tname\trank\tS1\tS2\n1423\tBacillus subtilis\tspecies\t5\t0\n"
    "562\tEscherichia coli\tspecies\t1\t9\n"
)


@pytest.mark.parametrize(
    ("form", "name", "text", "options", "numbers", "lineage"),
    [
        ("sourmash", "S1.csv", SUMMARY, {}, {0.35, 0.65}, "Bacillus subtilis"),
        ("sourmash", "S1.csv", SUMMARY, {"rank": "phylum"}, {0.6}, "p__Bacillota"),
        ("sylph", "S1.tsv", PROFILE, {}, {0.8, 0.2}, ""),
        ("sylph", "S1.tsv", PROFILE, {"abundance": "sequence"}, {0.6, 0.15}, ""),
        ("sylph", "S1.sylphmpa", SYLPHMPA, {"abundance": "sequence"}, {0.75}, "Bacillus subtilis"),
        ("taxpasta", "merged.tsv", WIDE, {}, {5.0, 1.0, 9.0}, "s__Bacillus subtilis"),
        ("taxpasta", "merged.tsv", NAMED, {}, {5.0, 1.0, 9.0}, "s__Bacillus subtilis"),
    ],
)
def test_each_profile_gives_its_numbers(tmp_path, form, name, text, options, numbers, lineage):
    (tmp_path / name).write_text(text)
    assert form in [found for found, _ in detect(tmp_path / name)]
    found = read(form, [tmp_path / name], options)
    assert set(found.counts["value"].round(9)) == numbers
    assert found.shares == (form != "taxpasta")
    assert set(found.libraries) <= {"S1", "S2"}
    assert any(lineage in taxon.lineage for taxon in found.features.values())
    assert all(taxon.taxon_id for taxon in found.features.values())


@pytest.mark.parametrize(
    ("form", "text", "options"),
    [
        ("sourmash", SUMMARY, {"rank": "strain"}),
        ("sourmash", SUMMARY.replace("0.35", "much"), {}),
        ("sourmash", "a,b\n1,2\n", {}),
        ("sylph", PROFILE, {"abundance": "cells"}),
        ("sylph", PROFILE.replace("Genome_file", "Genome"), {}),
        ("taxpasta", WIDE.replace("taxonomy_id", "id"), {}),
        ("bracken", WIDE, {}),
        ("metaphlan", WIDE, {}),
        ("kraken2", WIDE, {}),
        ("sourmash", SUMMARY + "S1\n", {}),
        ("sourmash", SUMMARY.replace("0.35", "-0.35"), {}),
        ("sylph", PROFILE.replace("\t60\t", "\tmuch\t"), {"abundance": "sequence"}),
        ("sylph", PROFILE.replace("db/GCA_000005845.2_genomic.fna.gz", ""), {}),
        ("taxpasta", WIDE.replace("\t5\t", "\t-5\t"), {}),
    ],
)
def test_what_is_no_such_profile_is_refused(tmp_path, form, text, options):
    (tmp_path / "S1.tsv").write_text(text)
    with pytest.raises(InputError) as caught:
        read(form, [tmp_path / "S1.tsv"], options)
    assert {problem.code for problem in caught.value.problems} == {"import-profile"}


COUNTED = """\
 10.00\t10\t10\tU\t0\tunclassified
 90.00\t90\t0\tR\t1\troot
 90.00\t90\t0\tD\t2\t  Bacteria
 90.00\t90\t20\tG\t1386\t    Bacillus
 70.00\t70\t70\tS\t1423\t      Bacillus subtilis
"""
ESTIMATED = """\
100.00\t90\t0\tR\t1\troot
100.00\t90\t0\tD\t2\t  Bacteria
100.00\t90\t0\tG\t1386\t    Bacillus
100.00\t90\t90\tS\t1423\t      Bacillus subtilis
"""


@pytest.mark.parametrize(
    "name", ["S1_bracken_species.kreport2", "S1.kreport2_bracken_species", "S1.breport"]
)
def test_bracken_s_reports_are_estimates_with_lineages_and_no_reads(tmp_path, name):
    path = tmp_path / name
    path.write_text(ESTIMATED)
    assert detect(path)[0][0] == "bracken"
    found = read("bracken", [path], {})
    assert (found.libraries, found.shares) == (("S1",), True)
    assert found.counts["value"].to_list() == [1.0]
    (taxon,) = found.features.values()
    assert taxon.lineage == "d__Bacteria; g__Bacillus; s__Bacillus subtilis"


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [("kraken2", "S1_bracken_species.kreport", ESTIMATED), ("bracken", "S1.kreport", COUNTED)],
)
def test_reads_and_estimates_in_one_form_are_not_taken_for_each_other(tmp_path, form, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        read(form, [tmp_path / name], {})
    assert [problem.code for problem in caught.value.problems] == ["import-profile"]


@pytest.mark.parametrize("name", ["bracken_1.kreport", "S1_db1.bracken.kraken2.report.txt"])
def test_reads_are_kraken2_s_whatever_their_file_is_called(tmp_path, name):
    (tmp_path / name).write_text(COUNTED)
    assert detect(tmp_path / name)[0][0] == "kraken2"
    (tmp_path / "heath_1.kreport").write_text(COUNTED)
    found = read("kraken2", [tmp_path], {})
    assert len(found.libraries) == 2
    assert found.counts["value"].sum() == 200


ESTIMATES = """\
100.00\t9000\t0\tR\t1\troot
100.00\t9000\t0\tG\t374\t  Bradyrhizobium
90.00\t8100\t8100\t{rank}\t29448\t    Bradyrhizobium elkanii
10.00\t900\t900\tS\t375\t    Bradyrhizobium japonicum
"""


@pytest.mark.parametrize(("rank", "form"), [("S", "bracken"), ("S1", "kraken2")])
def test_thousands_of_reads_of_one_rank_alone_are_estimates(tmp_path, rank, form):
    (tmp_path / "S1.k2report").write_text(ESTIMATES.format(rank=rank))
    assert detect(tmp_path / "S1.k2report")[0][0] == form
    assert read(form, [tmp_path / "S1.k2report"], {}).libraries == ("S1",)
    if form == "bracken":
        with pytest.raises(InputError, match="Bracken's estimates"):
            read("kraken2", [tmp_path / "S1.k2report"], {})


OWN = (
    "Sample_file\tGenome_file\tTaxonomic_abundance\tSequence_abundance\tContig_name\n"
    "S1.fastq.gz\tdb/soil_bin_1.fa\t40\t40\tk1 len=5\n"
    "S1.fastq.gz\tdb/soil_bin_2.fa\t30\t30\tk2 len=9\n"
)


@pytest.mark.parametrize(
    ("text", "genomes"),
    [
        (OWN, {"genome:soil_bin_1.fa", "genome:soil_bin_2.fa"}),
        (OWN.replace("soil_bin_", "soil bin "), {"genome:soil_bin_1.fa", "genome:soil_bin_2.fa"}),
        (OWN.replace("bin_2", "bin_1"), {"genome:k1", "genome:k2"}),
        (OWN.replace("soil_bin_1.fa", "GCA_000005845.2_a_b.fa.gz"),
         {"genome:GCA_000005845.2", "genome:soil_bin_2.fa"}),
    ],
    ids=["files", "spaces", "a genome for each sequence", "accession"],
)  # fmt: skip
def test_genomes_of_ones_own_stay_apart(tmp_path, text, genomes):
    (tmp_path / "S1.tsv").write_text(text)
    found = read("sylph", [tmp_path / "S1.tsv"], {})
    assert {taxon.taxon_id for taxon in found.features.values()} == genomes


def test_two_genomes_of_one_name_are_refused(tmp_path):
    (tmp_path / "S1.tsv").write_text(OWN.replace("db/soil_bin_2", "other/soil_bin_1"))
    with pytest.raises(InputError) as caught:
        read("sylph", [tmp_path / "S1.tsv"], {})
    assert [(problem.code, problem.row) for problem in caught.value.problems] == [
        ("import-profile", 3)
    ]


@pytest.mark.parametrize(
    ("name", "is_same"),
    [("bin.1.fa", False), ("GCA_000005845.2_genomic.fna.gz", True), ("MGYG000000001.fa", True)],
)
def test_only_genomes_of_archives_are_the_same_in_two_laboratories(tmp_path, name, is_same):
    method = write_method(tmp_path, METHOD)
    features = []
    for library in ("A1", "B1"):
        profile = OWN.replace("soil_bin_1.fa", name).replace("S1.", f"{library}.")
        (tmp_path / f"{library}.tsv").write_text(profile)
        words = ["import", "sylph", str(tmp_path / f"{library}.tsv"), "--method", str(method)]
        assert main([*words, "--out", str(tmp_path / library)]) == 0
        features.append(set(read_dataset(tmp_path / library).table("features")["feature_id"]))
    assert len(features[0] & features[1]) == is_same


def test_two_files_of_one_library_are_not_added_up(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "S1.csv").write_text(SUMMARY.replace("S1,", ","))
    with pytest.raises(InputError) as caught:
        read("sourmash", [tmp_path / "a" / "S1.csv", tmp_path / "b" / "S1.csv"], {})
    assert [problem.code for problem in caught.value.problems] == ["import-library-twice"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ERR1_SILVA-SSU.txt", "12\tsk__Bacteria\tk__\tp__Firmicutes\n3\tsk__Bacteria\n"),
        (
            "ERR1_SSU.fasta.mseq.tsv",
            "# Constructed from biom file\n# OTU ID\tSSU_rRNA\ttaxonomy\ttaxid\n"
            "7\t12.0\tsk__Bacteria;k__;p__Firmicutes\t1239\n8\t3.0\tsk__Bacteria\t2\n",
        ),
    ],
)
def test_sums_of_mgnify_s_reads_are_lineages_of_a_run(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert detect(tmp_path / name)[0][0] == "mgnify"
    found = read("mgnify", [tmp_path / name], {})
    assert found.libraries == ("ERR1",)
    counts = found.counts.select("feature", "value").sort("value").rows()
    assert counts == [("sk__Bacteria", 3), ("sk__Bacteria;k__;p__Firmicutes", 12)]


def test_a_library_in_which_sylph_found_nothing_stays_and_one_alone_is_no_table(tmp_path):
    (tmp_path / "S1.tsv").write_text(PROFILE)
    (tmp_path / "S2.tsv").write_text(PROFILE.partition("\n")[0] + "\n")
    assert sorted(read("sylph", [tmp_path], {}).libraries) == ["S1", "S2"]
    with pytest.raises(InputError) as caught:
        read("sylph", [tmp_path / "S2.tsv"], {})
    assert [problem.code for problem in caught.value.problems] == ["import-table-empty"]


@pytest.mark.parametrize("number", ["inf", "1.7", "-3", "many"])
def test_numbers_of_mgnify_that_are_no_reads_are_refused(tmp_path, number):
    (tmp_path / "ERR1_SILVA-SSU.txt").write_text(f"12\tsk__Bacteria\n{number}\tsk__Archaea\n")
    with pytest.raises(InputError) as caught:
        read("mgnify", [tmp_path / "ERR1_SILVA-SSU.txt"], {})
    assert [problem.row for problem in caught.value.problems] == [2]


@pytest.mark.parametrize(
    "text", [SYLPHMPA.replace("relative_abundance", "x"), SYLPHMPA + "d__A|s__B\n"]
)
def test_tables_of_sylph_tax_without_their_columns_are_refused(tmp_path, text):
    (tmp_path / "S1.sylphmpa").write_text(text)
    with pytest.raises(InputError) as caught:
        read("sylph", [tmp_path / "S1.sylphmpa"], {})
    assert {problem.code for problem in caught.value.problems} == {"import-profile"}


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("S1.kraken2.report.txt", "S1"),
        ("SRR12376372.report", "SRR12376372"),
        ("soil_metaphlan_profile.txt", "soil"),
        ("S1.txt.gz", "S1"),
        ("sample.S", "sample"),
        ("test.mseq", "test"),
        ("ERR1_SSU.fasta.mseq.gz", "ERR1_SSU"),
    ],
)
def test_a_library_is_named_by_its_file_without_what_profilers_append(tmp_path, name, library):
    assert library_of(tmp_path / name) == library


# As Kraken2 2.1.2 of Debian 12 writes them: letters of the root, of domains, of phyla are missing.
BARE = """\
 10.00\t1\t1\tU\t0\tunclassified
 90.00\t9\t0\t\t1\troot
 90.00\t9\t0\t1\t2\t  cellular organisms
 90.00\t9\t1\t\t3\t    Bacteria
 50.00\t5\t0\t\t4\t      Bacillati
 50.00\t5\t2\t\t5\t        Bacillota
 30.00\t3\t0\t1\t6\t          some group
 30.00\t3\t3\tC\t7\t            Bacilli
 30.00\t3\t3\t\t8\t      Pseudomonadota
"""


@pytest.mark.parametrize(("code", "engine"), [("R", "kraken2"), ("-", None)])
def test_what_counted_reads_is_asked_for_where_the_report_is_not_kraken2_s(tmp_path, code, engine):
    lines = ["0.0\t0\t0\tU\t0\tunclassified", f"100.0\t9\t0\t{code}\t1\troot"]
    lines += ["100.0\t9\t9\tD\t2\t  Bacteria"]
    (tmp_path / "S1.txt").write_text("\n".join(lines) + "\n")
    found = read("kraken2", [tmp_path / "S1.txt"], {})
    assert found.method.get("engine") == engine
    told = [word for word in (*found.notes, *detect(tmp_path / "S1.txt")[0]) if "Kraken 1" in word]
    assert len(told) == (0 if engine else 2)
    forms = [form for form, _ in detect(tmp_path / "S1.txt") if form != "table"]
    assert forms == (["kraken2"] if engine else ["kraken2", "taxpasta"])


def test_letters_that_kraken2_leaves_out_are_told_from_what_is_above(tmp_path):
    (tmp_path / "S1.txt").write_text(BARE)
    found = read("kraken2", [tmp_path / "S1.txt"], {"taxids": "own"})
    lineages = {name: taxon.lineage for name, taxon in found.features.items()}
    assert lineages == {
        "unclassified": "",
        "own:3": "d__Bacteria",
        "own:5": "d__Bacteria; k__Bacillati; p__Bacillota",
        "own:7": "d__Bacteria; k__Bacillati; p__Bacillota; c__Bacilli",
        "own:8": "d__Bacteria; p__Pseudomonadota",
    }


# NCBI's ranks of 2025, for which Kraken2 has no letter, counted on from the root or left out.
NEW_RANKS = """\
 90.00\t9\t0\t{root}\t1\troot
 50.00\t5\t0\t{one}\t131567\t  cellular organisms
 30.00\t3\t0\t{two}\t2\t    Bacteria
 30.00\t3\t3\tK\t1783272\t      Bacillati
 20.00\t2\t0\t{two}\t2759\t    Eukaryota
 20.00\t2\t0\tR3\t33154\t      Opisthokonta
 20.00\t2\t2\tK\t4751\t        Fungi
 40.00\t4\t0\t{one}\t10239\t  Viruses
 40.00\t4\t0\t{two}\t2731341\t    Duplodnaviria
 40.00\t4\t0\t{kingdom}\t2731360\t      Heunggongvirae
 40.00\t4\t4\tP\t2731618\t        Uroviricota
"""


@pytest.mark.parametrize(
    ("root", "one", "two", "kingdom"),
    [("R", "R1", "R2", "K"), ("", "1", "2", "K"), ("R", "", "", "K"), ("", "1", "2", "")],
)
def test_domains_and_viruses_are_domains_whatever_code_they_have(tmp_path, root, one, two, kingdom):
    text = NEW_RANKS.format(root=root, one=one, two=two, kingdom=kingdom)
    (tmp_path / "S1.txt").write_text(text)
    found = read("kraken2", [tmp_path / "S1.txt"], {"taxids": "ncbi"})
    lineages = {name: taxon.lineage for name, taxon in found.features.items()}
    assert lineages["ncbi:2731618"] == "d__Viruses; k__Heunggongvirae; p__Uroviricota"
    assert lineages["ncbi:1783272"] == "d__Bacteria; k__Bacillati"
    assert lineages["ncbi:4751"] == "d__Eukaryota; k__Fungi"


BRACKEN = (
    "name\ttaxonomy_id\ttaxonomy_lvl\tkraken_assigned_reads\tadded_reads\tnew_est_reads"
    "\tfraction_total_reads\n{name}\t{number}\tP\t5\t1\t6\t1.0\n"
)


@pytest.mark.parametrize("name", ["Bacillota", "p__Bacillota"])
@pytest.mark.parametrize("engine", ["kraken2", "bracken"])
def test_numbers_that_are_not_ncbis_are_not_imported_as_such(tmp_path, engine, name):
    text = BRACKEN.format(name=name, number=5) if engine == "bracken" else BARE
    (tmp_path / "S1.txt").write_text(text.replace("Bacillota\n", f"{name}\n"))
    for said in ({}, {"taxids": "ncbi"}):
        with pytest.raises(InputError, match=r"taxids: own.*\[import-profile\]"):
            read(engine, [tmp_path / "S1.txt"], said)
    found = read(engine, [tmp_path / "S1.txt"], {"taxids": "own"})
    assert all(taxon.taxon_id[:4] in ("own:", "uncl") for taxon in found.features.values())
    (tmp_path / "S3.tsv").write_text(f"taxonomy_id\tname\tcount\n5\t{name}\t7\n")
    with pytest.raises(InputError, match=r"taxids: own.*\[import-profile\]"):
        read("taxpasta", [tmp_path / "S3.tsv"], {})
    right = BRACKEN.format(name="Bacillota", number=1239)
    (tmp_path / "S2.txt").write_text(right)
    assert "ncbi:1239" in read("bracken", [tmp_path / "S2.txt"], {}).features


OF_GENE = "100.0\t9\t9\tG\t41\tBacillus\n"


@pytest.mark.parametrize(
    ("stated", "strategy", "abundance"),
    [
        ("assay_id: 16S-V4-515F-806R", "AMPLICON", "marker"),
        ("assay_id: 16S-V4-515F-806R, library_strategy: AMPLICON", "AMPLICON", "marker"),
        ("assay_id: ours, target_gene: ITS, target_subfragment: ITS2, pcr_primer_forward:"
         " GTGARTCATCGAATCTTTG, pcr_primer_reverse: TCCTCCGCTTATTGATATGC", "AMPLICON", "marker"),
        ("assay_id: ours", "WGS", "sequence"),
        ("assay_id: ours, target_gene: not applicable", "WGS", "sequence"),
        ("assay_id: ours, library_strategy: WGS", "WGS", "sequence"),
    ],
    ids=["known", "said", "gene", "nothing", "no gene", "metagenome"],
)  # fmt: skip
def test_reports_of_amplicons_are_of_amplicons(tmp_path, stated, strategy, abundance):
    (tmp_path / "S1.kreport").write_text(OF_GENE)
    named = f"assay: {{{stated}, reference: SILVA, reference_version: '138'}}\n"
    method = write_method(
        tmp_path, f"title: T\nagreement: partner@1.0\ntable: {{taxids: own}}\n{named}"
    )
    words = ["import", "kraken2", str(tmp_path / "S1.kreport"), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    dataset = read_dataset(tmp_path / "out")
    (row,) = dataset.table("assays").iter_rows(named=True)
    assert (row["library_strategy"], row["abundance"]) == (strategy, abundance)
    told = json.loads((tmp_path / "out" / "provenance" / "imported.json").read_text())
    assert "the source says" not in json.dumps(told["notes"])
    assert ("library_strategy" in told["said_by_source"]) == (strategy == "WGS")


def test_what_profilers_are_used_for_as_a_rule_is_no_answer_in_the_file_to_fill_in(
    tmp_path, capsys
):
    (tmp_path / "S1.kreport").write_text(OF_GENE)
    assert main(["import", "kraken2", str(tmp_path / "S1.kreport")]) == 1
    told = capsys.readouterr().err
    assert '  # library_strategy: "WGS"    # as a rule' in told
    assert '  engine: "kraken2"' in told


COMBINED = (
    "name\ttaxonomy_id\ttaxonomy_lvl\tA.bracken_num\tA.bracken_frac\n"
    "{name}\t1183\tS\t600\t0.6\nEscherichia coli\t4021\tS\t400\t0.4\n"
)


def test_combined_tables_of_bracken_with_names_of_gtdbs_have_no_numbers_of_ncbis(tmp_path):
    (tmp_path / "all.tsv").write_text(COMBINED.format(name="Bradyrhizobium elkanii_A"))
    with pytest.raises(InputError, match=r"elkanii_A.*taxids: own.*\[import-profile\]"):
        read("bracken", [tmp_path / "all.tsv"], {})
    assert "gtdb:1183" in read("bracken", [tmp_path / "all.tsv"], {"taxids": "gtdb"}).features


@pytest.mark.parametrize(
    ("form", "text", "lineages"),
    [
        ("bracken", COMBINED.format(name="s__Bradyrhizobium elkanii_A"),
         {"s__Bradyrhizobium elkanii_A", "s__Escherichia coli"}),
        ("bracken", BRACKEN.format(name="p__Bacillota", number=7), {"p__Bacillota"}),
        ("kraken2", "100.0\t9\t0\tD\t3\tk__Bacteria\n100.0\t9\t9\tP\t5\t  p__Bacillota\n",
         {"d__Bacteria; p__Bacillota"}),
        ("taxpasta", "taxonomy_id\tname\trank\tcount\n5\ts__Gp1-AA17 sp003141435\tspecies\t9\n",
         {"s__Gp1-AA17 sp003141435"}),
        ("taxpasta", "taxonomy_id\tname\trank\tcount\n5\tg__Gp1-AA17\tgenus\t9\n",
         {"g__Gp1-AA17"}),
    ],
    ids=["combined", "bracken", "kraken2", "species", "genus"],
)  # fmt: skip
def test_names_that_have_their_rank_already_get_no_second(tmp_path, form, text, lineages):
    (tmp_path / "S1.tsv").write_text(text)
    found = read(form, [tmp_path / "S1.tsv"], {"taxids": "gtdb"})
    assert {taxon.lineage for taxon in found.features.values()} == lineages


@pytest.mark.parametrize(
    ("reference", "option", "code"),
    [("GTDB", "", 1), ("GTDB", "table: {taxids: own}\n", 0), ("PlusPF", "", 0)],
)
def test_whose_numbers_taxa_have_is_asked_where_the_reference_is_not_ncbi_s(
    tmp_path, capsys, reference, option, code
):
    (tmp_path / "all.tsv").write_text(COMBINED.format(name="Bradyrhizobium japonicum"))
    assay = f"assay: {{assay_id: w, library_strategy: WGS, reference: {reference},"
    text = f"title: T\nagreement: partner@1.0\n{option}{assay} reference_version: '1'}}\n"
    method = write_method(tmp_path, text)
    words = ["import", "bracken", str(tmp_path / "all.tsv"), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == code
    assert ("table.taxids: found 'the reference GTDB" in capsys.readouterr().err) == bool(code)


# MetaPhlAn 1 and 2, combined tables of Bracken, ids of taxpasta.

MPA2 = "k__Bacteria\t100.0\nk__Bacteria|p__A\t100.0\nk__Bacteria|p__A|s__x_y\t100.0\n"


def test_a_profile_of_metaphlan_2_is_called_by_its_file(tmp_path):
    paths = [tmp_path / f"{name}_profile.txt" for name in "AB"]
    for path in paths:
        path.write_text(f"#SampleID\tMetaphlan2_Analysis\n{MPA2}")
        assert detect(path)[0][0] == "metaphlan"
    assert read("metaphlan", paths, {}).libraries == ("A", "B")


GENERA = "k__Bacteria|p__A|g__X\t60\t100\nk__Bacteria|p__B|g__Y\t30\t0\n"


@pytest.mark.parametrize("unknown", ["UNCLASSIFIED\t10\t0\n", "UNKNOWN\t10\t0\n", ""])
@pytest.mark.parametrize("rows", [GENERA, ""])
def test_a_profile_of_metaphlan_without_species_is_refused(tmp_path, unknown, rows):
    (tmp_path / "all.txt").write_text(f"clade_name\tA\tB\n{unknown}{rows}")
    with pytest.raises(InputError, match=r"rows of species.*tax_lev.*\[import-profile\]"):
        read("metaphlan", [tmp_path / "all.txt"], {})


def test_a_profile_of_metaphlan_of_which_nothing_is_known_has_no_species(tmp_path):
    (tmp_path / "S1.txt").write_text("#clade_name\trelative_abundance\nUNCLASSIFIED\t100.0\n")
    found = read("metaphlan", [tmp_path / "S1.txt"], {})
    assert found.counts.rows() == [("S1", "UNCLASSIFIED", 100.0)]


def test_a_merged_table_of_metaphlan_2_has_its_libraries(tmp_path):
    path = tmp_path / "merged.txt"
    head = "ID\tA\tB\n#SampleID\tMetaphlan2_Analysis\tMetaphlan2_Analysis\n"
    text = MPA2.replace("100.0", "100.0\t100.0")
    path.write_text(head + text)
    assert detect(path)[0][0] == "metaphlan"
    assert read("metaphlan", [path], {}).libraries == ("A", "B")
    path.write_text(head.partition("\n")[2] + text)
    with pytest.raises(InputError, match="names of the libraries"):
        read("metaphlan", [path], {})


def test_a_combined_table_of_bracken_has_its_libraries(tmp_path):
    path = tmp_path / "all.txt"
    header = "name\ttaxonomy_id\ttaxonomy_lvl\tA.bracken_num\tA.bracken_frac\tB.bracken_num"
    path.write_text(
        f"{header}\tB.bracken_frac\nBacillus subtilis\t1423\tS\t100\t0.5\t50\t0.25\n"
        "Escherichia coli\t562\tS\t100\t0.5\t150\t0.75\n"
    )
    assert detect(path)[0][0] == "bracken"
    found = read("bracken", [path], {})
    assert found.libraries == ("A", "B")
    assert found.counts["value"].sum() == 2
    assert found.features["ncbi:562"].lineage == "s__Escherichia coli"


def test_ids_of_taxpasta_are_numbers_unless_another_taxonomy_is_stated(tmp_path):
    path = tmp_path / "S1.tsv"
    path.write_text("taxonomy_id\tcount\n562\t10\nfoo\t3\n")
    with pytest.raises(InputError) as caught:
        read("taxpasta", [path], {})
    assert [(one.row, one.found) for one in caught.value.problems] == [(3, "foo")]
    assert "gtdb:foo" in read("taxpasta", [path], {"taxids": "gtdb"}).features


def test_what_taxpasta_leaves_out_is_said(tmp_path):
    path = tmp_path / "S1.tsv"
    path.write_text("taxonomy_id\tcount\n562\t10\n")
    assert any("have ids only" in note for note in read("taxpasta", [path], {}).notes)
    path.write_text(
        "taxonomy_id\tname\trank\tlineage\tS1\n287\t\t\t\t5\n"
        "562\tE. coli\tspecies\troot;cellular organisms;Bacteria;E. coli\t10\n"
    )
    notes = read("taxpasta", [path], {}).notes
    assert any(note.startswith("1 of 2 taxa have ids only") for note in notes)
    assert any(note.startswith("1 lineages have no ranks") for note in notes)


@pytest.mark.parametrize(
    "name",
    [
        *("S1.krakenuniq.report.txt", "S1-kaiju.txt", "S1.centrifuge.txt", "S1.kmcp.profile"),
        "S1.ganon.tre",
    ],
)
def test_what_profilers_append_to_names_is_none_of_the_library(name):
    from pathlib import Path

    assert library_of(Path(name)) == "S1"


def test_matches_of_several_queries_are_libraries_each(tmp_path):
    header = "f_unique_weighted,name,query_name\n"
    (tmp_path / "all.csv").write_text(
        f"{header}0.4,GCF_000009045.1 B,SoilA\n0.3,GCF_000005845.2 E,SoilA\n"
        "0.2,GCF_000009045.1 B,SoilB\n0.1,GCF_000009045.1 B,\n"
    )
    counts = read("sourmash", [tmp_path / "all.csv"], {}).counts
    assert sorted(counts.rows()) == [
        ("SoilA", "GCF_000005845.2", 0.3),
        ("SoilA", "GCF_000009045.1", 0.4),
        ("SoilB", "GCF_000009045.1", 0.2),
        ("all", "GCF_000009045.1", 0.1),
    ]


def test_files_of_a_folder_that_are_no_profiles_are_named(tmp_path):
    for name in ("S1.kreport", "S2.kreport"):
        (tmp_path / name).write_text(COUNTED)
    (tmp_path / "readme.txt").write_text("ours\n")
    (tmp_path / "S3.log").write_text("theirs\n")
    found = read("kraken2", [tmp_path], {})
    assert found.libraries == ("S1", "S2")
    assert f"2 files of {tmp_path} are not taken: S3.log, readme.txt" in found.notes


@pytest.mark.parametrize("name", ["S3.kreport", "S3.kreport.gz"])
@pytest.mark.parametrize("text", ["", f"%\treads\town\trank\ttaxid\tname\n{COUNTED}"])
def test_a_profile_of_a_folder_that_cannot_be_read_is_told(tmp_path, name, text):
    (tmp_path / "S1.kreport").write_text(COUNTED)
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        read("kraken2", [tmp_path], {})
    assert {problem.source for problem in caught.value.problems} == {str(tmp_path / name)}


@pytest.mark.parametrize("is_folder", [False, True])
def test_of_a_table_of_bracken_and_its_report_the_report_is_taken(tmp_path, is_folder):
    header = "name\ttaxonomy_id\ttaxonomy_lvl\tkraken_assigned_reads\tadded_reads"
    for name in ("S1", "S2"):
        (tmp_path / f"{name}.bracken").write_text(
            f"{header}\tnew_est_reads\tfraction_total_reads\n"
            "Bacillus subtilis\t1423\tS\t70\t20\t90\t1.0\n"
        )
    (tmp_path / "S1_bracken_species.kreport").write_text(ESTIMATED)
    found = read("bracken", [tmp_path] if is_folder else sorted(tmp_path.iterdir()), {})
    assert sorted(found.libraries) == ["S1", "S2"]
    assert found.counts["value"].to_list() == [1.0, 1.0]
    assert any(note.endswith("the tables S1.bracken") for note in found.notes)
    assert any(";" in taxon.lineage for taxon in found.features.values())


def test_species_of_metaphlan_go_by_its_names_with_taxids_and_without(tmp_path):
    above = "k__Bacteria|p__Bacillota|g__Bacillus"
    rows = {
        f"{above}|s__Bacillus_subtilis": ("2|1239|1386|1423", 60),
        f"{above}|s__Bacillus_sp_X": ("2|1239|1386|1423", 30),
        f"{above}|s__Bacillus_SGB9": ("2|1239|1386|", 10),
    }
    one, merged = tmp_path / "S1_profile.txt", tmp_path / "merged.txt"
    one.write_text(
        "#clade_name\tclade_taxid\trelative_abundance\n"
        + "".join(f"{clade}\t{taxids}\t{share}\n" for clade, (taxids, share) in rows.items())
    )
    merged.write_text(
        "clade_name\tS1\tS2\n"
        + "".join(f"{clade}\t{share}\t{share}\n" for clade, (_, share) in rows.items())
    )
    features = read("metaphlan", [one], {}).features
    ids = {clade: f"metaphlan:{clade.rpartition('|')[2]}" for clade in rows}
    assert {name: taxon.taxon_id for name, taxon in features.items()} == ids
    assert [taxon.ncbi_taxid for taxon in features.values()] == [1423, 1423, None]
    again = read("metaphlan", [merged], {}).features
    assert {name: taxon.taxon_id for name, taxon in again.items()} == ids


def test_a_profile_of_metaphlan_may_have_the_clades_of_gtdb(tmp_path):
    clades = ["d__Bacteria", "p__Pseudomonadota", "g__Bradyrhizobium", "s__Bradyrhizobium elkanii"]
    rows = [f"{';'.join(clades[: at + 1])}\t40.0\n" for at in range(len(clades))]
    head = "#mpa_vJun23_CHOCOPhlAnSGB_202307\n#clade_name\trelative_abundance\nUNCLASSIFIED\t60.0\n"
    (tmp_path / "S1.txt").write_text(head + "".join(rows))
    found = read("metaphlan", [tmp_path / "S1.txt"], {})
    assert sorted(found.counts["value"].to_list()) == [40.0, 60.0]
    species = found.features[";".join(clades)]
    assert species.taxon_id == "gtdb:s__Bradyrhizobium elkanii"
    assert species.lineage == ";".join(clades)


NEW = [f"d__Bacteria;p__X;g__{genus};s__" for genus in ("Blautia_A", "Gp6-AA45")]


@pytest.mark.parametrize("form", ["metaphlan", "sourmash"])
def test_species_without_a_name_stay_apart(tmp_path, form):
    if form == "metaphlan":
        head, mark = "#mpa_vJun23\n#clade_name\trelative_abundance\n", "\t50.0"
        text = head + "".join(f"{one}{mark}\n" for one in ("d__Bacteria", *NEW)).replace(
            f"d__Bacteria{mark}", "d__Bacteria\t100.0", 1
        )
    else:
        rows = "".join(f"S1,species,0.5,{one},x,x,0.5,1\n" for one in NEW)
        text = SUMMARY.partition("\n")[0] + "\n" + rows
    path = tmp_path / ("S1.txt" if form == "metaphlan" else "S1.csv")
    path.write_text(text)
    method = write_method(tmp_path, METHOD.replace("assay:", "assay:\n  library_strategy: WGS"))
    words = ["import", form, str(path), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    features = read_dataset(tmp_path / "out").table("features")
    assert sorted(features["genus"]) == ["Blautia_A", "Gp6-AA45"]
    assert all(one.rpartition(":")[2] in NEW for one in features["feature_id"])
