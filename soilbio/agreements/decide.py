"""The only gate: what an agreement lets a recipient have, for a purpose, on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from soilbio.agreements.combine import combine, strictest_licence
from soilbio.agreements.limits import (
    closed_classes,
    closed_to_archives,
    label_duties,
    onward_duty,
    refusals,
)
from soilbio.agreements.model import Agreement, Decision, Duty, Grant, Outcome, Strictness
from soilbio.standards.purposes import includes
from soilbio.standards.sharing_classes import SharingClass


def decide(agreements: Sequence[Agreement], recipient: str, purpose: str, on: date) -> Decision:
    """Decide for every sharing class whether it is allowed, generalised or withheld.

    Pure and total: the same arguments give the same decision, and every class has an outcome. What
    no clause permits is withheld. Several agreements on the same record: the strictest, class by
    class (`combine`).

    Parameters
    ----------
    agreements : sequence of Agreement
        Those that are in force for the record; none permits nothing.
    recipient : str
        `public`, `consortium`, or the ROR of a party.
    purpose : str
        A key of `standards.purposes.PURPOSES`; an unknown one is granted nothing.
    on : date
        The day of sharing. A clause holds from its first to its last day.

    """
    return combine(
        [_decide_one(agreement, recipient, purpose, on) for agreement in agreements],
        (recipient, purpose, on),
    )


def _decide_one(agreement: Agreement, recipient: str, purpose: str, on: date) -> Decision:
    """Take, class by class, what the clause nearest to the recipient says of it.

    A party's own clause goes before the consortium's, the consortium's before the public's; what a
    nearer one does not mention, a wider one may still permit: whoever is nearer is public too.
    What takes away from clauses (`limits`) closes classes, or all of them, whatever they say.
    """
    outcomes: dict[SharingClass, Outcome] = {}
    used: list[Grant] = []
    for circle in _circles(agreement, recipient):
        in_force = [g for g in agreement.grants if g.recipient == circle and _holds(g, purpose, on)]
        for sharing_class in SharingClass:
            said = [g for g in in_force if sharing_class in g.classes]
            if said and sharing_class not in outcomes:
                strictest = max(said, key=lambda grant: grant.classes[sharing_class])
                outcomes[sharing_class] = _named(agreement, strictest, sharing_class)
                used += said
    nothing = Outcome(Strictness.WITHHOLD, because=(f"no clause of {agreement.name} permits it",))
    complete = {c: outcomes.get(c, nothing) for c in SharingClass}
    for sharing_class, reason in closed_classes(agreement, recipient).items():
        complete[sharing_class] = Outcome(Strictness.WITHHOLD, because=(reason,))
    if refused := refusals(agreement, purpose):
        complete = dict.fromkeys(SharingClass, Outcome(Strictness.WITHHOLD, because=refused))
    duties = _duties(agreement, used)
    return Decision(
        recipient=recipient,
        purpose=purpose,
        date=on,
        agreements=(agreement.name,),
        outcomes=complete,
        duties=tuple(sorted(duties)),
        licence=strictest_licence({grant.licence or agreement.licence for grant in used}),
        until=min((grant.end for grant in used if grant.end), default=None),
        closed_to_archives=closed_to_archives(agreement, duties),
    )


def _duties(agreement: Agreement, used: Sequence[Grant]) -> set[Duty]:
    """Collect the duties of the agreement, of the clauses used, of labels and of passing on."""
    of_clauses = [duty for grant in used for duty in grant.duties]
    return {*agreement.duties, *of_clauses, *label_duties(agreement), *onward_duty(agreement)}


def _circles(agreement: Agreement, recipient: str) -> list[str]:
    """Name the recipients whose clauses reach this one, the nearest first."""
    if recipient in ("public", "consortium"):
        return ["consortium", "public"] if recipient == "consortium" else ["public"]
    roles = {party.role for party in agreement.parties if party.id and party.id == recipient}
    if not roles:
        return ["public"]
    in_consortium = ["consortium"] if roles & {"consortium", "provider"} else []
    return [recipient, *in_consortium, "public"]


def _holds(grant: Grant, purpose: str, on: date) -> bool:
    in_time = (grant.start or date.min) <= on <= (grant.end or date.max)
    return in_time and any(includes(granted, purpose) for granted in grant.purposes)


def _named(agreement: Agreement, grant: Grant, sharing_class: SharingClass) -> Outcome:
    outcome = grant.classes[sharing_class]
    return Outcome(outcome.strictness, outcome.how, (f"{agreement.name}, {grant.name}",))
