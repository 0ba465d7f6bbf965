"""A folder that no pipeline has as its output: which of its files belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_a_folder_without_a_table_of_the_format_is_told_to_be_one(tmp_path):
    (tmp_path / "readme.txt").write_text("ours\n")
    with pytest.raises(InputError, match="Name the files in it"):
        read("dada2", [tmp_path], {})
