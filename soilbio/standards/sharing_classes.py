"""The closed list of sharing classes: what an agreement can allow, generalise or withhold."""

from __future__ import annotations

from enum import StrEnum


class SharingClass(StrEnum):
    """What kind of information a value is, as far as sharing it is concerned."""

    IDENTITY = "identity"  # people, farm, landowner, and the laboratory's own sample names
    LOCATION = "location"  # the exact place
    REGION = "region"  # country, coarse place
    TIME = "time"
    ENVIRONMENT = "environment"  # soil and site properties
    MANAGEMENT = "management"  # crop, tillage, inputs
    METHOD = "method"
    RAW_READS = "raw_reads"
    SEQUENCES = "sequences"
    COUNTS = "counts"
    TAXONOMY = "taxonomy"
    DERIVED = "derived"  # diversity, statistics
    CONTROLS = "controls"
