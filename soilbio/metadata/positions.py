"""Latitudes and longitudes as people write them, brought to decimal degrees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

# Signs that word processors put for minutes, seconds, degrees and minus.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2032\u2019\u2018\u00b4`", "'"),
        **dict.fromkeys("\u2033\u201d\u201c", '"'),
        **dict.fromkeys("\u00ba\u02da", "\u00b0"),
        **dict.fromkeys("\u2212\u2013", "-"),
    }
)
# Longer texts are prose.
_LONGEST = 80
_NUMBER = r"\d+(?:[.,]\d+)?"
# Letters for hemispheres; O is west in Spanish and east in German, and s is also seconds.
_LETTER = "[NSEWnew]"


def _angle(name: str, *, is_letter_first: bool) -> str:
    """Write the pattern of one angle; its groups end in `name`."""
    letter = rf"(?P<letter{name}>{_LETTER})"
    parts = (
        rf"(?P<sign{name}>[-+])?\s*(?<![\d.,])(?P<degrees{name}>{_NUMBER})\s*(?:°|deg|d)\s*"
        rf"(?:(?P<minutes{name}>{_NUMBER})\s*(?:'|min|m)?\s*)?"
        rf"(?:(?P<seconds{name}>{_NUMBER})\s*(?:\"|''|sec|s)?\s*)?"
    )
    return rf"\s*{letter}\s*{parts}" if is_letter_first else rf"\s*{parts}{letter}?\s*"


_PAIRS = [
    re.compile(
        _angle("1", is_letter_first=first) + r"\s*[,;/]?\s*" + _angle("2", is_letter_first=first)
    )
    for first in (True, False)
]
_SINGLES = [re.compile(_angle("1", is_letter_first=first)) for first in (True, False)]
_AXES = {"N": "latitude", "S": "latitude", "E": "longitude", "W": "longitude"}


def to_decimal_degrees(text: str) -> str | None:
    """Read a place in degrees, minutes and seconds, and write it as `latitude longitude`.

    The result has as many decimals as the text is precise: two for minutes, four for seconds, and
    one more for each decimal of theirs.

    Returns
    -------
    str or None
        None where the text is no such pair, has minutes or seconds of 60 or more, names the same
        axis twice, has a sign beside a letter, or lies nowhere on Earth.

    """
    parts = _match(_PAIRS, text)
    values = [_decimal(parts, name) for name in "12"] if parts else []
    axes = [_axis(parts, name) for name in "12"]
    if axes == ["longitude", "latitude"]:
        values.reverse()
    elif axes not in (["latitude", "longitude"], ["", ""]):
        return None
    if not values or values[0] is None or values[1] is None:
        return None
    latitude, longitude = values[0], values[1]
    return f"{latitude} {longitude}" if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def to_decimal(text: str) -> str | None:
    """Read one coordinate in degrees, minutes and seconds, and write it in decimal degrees."""
    parts = _match(_SINGLES, text)
    value = _decimal(parts, "1") if parts else None
    return None if value is None or abs(value) > 180 else str(value)


def decimals(number: str) -> int:
    """Count the digits behind the point."""
    return len(number.strip().partition(".")[2])


def _match(patterns: list[re.Pattern[str]], text: str) -> Mapping[str, str]:
    """Take a text apart; empty where no pattern fits."""
    plain = " ".join(text.translate(_SIGNS).replace("''", '"').split())
    if len(plain) > _LONGEST:
        return {}
    for pattern in patterns:
        match = pattern.fullmatch(plain)
        if match:
            return {name: part or "" for name, part in match.groupdict().items()}
    return {}


def _axis(parts: Mapping[str, str], name: str) -> str:
    return _AXES.get(parts.get(f"letter{name}", "").upper(), "")


def _decimal(parts: Mapping[str, str], name: str) -> Decimal | None:
    """Add up degrees, minutes and seconds; None where they cannot be meant so."""
    texts = [parts[f"{part}{name}"].replace(",", ".") for part in ("degrees", "minutes", "seconds")]
    letter, sign = parts[f"letter{name}"].upper(), parts[f"sign{name}"]
    degrees, minutes, seconds = (Decimal(text or "0") for text in texts)
    if minutes >= 60 or seconds >= 60 or (letter and sign):
        return None
    total = degrees + minutes / 60 + seconds / 3600
    # Decimals that the finest part is worth: none of a degree, two of a minute, four of a second.
    finest = max(index for index, text in enumerate(texts) if text)
    places = min(2 * finest + decimals(texts[finest]), 8)
    return round(-total if letter in ("S", "W") or sign == "-" else total, places)
