"""What a new version of an agreement changes: who gains or loses what, from when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from soilbio.agreements.decide import decide
from soilbio.agreements.model import GENERALISATIONS, Agreement, Decision, Outcome
from soilbio.agreements.timeline import days_of, recipients_of
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.sharing_classes import SharingClass


@dataclass(frozen=True, slots=True)
class Change:
    """A difference for one recipient, purpose and class, on all days from `since` on to the next.

    `kind` is `gains`, `loses` or `differs`; `what` is a sharing class, `duties`, `licence`, or
    `end`; `before` and `after` say what they get, in words.
    """

    recipient: str
    purpose: str
    since: dt.date
    kind: str
    what: str
    before: str
    after: str


def compare(old: Agreement, new: Agreement) -> list[Change]:
    """Compare what two agreements decide, for every recipient, purpose and stretch of days.

    Both are taken as signed by all who must: it is their words that are compared.

    Two agreements decide the same between two of the days on which a clause begins or ends, so only
    the first day of each stretch is asked; nothing is missed.
    """
    old, new = replace(old, unsigned=()), replace(new, unsigned=())
    changes = []
    for recipient in recipients_of(old, new):
        for purpose in PURPOSES:
            last: list[tuple[str, str, str, str]] = []
            for day in days_of(old, new):
                before = decide([old], recipient, purpose, day)
                after = decide([new], recipient, purpose, day)
                found = list(_differences(before, after))
                changes += [
                    Change(recipient, purpose, day, *difference)
                    for difference in found
                    if difference not in last
                ]
                last = found
    return changes


def _differences(before: Decision, after: Decision) -> Iterator[tuple[str, str, str, str]]:
    for sharing_class in SharingClass:
        old, new = before.outcomes[sharing_class], after.outcomes[sharing_class]
        was, becomes = _openness(old, sharing_class), _openness(new, sharing_class)
        if was != becomes:
            kind = "gains" if becomes < was else "loses"
            yield kind, sharing_class.value, _words(old), _words(new)
    if not (before.shares_anything and after.shares_anything):
        return
    duties = [", ".join(sorted(d.text for d in one.duties)) or "none" for one in (before, after)]
    if duties[0] != duties[1]:
        yield "differs", "duties", duties[0], duties[1]
    if before.licence != after.licence:
        yield "differs", "licence", before.licence, after.licence
    if before.until != after.until:
        ends = [str(one.until) if one.until else "no end" for one in (before, after)]
        yield "differs", "end", ends[0], ends[1]


def is_no_more_open(one: Outcome, other: Outcome, sharing_class: SharingClass) -> bool:
    """Tell whether an outcome lets nothing through that another keeps."""
    return _openness(one, sharing_class) >= _openness(other, sharing_class)


def _openness(outcome: Outcome, sharing_class: SharingClass) -> tuple[int, int]:
    scale = GENERALISATIONS.get(sharing_class, ())
    return outcome.strictness, scale.index(outcome.how) if outcome.how in scale else -1


def _words(outcome: Outcome) -> str:
    word = outcome.strictness.name.lower()
    return f"{word} ({outcome.how})" if outcome.how else word


def in_words(changes: Sequence[Change]) -> list[str]:
    """Say the changes in lines; what is the same for several purposes stands once."""
    if not changes:
        return ["nothing changes for anybody"]
    lines: dict[tuple[str, str, str, str, str, dt.date], list[str]] = {}
    for one in changes:
        key = (one.recipient, one.kind, one.what, one.before, one.after, one.since)
        lines.setdefault(key, []).append(PURPOSES[one.purpose][0])
    return [
        f"{who} {kind} {what}: {before} -> {after}"
        f"{'' if since == dt.date.min else f', from {since.isoformat()} on'}"
        f" (for {', '.join(purposes)})"
        for (who, kind, what, before, after, since), purposes in lines.items()
    ]
