"""What an agreement gives to whom, stretch of days by stretch of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Decision
from soilbio.standards.purposes import PURPOSES


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both included (None: no first or last one), on which the same is decided."""

    purposes: tuple[str, ...]
    start: dt.date | None
    end: dt.date | None
    decision: Decision


def recipients_of(*agreements: Agreement) -> list[str]:
    """List who may be told apart as a recipient: the two circles, and the parties by ROR."""
    ids = {party.id for agreement in agreements for party in agreement.parties if party.id}
    return ["public", "consortium", *sorted(ids)]


def days_of(*agreements: Agreement) -> Sequence[dt.date]:
    """List the days on which what is decided may change; the first one stands for all before."""
    days = {dt.date.min}
    for agreement in agreements:
        for grant in agreement.grants:
            if grant.start:
                days.add(grant.start)
            if grant.end and grant.end < dt.date.max:
                days.add(grant.end + dt.timedelta(days=1))
    return sorted(days)


def timeline(agreement: Agreement, recipient: str) -> list[Stretch]:
    """Decide for every purpose and all days; what is the same for several purposes stands once."""
    found: list[tuple[list[Stretch], list[str]]] = []
    for purpose in PURPOSES:
        stretches = list(_stretches(agreement, recipient, purpose))
        same = next((purposes for known, purposes in found if known == stretches), None)
        if same is None:
            found.append((stretches, [purpose]))
        else:
            same.append(purpose)
    return [
        replace(stretch, purposes=tuple(purposes))
        for stretches, purposes in found
        for stretch in stretches
    ]


def _stretches(agreement: Agreement, recipient: str, purpose: str) -> Iterator[Stretch]:
    """Join neighbouring days that decide the same; purpose and day are left out of what is held."""
    days = days_of(agreement)
    last: Stretch | None = None
    for number, day in enumerate(days):
        made = replace(decide([agreement], recipient, purpose, day), purpose="", date=dt.date.min)
        end = days[number + 1] - dt.timedelta(days=1) if number + 1 < len(days) else None
        if last is not None and last.decision == made:
            last = replace(last, end=end)
            continue
        if last is not None:
            yield last
        last = Stretch((), None if day == dt.date.min else day, end, made)
    if last is not None:
        yield last
