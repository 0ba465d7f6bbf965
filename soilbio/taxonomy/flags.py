"""Flags of what a feature may be instead of what was looked for; it stays in the dataset.

All but `unclassified` keep it out of diversity measures (`soilbio.dataset.tables`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# Chloroplastida are green algae and plants, of SILVA's Archaeplastida.
_CHLOROPLAST = re.compile(r"(?<![a-z])chloroplasts?(?![a-z])")
_PLASTID = re.compile(r":(?:plas|chrom|apic)\b")


@dataclass(frozen=True, slots=True)
class Target:
    """What an assay is meant to amplify: domains (none: any) and lengths in base pairs."""

    domains: Collection[str]
    min_length_bp: int
    max_length_bp: int


def flags_of(
    ranks: Mapping[str, str | None], verbatim: str, length_bp: int, target: Target
) -> tuple[str, ...]:
    """Name what is unwanted about a feature, sorted.

    Organelles are looked for in the verbatim lineage, where databases put them at different ranks
    (Greengenes c__Chloroplast, f__mitochondria; SILVA o__Chloroplast, f__Mitochondria; PR2 marks
    each name, Chlorella:plas).
    """
    text = verbatim.lower()
    domain = ranks.get("domain")
    found = {
        "chloroplast": bool(_CHLOROPLAST.search(text) or _PLASTID.search(text)),
        "mitochondria": "mitochondria" in text or ":mito" in text,
        "off-target-length": not target.min_length_bp <= length_bp <= target.max_length_bp,
        "off-target-domain": bool(domain and target.domains and domain not in target.domains),
        "unclassified": not any(ranks.values()),
    }
    return tuple(sorted(flag for flag, holds in found.items() if holds))
