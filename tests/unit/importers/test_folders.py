"""A folder that no pipeline has as its output: which of its files belong together."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pipeline_outputs import qiime2

from soilbio.errors import InputError
from soilbio.importers.registry import read

COUNTS = "#OTU ID\tS1\tS2\none\t5\t0\nother\t2\t7\n"
LINEAGES = "Feature ID\tTaxon\tConfidence\none\td__Bacteria; g__A\t0.9\nother\td__Archaea\t0.8\n"


@pytest.fixture
def export(tmp_path) -> Path:
    """A folder of a table, and what is known of its features in files beside it."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "feature-table.tsv").write_text(COUNTS)
    (folder / "taxonomy.tsv").write_text(LINEAGES)
    (folder / "dna-sequences.fasta").write_text(">one\nACGTACGT\n>other\nACGTTTTT\n")
    (folder / "aligned.fasta").write_text(">one\nACGT-ACGT\n>other\nACGT-TTTT\n")
    (folder / "metadata.tsv").write_text("sample-id\tsite\nS1\tfield\nS2\tforest\n")
    (folder / "tree.nwk").write_text("(one,other);\n")
    return folder


@pytest.mark.parametrize("form", ["biom", "table"])
def test_of_a_folder_a_table_is_taken_with_its_sequences_and_lineages(export, form):
    if form == "biom":
        import biom

        text = biom.Table.from_tsv(COUNTS.splitlines(), None, None, lambda one: one)
        (export / "feature-table.biom").write_text(text.to_json("test"))
    found = read(form, [export], {})
    assert {name: (one.sequence, one.lineage) for name, one in found.features.items()} == {
        "one": ("ACGTACGT", "d__Bacteria; g__A"),
        "other": ("ACGTTTTT", "d__Archaea"),
    }
    (note,) = [note for note in found.notes if "are not taken" in note]
    assert all(name in note for name in ("aligned.fasta", "metadata.tsv", "tree.nwk"))


@pytest.mark.parametrize("name", ["taxonomy.tsv", "dna-sequences.fasta"])
def test_a_folder_of_several_lineages_or_sequences_is_refused(export, name):
    (export / f"other-{name}").write_bytes((export / name).read_bytes())
    with pytest.raises(InputError, match=f"other-{name}.*import-table-count"):
        read("table", [export], {})


@pytest.mark.parametrize("form", ["dada2", "table", "kraken2", "biom", "phyloseq", "mgnify"])
def test_a_folder_without_a_table_of_the_format_is_told_to_be_one(tmp_path, form):
    (tmp_path / "readme.txt").write_text("ours\n")
    with pytest.raises(InputError, match=r"readme.txt.*Name the files in it.*import-file-missing"):
        read(form, [tmp_path], {})


def test_features_of_dada2_may_be_numbered_with_their_sequences_in_a_file(export):
    (export / "aligned.fasta").unlink()
    found = read("dada2", [export], {})
    assert found.method["engine"] == "dada2"
    assert {name: one.sequence for name, one in found.features.items()} == {
        "one": "ACGTACGT",
        "other": "ACGTTTTT",
    }


TAXA = "id\tkingdom\tgenus\none\tBacteria\tA\nother\tArchaea\t\n"


@pytest.fixture
def template(tmp_path) -> Path:
    """A folder in the template of GBIF's toolkit, with sequences and a note beside it."""
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "OTU_table.tsv").write_text("id\tS1\tS2\none\t5\t0\nother\t2\t7\n")
    (folder / "taxonomy.tsv").write_text(TAXA)
    (folder / "samples.tsv").write_text("id\teventDate\nS1\t2024-05-01\nS2\t2024-05-02\n")
    (folder / "seqs.fasta").write_text(">one\nACGTACGT\n>other\nACGTTTTT\n")
    (folder / "notes.txt").write_text("ours\n")
    return folder


def sequences(found) -> dict[str, str]:
    return {name: one.sequence for name, one in found.features.items()}


