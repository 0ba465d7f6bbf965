"""Rows of the small tables, copied value by value as the decision on them allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from soilbio.agreements.model import GENERALISATIONS, Decision, Strictness
from soilbio.dataset.tables import Column
from soilbio.exporters import generalise
from soilbio.exporters.evidence import Fate, withheld_in
from soilbio.exporters.pseudonyms import pseudonym
from soilbio.standards.controls import says_control
from soilbio.standards.insdc import is_missing
from soilbio.standards.sharing_classes import SharingClass as Share

Row = dict[str, Any]
Fates = list[tuple[Share, Fate]]

# Shared by no agreement: the free text of tools, which like to name files and folders.
NEVER = frozenset({("libraries", "status_reason")})
# What says of a sample how exact the shared values are.
NOTES = {
    "dataGeneralizations": "What was made coarser, and how (Darwin Core).",
    "informationWithheld": "What exists and is not shared (Darwin Core).",
}
UNCERTAINTY = "coordinate_uncertainty_m"
# How each column of a class that can be generalised is: (value, way) to value. What is not named
# here is withheld where its class is generalised.
_WAYS: Mapping[str, Callable[[str, str], str | None]] = {
    "elev": lambda value, _: generalise.elevation(value),
    "alt": lambda value, _: generalise.elevation(value),
    "geodetic_datum": lambda value, _: generalise.datum(value),
    "geo_loc_name": lambda value, _: generalise.country(value),
    "collection_date": generalise.moment,
}
_PLACE = ("lat_lon", UNCERTAINTY)
_STANDS_FOR = {
    "region": "the middle of the region",
    "country": "a point that stands for the country",
}
_VERBATIM_IDS = frozenset({"agreement_id", "agreement_ids", "assay_id"})


@dataclass(slots=True)
class Names:
    """Gives each id the name that it has for the recipient.

    `stems` are, of libraries that several profilers made of one metagenome, what was sequenced:
    that has one pseudonym, behind which the profiler stands, as it does in the name. `taken` are
    pseudonyms that the dataset has as ids already, such as one's own of before, returned.
    """

    key: bytes
    recipient: str
    stems: Mapping[str, str] = field(default_factory=dict)
    taken: Collection[str] = ()
    made: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Give the pseudonym of an id."""
        if name not in self.made:
            stem = self.stems.get(name, name)
            end = name.removeprefix(stem)
            made = pseudonym(self.key, self.recipient, stem)
            while made in self.taken:  # of that name it would be the pseudonym, were it alone
                made = pseudonym(self.key, self.recipient, f"{made}\n{stem}")
            self.made[name] = made + end
        return self.made[name]


def is_control(library: Mapping[str, Any], sample: Mapping[str, Any]) -> bool:
    """Tell whether a library is a control; one that either sheet calls so, is."""
    return bool(library.get("control_type")) or says_control(sample)


def can_show(name: str, sharing_class: Share, decision: Decision) -> bool:
    """Tell whether a decision lets any value of a column through."""
    strictness = decision.outcomes[sharing_class].strictness
    if strictness == Strictness.GENERALISE:
        return name in _WAYS or name in _PLACE
    return strictness == Strictness.ALLOW


def copy_row(
    table: str,
    row: Mapping[str, Any],
    columns: Mapping[str, Column],
    decision: Decision,
    names: Names,
) -> tuple[Row, Fates]:
    """Copy what may be shared of a row; a value that may not be is not there.

    `columns` are the columns with a sharing class; others are not looked at. An id is copied, or
    replaced by a pseudonym.
    """
    copied: Row = {}
    fates: Fates = []
    for name, column in columns.items():
        value = row[name]
        if value is None or value == "":
            continue
        if (table, name) in NEVER:
            fates.append((column.sharing_class, Fate.WITHHELD))
            continue
        new, fate = _copy(name, value, column, decision, names)
        fates.append((column.sharing_class, fate))
        if new is not None:
            copied[name] = new
    return copied, fates


