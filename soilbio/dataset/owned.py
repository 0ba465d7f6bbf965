"""Whether a folder is a dataset that soilbio wrote, and nothing else: only that is replaced."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

from soilbio.dataset import columns
from soilbio.dataset.crate import CRATE
from soilbio.dataset.folder import files_below
from soilbio.dataset.package import PACKAGE, PROVENANCE, RUN
from soilbio.dataset.tables import TABLES
from soilbio.dataset.views import VIEWS

_TABLES = frozenset(f"{name}.parquet" for name in TABLES)
_FILES = _TABLES | {columns.FILE, PACKAGE, CRATE}
_FOLDERS = frozenset({"agreements", "trees", PROVENANCE, VIEWS})
# What every dataset has had since the first version.
_ALWAYS = frozenset({"samples.parquet", "counts.parquet", columns.FILE})


def beside_dataset(folder: Path) -> list[str]:
    """Name what lies in a folder and is of no dataset there; all of it, where there is none.

    Files are those that the dataset's own crate lists, so that a note in one of its folders is
    found, too. Without a crate there are tables and agreements only.
    """
    there = {path.name for path in folder.iterdir()}
    strange = there - _FILES - _FOLDERS
    if strange or not there >= _ALWAYS:
        return sorted(strange or there)
    listed = _listed(folder / CRATE)
    return [name for name in files_below(folder) if name not in listed]


def _listed(crate: Path) -> set[str]:
    """Read which files a crate has; without one, those that are no one else's by their names."""
    agreements = (crate.parent / "agreements").glob("*.yaml")
    known = {*_FILES, RUN, *(f"agreements/{path.name}" for path in agreements)}
    try:
        entities = json.loads(crate.read_bytes())["@graph"]
        return known | {unquote(str(one["@id"])) for one in entities}
    except (OSError, ValueError, KeyError, TypeError):
        return known
