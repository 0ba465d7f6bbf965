from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.simulate.genomes import RANKS
from soilbio.simulate.profile_score import (
    OVERALL_COLUMNS,
    Profile,
    overall,
    profile_composition,
    score_profile,
    true_shares,
)
from soilbio.simulate.profile_scoring import ScoredProfiles, score_combined
from soilbio.simulate.profile_truth import is_of_metagenomes, read_profile_truth

DATA = Path(__file__).parents[2] / "data" / "truth-metagenomes"
TRUTH = read_profile_truth(DATA / "valid" / "one-unknown.tsv")


def profile(abundance="sequence", *, genus, species):
    shares = {rank: {"": 1.0} for rank in RANKS} | {"genus": genus, "species": species}
    return Profile("M1-x", "wgs-x", "some", "M1", shares, abundance)


PERFECT = profile(
    genus={"Alphia": 0.7, "Betia": 0.3},
    species={"Alphia una": 0.5, "Betia tria": 0.3, "": 0.2},
)


def test_each_valid_truth_is_read():
    assert {name: len(taxa) for name, taxa in TRUTH.items()} == {"M1": 3, "M2": 1}
    bare = read_profile_truth(DATA / "valid" / "fewest-columns.tsv")["M1"]
    assert [(one.known_rank, one.share_of_genomes) for one in bare] == [("species", None)] * 2
    # What no row accounts for is unknown.
    assert true_shares(bare, "genus", "reads")[""] == pytest.approx(0.1)
    assert true_shares(bare, "genus", "genomes") == {}


@pytest.mark.parametrize("path", sorted((DATA / "invalid").glob("*.tsv")), ids=lambda p: p.stem)
def test_each_invalid_truth_has_exactly_the_fault_it_is_named_after(path):
    with pytest.raises(InputError) as caught:
        read_profile_truth(path)
    assert {problem.code for problem in caught.value.problems} == {path.stem.split("_")[0]}


def test_a_truth_is_told_by_its_header():
    assert is_of_metagenomes(DATA / "valid" / "fewest-columns.tsv")
    assert not is_of_metagenomes(DATA.parent / "truth" / "valid" / "two-libraries.tsv")
    assert not is_of_metagenomes(DATA / "none.tsv")


@pytest.mark.parametrize("rank", ["genus", "species"])
def test_a_perfect_profile_scores_one_though_a_species_is_in_no_database(rank):
    score = score_profile(PERFECT, TRUTH["M1"], rank)
    assert (score.precision, score.recall, score.f1) == (1, 1, 1)
    assert score.l1_reads == pytest.approx(0)
    assert score.not_in_database == (1 if rank == "species" else 0)
    assert score.unclassified_found == pytest.approx(score.unclassified_true)
    assert score.unclassified_true == pytest.approx(0.2 if rank == "species" else 0)


def test_what_is_false_missed_and_unknown_is_counted():
    found = profile(
        genus={"Alphia": 0.8, "Gammia": 0.2}, species={"Alphia una": 0.7, "Alphia duo": 0.3}
    )
    score = score_profile(found, TRUTH["M1"], "species")
    # Alphia duo is truly there, but no database holds it: to name it is no merit of the method.
    assert (score.expected, score.not_in_database, score.found) == (2, 1, 2)
    assert (score.true_positive, score.false_positive, score.false_negative) == (1, 1, 1)
    assert (score.precision, score.recall, score.f1) == (0.5, 0.5, 0.5)
    # una .7/.5, duo .3/0, tria 0/.3, none 0/.2
    assert score.l1_reads == pytest.approx(0.2 + 0.3 + 0.3 + 0.2)
    # una .7/.6, duo .3/0, tria 0/.3, none 0/.1
    assert score.l1_genomes == pytest.approx(0.1 + 0.3 + 0.3 + 0.1)
    genus = score_profile(found, TRUTH["M1"], "genus")
    assert (genus.precision, genus.recall, genus.false_positive) == (0.5, 0.5, 1)


def test_of_a_library_of_which_nothing_is_known_finding_nothing_is_right():
    nothing = profile(genus={"": 1.0}, species={"": 1.0})
    score = score_profile(nothing, TRUTH["M2"], "species")
    assert (score.expected, score.found, score.precision, score.recall) == (0, 0, None, None)
    assert (score.unclassified_found, score.unclassified_true) == (1, 1)
    assert score.l1_reads == pytest.approx(0)


@pytest.mark.parametrize("kind", ["marker", "taxonomic"])
def test_shares_of_organisms_are_compared_with_organisms(kind):
    found = profile(kind, genus={"Alphia": 0.7, "Betia": 0.3}, species={"": 1.0})
    assert score_profile(found, TRUTH["M1"], "genus").compared_with == "genomes"
    rows = {(rank, name): row for _, rank, name, *row in profile_composition(found, TRUTH["M1"])}
    assert rows["species", "Alphia una"] == [0.6, 0.0]
    assert rows["species", ""] == [0.1, 1.0]


def test_means_are_over_the_libraries_that_have_a_value():
    some = score_profile(PERFECT, TRUTH["M1"], "species")
    none = score_profile(profile(genus={}, species={}), TRUTH["M1"], "species")
    (row,) = overall([some, none])
    means = dict(zip(OVERALL_COLUMNS, row, strict=True))
    assert (means["libraries"], means["precision"], means["recall"]) == (2, 1, 0.5)
    assert means["l1_reads"] == pytest.approx(0)


def combined_table(path: Path, *rows: str) -> Path:
    path.write_text("library\trank\tname\tkraken2\tcalled\treason\n" + "".join(rows))
    return path


def test_what_profilers_find_together_is_scored_without_shares(tmp_path):
    table = combined_table(
        tmp_path / "taxa.tsv",
        "M1\tspecies\tAlphia una\t0.4\tyes\tx\n",
        "M1\tspecies\tAlphia novem\t0.2\tyes\tx\n",
        "M1\tspecies\tBetia tria\t0.1\tno\tx\n",
        "M1\tgenus\tAlphia\t0.5\tyes\tx\n",
        "M9\tspecies\tAlphia una\t0.5\tyes\tx\n",
    )
    profiles = ScoredProfiles(blanks=frozenset({"M1-kraken2"}))
    scored = score_combined(table, TRUTH, [], profiles)
    assert [(one.library_id, one.rank) for one in scored.scores] == [
        ("M1", "genus"),
        ("M1", "species"),
    ]
    genus, species = scored.scores
    assert (species.true_positive, species.false_positive, species.false_negative) == (1, 1, 1)
    assert (genus.precision, genus.recall) == (1, 0.5)
    assert species.l1_reads is None
    assert species.unclassified_found is None
    assert scored.blanks == {"M1"}
    assert score_combined(table, TRUTH, ["M2"], profiles).scores == ()


def test_a_table_of_another_kind_is_no_combined_view(tmp_path):
    table = tmp_path / "taxa.tsv"
    table.write_text("library\tname\n")
    with pytest.raises(InputError, match="truth-column"):
        score_combined(table, TRUTH, [], ScoredProfiles())
