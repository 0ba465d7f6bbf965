"""Names of lists, which stand alone: their rank is what they tell of it themselves."""

from __future__ import annotations

import re

from soilbio.taxonomy.authors import without_author
from soilbio.taxonomy.between import is_open
from soilbio.taxonomy.filled import own_ranks
from soilbio.taxonomy.lineage import is_parted_by_commas, parse_lineage
from soilbio.taxonomy.names import HELD, UNIQUE, name_in
from soilbio.taxonomy.undetermined import may_be_epithet, name_before

_NUMBERED = re.compile(r" (?:sp|spp|spec|species)\d")  # Enchytraeidae sp1


def lineage_alone(text: str) -> dict[str, str]:
    """Read a line of a list: a lineage, or one name, which stands under "" (rank not known).

    Of two words the first is a genus; where the second is none of a species (`Ephydridae sp. 1`)
    and the first tells its rank, it is of that.
    """
    text = UNIQUE.sub("", " ".join(text.split()))
    if any(mark in text for mark in ";|") or "__" in text or is_parted_by_commas(text):
        return parse_lineage(text)
    before = name_before(HELD.sub("", text))
    if before and (own_ranks(before) or not may_be_epithet(text)):
        return _of_any_rank(name_in(before))
    name = without_author(name_in(text))
    words = name.split()
    if len(words) < 2 or words[0].casefold() == "candidatus":
        return _of_any_rank(name)
    is_undescribed = is_open(name) or bool(_NUMBERED.search(name))
    ranks = own_ranks(words[0]) if is_undescribed else set()
    return {"": name, **dict.fromkeys(sorted(ranks) or ["genus"], words[0])}


def _of_any_rank(name: str) -> dict[str, str]:
    return {"": name} if name else {}
