"""Bracken's method on numbers worked out by hand; its distribution counted one by one."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from soilbio.cli.shotgun import _far, _mean_lengths
from soilbio.errors import InputError
from soilbio.importers.shotgun import Told
from soilbio.profile.kmer_distribution import count_windows, write_distributions
from soilbio.profile.reestimate import (
    Node,
    distributions_of,
    is_far,
    length_of,
    nearest_length,
    read_distribution,
    reestimate,
    settled,
)

# Two species of a genus, one of another genus; 5 reads of a species that is too rare.
REPORT = [
    Node("0", "U", "unclassified", 100, 100, -1),
    Node("1", "R", "root", 1000, 10, -1),
    Node("2", "D", "Bacteria", 990, 40, 1),
    Node("10", "G", "Alphia", 800, 200, 2),
    Node("11", "S", "Alphia una", 450, 450, 3),
    Node("12", "S", "Alphia duo", 150, 150, 3),
    Node("20", "G", "Betia", 150, 45, 2),
    Node("21", "S", "Betia prima", 100, 100, 6),
    Node("22", "S", "Betia rara", 5, 5, 6),
]
# P(node | genome): of genome 11 half its reads can be named by it, of 12 a quarter.
DISTRIBUTION = {
    "11": {"11": 0.5},
    "12": {"12": 0.25},
    "21": {"21": 1.0},
    "22": {"22": 1.0},
    "10": {"11": 0.4, "12": 0.7},
    "20": {"22": 0.1},
    "2": {"11": 0.1, "12": 0.05, "21": 0.01},
}


def test_species_get_the_reads_above_them_as_the_paper_has_it():
    found = reestimate(REPORT, DISTRIBUTION, "S", 10)
    reads = {one.node.name: one.reads for one in found.estimates}
    # P(genome) goes with reads / P(own | genome): 900, 600 and 100.
    at_genus = {11: 0.4 * 900, 12: 0.7 * 600}
    at_domain = {11: 0.1 * 900, 12: 0.05 * 600, 21: 0.01 * 100}
    for number, name, own in ((11, "Alphia una", 450), (12, "Alphia duo", 150)):
        expected = own + 200 * at_genus[number] / 780 + 40 * at_domain[number] / 121
        assert reads[name] == pytest.approx(expected, rel=1e-12)
    assert reads["Betia prima"] == pytest.approx(100 + 40 / 121, rel=1e-12)
    assert "Betia rara" not in reads
    # No called species gives reads of this genus, and none of the root: they stay.
    assert found.staying == {1: 10, 6: 45, 8: 5}


def test_genera_get_what_lies_above_them_only():
    found = reestimate(REPORT, DISTRIBUTION, "G", 10)
    reads = {one.node.name: one.reads for one in found.estimates}
    assert reads["Alphia"] + reads["Betia"] == pytest.approx(800 + 150 + 40)
    assert reads["Betia"] == pytest.approx(150 + 40 * 0.01 * 100 / 121)


def test_every_read_has_one_place():
    species = reestimate(REPORT, DISTRIBUTION, "S", 10)
    found = settled(REPORT, species, 10)
    assert sum(found.values()) == pytest.approx(1000)
    # The rare species is named by its genus; what nobody has stays at the root.
    assert found[6] == 50
    assert found[1] == 10
    assert 8 not in found


@pytest.mark.parametrize("report", [REPORT[:1], [REPORT[0], Node("1", "R", "root", 7, 7, -1)]])
def test_a_library_without_named_reads_has_no_estimate(report):
    found = reestimate(report, DISTRIBUTION, "S", 10)
    assert found.estimates == ()
    assert sum(settled(report, found, 10).values()) == sum(one.own for one in report[1:])


def test_the_distribution_of_the_nearest_read_length_is_taken(tmp_path):
    for length in (100, 150, 250):
        (tmp_path / f"database{length}mers.kmer_distrib").write_text("")
    (tmp_path / "database150mers.kraken").write_text("")
    there = distributions_of(tmp_path)
    assert list(there) == [100, 150, 250]
    assert [nearest_length(there, mean) for mean in (40, 126, 125, 1000)] == [100, 150, 100, 250]


def test_a_distribution_is_read_as_bracken_writes_it(tmp_path):
    path = tmp_path / "database75mers.kmer_distrib"
    path.write_text(
        "mapped_taxid\tgenome_taxids:kmers_mapped:total_genome_kmers\n"
        "10\t11:40:100 12:70:100 99:1:100 \n98\t99:5:100 \n"
    )
    assert read_distribution(path, {"10", "11", "12"}) == {"10": {"11": 0.4, "12": 0.7}}


@pytest.mark.parametrize("line", ["10\t11:40", "10\t11:a:b", "10\t11:1:0"])
def test_a_broken_distribution_is_told_with_its_line(tmp_path, line):
    path = tmp_path / "database75mers.kmer_distrib"
    path.write_text(f"mapped_taxid\tx\n{line}\n")
    with pytest.raises(InputError) as caught:
        read_distribution(path, {"11"})
    assert [(one.code, one.row) for one in caught.value.problems] == [("kmer-distribution", 2)]


def test_what_a_distribution_is_counted_from_must_be_there(tmp_path):
    with pytest.raises(InputError) as caught:
        write_distributions(tmp_path, [150])
    assert caught.value.problems[0].code == "kmer-library"


PARENTS = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4}


def path_of(taxon: int) -> list[int]:
    path = [taxon]
    while path[-1] != 1:
        path.append(PARENTS[path[-1]])
    return path


def named(window: list[int]) -> int:
    """Name a read of Kraken2's as its paper says, the long way."""
    hits = Counter(taxon for taxon in window if taxon)
    if not hits:
        return 0
    scores = {taxon: sum(hits[above] for above in path_of(taxon)) for taxon in hits}
    ends = [path_of(taxon) for taxon in hits if scores[taxon] == max(scores.values())]
    return next(taxon for taxon in ends[0] if all(taxon in path for path in ends))


