"""Agreements that decide alike for everybody: who may have data of one may have the other's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement
from soilbio.agreements.timeline import days_of
from soilbio.standards.purposes import PURPOSES

_CIRCLES = ("public", "consortium")


def terms_of(
    keys: Iterable[Collection[str]], agreements: Mapping[str, Agreement], held: Collection[str] = ()
) -> dict[frozenset[str], str]:
    """Give each set of agreements a checksum of all that it lets anybody have, and when.

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
        The checksum by set; two sets of one checksum decide alike, for every recipient and purpose
        on every day.

    """
    days = days_of(*agreements.values())
    made: dict[frozenset[str], str] = {}
    for key in {frozenset(own) for own in keys}:
        is_plain = key <= agreements.keys() and not key & set(held)
        said: object = sorted(key)
        if is_plain:
            own = [agreements[name] for name in sorted(key)]
            parties = {party.id for one in own for party in one.parties if party.id}
            tables = {who: _decided(own, who, days) for who in (*_CIRCLES, *sorted(parties))}
            # Who is no party is of the public.
            said = {
                who: table
                for who, table in tables.items()
                if who in _CIRCLES or table != tables["public"]
            }
        made[key] = sha256(json.dumps(said).encode()).hexdigest()[:16]
    return made


def _decided(agreements: list[Agreement], recipient: str, days: Iterable[dt.date]) -> list[object]:
    found: list[object] = []
    for purpose in PURPOSES:
        for day in days:
            decision = decide(agreements, recipient, purpose, day)
            outcomes = sorted(decision.outcomes.items())
            found.append([[one.strictness.value, one.how] for _, one in outcomes])
    return found
