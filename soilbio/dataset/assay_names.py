"""What merging puts behind the name of an assay: part of a checksum, or that it has shares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from soilbio.dataset.tables import ASSAYS
from soilbio.standards.sharing_classes import SharingClass as Share

SHARES = "-shares"
LABEL_DIGITS = 8
# All that an assay's row states of its method, the fingerprint among it.
_METHOD = tuple(
    one.name for one in ASSAYS.columns if one.sharing_class == Share.METHOD and not one.is_id
)


def method_of(assay: Mapping[str, Any]) -> str:
    """Give the checksum of all that an assay's row states of its method."""
    known = {name: assay[name] for name in _METHOD if assay.get(name) not in (None, "")}
    return sha256(json.dumps(known).encode()).hexdigest()


def name_before_merging(assay: Mapping[str, Any], *, has_counts: bool) -> str:
    """Give the name that an assay had before a merging told it from others."""
    name = str(assay["assay_id"])
    if not has_counts:
        name = name.removesuffix(SHARES)
    for label in (assay.get("method_fingerprint") or "", method_of(assay)):
        name = name.removesuffix(f"-{label[:LABEL_DIGITS]}") if label else name
    return name
