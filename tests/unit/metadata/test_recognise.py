from __future__ import annotations

import random

import pytest

from soilbio.metadata.assays import known_assays
from soilbio.metadata.primer_sites import ReadStarts
from soilbio.metadata.reads import FirstRecords
from soilbio.metadata.recognise import Starts, recognise, recognise_removed
from soilbio.standards.iupac import BITS

LETTERS = {1: "A", 2: "C", 4: "G", 8: "T"}


def made_of(primer: str, rng: random.Random) -> str:
    """One of the sequences that an ambiguous primer stands for."""
    return "".join(
        rng.choice([base for bit, base in LETTERS.items() if BITS[letter] & bit])
        for letter in primer
    )


def records(begin: str, *, count: int = 100, seed: int = 1) -> FirstRecords:
    rng = random.Random(seed)
    names = tuple(f"r{n}" for n in range(count))
    tails = ("".join(rng.choices("ACGT", k=150)) for _ in names)
    return FirstRecords(names, tuple((made_of(begin, rng) + tail).encode() for tail in tails))


@pytest.mark.parametrize("assay", known_assays().values(), ids=lambda a: a.assay_id)
def test_each_known_pair_is_recognised_in_reads_made_with_it(assay):
    starts = Starts(records(assay.forward_primer), records(assay.reverse_primer, seed=2))
    assert recognise(starts, known_assays().values()) == assay
    turned = Starts(records(assay.reverse_primer), records(assay.forward_primer, seed=2))
    assert recognise(turned, known_assays().values()) == assay


@pytest.mark.parametrize(
    "assay",
    [a for a in known_assays().values() if a.forward_follows and a.reverse_follows],
    ids=lambda a: a.assay_id,
)
def test_each_region_is_recognised_when_its_primers_were_removed(assay):
    starts = Starts(records(assay.forward_follows), records(assay.reverse_follows, seed=2))
    found = recognise_removed(starts, known_assays().values())
    assert found is not None
    assert (found.target_gene, found.target_subfragment) == (
        assay.target_gene,
        assay.target_subfragment,
    )


def test_reads_of_nothing_known_are_not_recognised():
    starts = Starts(records("TTTTTTTTTTTTTTTT"), records("GGGGGGTTTTTTTTTT"))
    assert recognise(starts, known_assays().values()) is None
    assert recognise_removed(starts, known_assays().values()) is None


@pytest.mark.parametrize(
    ("read", "is_found", "end_bp"),
    [
        ("GTGCCAGCAGCCGCGGTAA", True, 19),
        ("ACGTACGGTGTCAGCCGCCGCGGTAA", True, 26),  # behind a spacer, T for Y, C for M
        ("CCAGCAGCCGCGGTAA", True, 16),  # the first bases are missing
        ("GTGCCAGCAGCCGCGGTAT", True, 19),  # one mismatch
        ("GTGCCAGCAGCCGCGGTTT", False, 0),
        ("GTGCCAGCAGCCGNGGTAA", True, 19),  # an N matches nothing, one mismatch
        ("A" * 41 + "GTGCCAGCAGCCGCGGTAA", False, 0),  # too far inside
        ("GTGCCAGCAG", False, 0),
        ("", False, 0),
    ],
)
def test_a_primer_is_found_at_the_start_of_a_read(read, is_found, end_bp):
    found = ReadStarts([read.encode()]).find("GTGYCAGCMGCCGCGGTAA", 0.1)
    assert (bool(found.is_found[0]), found.end_bp) == (is_found, end_bp)


def test_no_reads_have_no_primer():
    assert ReadStarts([]).find("GTGYCAGCMGCCGCGGTAA", 0.1).share == 0


def test_single_reads_in_the_other_orientation_count():
    forward = known_assays()["16S-V4-515F-806R"]
    complement = str.maketrans("ACGT", "TGCA")
    straight = records(forward.forward_primer, count=10)
    other = tuple(s.decode().translate(complement)[::-1].encode() for s in straight.sequences)
    starts = Starts(FirstRecords(straight.names, other), None)
    assert starts.shares(forward, 0.1).both == 1.0
