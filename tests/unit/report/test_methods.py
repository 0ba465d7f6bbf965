"""The methods section of a run's dataset."""

from __future__ import annotations

import pytest

from soilbio.dataset.read import read_dataset
from soilbio.report.methods import methods_of


@pytest.mark.parametrize("has_tree", [True, False])
def test_trees_are_told_and_cited_where_there_are_any(run, has_tree):
    folder = run.write_dataset()
    if has_tree:
        (folder / "trees").mkdir()
        (folder / "trees" / f"{run.assay}.nwk").write_text("(a:1,b:1);\n")
    text = methods_of(read_dataset(folder))
    told = f"A tree of the features of {run.assay} was built with MAFFT and FastTree"
    for part in (told, "Katoh & Standley 2013", "Price et al. 2010", "scikit-bio: Aton"):
        assert (part in text) == has_tree, part
