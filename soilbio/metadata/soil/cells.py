"""One row of a soil sheet: where it is of, and what each value means in the property's unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from soilbio.errors import Problems
from soilbio.metadata.commas import COMMA, comma_fix
from soilbio.metadata.slots import Cell, check_value
from soilbio.metadata.soil.columns import Column
from soilbio.metadata.soil.model import Layer, Observation
from soilbio.standards.insdc import INFORMAL_MISSING, is_missing
from soilbio.standards.mixs import SLOTS
from soilbio.standards.procedures import find_procedure, texture_procedure
from soilbio.standards.soil_properties import SOIL_PROPERTIES, TEXTURE, SoilProperty
from soilbio.standards.units import convert, find_unit, is_convertible

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_RANGE = re.compile(r"(\d+\.?\d*|\.\d+)\s*[-\u2013_]\s*(\d+\.?\d*|\.\d+)\s*([^\d\s].*)?")
# Deeper than this is hardly soil; above it depths in centimetres are likely.
_DEEP_M = 20
LIMITS_UM = {"50": 50, "usda": 50, "63": 63, "iso": 63, "fao": 63, "wrb": 63, "64": 63}
LIMITS_UM |= {"60": 60, "20": 20, "isss": 20}
_YES, _NO = frozenset({"yes", "true", "1", "y", "applied"}), frozenset({"no", "false", "0", "n"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how the values of a row were taken."""

    layer: Layer
    row: int
    limit_um: int | None
    is_recovered: bool | None
    replicate: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell, with the property, unit and method that its column or row states."""

    property: str
    text: str
    unit: str
    method: str
    column: str


@dataclass(frozen=True, slots=True)
class _Spot:
    """A cell, and where its problems go."""

    reading: Reading
    place: Place
    problems: Problems

    def note(self, code: str, expected: str, fix: str, *, is_warning: bool = False) -> None:
        """Note what is wrong with the value."""
        self.problems.add(
            code,
            row=self.place.row,
            column=self.reading.column,
            found=self.reading.text.strip(),
            expected=expected,
            fix=fix,
            is_warning=is_warning,
        )


def place_of(
    places: Sequence[Column], row: Mapping[str, str], number: int, problems: Problems
) -> Place:
    """Read the cells that say where a row is of."""
    of = {column.names[0]: column for column in places}
    cells = {name: row.get(column.header, "").strip() for name, column in of.items()}
    cells = {name: "" if _is_absent(text) else text for name, text in cells.items()}
    upper, lower = _depths(of, cells, number, problems)
    samples = tuple(part.strip() for part in cells.get("sample_id", "").split("|") if part.strip())
    layer = Layer(
        cells.get("site", ""),
        cells.get("profile", ""),
        cells.get("layer", ""),
        upper,
        lower,
        samples,
    )
    if not (samples or layer.site or layer.profile):
        problems.add(
            "soil-profile-missing",
            row=number,
            expected="a profile, site or sample_id in every row",
            fix="Say whose soil this is",
        )
    return Place(
        layer,
        number,
        _limit(of, cells, number, problems),
        _truth(cells.get("recovery_factor_applied", "")),
        cells.get("replicate", ""),
    )


def _is_absent(text: str) -> bool:
    return not text or is_missing(text) or text.casefold() in INFORMAL_MISSING


def _truth(text: str) -> bool | None:
    folded = text.casefold()
    return True if folded in _YES else False if folded in _NO else None


def _limit(
    of: Mapping[str, Column], cells: Mapping[str, str], number: int, problems: Problems
) -> int | None:
    """Read the limit of silt and sand, um."""
    text = cells.get("texture_limit_um", "")
    if not text:
        return None
    limit = LIMITS_UM.get(re.sub(r"\s*(um|µm|μm)$", "", text.casefold()).split(".")[0])
    if limit is None:
        problems.add(
            "texture-limit",
            row=number,
            column=of["texture_limit_um"].header,
            found=text,
            expected="the limit of silt and sand: 50 (USDA), 63 (ISO 11277, FAO, WRB), 60 or 20",
            fix="Ask the laboratory which it works with",
        )
    return limit


def _depths(
    of: Mapping[str, Column], cells: Mapping[str, str], number: int, problems: Problems
) -> tuple[float | None, float | None]:
    """Read upper and lower depth in metres, from two columns or one; note what is wrong."""
    texts = [cells.get("depth_upper", ""), cells.get("depth_lower", "")]
    column = of.get("depth_lower") or of.get("depth_upper") or of.get("depth")
    if column is None:
        return None, None
    unit = cells.get("depth_unit", "") or column.unit
    if not any(texts) and cells.get("depth"):
        match = _RANGE.fullmatch(cells["depth"])
        column = of["depth"]
        texts = [match[1], match[2]] if match else [cells["depth"], ""]
        unit = (match[3] if match and match[3] else "") or cells.get("depth_unit", "")
        unit = unit or column.unit
    if not any(texts):
        return None, None
    found = "-".join(texts)
    known = find_unit(unit or "m")
    depths = [
        _metres(text, known.ucum) if known and known.kind == "length" else None for text in texts
    ]
    if depths[0] is None or depths[1] is None:
        problems.add(
            "depth-format",
            row=number,
            column=column.header,
            found=f"{found} {unit}".strip(),
            expected="upper and lower depth of the layer, as numbers with a unit of length",
            fix="Fill in both; name the unit in the header, as in 'depth_upper [cm]'",
        )
        return None, None
    return _in_order(depths[0], depths[1], (found, column.header, number), problems)


def _metres(text: str, unit: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return convert(float(match[0]), unit, "m") if match else None


def _in_order(
    upper: float, lower: float, place: tuple[str, str, int], problems: Problems
) -> tuple[float | None, float | None]:
    """Note depths that cannot be; they are not used then."""
    found, column, number = place
    if upper >= lower:
        problems.add(
            "depth-order",
            row=number,
            column=column,
            found=found,
            expected="an upper depth above the lower one",
            fix="Correct the depths; depths count downwards from the surface",
        )
    elif upper < 0:
        problems.add(
            "depth-format",
            row=number,
            column=column,
            found=found,
            expected="depths below the surface, 0 or more",
            fix="Count from the surface that the profile begins with, litter included or not",
        )
    elif lower > _DEEP_M:
        problems.add(
            "depth-unit",
            row=number,
            column=column,
            found=found,
            expected=f"depths in metres, at most {_DEEP_M}",
            fix="If these are centimetres, say so in the header: 'depth_upper [cm]'",
        )
    else:
        return upper, lower
    return None, None


def observation_of(reading: Reading, place: Place, problems: Problems) -> Observation | None:
    """Read one value; None where there is none, or none that can be used."""
    text = reading.text.strip()
    if text.casefold() in INFORMAL_MISSING:
        _Spot(reading, place, problems).note(
            "missing-term",
            "a value or an empty cell",
            "It is taken for no value; leave the cell empty",
            is_warning=True,
        )
    if _is_absent(text):
        return None
    one = SOIL_PROPERTIES[reading.property]
    if not one.is_number:
        _check_choice(one, reading, place, problems)
        return _text_of(one, text, reading, place)
    one, code, method = _procedure(one, reading, place, problems)
    value = _number(one, reading, place, problems)
    if value is None:
        return None
    number, unit = value
    return Observation(
        layer=place.layer,
        name=one.name,
        verbatim=text if not unit or text.endswith(unit) else f"{text} {unit}",
        number=number,
        unit=one.unit,
        procedure=code,
        method=method,
        replicate=place.replicate,
        is_recovered=place.is_recovered,
        row=place.row,
        column=reading.column,
    )


def _check_choice(one: SoilProperty, reading: Reading, place: Place, problems: Problems) -> None:
    """Warn of words that are none of MIxS' for a slot with a list of values."""
    if one.kind != "choice" or one.mixs_slot not in SLOTS:
        return
    own = Problems(problems.source)
    check_value(Cell(one.mixs_slot, reading.text.strip(), place.row, own))
    problems.extend(replace(problem, column=reading.column) for problem in own.found)


