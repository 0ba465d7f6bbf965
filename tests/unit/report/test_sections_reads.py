"""What the report says of the reads as they were sequenced."""

from __future__ import annotations

from types import SimpleNamespace

from soilbio.report.content import Grid
from soilbio.report.sections_reads import quality_section
from soilbio.report.view import Audience, Subject, View
from soilbio.standards.sharing_classes import SharingClass as Share


def subject(library_id: str, assay_id: str, label: str) -> Subject:
    return Subject(library_id, label, "S", assay_id, "", "ok", "", (10, 9), {})


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