@pytest.mark.parametrize("seed", range(20))
def test_windows_are_counted_as_one_by_one(seed):
    rng = random.Random(seed)
    labels: list[int] = []
    while len(labels) < 200:
        labels += [rng.choice(range(9))] * rng.randint(1, 12)
    for size in (1, 20, len(labels), len(labels) + 1):
        starts = range(len(labels) - size + 1)
        expected = Counter(named(labels[start : start + size]) for start in starts)
        assert count_windows(np.array(labels), size, PARENTS) == expected


@pytest.mark.parametrize(
    ("mean", "is_told"), [(150, False), (199, False), (101, False), (201, True), (99, True)]
)
def test_a_distribution_of_quite_another_length_is_told(tmp_path, mean, is_told):
    path = tmp_path / "database150mers.kmer_distrib"
    assert length_of(path) == 150
    assert is_far(150, mean) == is_told
    notes = _far(Told(distribution=path), [mean, mean])
    assert [f"{mean:,}" in note and "150" in note for note in notes] == [True] * is_told
    mixed = _far(Told(distribution=path), [mean, 150])
    assert ["1 of 2 libraries" in note for note in mixed] == [True] * is_told
    assert _far(Told(), [mean]) == _far(Told(distribution=path), []) == []


def test_the_length_of_long_reads_is_known_as_that_of_short_ones_is():
    fastp = {"summary": {"after_filtering": {"read1_mean_length": 148}}}
    cutadapt = {"read_counts": {"output": 3}, "basepair_counts": {"output": 11_100}}
    nothing = {"read_counts": {"output": 0}, "basepair_counts": {"output": 0}}
    found = [_mean_lengths(one) for one in (fastp, cutadapt, nothing, {"failed": "x"})]
    assert found == [[148], [3700], [], []]
