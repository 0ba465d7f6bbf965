"""Sample metadata → another standard, with a report of what is lost and what is lacking.

The report is no opinion: what was written is read back, and whatever does not come back as it was
is a loss. Only the reason is the target's.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from soilbio.metadata.commas import has_decimal_commas, with_points
from soilbio.metadata.crosswalk.model import (
    Converted,
    Demand,
    Lacking,
    Loss,
    Rows,
    Sample,
    Tables,
    name_of,
)
from soilbio.metadata.crosswalk.normal import is_same, normal, to_own_unit
from soilbio.metadata.crosswalk.reasons import common_reason, is_withheld
from soilbio.metadata.datum import to_wgs84
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS

TARGETS = {
    "mixs": "MIxS 7.0.1, as a table by slot",
    "ena": "ENA checklist ERC000022, as XML and table of attributes",
    "biosamples": "EBI BioSamples, as JSON",
    "dwc": "Darwin Core, as event, measurement, DNA and permit tables",
    "nmdc": "NMDC, as JSON records of its schema",
    "faire": "FAIRe, as its sheets",
    "glosis": "GLOSIS / ISO 28258, as Turtle and tables",
}


class Target(Protocol):
    """What the module of a target offers."""

    DEMANDS: tuple[Demand, ...]

    def tables_of(self, rows: Rows) -> Tables:
        """Write rows in the one spelling as the target's tables."""

    def read_back(self, tables: Tables) -> dict[str, Sample]:
        """Read the tables into samples by name."""

    def reason_of(self, name: str, value: str) -> tuple[str, str]:
        """Say of what kind a loss is, and why it came about."""


def target_named(target: str) -> Target:
    """Import the module of a target.

    Raises
    ------
    ValueError
        For a target that is not one of `TARGETS`.

    """
    if target not in TARGETS:
        raise ValueError(f"no target {target!r}; there are {', '.join(TARGETS)}")
    return cast("Target", importlib.import_module(f"soilbio.metadata.crosswalk.{target}"))


def convert(rows: Mapping[int, Mapping[str, str]], target: str) -> Converted:
    """Convert rows of samples, by their number in the sheet.

    Parameters
    ----------
    rows : mapping of int to mapping of str to str
        By MIxS slot, the split columns of `standards.aliases`, or a field of `standards.fields`;
        columns of the user's own may be there. Values are taken to be right: check them first.
    target : str
        A key of `TARGETS`.

    """
    module = target_named(target)
    losses: list[Loss] = []
    samples = {number: normal(row) for number, row in _with_points(rows, losses).items()}
    placed = {
        number: _to_own_units(number, _to_wgs84(number, one, losses), losses)
        for number, one in samples.items()
    }
    tables = module.tables_of(
        {
            number: {name: value for name, value in one.items() if not is_withheld(name)}
            for number, one in placed.items()
        }
    )
    back = module.read_back(tables)
    for number, sample in placed.items():
        losses += _losses(number, sample, back, target)
    lacking = [Lacking(0, "", one.field, "", one.fix) for one in module.DEMANDS if not one.columns]
    lacking += [one for number, row in placed.items() for one in _lacking(number, row, module)]
    return Converted(target, tables, sorted(losses, key=lambda one: (one.row, one.column)), lacking)


def _with_points(
    rows: Mapping[int, Mapping[str, str]], losses: list[Loss]
) -> dict[int, dict[str, str]]:
    """Write points for commas in columns that have commas for points throughout, and tell it."""
    values: dict[str, list[str]] = {}
    for row in rows.values():
        for column, value in row.items():
            values.setdefault(column, []).append(value)
    german = {column for column, own in values.items() if has_decimal_commas(column, own)}
    made = {number: dict(row) for number, row in rows.items()}
    for number, row in made.items():
        for column in german & row.keys():
            if (value := row[column]) != (read := with_points(value)):
                row[column] = read
                reason = f"it is {read} there: the whole column has commas for points"
                name = name_of(number, normal(row))
                losses.append(Loss(number, name, column, value, "transformed", reason))
    return made


def read_back(target: str, tables: Tables) -> dict[str, Sample]:
    """Read a target's tables into samples by name, in the one spelling."""
    return {name: normal(sample) for name, sample in target_named(target).read_back(tables).items()}


def _to_wgs84(number: int, sample: Sample, losses: list[Loss]) -> Sample:
    """Bring a place to WGS 84, which all targets want; a note is kept of what it was."""
    datum, place = sample.get("geodetic_datum", ""), sample.get("lat_lon", "").split()
    found = to_wgs84(place[0], place[1], datum) if datum and len(place) == 2 else None
    if found is None:
        return sample
    moved = {name: value for name, value in sample.items() if name != "geodetic_datum"}
    moved["lat_lon"] = " ".join(found)
    for column in ("lat_lon", "geodetic_datum"):
        reason = f"brought from {datum} to WGS 84, where it is {moved['lat_lon']}"
        name = name_of(number, sample)
        losses.append(Loss(number, name, column, sample[column], "transformed", reason))
    return moved


def _to_own_units(number: int, sample: Sample, losses: list[Loss]) -> Sample:
    """Bring numbers to the unit of their slot, where they measure the same kind of thing."""
    found = dict(sample)
    for column, value in sample.items():
        moved = to_own_unit(column, value)
        if moved != value:
            found[column] = moved
            reason = f"it is {moved} there, in {SLOTS[column].unit}"
            name = name_of(number, sample)
            losses.append(Loss(number, name, column, value, "transformed", reason))
    return found


def _losses(number: int, sample: Sample, back: Mapping[str, Sample], target: str) -> Iterator[Loss]:
    name, module = name_of(number, sample), target_named(target)
    found = normal(back.get(name, {}))
    if not found:
        kind, reason = module.reason_of("", sample.get("samp_category", ""))
        yield Loss(number, name, "", "", kind, reason)
        return
    for column, value in sample.items():
        other = found.get(column)
        if other is not None and is_same(column, value, other):
            continue
        give = common_reason(column, value, target) if is_withheld(column) else None
        kind, reason = give or module.reason_of(column, value)
        if other is not None:
            is_less = kind == "less-precise"
            kind = kind if is_less else "changed"
            reason = f"it is '{other}' there" + (f"; {reason}" if is_less else "")
        yield Loss(number, name, column, value, kind, reason)


def _lacking(number: int, sample: Sample, module: Target) -> Iterator[Lacking]:
    for demand in module.DEMANDS:
        values = [sample[column] for column in demand.columns if sample.get(column)]
        is_there = any(demand.takes_missing or not is_missing(value) for value in values)
        if demand.columns and not is_there:
            fix = demand.fix or f"Fill in {' or '.join(demand.columns)}"
            name = name_of(number, sample)
            yield Lacking(number, name, demand.field, demand.columns[0], fix)
