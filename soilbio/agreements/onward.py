"""What a holder of data that were shared with them may pass on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Decision, Outcome, Strictness


@dataclass(frozen=True, slots=True)
class Holding:
    """With whom data under some agreements were shared, what for, on which day, until when."""

    recipient: str
    purpose: str
    shared: date
    until: date | None = None
    agreements: tuple[str, ...] = ()


def binding(names: Collection[str], holdings: Sequence[Holding]) -> list[Holding]:
    """Find the holdings that bind records which the named agreements touch.

    Of each agreement those that are of it alone, or of it and others that touch the record, too; if
    there are none, nobody knows on which terms it is held, and all bind that name it.
    """
    found: list[Holding] = []
    for name in sorted(names):
        own = [one for one in holdings if name in one.agreements]
        found += [one for one in own if {*one.agreements} <= {*names}] or own
    return list(dict.fromkeys(found))


def pass_on(decision: Decision, agreements: Sequence[Agreement], holding: Holding) -> Decision:
    """Close a decision where the holder's own terms keep the data from going any further.

    Parameters
    ----------
    decision : Decision
        What the agreements let a recipient have.
    agreements : sequence of Agreement
        Those of the record.
    holding : Holding
        On which terms the holder has the record.

    """
    reasons = _reasons(decision, agreements, holding) if decision.shares_anything else ()
    if not reasons:
        return decision
    withheld = Outcome(Strictness.WITHHOLD, because=tuple(reasons))
    return replace(decision, outcomes=dict.fromkeys(decision.outcomes, withheld))


def _reasons(decision: Decision, agreements: Sequence[Agreement], holding: Holding) -> list[str]:
    under = ", ".join(one.name for one in agreements)
    reasons = []
    if holding.until is not None and decision.date > holding.until:
        reasons.append(
            f"{under}: {holding.recipient} had it until {holding.until.isoformat()} only"
        )
    own = decide(agreements, holding.recipient, holding.purpose, holding.shared)
    if decision.recipient != holding.recipient:
        reasons += [
            f"{under}: it was shared with {holding.recipient}, who may pass it on to nobody (nor"
            " one's own rows under it beside it: these go from one's own dataset)"
            for duty in own.duties
            if duty.kind == "no-onward-sharing"
        ]
    return list(dict.fromkeys(reasons))
