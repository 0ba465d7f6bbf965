import pytest
from hypothesis import given
from hypothesis import strategies as st

from soilbio.simulate.score import (
    Found,
    bray_curtis,
    composition_rows,
    differences,
    pooled,
    pooled_truth,
    same_name,
    score_expected,
    score_table,
)
from soilbio.simulate.truth import Truth

DNA = st.text("ACGT", min_size=1, max_size=12)
NAMES = {
    "AAAA": {"phylum": "Bacillota", "genus": "[Prevotella]"},
    "CCCC": {"phylum": "Bacillota", "genus": "Candidatus Koribacter"},
    "GGGG": {"phylum": "Bacillota", "genus": ""},
    "TTTT": {"phylum": "Pseudomonadota", "genus": "Rhizobium"},
}
TRUTH = Truth({"AAAA": 50, "CCCC": 30, "GGGG": 19, "TTTT": 1}, dict.fromkeys(NAMES, ""))


def found(**reads):
    ranks = {
        "AAAA": {"phylum": "Bacillota", "genus": "Prevotella"},
        "CCCC": {"phylum": "Bacillota", "genus": "Candidatus_Koribacter"},
        "GGGG": {"phylum": "Bacillota", "genus": "Bacillus"},
        "TTTT": {"phylum": "Pseudomonadota", "genus": ""},
        "ACAC": {"phylum": "", "genus": "Rhizobium"},
    }
    return Found("A", reads, {name: ranks[name] for name in reads})


def test_a_perfect_dataset_scores_one():
    score = score_table(found(AAAA=50, CCCC=30, GGGG=19, TTTT=1), TRUTH, NAMES)
    assert (score.true_positive, score.false_positive, score.false_negative) == (4, 0, 0)
    assert (score.precision, score.recall, score.recall_2, score.bray_curtis) == (1, 1, 1, 0)
    assert (score.genus_named, score.genus_called, score.genus_correct) == (3, 2, 2)


def test_what_is_missed_and_what_is_false_is_counted():
    score = score_table(found(AAAA=60, CCCC=30, ACAC=10), TRUTH, NAMES)
    assert (score.expected_features, score.expected_features_2, score.found) == (4, 3, 3)
    assert (score.true_positive, score.false_positive, score.false_negative) == (2, 1, 2)
    assert (score.precision, score.recall, score.recall_2) == pytest.approx((2 / 3, 0.5, 2 / 3))
    assert score.false_positive_reads == pytest.approx(0.1)
    # |.6-.5| + |.3-.3| + |0-.19| + |0-.01| + |.1-0|, halved
    assert score.bray_curtis == pytest.approx(0.2)
    # by genus: Prevotella .6/.5, Koribacter .3/.3, none 0/.19, Rhizobium .1/.01
    assert score.bray_curtis_genus == pytest.approx(0.19)


def test_a_library_without_reads_scores_nothing_found():
    score = score_table(found(), TRUTH, NAMES)
    assert (score.found, score.recall, score.precision, score.bray_curtis) == (0, 0, None, None)


def test_expected_sequences_may_be_longer_than_features():
    truth = Truth(expected=("TTACGTACGTAA", "GGGGGGGGGGGG", "CACACACACACA"))
    reads = {"ACGTACGT": 90, "ACGTACCT": 5, "TTTTTTTTTT": 5}
    score = score_expected(Found("M", reads, {}), truth)
    assert (score.true_positive, score.false_positive, score.false_negative) == (1, 2, 2)
    assert (score.within_1_difference, score.within_3_percent) == (1, 0)
    assert (score.precision, score.recall) == pytest.approx((1 / 3, 1 / 3))
    assert score.bray_curtis is None


def test_composition_lists_what_was_expected_and_what_was_found():
    rows = composition_rows(found(AAAA=60, ACAC=40), TRUTH, NAMES)
    shares = {row[2:] for row in rows if row[1] == "phylum"}
    assert shares == {("Bacillota", 0.99, 0.6), ("Pseudomonadota", 0.01, 0.0), ("", 0.0, 0.4)}
    for rank in ("domain", "phylum", "genus"):
        for column in (3, 4):
            assert sum(row[column] for row in rows if row[1] == rank) == pytest.approx(1)


def test_libraries_are_added_up():
    both = pooled([found(AAAA=1, CCCC=2), found(AAAA=3)])
    assert both.reads == {"AAAA": 4, "CCCC": 2}
    total = pooled_truth([TRUTH, Truth({"AAAA": 1}, {"AAAA": "x"}), Truth(expected=("AC",))])
    assert (total.reads["AAAA"], total.lineages["AAAA"], total.expected) == (51, "x", ("AC",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[Prevotella]", "Prevotella"),
        ("Candidatus_Koribacter", "Candidatus Koribacter"),
        ("BACILLUS", "Bacillus"),
    ],
)
def test_spellings_of_one_name_are_the_same(one, other):
    assert same_name(one) == same_name(other)


@given(st.dictionaries(DNA, st.integers(1, 9), min_size=1))
def test_bray_curtis_is_nought_to_itself_and_one_to_a_stranger(reads):
    doubled = {name: 2 * count for name, count in reads.items()}
    assert bray_curtis(reads, doubled) == pytest.approx(0)
    assert bray_curtis(reads, {"stranger": 3}) == pytest.approx(1)


def edits(one, other):
    """Fewest edits between one sequence and any part of another, by the textbook's table."""
    row = [0] * (len(other) + 1)
    for number, letter in enumerate(one, start=1):
        before, row = row, [number]
        for place, there in enumerate(other, start=1):
            diagonal = before[place - 1] + (letter != there)
            row.append(min(diagonal, before[place] + 1, row[-1] + 1))
    return min(row)


@given(DNA, st.text("ACGT", max_size=20))
def test_differences_are_those_of_the_textbook(one, other):
    assert differences(one, other) == edits(one, other)
