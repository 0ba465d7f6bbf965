"""Samples → a MIxS 7 table for soils: one column a slot, numbers with their units.

What the class does not carry goes into `misc_param`, as MIxS asks: `bulk_density;1.3 g/cm3`.
"""

from __future__ import annotations

from soilbio.metadata.crosswalk.model import Demand, Rows, Sample, Tables, name_of
from soilbio.metadata.crosswalk.normal import joined, split_quantity
from soilbio.metadata.crosswalk.reasons import Reason, common_reason
from soilbio.standards.mixs import SLOTS

TABLE = "mixs"
CLASSES = {True: "MimarksSSoil", False: "MimsSoil"}
_PARAMETERS = "misc_param"
# Units of these are not written: MIxS has plain numbers there.
_BARE = ("1", "[pH]")
DEMANDS = tuple(
    Demand(name, (name,), f"Fill in {name} ({slot.title})")
    for name, slot in SLOTS.items()
    if "MimsSoil" in slot.required_by
)


def tables_of(rows: Rows) -> Tables:
    """Write one table; a sample with a target gene is of the class for marker genes."""
    found = [_record(number, joined(row)) for number, row in rows.items()]
    columns = [name for name in SLOTS if any(name in row for row in found)]
    return {TABLE: [{name: row.get(name, "") for name in columns} for row in found]}


def _record(number: int, sample: Sample) -> Sample:
    carrier = CLASSES["target_gene" in sample]
    record = {"samp_name": name_of(number, sample)}
    parameters = [sample[_PARAMETERS]] if _PARAMETERS in sample else []
    for name, value in sample.items():
        if name == _PARAMETERS:
            continue
        if name in SLOTS and carrier in SLOTS[name].carried_by:
            record[name] = _text(name, value)
        else:
            parameters += [f"{name};{part}" for part in _text(name, value).split("|") if part]
    return record | ({_PARAMETERS: "|".join(parameters)} if parameters else {})


def _text(name: str, value: str) -> str:
    number, other, unit = split_quantity(name, value)
    if not number or unit in _BARE or SLOTS[name].range in ("float", "integer"):
        return value
    return f"{number}-{other} {unit}" if other else f"{number} {unit}"


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the table; parameters that have columns of their own become columns in `normal`."""
    return {
        row["samp_name"]: {name: value for name, value in row.items() if value}
        for row in tables[TABLE]
    }


def reason_of(name: str, value: str) -> Reason:
    """Say why a value was lost."""
    if name == _PARAMETERS:
        return "changed", "a part of it is named as a column that is there, too"
    return common_reason(name, value, "MIxS")