def test_a_folder_in_the_toolkit_s_template_is_taken_with_its_sequences(template):
    found = read("mdt", [template], {})
    assert sequences(found) == {"one": "ACGTACGT", "other": "ACGTTTTT"}
    assert template / "seqs.fasta" in found.sources
    assert f"1 files of {template} are not taken: notes.txt" in found.notes
    (template / "other.fasta").write_text(">one\nACGTACGT\n")
    with pytest.raises(InputError, match=r"other\.fasta.*import-table-count"):
        read("mdt", [template], {})


@pytest.mark.parametrize(
    ("taxa", "fasta"),
    [
        ("taxonomy.csv", "rep_seqs.fasta"),
        ("tax_table.csv", "refseq.fna"),
        ("t.csv", "refseq.fasta"),
    ],
)
def test_a_folder_of_phyloseq_s_tables_is_taken_with_what_lies_beside_them(tmp_path, taxa, fasta):
    (tmp_path / "otu_table.csv").write_text("OTU ID,S1,S2\none,5,0\nother,2,7\n")
    (tmp_path / taxa).write_text(TAXA.replace("\t", ","))
    (tmp_path / fasta).write_text(">one\nACGTACGT\n>other\nACGTTTTT\n")
    (tmp_path / "tree.nwk").write_text("(one,other);\n")
    found = read("phyloseq", [tmp_path], {})
    assert sequences(found) == {"one": "ACGTACGT", "other": "ACGTTTTT"}
    assert all(taxon.lineage for taxon in found.features.values())
    assert f"1 files of {tmp_path} are not taken: tree.nwk" in found.notes


def of_qiime2(path: Path, kind: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("u/metadata.yaml", f"uuid: u\ntype: {kind}\nformat: any\n")


@pytest.fixture
def analysis(tmp_path) -> Path:
    """A folder of QIIME 2, with all that an analysis leaves in it."""
    folder = tmp_path / "analysis"
    folder.mkdir()
    qiime2(folder)
    of_qiime2(folder / "stats.qza", "SampleData[DADA2Stats]")
    of_qiime2(folder / "rooted-tree.qza", "Phylogeny[Rooted]")
    of_qiime2(folder / "barplot.qzv", "Visualization")
    return folder


def test_of_a_folder_of_qiime2_what_is_read_is_taken_and_the_rest_named(analysis):
    found = read("qiime2", [analysis], {})
    assert found.features["ASV1"].sequence
    assert found.features["ASV1"].lineage
    (note,) = [note for note in found.notes if "are not taken" in note]
    assert all(name in note for name in ("barplot.qzv", "rooted-tree.qza", "stats.qza"))


def test_a_folder_of_qiime2_with_several_tables_is_refused_with_their_names(analysis):
    (analysis / "rarefied.qza").write_bytes((analysis / "feature-table.qza").read_bytes())
    with pytest.raises(InputError) as caught:
        read("qiime2", [analysis], {})
    (problem,) = caught.value.problems
    assert problem.code == "import-table-count"
    assert problem.found.endswith(": feature-table.qza, rarefied.qza")


def test_a_folder_of_qiime2_without_what_is_read_says_what_it_has(analysis):
    for name in ("feature-table", "taxonomy", "dna-sequences"):
        (analysis / f"{name}.qza").unlink()
    with pytest.raises(InputError) as caught:
        read("qiime2", [analysis], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.source) == ("import-artifact", str(analysis))
    assert problem.found == "barplot.qzv, rooted-tree.qza, stats.qza"


def test_artifacts_of_other_types_are_told_all_at_once(analysis):
    with pytest.raises(InputError) as caught:
        read("qiime2", sorted(analysis.glob("*.qz*")), {})
    assert [(Path(one.source).name, one.found) for one in caught.value.problems] == [
        ("barplot.qzv", "Visualization"),
        ("rooted-tree.qza", "Phylogeny[Rooted]"),
        ("stats.qza", "SampleData[DADA2Stats]"),
    ]
