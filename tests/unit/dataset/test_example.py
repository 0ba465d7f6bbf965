from __future__ import annotations

import pytest
from example_dataset import AGREEMENTS

from soilbio.agreements.parse import parse_agreement


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_agreements_of_the_example_are_agreements(name):
    agreement = parse_agreement(AGREEMENTS[name], name)
    assert f"{agreement.id}@{agreement.version}" == name
