"""What the report says of the reads as they were sequenced."""

from __future__ import annotations

from types import SimpleNamespace

from soilbio.report.content import Grid
from soilbio.report.sections_reads import quality_section, reads_section
from soilbio.report.view import Audience, Subject, View
from soilbio.standards.sharing_classes import SharingClass as Share


def subject(library_id: str, assay_id: str, label: str, *reads: int) -> Subject:
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
    assert text.startswith("Of 150 reads, 140 (93.3 %) were kept.")
    assert text.endswith("Of 1 metagenome only reads of rRNA genes are named: 3 of 90.")
    assert [row[-1] for row in table.rows] == ["90.0 %", "100 %"]
