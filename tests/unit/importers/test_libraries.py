"""Libraries of one name in a table that holds several."""

from __future__ import annotations

import pytest

from soilbio.errors import InputError
from soilbio.importers.registry import read

SYLPH = (
    "Sample_file\tGenome_file\tTaxonomic_abundance\tSequence_abundance\tContig_name\n"
    "{0}\tGCF_000005845.2.fna\t20\t20\tA\n"
    "{0}\tGCF_000009045.1.fna\t10\t10\tB\n"
    "{1}\tGCF_000009045.1.fna\t40\t40\tB\n"
)
GATHER = (
    "f_unique_weighted,name,query_filename,query_name\n"
    "0.2,GCF_000005845.2,{0},\n0.1,GCF_000009045.1,{0},\n0.4,GCF_000009045.1,{1},\n"
)
SUMMARY = (
    "query_name,rank,lineage,query_filename,f_weighted_at_rank\n"
    "S,species,a;b,{0},0.2\nS,species,a;c,{0},0.1\nS,species,a;c,{1},0.4\n"
)


@pytest.mark.parametrize(
    ("form", "text", "column"),
    [
        ("sylph", SYLPH, "Sample_file"),
        ("sourmash", GATHER, "query_name"),
        ("sourmash", SUMMARY, "query_name"),
    ],
)
def test_files_of_one_name_in_several_folders_are_refused(tmp_path, form, text, column):
    path = tmp_path / "all.csv"
    path.write_text(text.format("S1/reads_1.fastq.gz", "S2/reads_1.fastq.gz"))
    with pytest.raises(InputError) as caught:
        read(form, [path], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.column) == ("import-library-twice", 4, column)
    assert problem.found == "S2/reads_1.fastq.gz"
    path.write_text(text.format("S1/reads_1.fastq.gz", "S1/reads_1.fastq.gz"))
    assert len(read(form, [path], {}).libraries) == 1


def test_what_tells_files_of_one_name_apart_may_stand_in_the_place_of_their_paths(tmp_path):
    (tmp_path / "all.tsv").write_text(SYLPH.format("S1", "S2"))
    assert read("sylph", [tmp_path / "all.tsv"], {}).libraries == ("S1", "S2")


MPA = "k__A|s__x\t100\t100\n"
BRACKEN = "name\ttaxonomy_id\ttaxonomy_lvl"
SHARES = "A.bracken_num\tA.bracken_frac"


@pytest.mark.parametrize(
    ("form", "text", "options"),
    [
        ("taxpasta", "#consensus_taxonomy\tA\tA\nx y [mOTU_1]\t5\t7\n", {"profiler": "motus"}),
        ("taxpasta", "taxonomy_id\tA\tA\n562\t5\t7\n", {}),
        ("metaphlan", f"clade_name\tA\tA\n{MPA}", {}),
        ("bracken", f"{BRACKEN}\t{SHARES}\t{SHARES}\nx\t5\tS\t9\t0.9\t5\t0.5\n", {}),
        (
            "bracken",
            f"{BRACKEN}\t{SHARES}\t{SHARES.replace('.', '_')}\nx\t5\tS\t9\t0.9\t5\t0.5\n",
            {},
        ),
    ],
)
def test_columns_of_one_library_are_refused(tmp_path, form, text, options):
    (tmp_path / "all.txt").write_text(text)
    with pytest.raises(InputError) as caught:
        read(form, [tmp_path / "all.txt"], options)
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.found) == ("import-library-twice", 1, "A")
