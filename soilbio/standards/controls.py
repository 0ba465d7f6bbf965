"""Controls: what is sequenced beside soils, and how sheets call it."""

from __future__ import annotations

from collections.abc import Mapping

CONTROL_TYPES = ("extraction_blank", "pcr_blank", "field_blank", "sequencing_blank", "mock")
# What samp_category says of a sample that is none: the words of MIxS 7, and our control types.
_CATEGORIES = frozenset(
    {"negative control", "positive control", "pcr standard"}
    | {name.replace("_", " ") for name in CONTROL_TYPES}
)


def says_control(sample: Mapping[str, object]) -> bool:
    """Tell whether a sample's own row (`samp_category`) says that it is a control."""
    said = str(sample.get("samp_category") or "").strip().lower().replace("_", " ")
    return said in _CATEGORIES
