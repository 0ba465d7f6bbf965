"""Samples (interim)."""

from __future__ import annotations

import csv
from pathlib import Path


def read_samples(path: Path, columns: object = None) -> list[dict[str, str]]:
    """Read."""
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))
