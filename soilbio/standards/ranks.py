"""The canonical ranks, from the widest; domain stands above kingdom as NCBI has it since 2025."""

from __future__ import annotations

RANKS = ("domain", "kingdom", "phylum", "class", "order", "family", "genus", "species")
# What NCBI calls domains and what stands in their place: superkingdoms until 2025, and since then
# the root of viruses.
OF_DOMAINS = ("domain", "superkingdom", "acellular root")
