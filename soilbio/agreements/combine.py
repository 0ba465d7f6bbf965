"""Several decisions on one record: the strictest wins, class by class; duties add up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from soilbio.agreements.model import (
    AGREEMENT_ONLY,
    CLOSING_DUTIES,
    GENERALISATIONS,
    Decision,
    Duty,
    Outcome,
    Strictness,
)
from soilbio.standards.sharing_classes import SharingClass

# Each of these may be released under the ones after it, too; others combine with themselves only.
_OPEN = ("CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0")
_BOTH = " AND "


def combine(decisions: Sequence[Decision], asked: tuple[str, str, date]) -> Decision:
    """Combine what all agreements on a record decide.

    Withheld over generalised over allowed; the coarsest generalisation; all duties; the earliest
    end; the licence that all permit, and the agreements alone beside it where one of them has no
    other. Where there is none, or where it lets everybody pass on what a duty binds to few,
    everything is withheld. What shares nothing has no licence. No decisions at all means no
    agreement: everything is withheld.
    """
    recipient, purpose, on = asked
    names = tuple(sorted({name for decision in decisions for name in decision.agreements}))
    licences = sorted({d.licence for d in decisions if d.licence and d.shares_anything})
    licence = _licence(licences)
    outcomes = {
        sharing_class: _strictest([d.outcomes[sharing_class] for d in decisions], sharing_class)
        for sharing_class in SharingClass
    }
    duties = tuple(sorted({duty for decision in decisions for duty in decision.duties}))
    # What one of them withholds for its own licence, no other one opens.
    each = [why for d in decisions for why in _conflicts(d.licence, [d.licence], d.duties)]
    if because := tuple(dict.fromkeys((*_conflicts(licence, licences, duties), *each))):
        outcomes = dict.fromkeys(SharingClass, Outcome(Strictness.WITHHOLD, because=because))
    is_open = any(one.strictness < Strictness.WITHHOLD for one in outcomes.values())
    return Decision(
        recipient=recipient,
        purpose=purpose,
        date=on,
        agreements=names,
        outcomes=outcomes,
        duties=duties,
        licence=licence if licence and is_open else "",
        until=min((d.until for d in decisions if d.until), default=None),
        closed_to_archives=tuple(sorted({r for d in decisions for r in d.closed_to_archives})),
    )


def _conflicts(
    licence: str | None, licences: Sequence[str], duties: Sequence[Duty]
) -> tuple[str, ...]:
    """Say why licences and duties cannot hold together; empty if they can."""
    if licence is None:
        return (f"no licence fits all of {', '.join(licences)}",)
    if licence not in _OPEN:
        return ()
    return tuple(
        f"{licence} lets everybody keep the data and pass them on; the duty of {kind} does not"
        for kind in sorted({duty.kind for duty in duties} & CLOSING_DUTIES)
    )


def strictest_licence(licences: Collection[str]) -> str:
    """Find which of one agreement's licences holds for what several of its clauses release.

    What is bound by the agreement only stays so beside what is open; two licences that do not fit
    are given both, joined, which fits no other (and no export).
    """
    if AGREEMENT_ONLY in licences:
        return AGREEMENT_ONLY
    fitting = _licence(sorted(licences))
    return _BOTH.join(sorted(licences)) if fitting is None else fitting


def _strictest(outcomes: Sequence[Outcome], sharing_class: SharingClass) -> Outcome:
    if not outcomes:
        return Outcome(Strictness.WITHHOLD, because=("no agreement",))
    top = max(closedness(outcome, sharing_class) for outcome in outcomes)
    winners = [one for one in outcomes if closedness(one, sharing_class) == top]
    because = tuple(sorted({reason for outcome in winners for reason in outcome.because}))
    return Outcome(winners[0].strictness, winners[0].how, because)


def closedness(outcome: Outcome, sharing_class: SharingClass) -> tuple[int, int]:
    """Tell how closed an outcome is, as what can be compared: the more closed, the greater."""
    scale = GENERALISATIONS.get(sharing_class, ())
    return outcome.strictness, scale.index(outcome.how) if outcome.how in scale else -1


def _licence(licences: Sequence[str]) -> str | None:
    """Find the licence that all permit; empty where there is nothing to license.

    Where agreements alone hold beside an open licence, both do: an expression of SPDX.
    """
    parts = sorted({part for licence in licences for part in licence.split(_BOTH)})
    if len(parts) <= 1:
        return parts[0] if parts else ""
    if any(part not in (*_OPEN, AGREEMENT_ONLY) for part in parts):
        return None
    strictest = max((part for part in parts if part in _OPEN), key=_OPEN.index)
    if AGREEMENT_ONLY not in parts:
        return strictest
    asks_nothing = strictest == _OPEN[0]
    return AGREEMENT_ONLY if asks_nothing else _BOTH.join(sorted({strictest, AGREEMENT_ONLY}))
