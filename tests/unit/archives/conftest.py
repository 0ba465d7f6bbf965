from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from ena_project import make_project
from ena_server import Archive, serving

from soilbio.archives.ena.model import Study, Submission
from soilbio.archives.ena.prepare import describe, write_submission
from soilbio.archives.ena.source import material_of_project

DAY = dt.date(2026, 11, 23)
STUDY = Study("meadows", "Soils of two meadows in Bavaria", "Who lives in two meadows of Bavaria.")
LABELS = {
    "project_name": ("project name", ""),
    "collection_date": ("collection date", ""),
    "elev": ("elevation", "m"),
    "env_broad_scale": ("broad-scale environmental context", ""),
    "env_local_scale": ("local environmental context", ""),
    "env_medium": ("environmental medium", ""),
    "ph": ("pH", ""),
}


def attributes_of(row: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """A few labels, so that these tests do not hang on the crosswalk."""
    for name, (label, unit) in LABELS.items():
        if name in row:
            yield label, row[name], unit
    for end, value in zip(("latitude", "longitude"), row.get("lat_lon", "").split(), strict=False):
        yield f"geographic location ({end})", value, "DD"
    if "geo_loc_name" in row:
        yield (
            "geographic location (country and/or sea)",
            row["geo_loc_name"].partition(":")[0],
            "",
        )
    if "depth" in row:
        yield "depth", "0.1", "m"


@pytest.fixture
def prepared(tmp_path: Path) -> Callable[..., Submission]:
    """Describe the project, some texts of it changed; the reads stay where they are."""

    def make(
        changes: Mapping[str, str] | None = None, study: Study = STUDY, on: dt.date = DAY
    ) -> Submission:
        folder = make_project(tmp_path / f"project-{len(list(tmp_path.iterdir()))}", changes)
        material = material_of_project(folder / "config.yaml", on, bytes(32))
        return describe(material, study, source="project", attributes_of=attributes_of)

    return make


@pytest.fixture
def folder(prepared: Callable[..., Submission], tmp_path: Path) -> Path:
    write_submission(prepared(), tmp_path / "ena")
    return tmp_path / "ena"


@pytest.fixture
def server() -> Iterator[tuple[Archive, dict[str, str]]]:
    with serving() as found:
        yield found
