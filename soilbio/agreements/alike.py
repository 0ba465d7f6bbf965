"""Agreements that decide alike for everybody, and those that let have whatever another one does."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from soilbio.agreements.combine import closedness
from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement
from soilbio.agreements.timeline import days_of
from soilbio.standards.purposes import PURPOSES

_PUBLIC = "public"
_CIRCLES = (_PUBLIC, "consortium")
# How closed each class is (`combine.closedness`), for each purpose on each day.
_Closed = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a set of agreements lets anybody have, and when.

    Attributes
    ----------
    name : str
        A checksum: terms of one name decide alike, for every recipient and purpose on every day.
    closed : mapping of recipient to tuple
        How closed all is to a recipient; who is not named is of the public. Empty where terms are
        like themselves only.

    """

    name: str
    closed: Mapping[str, _Closed] = field(compare=False)

    def reach_all_of(self, other: Terms) -> bool:
        """Tell whether whoever may have something under others may have as much under these."""
        if not (self.closed and other.closed):
            return self.name == other.name
        who = {*self.closed, *other.closed}
        return all(
            open_ <= closed
            for one in who
            for open_, closed in zip(self._of(one), other._of(one), strict=True)
        )

    def _of(self, recipient: str) -> _Closed:
        return self.closed.get(recipient, self.closed[_PUBLIC])


def terms_of(
    keys: Iterable[Collection[str]], agreements: Mapping[str, Agreement], held: Collection[str] = ()
) -> dict[frozenset[str], Terms]:
    """Give each set of agreements its terms.

    Parameters
    ----------
    keys : iterable of collection of str
        Ids and versions of the agreements that touch a record together.
    agreements : mapping of id and version to Agreement
    held : collection of str
        Those under which data were received: their terms bind the holder too, so that such a set
        is like itself only; one that is not known is, as well.

    Returns
    -------
    dict
        The terms by set. All that are made in one call can be compared.

    """
    days = days_of(*agreements.values())
    made: dict[frozenset[str], Terms] = {}
    for key in {frozenset(own) for own in keys}:
        is_plain = key <= agreements.keys() and not key & set(held)
        own = [agreements[name] for name in sorted(key)] if is_plain else []
        closed = _closed(own, days) if is_plain else {}
        said: object = closed if is_plain else sorted(key)
        made[key] = Terms(sha256(json.dumps(said).encode()).hexdigest()[:16], closed)
    return made


def _closed(agreements: list[Agreement], days: Iterable[dt.date]) -> dict[str, _Closed]:
    """Say how closed all is to the public, the consortium, and to parties with whom it differs."""
    parties = {party.id for one in agreements for party in one.parties if party.id}
    own = {who: _decided(agreements, who, days) for who in (*_CIRCLES, *sorted(parties))}
    return {who: one for who, one in own.items() if who in _CIRCLES or one != own[_PUBLIC]}


def _decided(agreements: list[Agreement], recipient: str, days: Iterable[dt.date]) -> _Closed:
    found: list[tuple[int, int]] = []
    for purpose in PURPOSES:
        for day in days:
            decision = decide(agreements, recipient, purpose, day)
            found += [closedness(own, name) for name, own in sorted(decision.outcomes.items())]
            found.append((bool(decision.closed_to_archives), 0))
    return tuple(found)
