"""Numbers with units in cells: converted, warned of, or refused where nobody knows."""

from __future__ import annotations

import pytest

from soilbio.errors import Problems
from soilbio.metadata.quantities import check_units, quantity_in
from soilbio.metadata.slots import Cell, check_value


@pytest.mark.parametrize(
    ("text", "unit", "found"),
    [
        ("7.1", "g/kg", (7.1, "")),
        ("7.1 g/kg", "g/kg", (7.1, "")),
        ("7.1 g kg-1", "g/kg", (7.1, "")),
        ("1.5%", "g/kg", (15, "%")),
        ("1.5 %", "g/kg", (15, "%")),
        ("15 mg/g", "g/kg", (15, "")),
        ("12 %", "g/g", (0.12, "%")),
        ("-3", "Cel", (-3, "")),
        ("1e2", "mg/kg", (100, "")),
        ("<5", "mg/kg", None),
        ("5-6", "mg/kg", None),
        ("6.1 (CaCl2)", "[pH]", None),
        ("5 kg/ha", "mg/kg", None),
        ("5 m", "", None),
        ("1e999", "g/kg", None),
        ("not collected", "g/kg", None),
    ],
)
def test_a_number_is_read_in_the_unit_of_its_column(text, unit, found):
    assert quantity_in(text, unit) == found


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (("1.5 %", "2"), [3]),
        (("2", "1.5 %", "3"), [2, 4]),
        (("1.5 %", "20 g/kg", "15 mg/g"), []),
        (("15 g/kg", "20"), []),  # the column's own unit
        (("15 kg/ha", "20"), []),  # is no measurement, and warned of
        (("1.5 %", "not collected", ""), []),
    ],
)
def test_numbers_without_a_unit_beside_other_units_are_refused(values, rows):
    problems = Problems("s")
    sheet = {number: {"tot_org_carb": value} for number, value in enumerate(values, start=2)}
    check_units(sheet, problems)
    assert [problem.row for problem in problems.errors] == rows


@pytest.mark.parametrize(
    ("name", "value", "codes"),
    [
        ("tot_org_carb", "1.5 %", []),
        ("tot_org_carb", "150 %", ["number-range"]),
        ("tot_org_carb", "15 kg/ha", ["number-text"]),
        ("elev", "0.3 km", ["number-text"]),  # is no measurement of the soil
    ],
)
def test_the_limits_are_those_of_what_was_converted(name, value, codes):
    problems = Problems("s")
    check_value(Cell(name, value, 2, problems))
    assert [problem.code for problem in problems.found] == codes


@pytest.mark.parametrize(("name", "is_offered"), [("tot_org_carb", True), ("elev", False)])
def test_a_unit_is_offered_only_where_it_is_converted(name, is_offered):
    problems = Problems("s")
    check_value(Cell(name, "0.3 parsec", 2, problems))
    assert ("unit of the same kind" in problems.found[0].expected) == is_offered
