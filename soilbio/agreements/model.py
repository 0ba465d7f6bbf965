"""What an agreement says and what is decided by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from soilbio.standards.sharing_classes import SharingClass


class Strictness(IntEnum):
    """What happens to the values of a sharing class, from open to closed."""

    ALLOW = 0
    GENERALISE = 1
    WITHHOLD = 2


@dataclass(frozen=True, slots=True, order=True)
class Outcome:
    """What happens to a class, how, and the clauses that caused it.

    `how` is of the class's own scale (`GENERALISATIONS`); empty unless generalised.
    """

    strictness: Strictness
    how: str = ""
    because: tuple[str, ...] = ()


# For each class that can be generalised, the ways, from fine to coarse. Grids are in degrees.
GENERALISATIONS: Mapping[SharingClass, tuple[str, ...]] = {
    SharingClass.LOCATION: ("0.001", "0.01", "0.1", "1"),
    SharingClass.REGION: ("country",),
    SharingClass.TIME: ("month", "year"),
}
DUTIES: Mapping[str, str] = {
    "attribution": "credit the data as stated",
    "co-authorship": "offer co-authorship",
    "return": "return derived data",
    "notification": "tell the provider of the use",
    "deletion": "delete the data by the stated date",
    "benefit-sharing": "share benefits as stated",
    "no-onward-sharing": "pass the data on to nobody",
}


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """What a recipient must do: a kind of `DUTIES`, in words, and until when if that is stated."""

    kind: str
    text: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of the agreement; `id` is its ROR."""

    name: str
    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One clause: who may have what, for which purposes, from and until when (both included)."""

    name: str
    recipient: str
    purposes: tuple[str, ...]
    classes: Mapping[SharingClass, Outcome]
    start: dt.date | None
    end: dt.date | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A sharing agreement; `id@version` names it for ever."""

    id: str
    version: str
    title: str
    summary: str
    parties: tuple[Party, ...]
    grants: tuple[Grant, ...]
    licence: str
    attribution: str
    duties: tuple[Duty, ...]
    contact: str

    @property
    def name(self) -> str:
        """Id and version."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a recipient gets: an outcome for every class, and the duties that go with it."""

    recipient: str
    purpose: str
    date: dt.date
    agreements: tuple[str, ...]
    outcomes: Mapping[SharingClass, Outcome]
    duties: tuple[Duty, ...]
    licence: str
    until: dt.date | None

    @property
    def shares_anything(self) -> bool:
        """Tell whether any class is not withheld."""
        return any(o.strictness < Strictness.WITHHOLD for o in self.outcomes.values())
