"""Agreements that decide alike for everybody, and those that let have whatever another one does."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from soilbio.agreements.combine import closedness
from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Decision
from soilbio.agreements.timeline import days_of
from soilbio.standards.purposes import PURPOSES

_PUBLIC = "public"
_CIRCLES = (_PUBLIC, "consortium")
# How closed each class is (`combine.closedness`), for each purpose on each day: a byte each.
_Closed = bytes
_GRADES = 32


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
        import numpy as np

        if not (self.closed and other.closed):
            return self.name == other.name
        for who in {*self.closed, *other.closed}:
            own, others = (np.frombuffer(one._of(who), np.uint8) for one in (self, other))
            if (own > others).any():
                return False
        return True

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
        said: object = _in_hex(closed) if is_plain else sorted(key)
        made[key] = Terms(sha256(json.dumps(said).encode()).hexdigest()[:16], closed)
    return made


def _in_hex(closed: Mapping[str, _Closed]) -> dict[str, str]:
    return {who: own.hex() for who, own in closed.items()}


def _closed(agreements: list[Agreement], days: Sequence[dt.date]) -> dict[str, _Closed]:
    """Say how closed all is to the public, the consortium, and to parties with whom it differs."""
    parties = {party.id for one in agreements for party in one.parties if party.id}
    own = {who: _decided(agreements, who, days) for who in (*_CIRCLES, *sorted(parties))}
    return {who: one for who, one in own.items() if who in _CIRCLES or one != own[_PUBLIC]}


def _decided(agreements: list[Agreement], recipient: str, days: Sequence[dt.date]) -> _Closed:
    # Between the days of these agreements those of others change nothing.
    own = days_of(*agreements)
    found = []
    for purpose in PURPOSES:
        made = [_on_a_day(decide(agreements, recipient, purpose, day)) for day in own]
        found += [made[bisect(own, day) - 1] for day in days]
    return b"".join(found)


def _on_a_day(decision: Decision) -> _Closed:
    each = [closedness(own, name) for name, own in sorted(decision.outcomes.items())]
    grades = [strictness * _GRADES + grade + 1 for strictness, grade in each]
    return bytes([*grades, bool(decision.closed_to_archives)])
