"""Units of soil data: their UCUM code, how people spell them, and conversion by pint.

UCUM is case-sensitive (`mS` is no `MS`); the spellings are not. Two units convert into each other
only where they mean the same kind of thing: per cent of mass is not per cent of volume, although
both are plain numbers.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

SOURCE = "UCUM 2.2 codes, QUDT 2.1 unit names; spellings are soilbio's own collection"

_TABLE = Path(__file__).with_name("units.tsv")
# `kg-1`, `cm^-3`, `m⁻²` (superscripts are plain by then): a unit in the denominator.
_POWER = re.compile(r"\s*[ .·*]?\s*([a-z]+)\s*\^?-([123])(?!\d)")
_FRACTIONS = frozenset({"mass_fraction", "volume_fraction", "ratio"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: `pint` is the same in pint's words, `kind` what it measures, `qudt` its QUDT name.

    A unit of the kind `ratio` (per cent, 1) stands for a share of mass or of volume, as the
    property has it.
    """

    ucum: str
    name: str
    pint: str
    kind: str
    qudt: str
    spellings: tuple[str, ...]


def _read_units() -> dict[str, Unit]:
    with _TABLE.open(encoding="utf-8", newline="") as handle:
        return {
            row["ucum"]: Unit(
                row["ucum"],
                row["name"],
                row["pint"],
                row["kind"],
                row["qudt"],
                tuple(row["spellings"].split("|")) if row["spellings"] else (),
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


UNITS: dict[str, Unit] = _read_units()


def _key(text: str) -> str:
    """Reduce a spelling to what tells units apart: no capitals, superscripts, kinds of dashes."""
    plain = unicodedata.normalize("NFKC", text).replace("μ", "u").replace("µ", "u")
    plain = re.sub(r"[\u2212\u2013\u2014]", "-", plain).replace("'", "").strip().lower()
    plain = re.sub(r"\s+", " ", plain)

    def below(match: re.Match[str]) -> str:
        return f"/{match[1]}{'' if match[2] == '1' else match[2]}"

    return re.sub(r"\s*/\s*", "/", _POWER.sub(below, plain))


@cache
def _spelt() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for unit in UNITS.values():
        for spelling in (unit.ucum, *unit.spellings):
            found.setdefault(_key(spelling), unit)
    return found


@lru_cache(maxsize=1024)
def find_unit(text: str) -> Unit | None:
    """Find the unit that a text means: by its UCUM code, or as people write it (`g kg-1`, `ppm`).

    `Mg` (megagram) differs from `mg` by its capital alone, so it counts only with a density or an
    area: `Mg m-3`, `Mg/ha`.
    """
    text = text.strip()
    if text in UNITS:
        return UNITS[text]
    if re.match(r"Mg\b", text):
        megagram = {"mg/m3": "g/cm3", "mg/ha": "t/har", "mg/har": "t/har"}
        return UNITS.get(megagram.get(_key(text), ""))
    return _spelt().get(_key(text))


def is_convertible(source: str, target: str) -> bool:
    """Tell whether two UCUM codes of `UNITS` measure the same kind of thing."""
    kinds = {UNITS[source].kind, UNITS[target].kind}
    return len(kinds) == 1 or ("ratio" in kinds and kinds <= _FRACTIONS)


@cache
def _registry() -> pint.UnitRegistry[float]:
    import pint

    return pint.UnitRegistry(cache_folder=None)


@lru_cache(maxsize=512)
def _line(source: str, target: str) -> tuple[float, float]:
    """Give slope and offset of a conversion, as pint has them."""
    registry = _registry()
    of, to = registry.parse_expression(source), registry.parse_expression(target)

    def at(value: float) -> float:
        quantity = registry.Quantity(value * of.magnitude, of.units)
        return float(quantity.to(to.units).magnitude / to.magnitude)

    return at(1.0) - at(0.0), at(0.0)


def convert(value: float, source: str, target: str) -> float:
    """Convert a number between two units, to 12 significant digits.

    Parameters
    ----------
    value : float
        In `source`.
    source, target : str
        UCUM codes of `UNITS`.

    Raises
    ------
    ValueError
        If the two do not measure the same kind of thing; ask `is_convertible` first.

    """
    if source == target:
        return value
    if not is_convertible(source, target):
        raise ValueError(f"{source} cannot be converted to {target}")
    slope, offset = _line(UNITS[source].pint, UNITS[target].pint)
    return float(f"{value * slope + offset:.12g}")
