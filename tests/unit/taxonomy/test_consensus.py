"""Several lineages of one feature give the deepest names on which they agree."""

from __future__ import annotations

import pytest

from soilbio.taxonomy.consensus import consensus
from soilbio.taxonomy.lineage import parse_lineage


@pytest.mark.parametrize(
    ("texts", "names", "differing"),
    [
        (["d__A;p__P;g__G"], "A P G", ()),
        (["d__A;p__P;g__G", "d__A;p__P"], "A P G", ()),
        (["d__A;p__P;g__G", "d__A;p__P;g__H"], "A P", ("genus",)),
        # A genus that both give stands, in whatever families they place it.
        (["d__A;f__F;g__G", "d__A;f__E;g__G"], "A G", ("family",)),
        # A genus that one gives below another family is not what they agree on.
        (["d__A;f__F;g__G", "d__A;f__E"], "A", ("family",)),
        (["d__A;g__G", "d__B;g__G"], "", ("domain",)),
        (["d__A;g__G", "d__A;g__G", "d__A;g__H"], "A", ("genus",)),
        (["", "d__A"], "A", ()),
        (["d__A;g__Bacillus_A", "d__A;g__Bacillus"], "A Bacillus", ()),
        (["d__A;g__Bacillus_A", "d__A;g__Bacillus_A"], "A Bacillus_A", ()),
        (["d__A;g__Candidatus_Xus", "d__A;g__Xus"], "A Xus", ()),
        ([""], "", ()),
        # UNITE and checklists write no domain: a kingdom or phylum of eukaryotes tells it.
        (["d__Bacteria;g__Morganella", "k__Fungi;g__Morganella"], "", ("domain",)),
        (["d__Bacteria;g__Bacillus", "p__Arthropoda;g__Bacillus"], "", ("domain",)),
        (
            ["d__Eukaryota;g__Morganella", "k__Fungi;g__Morganella"],
            "Eukaryota Fungi Morganella",
            (),
        ),
        (["k__Fungi;g__Morganella", "k__Fungi"], "Fungi Morganella", ()),
    ],
)
def test_names_are_those_on_which_all_agree(texts, names, differing):
    for order in (texts, texts[::-1]):
        ranks, ours = consensus([parse_lineage(text) for text in order])
        assert " ".join(filter(None, ranks.values())) == names
        assert ours == differing
