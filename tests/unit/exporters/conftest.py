from __future__ import annotations

from collections.abc import Callable

import pytest
from secrets_example import ASKED, make, view_of

from soilbio.dataset.read import Dataset
from soilbio.exporters.view import View


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make(tmp_path_factory.mktemp("example") / "dataset")


@pytest.fixture(scope="session")
def view(dataset: Dataset) -> Callable[[str], View]:
    made = {recipient: view_of(dataset, recipient) for recipient, _ in ASKED}
    return made.__getitem__
