"""Sharing agreements: read, decided, combined, explained."""

from __future__ import annotations

from soilbio.agreements.combine import combine
from soilbio.agreements.decide import decide
from soilbio.agreements.explain import explain
from soilbio.agreements.model import Agreement, Decision
from soilbio.agreements.parse import parse_agreement

__all__ = ["Agreement", "Decision", "combine", "decide", "explain", "parse_agreement"]
