from __future__ import annotations

from pathlib import Path

import pytest
from example_dataset import example_dataset


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, written once; tests that change it make their own copy."""
    return example_dataset(tmp_path_factory.mktemp("example"))
