"""Single reads that do not reach the other primer end in one place, or are to be cut."""

from __future__ import annotations

import random

import pytest

from soilbio.metadata.assays import Assay
from soilbio.metadata.check import check_project
from soilbio.metadata.primer_sites import hold
from soilbio.metadata.read_ends import Reach, reach_of
from soilbio.standards.iupac import reverse_complement
from tests.unit.metadata.conftest import ASSAY, FORWARD, REVERSE, write_gzip

OVER = reverse_complement(REVERSE)
V4 = Assay("V4", forward_primer=FORWARD, reverse_primer=REVERSE, min_length_bp=200)


def dna(length: int, seed: object) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


def spaced(count: int = 40, length_bp: int = 150) -> list[str]:
    """Reads of one length behind spacers of none to seven bases."""
    return [
        (dna(n % 8, n) + FORWARD + dna(length_bp, f"read {n}"))[:length_bp] for n in range(count)
    ]


def even(count: int = 40, length_bp: int = 150) -> list[str]:
    return [(FORWARD + dna(length_bp, n))[:length_bp] for n in range(count)]


def whole(count: int = 40) -> list[str]:
    """Reads over amplicons of different lengths, and on."""
    return [FORWARD + dna(250 + n % 5, n) + OVER + dna(n % 30, n) for n in range(count)]


def measured(reads: list[str], assay: Assay = V4) -> Reach | None:
    return reach_of([read.encode() for read in reads], assay, 0.1)


@pytest.mark.parametrize(
    ("reads", "reach"),
    [
        (spaced(), Reach(124, 124, 131, False)),
        (even(), Reach(131, 131, 131, True)),
        ([*even(57), *even(3, 100)], Reach(81, 131, 131, True)),  # some are cut
        (whole(), Reach(270, 274, 303, False, is_over=True)),
        ([*whole(57), *spaced(3)], Reach(270, 274, 303, False, is_over=True)),
        ([*whole(20), *spaced(20)], Reach(124, 125, 131, False)),
        # The other primer begins where the read ends.
        (
            [read[: 19 + 250 + n % 5 + 12] for n, read in enumerate(whole())],
            Reach(262, 262, 266, False, is_over=True),
        ),
        ([dna(150, n) for n in range(40)], None),
        ([], None),
    ],
)
def test_it_is_measured_of_reads_that_do_not_reach_the_other_primer(reads, reach):
    assert measured(reads) == reach


def test_without_primers_only_reads_that_are_shorter_than_the_amplicon_are_known_not_to_reach():
    removed = Assay("V4", primers_in_reads=False, min_length_bp=200)
    assert measured([dna(120 + n % 40, n) for n in range(40)], removed).is_even is False
    assert measured([dna(250 + n % 40, n) for n in range(40)], removed).is_over


@pytest.mark.parametrize(
    ("bases", "is_held"),
    [
        ("AC" * 30 + OVER + "AC" * 50, True),
        ("AC" * 30 + OVER[:-2] + "GG", True),
        ("AC" * 30 + OVER[:11], True),
        ("AC" * 30 + OVER[:6], False),
        ("AC" * 60, False),
        ("AC", False),
    ],
)
def test_a_primer_is_found_anywhere(bases, is_held):
    assert hold([bases.encode()], OVER, 0.1).tolist() == [is_held]


def as_singles(project, **reads: list[str]) -> None:
    text = project.sheet.read_text()
    for library in ("L1", "L2", "NTC"):
        text = text.replace(f"../reads/{library}_R2.fastq.gz", "")
        records = reads.get(library, reads["L1"])
        lines = [f"@{library}{n}\n{r}\n+\n{'I' * (len(r) - 1)}H\n" for n, r in enumerate(records)]
        write_gzip(project.reads(library, 1), "".join(lines).encode())
    project.sheet.write_text(text)


def told(project):
    return [one for one in check_project(project.config) if one.code == "reads-ends"]


def test_reads_that_end_anywhere_are_refused_until_they_are_to_be_cut(project):
    as_singles(project, L1=spaced(), L2=spaced(80))
    problems = told(project)
    assert [(one.row, one.column, one.is_warning) for one in problems] == [
        (2, "fastq_1", False),
        (3, "fastq_1", False),
    ]
    line = f"assays: {{{ASSAY}: {{truncate_1_bp: 124}}}}"
    assert all(f"`{line}`" in one.fix for one in problems)
    with project.config.open("a") as handle:
        handle.write(f"{line}\n")
    assert told(project) == []


def test_libraries_of_one_length_each_that_differ_are_told_by_the_longer(project):
    as_singles(project, L1=even(length_bp=150), L2=even(length_bp=180))
    (problem,) = told(project)
    assert (problem.row, problem.found) == (3, "reads of 161 bases behind the primer")
    assert "truncate_1_bp: 131" in problem.fix


def test_reads_as_long_as_an_amplicon_may_have_been_cut_at_the_other_primer(project):
    as_singles(project, L1=[FORWARD + dna(250 + n % 5, n) for n in range(40)])
    assert {one.is_warning for one in told(project)} == {True}


@pytest.mark.parametrize("reads", [even(), whole()])
def test_reads_that_end_in_one_place_or_reach_over_the_amplicon_are_well(project, reads):
    as_singles(project, L1=reads)
    assert told(project) == []


def test_reads_over_the_amplicon_beside_shorter_ones_are_to_be_cut_like_them(project):
    as_singles(project, L1=even(), L2=whole())
    (problem,) = told(project)
    assert (problem.row, problem.is_warning) == (3, False)
    assert problem.found == "reads of 270 to 303 bases behind the primer, over the amplicon"
    assert "truncate_1_bp: 131" in problem.fix


def test_reads_that_hold_the_other_primer_are_well_beside_some_in_which_it_is_not_seen(project):
    as_singles(project, L1=whole(), L2=even(length_bp=300))
    assert told(project) == []


def test_of_a_control_nothing_is_told(project):
    as_singles(project, L1=even(), NTC=spaced())
    assert told(project) == []