def _text_of(one: SoilProperty, text: str, reading: Reading, place: Place) -> Observation:
    return Observation(
        place.layer,
        one.name,
        text,
        None,
        "",
        method=reading.method,
        replicate=place.replicate,
        row=place.row,
        column=reading.column,
    )


def _procedure(
    one: SoilProperty, reading: Reading, place: Place, problems: Problems
) -> tuple[SoilProperty, str, str]:
    """Find the procedure's code; one of another solution makes another property of a pH."""
    text = "" if _is_absent(reading.method.strip()) else reading.method.strip()
    limit = place.limit_um if one.name in TEXTURE else None
    found = find_procedure(text, one.name, limit) if text else None
    if found and one.name not in found.properties:
        others = [SOIL_PROPERTIES[name] for name in found.properties]
        if others and others[0].glosis_property == one.glosis_property:
            return others[0], found.code, ""
        problems.add(
            "procedure-property",
            row=place.row,
            column=reading.column,
            found=text,
            expected=f"a procedure for {one.label}",
            fix=f"Correct the procedure, or the property; this one is for {others[0].label}"
            if others
            else "Correct the procedure",
        )
        return one, "", text
    if limit and (found is None or found.limit_um is None):
        code = texture_procedure(limit) if limit != 60 else ""
        return one, code, text or ("limit of silt and sand 60 um" if not code else "")
    if limit and found and found.limit_um != limit:
        problems.add(
            "texture-limit",
            row=place.row,
            column=reading.column,
            found=text,
            expected=f"a procedure with the limit that the row states, {limit} um",
            fix="Correct the procedure or the limit",
        )
    return one, found.code if found else "", "" if found else text


