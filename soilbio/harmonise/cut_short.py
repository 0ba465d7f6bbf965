"""Assays whose sequences were cut short, so that they do not reach over a common region.

Tables of forward reads (Deblur's 150 nt of the Earth Microbiome Project) hold the beginning of what
their primers amplify. Where they begin as the gene does behind their forward primer, they are
compared by what they hold of the region; else nobody knows where in it they lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from soilbio.harmonise.common_region import (
    SHORTEST_BP,
    Placed,
    Window,
    nearly_all,
    without_primers,
)
from soilbio.harmonise.lengths import NEAR, Lengths
from soilbio.standards.iupac import reverse_complement

# What is nearer to the region's length is compared by its ends, as far as these tell it.
_WHOLE = 0.95
# So many bases tell where a sequence begins, if those of half of them are in a reference there.
_BEGINNING_BP, _HALF = 20, 0.5


@dataclass(frozen=True, slots=True)
class Short:
    """How long an assay's sequences are, what would reach over the region, and what they hold.

    `inside_bp` is None where it is not known, or less than what tells anything.
    """

    typical_bp: int
    needed_bp: int
    inside_bp: int | None


def cut_short(
    primers: Mapping[str, tuple[str, str]],
    window: Window,
    placed: Sequence[Placed],
    lengths: Mapping[str, Lengths],
) -> dict[str, Short]:
    """Find the assays whose sequences end before the window does.

    Parameters
    ----------
    primers : mapping of assay to (forward, reverse)
    window : Window
        Of these assays.
    placed : sequence of Placed
        The references that it was found on.
    lengths : mapping of assay to Lengths
        Of those that have sequences.

    """
    found = {}
    for name, pair in primers.items():
        own = lengths.get(name)
        if own is None:
            continue
        some = [without_primers(one, pair) for one in own.some]
        typical = int(median(map(len, some)))
        spans = [one.ends[window.reverse] - one.starts[pair[0]] for one in placed]
        if typical >= _WHOLE * nearly_all(spans)[0]:
            continue
        left = window.cuts[name][0].bases
        is_known = own.is_cut and left is not None and _begin_at(some, pair[0], placed)
        inside = typical - left if is_known and left is not None else 0
        needed = int(median(spans))
        if inside >= SHORTEST_BP:
            found[name] = Short(typical, needed, inside)
        elif typical < NEAR * needed:
            found[name] = Short(typical, needed, None)
    return found


def _begin_at(sequences: Iterable[str], primer: str, placed: Sequence[Placed]) -> bool:
    """Tell whether sequences, on either strand, begin as references do behind a primer."""
    begins = {one.sequence[one.starts[primer] :][:_BEGINNING_BP] for one in placed}
    are_there = [
        sequence[:_BEGINNING_BP] in begins
        or reverse_complement(sequence[-_BEGINNING_BP:]) in begins
        for sequence in sequences
    ]
    return sum(are_there) >= _HALF * len(are_there)
