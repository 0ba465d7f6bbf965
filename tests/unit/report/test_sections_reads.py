"""What the report says of the reads as they were sequenced."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from soilbio.report.content import Grid, Panel
from soilbio.report.sections_reads import kept_text, quality_section, reads_section
from soilbio.report.view import Audience, Subject, View
from soilbio.standards.sharing_classes import SharingClass as Share


def subject(library_id: str, assay_id: str, label: str, *reads: int | None) -> Subject:
    return Subject(library_id, label, "S", assay_id, "", "ok", "", reads or (10, 9), {})


def test_quality_is_of_what_was_sequenced_not_of_each_profile():
    subjects = (
        subject("L1", "16S", "L1"),
        subject("M1-kraken2", "wgs-kraken2", "M1-kraken2"),
        subject("M1-sylph", "wgs-sylph", "M1-sylph"),
    )
    view = View(Audience("consortium", "", frozenset({Share.DERIVED})), subjects, (), (), (), ())
    quality = {name: {1: (38.0, 36.0)} for name in ("L1", "M1", "left out")}
    section = quality_section(SimpleNamespace(view=view, results=SimpleNamespace(quality=quality)))
    (table,) = (block for block in section.blocks if isinstance(block, Grid))
    assert [row[:2] for row in table.rows] == [("L1", "R1"), ("M1", "R1")]


def test_what_is_not_of_rrna_genes_is_not_lost_from_a_metagenome():
    subjects = (
        subject("M1-ssu", "wgs-ssu", "M1-ssu", 100, 100, 98, 90, 3, 3),  # 8 of a host
        # Of another engine's profile beside it, the profile tells what was kept.
        subject("M2-ssu", "wgs-ssu", "M2-ssu", 50, 50, 50, 50, 2, 2),
        subject("M2-kraken2", "wgs-kraken2", "M2-kraken2", 50, 50, 50, 50, 50, 50),
    )
    view = View(Audience("consortium", "", frozenset({Share.COUNTS})), subjects, (), (), (), ())
    section = reads_section(SimpleNamespace(view=view, reads_unit="reads"))
    text, _, table = section.blocks
    assert text.startswith("140 of 150 reads (93.3 %) were kept.")
    assert text.endswith("Of 1 metagenome only reads of rRNA genes are named: 3 of 90.")
    assert [row[-1] for row in table.rows] == ["90.0 %", "100 %"]


UNSTATED, SHARES = (None, 40), (None, None)


@pytest.mark.parametrize(
    ("libraries", "text"),
    [
        ([(100, 90), (50, 40)], "130 of 150 reads (86.7 %) were kept"),
        (
            [UNSTATED, UNSTATED],
            "80 reads of 2 libraries are in the dataset (how many were sequenced is not stated)",
        ),
        (
            [(100, 90), UNSTATED],
            "90 of 100 reads (90.0 %) were kept; 40 reads of 1 library are in the dataset"
            " (how many were sequenced is not stated)",
        ),
        ([SHARES], "For 1 library no number of reads is stated"),
    ],
)
def test_reads_that_nobody_stated_are_no_reads_that_were_lost(libraries, text):
    subjects = [subject(f"L{place}", "16S", "", *own) for place, own in enumerate(libraries)]
    assert kept_text(subjects, "reads") == text


def test_only_a_library_that_failed_could_not_be_read():
    imported = subject("L1", "16S", "L1", None, None, None, None, None, 40)
    unread = replace(subject("L2", "16S", "L2", *[None] * 6), status="failed")

    def shown(*subjects):
        view = View(Audience("holder", "", frozenset({Share.COUNTS})), subjects, (), (), (), ())
        return reads_section(SimpleNamespace(view=view, reads_unit="reads")).blocks

    alone = shown(imported)
    assert "could not be read" not in alone[0]
    assert not any(isinstance(block, Panel) for block in alone)
    assert shown(imported, unread)[0].endswith("Not counted: 1 library that could not be read.")
