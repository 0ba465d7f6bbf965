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
    SharingClass.LOCATION: ("0.001", "0.01", "0.1", "1", "region", "country"),
    SharingClass.REGION: ("country",),
    SharingClass.TIME: ("month", "season", "year"),
}
DUTIES: Mapping[str, str] = {
    "attribution": "credit the data as stated",
    "co-authorship": "offer co-authorship",
    "return": "return derived data",
    "notification": "tell the provider of the use",
    "deletion": "delete the data by the stated date",
    "benefit-sharing": "share benefits as stated",
    "no-onward-sharing": "pass the data on to nobody",
    "same-terms": "pass the data on under the same agreement only",
    "encryption": "send the data encrypted only",
}
# What a licence for everybody cannot go with: it lets them pass the data on and keep them.
CLOSING_DUTIES = frozenset({"deletion", "no-onward-sharing", "same-terms"})
# Where nobody is bound by anything but the agreement itself.
AGREEMENT_ONLY = "LicenseRef-agreement-only"


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """What a recipient must do: a kind of `DUTIES`, in words, and until when if that is stated."""

    kind: str
    text: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of the agreement; `id` is its ROR, `key` its OpenSSH public key."""

    name: str
    id: str
    role: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """One clause: who may have what, for which purposes, from and until when (both included).

    `licence` is that of what the clause releases, the agreement's own if it is empty; `duties` go
    with the clause, beside those of the agreement.
    """

    name: str
    recipient: str
    purposes: tuple[str, ...]
    classes: Mapping[SharingClass, Outcome]
    start: dt.date | None
    end: dt.date | None
    licence: str = ""
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit of access under the Nagoya Protocol; `country` is ISO 3166, `status` GGBN's word.

    `third_parties` says who else may have what was taken, `sequence_data` what holds for sequences;
    both are empty where the permit is silent. `details` are the other fields, as written.
    """

    status: str
    country: str
    accessed: dt.date | None = None
    use: str = ""
    third_parties: str = ""
    sequence_data: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AppliedLabel:
    """A label of Local Contexts that a community applied; `consent` is where theirs is recorded."""

    code: str
    applied_by: str
    hub_project: str
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A sharing agreement; `id@version` names it for ever.

    `datasets` and `samples` are patterns of what it covers, everything if both are empty.
    `unsigned` are the parties whose signature is required and is not there, or not sound.
    """

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
    amends: str = ""
    onward: str = ""
    datasets: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    permits: tuple[Permit, ...] = ()
    labels: tuple[AppliedLabel, ...] = ()
    signed_by: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Id and version."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a recipient gets: an outcome for every class, the duties and the licence of it."""

    recipient: str
    purpose: str
    date: dt.date
    agreements: tuple[str, ...]
    outcomes: Mapping[SharingClass, Outcome]
    duties: tuple[Duty, ...]
    licence: str
    until: dt.date | None
    # Why none of it may go to an archive that is open to everybody; empty if it may.
    closed_to_archives: tuple[str, ...] = ()

    @property
    def shares_anything(self) -> bool:
        """Tell whether any class is not withheld."""
        return any(o.strictness < Strictness.WITHHOLD for o in self.outcomes.values())
