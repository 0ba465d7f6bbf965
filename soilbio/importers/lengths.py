"""Which lengths an imported assay's sequences are to have, where it is a known one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from soilbio.metadata.assays import known_assays
from soilbio.taxonomy.flags import Target

# If so many sequences are shorter than an amplicon can be, it was not read to its end (forward
# reads only, Deblur's 150 nt), whatever is stated: what is off target is the exception.
_NEARLY_ALL = 0.9
# ITSx (Bengtsson-Palme et al. 2013, Methods Ecol Evol 4:914) and ITSxpress leave ITS1 or ITS2
# without the genes beside them, whatever the primers: hardly any is shorter than this.
_LEAST_OF_ITS = 50


def target_of(assay: Mapping[str, Any], sequences: Iterable[str], notes: list[str]) -> Target:
    """Give the domains and lengths of a known assay; of others nothing is known.

    Single reads need not reach over the amplicon. What is done about lengths is added to `notes`.
    """
    known = known_assays().get(str(assay["assay_id"]))
    if known is None:
        return Target((), 0, 10**9)
    least = known.min_length_bp
    if known.target_gene == "ITS":
        least = min(least, _LEAST_OF_ITS)
    target = Target(known.domains, least, known.max_length_bp)
    lengths = [len(sequence) for sequence in sequences if sequence]
    short = sum(length < target.min_length_bp for length in lengths)
    is_single = str(assay.get("lib_layout") or "").lower().startswith("single")
    if short and (is_single or short >= _NEARLY_ALL * len(lengths)):
        notes.append(
            f"{short} of {len(lengths)} sequences are shorter than {target.min_length_bp} bp, the"
            f" least of {assay['assay_id']}: they are taken for reads that do not reach over the"
            " amplicon, and no least length is asked of any"
        )
        target = replace(target, min_length_bp=0)
    _tell_flagged(target, lengths, notes)
    return target


def _tell_flagged(target: Target, lengths: Sequence[int], notes: list[str]) -> None:
    short = sum(length < target.min_length_bp for length in lengths)
    long = sum(length > target.max_length_bp for length in lengths)
    if short or long:
        shorter = f"{short} are shorter than {target.min_length_bp} bp" if short else ""
        longer = f"{long} are longer than {target.max_length_bp} bp" if long else ""
        which = " and ".join(filter(None, (shorter, longer)))
        notes.append(
            f"of {len(lengths)} sequences {which}: not what the assay is for, so flagged"
            " off-target-length, which keeps them out of diversity"
        )
