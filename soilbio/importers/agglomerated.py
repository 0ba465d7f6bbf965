"""Taxa that were put together and kept one of their sequences: no exact sequences, if asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from soilbio.errors import Problem, Problems
from soilbio.harmonise.compare import kind_of_features
from soilbio.importers.stated import OPTIONS
from soilbio.importers.supports import accepted
from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.lineage import parse_lineage

if TYPE_CHECKING:
    from soilbio.importers.found import Found
    from soilbio.importers.method import Method

_LEAST = 10
# `uncultured` and nothing are two taxa for whoever puts names together, and one for us.
_LEAST_DIFFERENT = 2 / 3
_SUPPORT = re.compile(r"\(\d+(?:\.\d+)?%?\)")


def agglomerated(found: Found, method: Method, form: str) -> list[Problem]:
    """Ask what features are where each has a sequence, and no two have one lineage.

    So phyloseq's `tax_glom` leaves a table: a genus goes by the sequence of one of its ASVs, which
    another dataset has as that ASV alone. Of exact sequences many have the lineage of others. What
    pipelines write themselves is what they say.
    """
    assay = {"library_strategy": "AMPLICON", **found.method, **method.assay}
    is_asked = "features" in OPTIONS[form] and "features" not in method.table
    if not is_asked or kind_of_features(assay) != "exact" or len(found.features) < _LEAST:
        return []
    taxa = found.features.values()
    lineages = [[accepted(text)[0] for text in (one.lineage, *one.others)] for one in taxa]
    texts = {_SUPPORT.sub("", " / ".join(own)).casefold() for own in lineages}
    if len(texts) < len(found.features) or not all(one.sequence for one in taxa):
        return []
    known = [parse_lineage(own[0]) for own in lineages]
    if len({tuple(one.items()) for one in known}) < _LEAST_DIFFERENT * len(known):
        return []
    lowest = next((rank for rank in reversed(RANKS) if any(one.get(rank) for one in known)), "")
    problems = Problems(str(method.path))
    problems.add(
        "import-agglomerated",
        column="assay.engine",
        found=f"{assay.get('engine')}, of {len(known)} features with a sequence each, no two of one"
        f" lineage, the lowest name a {lowest}",
        expected="what features are: so does a table look whose features were put together by name",
        fix=f"Say so, `engine: {assay.get('engine')}, then tax_glom`; or, if each is an exact"
        " sequence, `table: {features: exact}`",
    )
    return list(problems.found)
