"""Read a soil sheet, long or wide, into observations; note everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.soil.cells import Place, Reading, observation_of, place_of
from soilbio.metadata.soil.checks import check_soil
from soilbio.metadata.soil.columns import AMBIGUOUS, Column, is_long, like, recognise
from soilbio.metadata.soil.model import Layer, Soil
from soilbio.metadata.soil.table import Rows, read_cells
from soilbio.standards.soil_properties import SOIL_PROPERTIES, find_property, plain


def read_soil(path: Path, renamed: Mapping[str, str] | None = None) -> Soil:
    """Read a soil sheet.

    Raises
    ------
    InputError
        With all problems of the sheet, if any is an error.

    """
    problems = Problems(str(path))
    soil = inspect_soil(path, problems, renamed or {})
    problems.raise_if_any()
    return soil


def inspect_soil(path: Path, problems: Problems, renamed: Mapping[str, str] | None = None) -> Soil:
    """Read what can be read of a soil sheet, and note its problems.

    Parameters
    ----------
    path : Path
        Workbook, CSV or TSV.
    problems : Problems
        Collects what is found.
    renamed : mapping of header to header, optional
        What to read a column's name as, such as `{"C": "tot_org_carb [g/kg]"}`.

    Raises
    ------
    InputError
        Where the file cannot be read at all.

    """
    header, rows = read_cells(path, problems, renamed or {})
    soil = Soil(str(path))
    columns = [recognise(name) for name in header if name]
    long = is_long(columns)
    columns = [one for one in columns if _is_taken(one, problems, soil, is_long=long)]
    _check_columns(columns, problems, is_long=long)
    read = _read_long if long else _read_wide
    read(soil, columns, rows, problems)
    check_soil(soil, problems)
    return soil


def _is_taken(column: Column, problems: Problems, soil: Soil, *, is_long: bool) -> bool:
    """Tell whether a column is used; warn of one that is not."""
    if column.role == "kept":
        soil.taken.append((column.header, "stays in the sheet"))
        return False
    is_of_long = column.role == "long" and not is_long
    if column.role != "unknown" and not is_of_long:
        unit = f" [{column.unit}]" if column.unit else ""
        what = {"method": "procedure of ", "unit": "unit of "}.get(column.role, "")
        soil.taken.append((column.header, f"{what}{', '.join(column.names)}{unit}"))
        return True
    soil.taken.append((column.header, ""))
    meant = AMBIGUOUS.get(plain(column.header))
    guess = like(column.header)
    if meant:
        fix = f"Name it {' or '.join(meant)}, with its unit, as in '{meant[0]} [unit]'"
    elif guess:
        fix = f"Did you mean '{guess}'? Else nothing needs to be done"
    else:
        fix = "Nothing needs to be done if it is no soil property; else use the property's name"
    problems.add(
        "soil-column-unknown",
        row=1,
        column=column.header,
        found=column.header,
        expected="a place or soil property that is known; the column is not read",
        fix=fix,
        is_warning=True,
    )
    return False


def _check_columns(columns: Sequence[Column], problems: Problems, *, is_long: bool) -> None:
    """Note a property twice, and a sheet that says neither of what nor where it is."""
    seen: dict[tuple[str, ...], str] = {}
    for column in columns:
        key = (column.role, *column.names)
        if key in seen:
            problems.add(
                "soil-column-duplicate",
                row=1,
                column=column.header,
                found=column.header,
                expected=f"each property once; '{seen[key]}' is {column.names[0]} too",
                fix="Remove one of the two, or give replicates rows of their own",
            )
        seen.setdefault(key, column.header)
        if column.alien_unit and column.role == "value":
            problems.add(
                "soil-unit-unknown",
                row=1,
                column=column.header,
                found=column.alien_unit,
                expected="a unit by its UCUM code, such as g/kg, % or cmol/kg",
                fix="Correct the unit in the header",
            )
    names = {name for column in columns for name in column.names if column.role == "place"}
    if not names & {"sample_id", "site", "profile"}:
        problems.add(
            "soil-profile-missing",
            row=1,
            expected="a column 'profile', 'site' or 'sample_id' that says whose soil a row is",
            fix="Add the column",
        )
    if not is_long and not any(column.role == "value" for column in columns):
        problems.add(
            "soil-property-none",
            row=1,
            expected="columns of soil properties, or the columns 'property' and 'value'",
            fix="Name the columns as `soilbio metadata template` does, such as 'clay [%]'",
        )


def _read_wide(soil: Soil, columns: Sequence[Column], rows: Rows, problems: Problems) -> None:
    """Read one layer a row, with a column a property."""
    places = [one for one in columns if one.role == "place"]
    methods = {name: one.header for one in columns if one.role == "method" for name in one.names}
    units = {one.names[0]: one.header for one in columns if one.role == "unit"}
    values = [one for one in columns if one.role == "value"]
    _check_units(values, units, problems)
    for number, row in rows:
        place = place_of(places, row, number, problems)
        _add_layer(soil, place.layer)
        for column in values:
            name = column.names[0]
            unit = row.get(units.get(name, ""), "") or column.unit
            if not unit and name not in units:
                unit = SOIL_PROPERTIES[name].unit
            method = row.get(methods.get(name, ""), "")
            reading = Reading(name, row.get(column.header, ""), unit, method, column.header)
            found = observation_of(reading, place, problems)
            if found:
                soil.observations.append(found)


def _check_units(values: Sequence[Column], units: Mapping[str, str], problems: Problems) -> None:
    """Note columns of numbers whose unit nobody states; pH and ratios need none."""
    for column in values:
        unit = SOIL_PROPERTIES[column.names[0]].unit
        is_stated = column.unit or column.alien_unit or column.names[0] in units
        if unit not in ("", "[pH]", "1") and not is_stated:
            problems.add(
                "soil-unit-missing",
                row=1,
                column=column.header,
                found=column.header,
                expected="the unit in the header, in brackets",
                fix=f"Write '{column.header} [{unit}]' if that is the unit; % and g/kg differ"
                " by a factor of ten",
            )


def _read_long(soil: Soil, columns: Sequence[Column], rows: Rows, problems: Problems) -> None:
    """Read one value a row."""
    places = [one for one in columns if one.role == "place"]
    header = {one.names[0]: one.header for one in columns if one.role == "long"}
    for number, row in rows:
        cells = {name: row.get(column, "") for name, column in header.items()}
        place = place_of(places, row, number, problems)
        _add_layer(soil, place.layer)
        one = find_property(cells["property"]) if cells["property"] else None
        if one is None:
            _note_unknown(cells["property"], number, header["property"], problems)
            continue
        unit = cells.get("unit", "")
        if not unit and one.is_number and one.unit not in ("[pH]", "1") and cells["value"]:
            problems.add(
                "soil-unit-missing",
                row=number,
                column=header.get("unit", "unit"),
                found="",
                expected=f"the unit of every {one.label}",
                fix=f"Write {one.unit} if that is the unit",
            )
            continue
        reading = Reading(
            one.name, cells["value"], unit or one.unit, cells.get("procedure", ""), header["value"]
        )
        found = observation_of(reading, place, problems)
        if found:
            soil.observations.append(found)


def _note_unknown(text: str, number: int, column: str, problems: Problems) -> None:
    meant = AMBIGUOUS.get(plain(text), ())
    guess = " or ".join(meant) or like(text)
    problems.add(
        "soil-property-unknown",
        row=number,
        column=column,
        found=text,
        expected="a soil property by its name, such as tot_org_carb, or its GLOSIS IRI",
        fix=f"Did you mean '{guess}'? Correct the name"
        if guess
        else "Correct the name; docs/soil-properties.md lists them",
    )


def _add_layer(soil: Soil, layer: Layer) -> None:
    if not soil.layers or soil.layers[-1] != layer:
        soil.layers.append(layer)


__all__ = ["Place", "inspect_soil", "read_soil"]
