"""What a metadata value may be: places, dates, depths, countries, numbers, terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from soilbio.errors import Problems
from soilbio.metadata.commas import COMMA, comma_fix
from soilbio.metadata.positions import to_decimal_degrees
from soilbio.metadata.quantities import is_measured, quantity_in
from soilbio.standards.insdc import (
    COUNTRIES,
    INFORMAL_MISSING,
    OTHER_NAMES,
    country_named,
    country_of,
    is_missing,
)
from soilbio.standards.mixs import SLOTS, Slot, parse_lat_lon

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_DEPTH = re.compile(rf"({_NUMBER})(?:\s*-\s*({_NUMBER}))?\s*(\D*)")
_DATE = (
    r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?"
)
_DATES = re.compile(rf"({_DATE})(?:/({_DATE}))?")
_SLASHED = re.compile(r"(\d{1,4})[/.](\d{1,2})[/.](\d{1,4})")
# What people write; a year in front is followed by the month.
_ORDERS = ("day-month-year", "month-day-year", "year-month-day")
# Days that a spreadsheet counts from here; its numbers for 1950 to 2060.
_EXCEL_START = date(1899, 12, 30)
_EXCEL_DAYS = range(18264, 58806)
# Deeper than the first is hardly soil, from the second on depths in centimetres are likely.
_DEEP_M, _RARE_M = 20, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with its place in the sheet, and where its problems go."""

    name: str
    value: str
    row: int
    problems: Problems

    def note(self, code: str, expected: str, fix: str, *, is_warning: bool = False) -> None:
        """Note what is wrong with the value."""
        self.problems.add(
            code,
            row=self.row,
            column=self.name,
            found=self.value,
            expected=expected,
            fix=fix,
            is_warning=is_warning,
        )


def check_value(cell: Cell) -> None:
    """Note what is wrong with a value of a known slot; empty values and missing terms are right."""
    slot = SLOTS[cell.name]
    if not cell.value or is_missing(cell.value):
        return
    if cell.value.casefold() in INFORMAL_MISSING:
        cell.note(
            "missing-term",
            "a value, an empty cell, or the archives' term for a missing value",
            "Leave the cell empty; where a value is demanded write 'not collected' or"
            " 'not provided'",
        )
    elif cell.name in _CHECKS:
        _CHECKS[cell.name](cell)
    elif slot.range == "datetime":
        _check_date(cell)
    elif slot.is_numeric:
        _check_number(cell, slot)
    elif slot.allowed:
        _check_allowed(cell, slot)


def _check_number(cell: Cell, slot: Slot) -> None:
    if _has_comma(cell):
        return
    match = re.match(_NUMBER, cell.value.lstrip("<>~ "))
    unit = f" in {slot.unit}" if slot.unit not in ("", "1") else ""
    if match is None:
        cell.note("number-format", f"a number{unit}", "Write the number, or leave the cell empty")
        return
    rest = cell.value[match.end() :].strip()
    quantity = quantity_in(cell.value, slot.unit) if is_measured(slot) else None
    value = quantity[0] if quantity else float(match[0])
    if cell.value[0] in "<>~" or (quantity is None and rest not in ("", slot.unit)):
        cell.note(
            "number-text",
            f"a plain number{unit}" + (", or with a unit of the same kind" * is_measured(slot)),
            "It is kept as it is, but is no measurement; convert it if you want it counted as one",
            is_warning=True,
        )
        return
    low, high = slot.minimum, slot.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        least = "" if low is None else f" of at least {low:g}"
        most = "" if high is None else f" of at most {high:g}"
        limits = f"{least} and{most}" if least and most else least or most
        cell.note("number-range", f"a number{unit}{limits}", "Correct the value or its unit")


def _has_comma(cell: Cell) -> bool:
    """Note a comma in a number, and tell whether there was one."""
    match = COMMA.search(cell.value)
    if match:
        cell.note(
            "number-comma",
            "a point in a decimal number",
            comma_fix(cell.name, cell.value),
        )
    return bool(match)


def _check_lat_lon(cell: Cell) -> None:
    if parse_lat_lon(cell.value) is not None:
        return
    if not re.search(r"\d\.\d", cell.value) and _has_comma(cell):
        return
    match = re.fullmatch(rf"({_NUMBER})(?:\s*[,;])?\s+({_NUMBER})", cell.value)
    if match:
        latitude, longitude = float(match[1]), float(match[2])
        is_swapped = 90 < abs(latitude) <= 180 and abs(longitude) <= 90
        cell.note(
            "place-range",
            "a latitude from -90 to 90 and a longitude from -180 to 180",
            "Swap the two, if the longitude comes first here; else correct the latitude"
            if is_swapped
            else "Correct the place",
        )
        return
    mended = to_decimal_degrees(cell.value)
    cell.note(
        "place-format",
        "latitude and longitude in decimal degrees, such as '48.1364 11.2871'",
        f"Write '{mended}'"
        if mended
        else "Write both numbers with a space between; convert degrees and minutes",
    )


def _check_date(cell: Cell) -> None:
    match = _DATES.fullmatch(cell.value)
    if match:
        _check_calendar(cell, [part for part in match.groups() if part])
        return
    if cell.value.isdecimal() and int(cell.value) in _EXCEL_DAYS:
        day = (_EXCEL_START + timedelta(days=int(cell.value))).isoformat()
        cell.note(
            "date-serial",
            "a date, such as 2021-01-31",
            f"A spreadsheet made a number of the date; it may be {day}: format the column as text"
            " and write it so",
        )
        return
    orders = _orders_of(cell.value)
    if len(orders) > 1:
        cell.note(
            "date-ambiguous",
            "a date that reads the same everywhere, such as 2021-04-03",
            f"Write year-month-day; this can be read as {' and as '.join(orders)}",
        )
    else:
        cell.note(
            "date-format",
            "an ISO 8601 date: 2021, 2021-04, 2021-04-03, or two with '/' between",
            f"Write year-month-day; here the order is {orders[0]}"
            if orders
            else "Write year-month-day, as precise as it is known",
        )


