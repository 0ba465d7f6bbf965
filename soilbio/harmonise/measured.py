"""Measurements of several datasets: what is one is there once, what differs stays, all of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from soilbio.dataset.conflicts import is_cell
from soilbio.dataset.tables import TABLES
from soilbio.metadata.meaning import plain_number
from soilbio.metadata.quantities import is_measured
from soilbio.standards.mixs import SLOTS, method_slot, parse_depth

if TYPE_CHECKING:
    from soilbio.harmonise.sources import Source

_KEY = TABLES["measurements"].key
_THING = tuple(name for name in _KEY if name != "source")
# Behind `source`, in the second of several values of one thing, and in further ones. No name of a
# dataset stands there, since `source` is in exports, and names of folders are those of farms.
_NUMBERED = re.compile(r"(?:; )?value \d+$")
MEASURED_SLOTS = tuple(sorted(name for name, slot in SLOTS.items() if is_measured(slot)))
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Measurement:
    """One row, and the datasets that have it.

    `thing` is what was measured and how, `amount` the value as it is compared; two rows that tell
    the same of a thing are one where `beside`, too, is the same: agreement, source, own columns.
    """

    row: Row
    thing: tuple[str, ...]
    amount: tuple[str, str]
    beside: tuple[str, ...]
    datasets: frozenset[str]


def measurements_of(
    sources: Sequence[Source],
    notes: dict[str, int],
    before: Collection[tuple[str, ...]] = (),
    cells: Collection[tuple[str, str, str, str]] = (),
) -> tuple[list[Row], list[tuple[str, ...]]]:
    """Take all measurements; two of one thing that differ stay both, as values of a number.

    What is the same value in two units, or in one dataset without the method or the depth that
    another tells, is one measurement: in the words of the first by alphabet, and told more fully.
    `before` are the lines of `CONFLICTS` of earlier merging, `cells` those of samples that differ
    (sample, column, dataset, text): one that is no number (`<0.02`) becomes a measurement.
    """
    found: dict[tuple[tuple[str, ...], ...], _Measurement] = {}
    for source in sources:
        for row in (*source.rows("measurements"), *_unmeasured(source, cells)):
            if source.history:
                row["source"] = _NUMBERED.sub("", row["source"] or "")
            one = _read(row, source.name)
            place = (one.thing, one.amount, one.beside)
            if (known := found.get(place)) is not None:
                own = min(known.row, row, key=_words)
                one = replace(one, row=own, datasets=known.datasets | one.datasets)
            found[place] = one
    listed = list(_told_fully(found.values(), notes))
    differed = {line[: len(_THING)] for line in before if not is_cell(line)}
    conflicts = _conflicts(listed, differed)
    notes["measurements_that_differ"] = len(
        differed.union(line[: len(_THING)] for line in conflicts)
    )
    return list(_numbered(listed)), conflicts


def _read(row: Row, dataset: str) -> _Measurement:
    value = row["value"]
    text = _plain(row["verbatim_value"]) if value is None else plain_number(value)
    told = sorted(row.keys() - {*_THING, "value", "unit", "verbatim_value"})
    return _Measurement(
        row,
        tuple(_plain(row[name]) for name in _THING),
        (text, _plain(row["unit"])),
        tuple(_plain(row[name]) for name in told),
        frozenset({dataset}),
    )


def _unmeasured(source: Source, cells: Collection[tuple[str, str, str, str]]) -> Iterator[Row]:
    """Make measurements of a dataset's cells that are none."""
    own = {
        (sample, column): text
        for sample, column, dataset, text in cells
        if dataset == source.name and column in MEASURED_SLOTS
    }
    if not own:
        return
    for row in source.rows("measurements"):
        if own.get((row["subject"], row["property"])) == row["verbatim_value"]:
            del own[row["subject"], row["property"]]
    for row in source.rows("samples"):
        for name in MEASURED_SLOTS:
            if own.get((row["sample_id"], name)) == row.get(name) is not None:
                upper, lower = parse_depth(row.get("depth") or "") or (None, None)
                yield {
                    **{"subject": row["sample_id"], "property": name, "value": None},
                    **{"verbatim_value": row[name], "unit": "", "source": "samples"},
                    "method": row.get(method_slot(name)) or "",
                    **{"upper_depth_m": upper, "lower_depth_m": lower},
                    "agreement_id": row["agreement_id"],
                }


def _words(row: Row) -> tuple[str, float]:
    return _plain(row["verbatim_value"]), row["value"] or 0.0


def _told_fully(found: Iterable[_Measurement], notes: dict[str, int]) -> Iterator[_Measurement]:
    """Leave out what another dataset has with the method or depth that is lacking here.

    A dataset that has both means two measurements by them.
    """
    listed = list(found)
    alike: dict[tuple[Any, ...], list[_Measurement]] = {}
    for one in listed:
        alike.setdefault(_but_how(one), []).append(one)
    kept = 0
    for one in listed:
        fuller = [other for other in alike[_but_how(one)] if _tells_more(other, one)]
        if not fuller or any(one.datasets & other.datasets for other in fuller):
            kept += 1
            yield one
    notes["measurements_that_another_dataset_tells_more_of"] = len(listed) - kept


def _but_how(one: _Measurement) -> tuple[Any, ...]:
    return one.thing[:2], one.amount, one.beside


def _tells_more(one: _Measurement, other: _Measurement) -> bool:
    both = list(zip(_how(one), _how(other), strict=True))
    return any(a != b for a, b in both) and all(not b or a == b for a, b in both)


def _how(one: _Measurement) -> tuple[str, str]:
    """Give method and depth of a measurement."""
    _, _, method, upper, lower = one.thing
    return method, f"{upper}-{lower}" if upper or lower else ""


def conflict_of(cell: tuple[str, str, str, str]) -> tuple[str, ...]:
    """Make a line for `CONFLICTS` of a cell of a sample: sample, column, dataset and text."""
    sample, column, dataset, text = cell
    return (sample, column, "", "", "", dataset, text, "")


def _conflicts(
    listed: Iterable[_Measurement], known: Collection[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """List what datasets say of a thing of which any two have no value in common, or had none."""
    things: dict[tuple[str, ...], dict[str, set[tuple[str, str]]]] = {}
    for one in listed:
        for name in one.datasets:
            things.setdefault(one.thing, {}).setdefault(name, set()).add(one.amount)
    return sorted(
        (*thing, name, *amount)
        for thing, own in things.items()
        if (thing in known and len(own) > 1)
        or any(a.isdisjoint(b) for a, b in combinations(own.values(), 2))
        for name, amounts in own.items()
        for amount in amounts
    )


def _numbered(listed: Iterable[_Measurement]) -> Iterator[Row]:
    """Give the rows keys of their own: of several values all but the first get a number."""
    places: dict[tuple[str, ...], list[_Measurement]] = {}
    for one in listed:
        places.setdefault((*one.thing, _plain(one.row["source"])), []).append(one)
    for own in places.values():
        for number, one in enumerate(sorted(own, key=_order), 1):
            source = _plain(one.row["source"])
            numbered = f"{source}; value {number}" if source else f"value {number}"
            yield one.row if number == 1 else {**one.row, "source": numbered}


def _order(one: _Measurement) -> tuple[Any, ...]:
    value = one.row["value"]
    return value is None, value or 0.0, one.amount, one.beside


def _plain(value: object) -> str:
    return "" if value is None else f"{value}"
