"""What a sheet's column names mean, in the words of any standard or of a laboratory.

Capitals, spaces, underscores, hyphens, and marks of required columns do not count, nor do R's
points for spaces; a unit behind the name is split off. The table is made by
`resources/standards/make_aliases.py`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from soilbio.standards.mixs import SLOTS

# The parts of a value that MIxS joins; a sheet may give them instead of the whole.
SPLIT = (
    "decimal_latitude",
    "decimal_longitude",
    "depth_upper",
    "depth_lower",
    "country",
    "region_locality",
)

_TABLE = Path(__file__).with_name("aliases.tsv")
_MIXS_ID = re.compile(r"(?:MIXS[:_]|https?://w3id\.org/mixs/(?:terms/)?)(\d{7})", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:https?://rs\.(?:tdwg|gbif)\.org/(?:dwc/)?terms/|http://purl\.org/dc/terms/"
    r"|(?:dwc|dcterms|mixs|gbif|nmdc|ggbn)\s*:)(?=\w)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)?)[)\]]\s*", re.DOTALL)
_AFTER_SIGN = re.compile(r"(.*\S)(?:\s*[,;:]\s*|\s+in\s+)(\S.*)", re.DOTALL)
# Behind a name but no unit: says only what is clear without it.
_NOISE = frozenset(
    {"wgs84", "wgs 84", "epsg:4326", "yyyy mm dd", "iso 8601", "optional", "required", "mandatory"}
    | {"recommended", "iupac", "5' 3'", "text", "number"}
)
# Spelling, as `_unit_key` makes it -> UCUM.
_UNITS = {
    "%": "%",
    "percent": "%",
    "pct": "%",
    "g/100g": "%",
    "m": "m",
    "meter": "m",
    "meters": "m",
    "metre": "m",
    "metres": "m",
    "masl": "m",
    "m/asl": "m",
    "cm": "cm",
    "centimetre": "cm",
    "centimeter": "cm",
    "mm": "mm",
    "millimetre": "mm",
    "millimeter": "mm",
    "km": "km",
    "um": "um",
    "g": "g",
    "gram": "g",
    "mg": "mg",
    "ug": "ug",
    "ng": "ng",
    "kg": "kg",
    "l": "L",
    "ml": "mL",
    "ul": "uL",
    "g/kg": "g/kg",
    "gkg": "g/kg",
    "mg/kg": "mg/kg",
    "mgkg": "mg/kg",
    "ppm": "mg/kg",
    "mg/g": "mg/g",
    "ug/g": "ug/g",
    "mg/100g": "mg/(100.g)",
    "g/g": "g/g",
    "cm3/cm3": "cm3/cm3",
    "m3/m3": "m3/m3",
    "g/cm3": "g/cm3",
    "gcm3": "g/cm3",
    "kg/m3": "kg/m3",
    "cmol/kg": "cmol/kg",
    "cmolc/kg": "cmol/kg",
    "cmol+/kg": "cmol/kg",
    "cmolkg": "cmol/kg",
    "mmol/kg": "mmol/kg",
    "mmolc/kg": "mmol/kg",
    "meq/100g": "meq/(100.g)",
    "ds/m": "dS/m",
    "dsm": "dS/m",
    "ms/m": "mS/m",
    "msm": "mS/m",
    "ms/cm": "mS/cm",
    "us/cm": "uS/cm",
    "uscm": "uS/cm",
    "°c": "Cel",
    "ºc": "Cel",
    "degc": "Cel",
    "c": "Cel",
    "celsius": "Cel",
    "degrees/celsius": "Cel",
    "degree/celsius": "Cel",
    "°": "deg",
    "deg": "deg",
    "degree": "deg",
    "degrees": "deg",
    "dd": "deg",
    "decimal/degrees": "deg",
    "ng/ul": "ng/uL",
    "ngul": "ng/uL",
    "t/ha": "t/har",
    "kg/ha": "kg/har",
    "mm/a": "mm/a",
    "mm/yr": "mm/a",
    "mm/year": "mm/a",
}
# Units whose meaning hangs on a capital letter.
_CAPITAL_UNITS = {"Mg/m3": "Mg/m3", "Mg m-3": "Mg/m3", "Mg m3": "Mg/m3"}


@dataclass(frozen=True, slots=True)
class Alias:
    """What a column name was taken for.

    `column` is a slot of `standards.mixs`, one of `SPLIT`, or a field of `standards.fields` that a
    sheet of samples may carry though it belongs to the library. `standard` is where the name comes
    from (`MIxS 7`, `ENA 2018`, `Darwin Core`, `usual` ...); `unit` is UCUM, or empty where the name
    has none. `is_exact` tells that the name is the column's own, to the letter; `is_certain` that
    the standard means the same by it, and not something wider, narrower or often confused.
    """

    column: str
    standard: str
    unit: str
    is_exact: bool
    is_certain: bool


def plain(text: str) -> str:
    """Make names comparable: what does not count is taken out."""
    return " ".join(re.sub(r"[\s_\-]+", " ", text.casefold().strip(" *#\ufeff")).split())


@cache
def _aliases() -> dict[str, tuple[str, str, bool]]:
    """Read the table: column, standard and certainty by plain name."""
    with _TABLE.open(encoding="utf-8", newline="") as handle:
        return {
            plain(row["alias"]): (row["column"], row["standard"], row["is_certain"] == "yes")
            for row in csv.DictReader(handle, delimiter="\t")
        }


@cache
def _by_id() -> dict[str, str]:
    """Slot by the number of its id."""
    return {slot.mixs_id[5:]: slot.name for slot in SLOTS.values() if slot.mixs_id}


@lru_cache(maxsize=8192)
def recognise(header: str) -> Alias | None:
    """Find the column that a name in a sheet stands for.

    Parameters
    ----------
    header : str
        A name of MIxS 4 to 7, a label of ENA (2018 and 2026), a name of NMDC, NCBI, Darwin Core,
        FAIRe or GBIF's MDT, or what laboratories write; also a MIxS id or the IRI of a term. A unit
        may follow: `depth (cm)`, `depth [cm]`, `depth_cm`, `depth, cm`, `depth in cm`.

    Returns
    -------
    Alias or None
        None where the name is unknown, also where what follows a known name is no unit.

    """
    text = header.strip().strip("\ufeff").strip()
    by_id = _MIXS_ID.fullmatch(text)
    if by_id:
        name = _by_id().get(by_id[1])
        return Alias(name, "MIxS 7", "", is_exact=False, is_certain=True) if name else None
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    if text in SLOTS:
        standard = "MIxS 7" if SLOTS[text].mixs_id else "soilbio"
        return Alias(text, standard, "", header == text, is_certain=True)
    # R writes points for what it does not take in names.
    for name, unit in *_with_unit(text), *_with_unit(text.replace(".", " ")):
        found = _aliases().get(plain(name))
        if found:
            column, standard, is_certain = found
            return Alias(column, standard, unit, header == column, is_certain)
    return None


def _with_unit(text: str) -> Iterator[tuple[str, str]]:
    """Take a name as it is, then split a unit behind it, in the ways that it may be written."""
    yield text, ""
    for form in (_IN_BRACKETS, _AFTER_SIGN):
        match = form.fullmatch(text)
        unit = _unit(match[2]) if match else None
        if match and unit is not None:
            yield match[1], unit
    words = text.replace("_", " ").split()
    for count in range(min(3, len(words) - 1), 0, -1):
        unit = _unit(" ".join(words[-count:]))
        if unit:
            yield " ".join(words[:-count]), unit


def _unit(text: str) -> str | None:
    """Give a unit in UCUM; empty for words that are none and add nothing; None for others."""
    text = text.strip()
    if plain(text) in _NOISE:
        return ""
    return _CAPITAL_UNITS.get(text) or _UNITS.get(_unit_key(text))


def _unit_key(text: str) -> str:
    """Make spellings of a unit comparable: `g kg⁻¹`, `g.kg-1`, `g_kg` and `g/kg` are one."""
    key = text.casefold().replace("⁻¹", "-1").replace("⁻³", "-3").replace("³", "3")
    key = re.sub(r"[µμ]", "u", key).replace("^", "").replace("(+)", "+").replace(" per ", "/")
    key = re.sub(r"\b([a-z]+)\s*-\s*1$", r"/\1", key)
    key = re.sub(r"\b([a-z]+)\s*-\s*3$", r"/\g<1>3", key)
    key = re.sub(r"a\.?\s*s\.?\s*l\.?$", "asl", key)
    return re.sub(r"/+", "/", re.sub(r"[\s.·*_]+", "/" if re.search(r"\s", key) else "", key))
