from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from soilbio.errors import Problems
from soilbio.metadata.soil.model import Soil
from soilbio.metadata.soil.sheet import inspect_soil


@pytest.fixture
def soil_of(tmp_path: Path) -> Callable[..., Soil]:
    """Read a sheet that is written down with ';' between its cells."""

    def read(*rows: str) -> Soil:
        path = tmp_path / "soil.tsv"
        path.write_text("\n".join(row.replace(";", "\t") for row in rows) + "\n", encoding="utf-8")
        problems = Problems(str(path))
        soil = inspect_soil(path, problems)
        assert not problems.errors, problems.errors
        return soil

    return read
