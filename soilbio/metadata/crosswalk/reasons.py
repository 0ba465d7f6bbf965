"""Why a value is left out of a target, where that hangs on the value and not on the target."""

from __future__ import annotations

from soilbio.metadata.crosswalk.normal import PRIMERS, TEXTURE
from soilbio.standards.aliases import SPLIT
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS

# Columns of ours that name people or land; no target has a field for them, and all are public.
PERSONAL = frozenset({"farm_name", "field_name", "landowner", "farmer", "contact"})
# What describes the library and its sequencing, and stands in records of their own.
LIBRARY = frozenset(
    {"seq_meth", "lib_layout", "library_strategy", "library_source", "library_selection"}
)
# Columns that say how others were measured.
METHODS: dict[str, tuple[str, ...]] = {
    one.name: tuple(one.condition.split("|"))
    for one in FIELDS.values()
    if one.emof_type == "measurementMethod"
}
Reason = tuple[str, str]


def is_known(name: str) -> bool:
    """Tell whether a column is one that soilbio knows; others have no sharing class."""
    return name in SLOTS or name in FIELDS


def is_withheld(name: str) -> bool:
    """Tell whether a column is left out of every target."""
    return name in PERSONAL or name in SPLIT or not is_known(name)


def common_reason(name: str, value: str, target: str) -> Reason:
    """Say why a value has no place, as far as that is the same for all targets."""
    if name in PERSONAL:
        return "personal", "it names people or land, and what the target holds is public"
    if name in SPLIT:
        return "no-place", "the joined value has a column of its own, which was taken"
    if not is_known(name):
        return "no-place", "a column of your own has no sharing class, so nobody may publish it"
    if is_missing(value):
        return "missing-term", f"{target} takes no terms for a missing value here"
    if name in (*TEXTURE, *PRIMERS):
        return "no-place", f"{target} has no field for it, or only together with the other parts"
    return "no-place", f"{target} has no field for it"
