"""Primers as they are ordered: adapters, barcodes and spacers before what binds to the gene."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from soilbio.metadata.assays import known_assays

# What ends an overhang: Nextera's (as in Illumina's protocol of 16S), TruSeq's, Fluidigm's CS1 and
# CS2, M13's. What stands before these is of the overhang, too.
_TAILS = (
    "AGATGTGTATAAGAGACAG",
    "GCTCTTCCGATCT",
    "ACACTGACGACATGGTTCTACA",
    "TACGGTAGCAGAGACTTGGTCT",
    "TGTAAAACGACGGCCAGT",
    "CAGGAAACAGCTATGAC",
)
# Without a tail that is known, so many bases before a known primer are none of it; a few may be.
_OVERHANG_BP = 10
# Behind a tail there are so many at least, or it is the primer itself.
_SHORTEST_BP = 10


def bare_primer(primer: str) -> str:
    """Give what binds of a primer: without what is known to stand before it.

    Parameters
    ----------
    primer : str
        IUPAC, 5' to 3'.

    Returns
    -------
    str
        In upper case; the primer itself where nothing is known to be before it.

    """
    whole = primer.upper()
    ends = [place + len(tail) for tail in _TAILS if (place := whole.rfind(tail)) >= 0]
    rest = whole[max((end for end in ends if len(whole) - end >= _SHORTEST_BP), default=0) :]
    is_cut = rest != whole
    for known in _known():
        before = len(rest) - len(known)
        if _plain(rest).endswith(known) and (is_cut or before == 0 or before >= _OVERHANG_BP):
            return rest[before:]
    return rest


def bare_primers(assay: Mapping[str, Any]) -> dict[str, str]:
    """Give what binds of the primers that an assay states, by column."""
    columns = ("pcr_primer_forward", "pcr_primer_reverse")
    return {name: bare_primer(assay[name]) for name in columns if assay.get(name)}


@cache
def _known() -> list[str]:
    """List all known primers, the longest first: of two of which one ends the other, it is that."""
    both = {
        one for own in known_assays().values() for one in (own.forward_primer, own.reverse_primer)
    }
    return sorted({_plain(one) for one in both if one}, key=lambda one: (-len(one), one))


def _plain(primer: str) -> str:
    return primer.replace("I", "N")  # an inosine pairs with all
