"""Assays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assay:
    """One primer pair."""

    assay_id: str
    target_gene: str = ""
    target_subfragment: str = ""
    forward_name: str = ""
    forward_primer: str = ""
    reverse_name: str = ""
    reverse_primer: str = ""
    min_length_bp: int = 0
    max_length_bp: int = 0
    primers_in_reads: bool = True
    engine: str | None = None
    domains: tuple[str, ...] = ()
    truncate_1_bp: int | None = None
    truncate_2_bp: int | None = None
    source: str = ""
    seq_meth: str = ""
