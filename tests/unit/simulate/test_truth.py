from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.simulate.design import FORWARD, REVERSE
from soilbio.simulate.truth import read_expected, read_truth_table

DATA = Path(__file__).parents[2] / "data" / "truth"
GENE = "ACGTTGCATC" * 8
WHOLE = "TTT" + "GTGCCAGCAGCCGCGGTAA" + GENE + "ATTAGATACCCGGGTAGTCC" + "TTT"


def test_a_table_is_read_by_library():
    truths = read_truth_table(DATA / "valid" / "two-libraries.tsv")
    assert {name: sum(truth.reads.values()) for name, truth in truths.items()} == {"A": 12, "B": 3}
    assert truths["A"].lineages["ACGTACGT"] == "k__Bacteria; p__P; g__G"


@pytest.mark.parametrize("path", sorted((DATA / "invalid").glob("*.tsv")), ids=lambda p: p.stem)
def test_each_invalid_table_has_exactly_the_fault_it_is_named_after(path):
    with pytest.raises(InputError) as caught:
        read_truth_table(path)
    assert {problem.code for problem in caught.value.problems} == {path.stem}


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        read_truth_table(tmp_path / "none.tsv")
    assert [problem.code for problem in caught.value.problems] == ["truth-unreadable"]


def test_expected_genes_are_cut_to_the_amplicon_and_counted_once(tmp_path):
    path = tmp_path / "mock.fasta"
    path.write_text(f">a\n{WHOLE}\n>b\n{WHOLE}T\n>c\nGGGG-CCCC\n")
    assert read_expected(path, [(FORWARD, REVERSE)]).expected == (GENE, "GGGGCCCC")
    assert read_expected(path, []).expected == (WHOLE, WHOLE + "T", "GGGGCCCC")


def test_a_fasta_file_without_sequences_is_no_truth(tmp_path):
    (tmp_path / "mock.fasta").write_text("")
    with pytest.raises(InputError) as caught:
        read_expected(tmp_path / "mock.fasta", [])
    assert [problem.code for problem in caught.value.problems] == ["truth-unreadable"]
