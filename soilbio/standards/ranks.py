"""The canonical ranks, from the widest; domain stands above kingdom as NCBI has it since 2025."""

from __future__ import annotations

RANKS = ("domain", "kingdom", "phylum", "class", "order", "family", "genus", "species")
