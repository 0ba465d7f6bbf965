"""Tables of lineages: two columns, or more of which the header tells one."""

from __future__ import annotations

import pytest

from soilbio.errors import InputError
from soilbio.references.lineages import read_lineages

LINEAGE = "d__Bacteria;p__Acidobacteriota;s__Candidatus Koribacter sp1"


@pytest.mark.parametrize(
    "text",
    [
        f"a\t{LINEAGE}\n",
        f"user_genome\tclassification\tani\na\t{LINEAGE}\t99.1\n",  # as GTDB-Tk writes it
        f"accession\tani\tgtdb_taxonomy\tmore\na\t99.1\t{LINEAGE}\tx\n",
    ],
)
def test_the_lineage_is_what_the_header_calls_so(tmp_path, text):
    (tmp_path / "t.tsv").write_text(text)
    assert read_lineages(tmp_path / "t.tsv") == {"a": LINEAGE}


@pytest.mark.parametrize(
    "text",
    [
        f"a\t{LINEAGE}\tGCF_1.1\t95\n",
        f"genome\tnames\tani\na\t{LINEAGE}\t99.1\n",
        "a\n",
        f"user_genome\tani\tclassification\na\t99.1\nb\t98\t{LINEAGE}\n",
    ],
)
def test_more_columns_without_a_word_are_refused(tmp_path, text):
    (tmp_path / "t.tsv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_lineages(tmp_path / "t.tsv")
    assert {problem.code for problem in caught.value.problems} == {"reference-lineage-format"}
