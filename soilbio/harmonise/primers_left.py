"""Whether the sequences of assays still have the assays' own primers.

Of one pair of primers some laboratories cut them off and others do not: the same organism then has
two sequences. One primer alone is among the bases by which ends differ (`harmonise.ends`), unless
lengths differ by more: reads of one direction begin with theirs, and end nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from soilbio.harmonise.common_region import begins_with_primer, has_both_primers
from soilbio.harmonise.lengths import sequences_by_assay
from soilbio.metadata.overhangs import bare_primers

if TYPE_CHECKING:
    from soilbio.harmonise.sources import Source

# So many sequences of an assay, evenly taken, tell; in fewer than the first share they are chance.
_LOOKED_AT = 100
_PRIMER = re.compile(r"[ACGTRYSWKMBDHVNI]{10,}", re.I)
_FEW, _NEARLY_ALL = 0.05, 0.95
START = "start"


def _all_but_few(found: Iterable[bool]) -> bool:
    """Tell whether nearly all are so."""
    every = list(found)
    return sum(every) >= _NEARLY_ALL * len(every)


def primers_left(sources: Sequence[Source]) -> dict[str, str]:
    """Tell in how many of their sequences assays have both primers: `some` or `all`; none: no key.

    It is `start` where nearly all begin with one primer and have not the other.

    Assays are named `dataset: assay`; those that do not state two primers, or without sequences,
    are not there.
    """
    primers: dict[str, tuple[str, str]] = {}
    for source in sources:
        for row in source.rows("assays"):
            own = bare_primers(row)
            both = [own.get(f"pcr_primer_{side}", "") for side in ("forward", "reverse")]
            if all(map(_PRIMER.fullmatch, both)):
                forward, reverse = (one.upper().replace("I", "N") for one in both)
                primers[f"{source.name}: {row['assay_id']}"] = forward, reverse
    found: dict[str, str] = {}
    for name, frame in sequences_by_assay(sources):
        if name not in primers:
            continue
        rows = frame.unique().sort("sequence").collect()["sequence"]
        some = rows.gather_every(max(1, len(rows) // _LOOKED_AT)).to_list()
        share = sum(has_both_primers(one, primers[name]) for one in some) / max(1, len(some))
        if share >= _FEW:
            found[name] = "all" if share >= _NEARLY_ALL else "some"
        elif some and _all_but_few(begins_with_primer(one, primers[name]) for one in some):
            found[name] = START
    return found
