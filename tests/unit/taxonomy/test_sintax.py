from __future__ import annotations

import pytest

from soilbio.errors import InputError
from soilbio.taxonomy.sintax import read_sintax

LINE = "f1\td:Bacteria(1.00),p:Firmicutes(0.90),c:Bacilli(0.70),o:Bacillales(0.85)\t+\t\n"


def test_ranks_are_kept_down_to_the_first_that_lacks_support(tmp_path):
    path = tmp_path / "sintax.tsv"
    path.write_text(LINE + "f2\t\t\t\n")
    first, second = read_sintax(path, 0.8)
    assert first.ranks == {"domain": "Bacteria", "phylum": "Firmicutes"}
    assert first.confidence == 0.90
    assert first.verbatim.endswith("o:Bacillales(0.85)")
    assert (second.feature_id, second.ranks, second.confidence) == ("f2", {}, None)


def test_characters_that_sintax_cannot_hold_come_back(tmp_path):
    path = tmp_path / "sintax.tsv"
    path.write_text("f1\td:Bacteria(1.00),g:Clostridium%20sensu%20stricto(0.91)\t+\t\n")
    (lineage,) = read_sintax(path, 0.8)
    assert lineage.ranks["genus"] == "Clostridium sensu stricto"


def test_a_line_of_another_form_is_named(tmp_path):
    path = tmp_path / "sintax.tsv"
    path.write_text(LINE + "f2\tsomething else\t+\t\n")
    with pytest.raises(InputError) as caught:
        list(read_sintax(path, 0.8))
    (problem,) = caught.value.problems
    assert (problem.code, problem.row) == ("sintax-line", 2)
