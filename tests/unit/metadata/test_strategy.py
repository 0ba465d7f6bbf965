"""Amplicons that a sheet calls a metagenome, and the reverse."""

from __future__ import annotations

import shutil

import pytest

from soilbio.metadata.check import check_project
from tests.unit.metadata.conftest import ASSAY, fastq, write_gzip

_WGS = "wgs: {library_strategy: WGS, profilers: [ssu]}"
WGS = f"assays: {{{_WGS}}}"
REMOVED = f"assays: {{{ASSAY}: {{primers_in_reads: false}}, {_WGS}}}"
# What follows the primers of V4.
BEHIND = ("TACGTAGGGTGCAAGCGTT", "CCTGTTTGCTCCCCACGCTT")


def found(project, library: str = "L2") -> list[tuple[str, bool]]:
    """Codes that a check gives of one library, and whether each is a warning."""
    row = {"L1": 2, "L2": 3, "NTC": 4}[library]
    return [
        (problem.code, problem.is_warning)
        for problem in check_project(project.config)
        if problem.row == row and problem.code.startswith("reads-")
    ]


def write(project, starts, *, library: str = "L2", count: int = 80) -> None:
    for end, start in enumerate(starts, start=1):
        write_gzip(project.reads(library, end), fastq(start, count=count))


def call_metagenome(project) -> None:
    project.change(project.sheet, f"L2\tS-L2\t{ASSAY}", "L2\tS-L2\twgs")


@pytest.mark.parametrize(
    ("starts", "codes"),
    [
        (BEHIND, [("reads-amplicon", False)]),
        (("TTTTGGGGTTTTGGGG", "GGTTGGTTGGTTGGTT"), [("reads-amplicon", True)]),
        (("", ""), []),
    ],
)
def test_amplicons_that_are_called_a_metagenome(project, starts, codes):
    project.change(project.config, "agreements: agreements", f"agreements: agreements\n{WGS}")
    call_metagenome(project)
    write(project, starts)
    assert found(project) == codes


@pytest.mark.parametrize(("starts", "codes"), [(BEHIND, []), (("", ""), ["reads-metagenome"])])
@pytest.mark.parametrize("library", ["L2", "NTC"])
def test_metagenomes_that_are_called_amplicons_without_primers(project, starts, codes, library):
    project.change(project.config, "agreements: agreements", f"agreements: agreements\n{REMOVED}")
    write(project, starts, library=library)
    assert found(project, library) == [(code, library == "NTC") for code in codes]


@pytest.mark.parametrize(
    ("is_long", "length_bp", "count", "codes"),
    [
        (False, 8_000, 30, ["reads-long"]),
        (False, 90_000, 1, ["reads-long"]),
        (False, 300, 30, []),
        (True, 90_000, 12, []),
        (True, 300, 30, ["reads-short"]),
        (True, 300, 3, []),  # too few to tell: those of a blank may be fragments
    ],
)
def test_reads_of_another_length_than_the_assay_says(project, is_long, length_bp, count, codes):
    own = f"wgs: {{library_strategy: WGS, long_reads: {str(is_long).lower()}, profilers: [ssu]}}"
    text = f"agreements: agreements\nassays: {{{own}}}"
    project.change(project.config, "agreements: agreements", text)
    call_metagenome(project)
    project.change(project.sheet, "../reads/L2_R2.fastq.gz", "")
    write_gzip(project.reads("L2", 1), fastq("", length_bp=length_bp, count=count))
    assert found(project) == [(code, False) for code in codes]


def test_one_long_read_among_short_ones_is_enough(project):
    project.change(project.config, "agreements: agreements", f"agreements: agreements\n{WGS}")
    call_metagenome(project)
    project.change(project.sheet, "../reads/L2_R2.fastq.gz", "")
    content = fastq("", count=30) + fastq("", length_bp=2_000, count=1, name="other")
    write_gzip(project.reads("L2", 1), content)
    assert found(project) == [("reads-long", False)]


@pytest.mark.parametrize("called", ["wgs", ASSAY])
@pytest.mark.parametrize(
    ("folder", "first", "second"),
    [
        ("amplicon_16S_mock_1250", "F3D0_S188_L001_R1_001", "F3D0_S188_L001_R2_001"),
        ("shotgun_derived_dev", "devA_R1", "devA_R2"),
    ],
)
def test_real_reads_are_taken_for_what_they_are(shared, project, called, folder, first, second):
    project.change(project.config, "agreements: agreements", f"agreements: agreements\n{REMOVED}")
    if called == "wgs":
        call_metagenome(project)
    for end, name in ((1, first), (2, second)):
        (source,) = (shared / "data" / folder).rglob(f"{name}.f*q.gz")
        shutil.copyfile(source, project.reads("L2", end))
    is_amplicon = folder.startswith("amplicon")
    wrong = {True: "reads-amplicon", False: "reads-metagenome"}[is_amplicon]
    assert found(project) == ([] if is_amplicon == (called != "wgs") else [(wrong, False)])
