"""Samples as JSON records of nmdc-schema."""

from __future__ import annotations

from pathlib import Path

from soilbio.exporters.evidence import Evidence
from soilbio.exporters.samples import write_converted
from soilbio.exporters.view import View


def write(view: View, folder: Path) -> Evidence:
    """Write the files, and `lacking.tsv`: what the standard demands and no sample has."""
    return write_converted(view, "nmdc", folder)
