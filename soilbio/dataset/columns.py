"""What is known of any column of a dataset: a declared one, a MIxS slot, or one of the user's."""

from __future__ import annotations

import json
from collections.abc import Mapping

from soilbio.dataset.tables import TABLES, Column, ColumnType, Table
from soilbio.errors import InputError, Problems
from soilbio.standards.sharing_classes import SharingClass

FILE = "columns.json"
_CLASSES = frozenset(one.value for one in SharingClass)
# Our own names for what MIxS calls otherwise.
_SLOT_OF = {"sample_id": "samp_name"}


def column_of(table: Table, name: str, extra_columns: Mapping[str, str]) -> Column | None:
    """Describe a column; None means that nobody gave it a sharing class: it is withheld.

    Parameters
    ----------
    table : Table
        The table that holds the column.
    name : str
        Name of the column.
    extra_columns : mapping of column name to sharing class
        The user's own columns of `samples`.

    """
    from soilbio.standards.mixs import SLOTS

    declared = table.column(name)
    if declared or not table.has_slots:
        return declared
    if name in SLOTS:
        slot = SLOTS[name]
        return Column(name, "string", slot.sharing_class, f"MIxS {name}, verbatim.", slot.unit)
    if extra_columns.get(name) in _CLASSES:
        return Column(name, "string", SharingClass(extra_columns[name]), "The user's own column.")
    return None


def property_of(name: str, extra_columns: Mapping[str, str]) -> Column | None:
    """Describe what a row of `measurements` holds: a column of samples, or a soil property.

    None means that nobody gave the property a sharing class: it is withheld.
    """
    from soilbio.standards.soil_properties import SOIL_PROPERTIES

    known = column_of(TABLES["samples"], name, extra_columns)
    one = SOIL_PROPERTIES.get(name)
    if known is not None or one is None:
        return known
    kind: ColumnType = "number" if one.is_number else "string"
    return Column(name, kind, one.sharing_class, one.help, one.unit)


def iri_of(name: str) -> str:
    """Give the IRI of the MIxS slot that a column holds; empty where there is none."""
    from soilbio.standards.mixs import SLOTS

    slot = SLOTS.get(_SLOT_OF.get(name, name))
    prefix, _, number = (slot.mixs_id if slot else "").partition(":")
    return f"https://w3id.org/mixs/{number}" if prefix == "MIXS" and number else ""


def check_extra_columns(extra_columns: Mapping[str, str], problems: Problems) -> None:
    """Note own columns whose class is unknown, or that would reclassify a column we know.

    A user cannot open the exact place by calling `lat_lon` a soil property.
    """
    from soilbio.standards.mixs import SLOTS

    declared = {column.name: column.sharing_class for column in TABLES["samples"].columns}
    known = {**{name: slot.sharing_class for name, slot in SLOTS.items()}, **declared}
    for name, sharing_class in sorted(extra_columns.items()):
        if sharing_class not in _CLASSES:
            problems.add(
                "sharing-class-unknown",
                column=name,
                found=str(sharing_class),
                expected=f"one of {', '.join(sorted(_CLASSES))}",
                fix="Give the column one of these sharing classes",
            )
        elif name in known and known[name] != sharing_class:
            problems.add(
                "sharing-class-fixed",
                column=name,
                found=sharing_class,
                expected=f"{known[name]}, the class of this standard column",
                fix="Leave the column out of the list, or give your own column another name",
            )
        elif not name.strip() or not name.isprintable():
            problems.add(
                "column-name",
                column=repr(name),
                expected="a name of printable characters",
                fix="Rename the column",
            )


def write_extra_columns(extra_columns: Mapping[str, str]) -> bytes:
    """Write own columns and their classes as `columns.json`, in one canonical way."""
    text = json.dumps(dict(sorted(extra_columns.items())), indent=2, ensure_ascii=False)
    return f"{text}\n".encode()


def parse_extra_columns(content: bytes, source: str) -> dict[str, str]:
    """Read `columns.json`; what is no map of text to text is told as a problem."""
    try:
        found = json.loads(content.decode("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        problems = Problems(source)
        problems.add(
            "columns-unreadable",
            expected='a JSON object of column names and sharing classes, like {"plot": "location"}',
            fix="Get the dataset again from where it came; the file is damaged",
        )
        raise InputError(problems.found)
    return {str(name): value for name, value in found.items()}
