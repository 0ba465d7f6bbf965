"""One way of writing for places, depths, dates and terms, so that what says the same compares."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from soilbio.standards.mixs import SLOTS, parse_depth, parse_lat_lon

_TRIAD = ("env_broad_scale", "env_local_scale", "env_medium")
# Words for land, soil and crop, beside those of a vocabulary: a capital does not make another one.
# Elsewhere it may (genotypes, names).
_WORDS = frozenset(
    {
        *("cur_land_use", "previous_land_use", "cur_vegetation", "soil_type", "local_class"),
        *("crop_rotation", "soil_cover", "farm_equip", "plant_struc"),
    }
)


def written_plainly(column: str, text: str) -> str:
    """Write a value in the one way in which it is compared; it is for no one to read.

    `52.5 N 13.4 E` becomes `52.5 13.4`, a depth of `0.0-0.10` becomes `0 0.1`, and
    `2024-05-01T12:00+0200` the same moment in UTC. How exact a date is stays: `2024-05` is no day.
    Words for land, soil and crop, and those of a vocabulary, are one in capitals and without.
    What has no form is its text, with single spaces.
    """
    plain = " ".join(text.split())
    if column in ("lat_lon", "depth"):
        numbers = parse_lat_lon(plain) if column == "lat_lon" else parse_depth(plain)
        return plain if numbers is None else " ".join(f"{number + 0.0:.12g}" for number in numbers)
    if column == "geo_loc_name":
        return re.sub(r"\s*([:,])\s*", r"\1 ", plain)
    if column in _TRIAD:
        return "|".join(map(_term, plain.split("|")))
    slot = SLOTS.get(column)
    if slot is not None and slot.range == "datetime":
        return "/".join(dict.fromkeys(map(_moment, plain.split("/"))))
    is_word = column in _WORDS or (slot is not None and slot.allowed)
    return plain.casefold() if is_word else plain


def _moment(text: str) -> str:
    """Write a time of a day with its seconds, in UTC where its zone is stated; dates stay."""
    if "T" not in text:
        return text
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (found.astimezone(UTC) if found.tzinfo else found).isoformat()


def _term(text: str) -> str:
    """Give the id of a term of ENVO, where its name or its id says it beyond doubt."""
    from soilbio.standards.envo import find  # its table takes long to read

    match = find(text.strip())
    return match.found.id if match and match.is_safe else text.strip()