def _copy(
    name: str, value: Any, column: Column, decision: Decision, names: Names
) -> tuple[Any, Fate]:
    outcome = decision.outcomes[column.sharing_class]
    if column.is_id:
        if name in _VERBATIM_IDS or outcome.strictness == Strictness.ALLOW:
            return value, Fate.SHARED
        return names.of(value), Fate.PSEUDONYM
    if outcome.strictness == Strictness.ALLOW:
        return _beside_place(name, value, decision)
    new = None
    if outcome.strictness == Strictness.GENERALISE:
        if name in _WAYS:
            new = value if is_missing(value) else _WAYS[name](value, outcome.how)
        elif name in _PLACE:
            return None, Fate.GENERALISED  # both come from the cell, in `place_of`
    return (new, Fate.GENERALISED) if new is not None else (None, Fate.WITHHELD)


def _beside_place(name: str, value: Any, decision: Decision) -> tuple[Any, Fate]:
    """Keep a place's name from telling more than its coordinates may."""
    exact = decision.outcomes[Share.LOCATION].strictness == Strictness.ALLOW
    if name != "geo_loc_name" or exact or is_missing(value):
        return value, Fate.SHARED
    country = generalise.country(value)
    if country == value:
        return value, Fate.SHARED
    return country, Fate.GENERALISED if country else Fate.WITHHELD


def copy_sample(
    row: Mapping[str, Any], columns: Mapping[str, Column], decision: Decision, names: Names
) -> tuple[Row, Fates]:
    """Copy a sample's row, its place put on the grid if need be, and say what was done."""
    copied, fates = copy_row("samples", row, columns, decision, names)
    outcome = decision.outcomes[Share.LOCATION]
    if outcome.strictness == Strictness.GENERALISE:
        copied.update(_place(row, outcome.how))
        unread = [name for name in _PLACE if row.get(name) and name not in copied]
        for _ in unread:
            fates.remove((Share.LOCATION, Fate.GENERALISED))
            fates.append((Share.LOCATION, Fate.WITHHELD))
    notes = {
        "dataGeneralizations": "; ".join(_done(row, copied, decision)),
        "informationWithheld": withheld_in(decision),
    }
    for name, text in notes.items():
        # Of what was received, the sender's notes are as true as ours.
        told = [one for one in (row.get(name) or "", text) if one]
        copied.pop(name, None)
        if told:
            copied[name] = "; ".join(dict.fromkeys(told))
    return copied, fates


def _place(row: Mapping[str, Any], grid: str) -> Row:
    """Give the centre of the cell and its uncertainty; a term for a missing value stays."""
    lat_lon = row.get("lat_lon") or ""
    if is_missing(lat_lon):
        return {"lat_lon": lat_lon}
    if grid not in GENERALISATIONS[Share.LOCATION]:
        return {}
    named = row.get("geo_loc_name") or ""
    cell = generalise.cell_of(lat_lon, grid, row.get(UNCERTAINTY) or "", named)
    if cell is None:
        return {}
    return {
        "lat_lon": f"{cell.latitude} {cell.longitude}",
        UNCERTAINTY: str(cell.uncertainty_m),
    }


def _done(row: Mapping[str, Any], copied: Row, decision: Decision) -> Iterator[str]:
    """Say what was made coarser, by the names of the columns."""
    changed = {name for name, value in copied.items() if row.get(name) != value}
    grid = decision.outcomes[Share.LOCATION].how
    if "lat_lon" in changed:
        cell = f"the centre of a grid cell of {grid} degrees"
        yield f"coordinates are {_STANDS_FOR.get(grid, cell)}"
    if changed & {"elev", "alt"}:
        yield f"elevation rounded to {generalise.ELEVATION_STEP_M} m"
    if "geo_loc_name" in changed:
        yield "place name cut to the country"
    if "collection_date" in changed:
        yield f"date cut to the {decision.outcomes[Share.TIME].how}"