def _orders_of(text: str) -> list[str]:
    """List the orders in which three numbers are a date."""
    match = _SLASHED.fullmatch(text)
    return [] if match is None else [order for order in _ORDERS if _is_date(match.groups(), order)]


def _is_date(numbers: Sequence[str], order: str) -> bool:
    parts = dict(zip(order.split("-"), numbers, strict=True))
    if len(parts["year"]) not in (2, 4) or max(len(parts["month"]), len(parts["day"])) > 2:
        return False
    try:
        date(int(parts["year"]) % 100 + 2000, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return False
    return True


def _check_calendar(cell: Cell, dates: list[str]) -> None:
    """Note dates that no calendar has, and periods that end before they begin."""
    for text in dates:
        year, month, day = [*text[:10].split("-"), "01", "01"][:3]
        try:
            date(int(year), int(month), int(day))
        except ValueError:
            cell.note("date-calendar", "a day that the calendar has", "Correct the date")
            return
    last = dates[-1][:10]
    if last > date.today().isoformat()[: len(last)]:
        cell.note("date-future", "a day that has come", "Correct the date; look at its year")
    elif dates[0][:4] < "1900":
        cell.note("date-calendar", "a year from 1900 on", "Correct the date")
    elif len(dates) == 2 and dates[1] < dates[0][: len(dates[1])]:
        cell.note("date-order", "a period that ends after it begins", "Swap the two dates")


def _check_depth(cell: Cell) -> None:
    if _has_comma(cell):
        return
    match = _DEPTH.fullmatch(cell.value)
    if match is None or match[3] not in ("", "m"):
        cell.note(
            "depth-format",
            "metres below the surface: '0.1', or upper and lower as '0-0.2'",
            "Write metres, without another unit; 0-20 cm is 0-0.2",
        )
        return
    depths = [float(depth) for depth in match.groups()[:2] if depth is not None]
    if min(depths) < 0:
        cell.note(
            "depth-format",
            "metres below the surface, 0 or more",
            "Depths count from the mineral soil downwards; name an organic layer in soil_horizon",
        )
    elif depths[0] > depths[-1]:
        cell.note("depth-order", "upper before lower, in metres", "Swap the two values")
    elif max(depths) > _DEEP_M:
        cell.note(
            "number-range",
            f"a depth in metres, at most {_DEEP_M}",
            "Write metres; if these are centimetres, divide by 100",
        )
    elif max(depths) >= _RARE_M:
        cell.note(
            "depth-unit",
            f"metres; soils are seldom sampled below {_RARE_M:g} m",
            "If these are centimetres, write metres: 0-20 cm is 0-0.2 (`soilbio metadata convert`"
            " takes centimetres from a header such as 'depth (cm)')",
            is_warning=True,
        )


def _check_country(cell: Cell) -> None:
    country = country_of(cell.value)
    if country in COUNTRIES or is_missing(country):
        return
    cell.note(
        "country-unknown",
        "'Country: region, locality' with a country or sea as the archives (INSDC) call it",
        _country_fix(cell.value, country),
    )


def _country_fix(value: str, country: str) -> str:
    """Say which country is meant: beyond doubt, by a region that it has, or by a like spelling."""
    from soilbio.standards.regions import countries_with

    plain = {name.casefold(): name for name in COUNTRIES}
    name = OTHER_NAMES.get(country.casefold()) or plain.get(country.casefold())
    if name:
        return f"Write '{name}' for '{country}'"
    if having := countries_with(country.partition(",")[0]):
        rest = value.replace(": ", ", ", 1).replace(":", ", ", 1)
        return (
            f"Write {' or '.join(repr(f'{one}: {rest}') for one in having[:3])}, if that is meant"
        )
    like = get_close_matches(country.casefold(), plain, n=1)
    guess = country_named(country) or (plain[like[0]] if like else "")
    asked = f"Did you mean '{guess}'? " if guess else ""
    return f"{asked}Begin with the country's English name"


def _check_term(cell: Cell) -> None:
    from soilbio.metadata.environment_terms import check_environment_term

    check_environment_term(cell)


def _check_taxon(cell: Cell) -> None:
    from soilbio.metadata.environment_terms import check_taxon

    check_taxon(cell)


def _check_datum(cell: Cell) -> None:
    from soilbio.metadata.datum import check_datum

    check_datum(cell)


def _check_allowed(cell: Cell, slot: Slot) -> None:
    allowed = (*slot.allowed, *slot.also_allowed)
    if any(part.strip() not in allowed for part in cell.value.split("|")):
        like = get_close_matches(cell.value, slot.allowed, n=1)
        cell.note(
            "value-vocabulary",
            f"one of {', '.join(slot.allowed)}",
            f"Did you mean '{like[0]}'? It is kept as it is, but archives may refuse it"
            if like
            else "It is kept as it is, but archives may refuse it",
            is_warning=True,
        )


_CHECKS: dict[str, Callable[[Cell], None]] = {
    "lat_lon": _check_lat_lon,
    "collection_date": _check_date,
    "depth": _check_depth,
    "geo_loc_name": _check_country,
    "env_broad_scale": _check_term,
    "env_local_scale": _check_term,
    "env_medium": _check_term,
    "geodetic_datum": _check_datum,
    "samp_taxon_id": _check_taxon,
}