def _number(
    one: SoilProperty, reading: Reading, place: Place, problems: Problems
) -> tuple[float | None, str] | None:
    """Read a number and bring it to the property's unit; (None, unit) where it is below a limit."""
    text = reading.text.strip()
    if COMMA.search(text):
        _Spot(reading, place, problems).note(
            "number-comma",
            "a point in a decimal number",
            comma_fix(one.name, text),
        )
        return None
    match = _NUMBER.match(text.lstrip("<>~ "))
    if match is None or text[0] in ">~":
        _Spot(reading, place, problems).note(
            "number-format",
            "a number, or '<' and the limit of detection",
            "Write the number, or leave the cell empty",
        )
        return None
    stated = text.lstrip("<>~ ")[match.end() :].strip() or reading.unit
    unit = find_unit(stated)
    if unit is None or not is_convertible(unit.ucum, one.unit):
        problems.add(
            "soil-unit-unknown" if unit is None else "soil-unit-kind",
            row=place.row,
            column=reading.column,
            found=stated,
            expected=f"a unit that can be converted to {one.unit}, the unit of {one.label}",
            fix=f"Correct the unit; {_advice(one)}",
        )
        return None
    shown = "" if unit.ucum in ("[pH]", "1") else unit.ucum
    number = convert(float(match[0]), unit.ucum, one.unit)
    _check_range(one, number, reading, place, problems)
    return (None if text[0] == "<" else number), shown


def _advice(one: SoilProperty) -> str:
    if one.unit == "g/kg":
        return "an amount per volume (mg/L) is no content of the soil"
    return "or name another property"


def _check_range(
    one: SoilProperty, number: float, reading: Reading, place: Place, problems: Problems
) -> None:
    """Note a number that cannot be; warn of one that hardly is."""
    for low, high, is_warning in (
        (one.minimum, one.maximum, False),
        (one.plausible_minimum, one.plausible_maximum, True),
    ):
        if (low is not None and number < low) or (high is not None and number > high):
            least = "" if low is None else f" of at least {low:g}"
            most = "" if high is None else f" of at most {high:g}"
            limits = f"{least} and{most}" if least and most else least or most
            _Spot(reading, place, problems).note(
                "soil-implausible" if is_warning else "number-range",
                f"{one.label} in {one.unit}{limits}; this is {number:g} {one.unit}",
                "Look whether the unit is right; it is kept if you leave it"
                if is_warning
                else "Correct the value or its unit",
                is_warning=is_warning,
            )
            return
