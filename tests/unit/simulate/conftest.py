"""A small made-up reference: relatives of one gene, with the sites of two primers."""

from pathlib import Path

import pytest

from soilbio.simulate.design import to_design

REFERENCES = Path(__file__).parents[2] / "data" / "references" / "valid"


@pytest.fixture
def document():
    return {
        "sequences": str(REFERENCES / "v4.fasta"),
        "lineages": str(REFERENCES / "v4.tsv"),
        "seed": 4,
        "pairs": 300,
        "community": {"taxa": 30, "strains": 6, "contaminants": 0.01},
        "groups": {"arable": {"replicates": 2}, "grassland": {"replicates": 2}},
        "mock": {"members": 8, "fold": 10},
        "blank": {"pairs": 40, "taxa": 4},
    }


@pytest.fixture
def design(document):
    return to_design(document, "design", Path())
