"""A decision in plain sentences that name the clauses."""

from __future__ import annotations

from dataclasses import replace

from soilbio.agreements.model import Agreement, Decision, Outcome, Strictness
from soilbio.agreements.timeline import Stretch, recipients_of, timeline
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.sharing_classes import SharingClass

PLAIN = {
    SharingClass.IDENTITY: "names of people, farms and samples",
    SharingClass.LOCATION: "the place of sampling",
    SharingClass.REGION: "country and region",
    SharingClass.TIME: "the time of sampling",
    SharingClass.ENVIRONMENT: "soil and site properties",
    SharingClass.MANAGEMENT: "crop, tillage and inputs",
    SharingClass.METHOD: "methods",
    SharingClass.RAW_READS: "raw reads",
    SharingClass.SEQUENCES: "sequences of features",
    SharingClass.COUNTS: "counts",
    SharingClass.TAXONOMY: "lineages",
    SharingClass.DERIVED: "diversity and other derived figures",
    SharingClass.CONTROLS: "controls",
}
_VERBS = {
    Strictness.ALLOW: "gets",
    Strictness.GENERALISE: "gets in coarser form",
    Strictness.WITHHOLD: "does not get",
}
_HOW = {
    "region": "as the middle of the region",
    "country": "as the country only",
    "month": "to the month",
    "season": "to the season",
    "year": "to the year",
}


def explain(decision: Decision) -> list[str]:
    """Say who gets what, in what form, with which duties, and until when; a list of sentences."""
    purpose = PURPOSES.get(decision.purpose, (decision.purpose, None))[0]
    head = (
        f"{_who(decision.recipient)}, for {purpose}, on {decision.date.isoformat()},"
        f" under {', '.join(decision.agreements) or 'no agreement'}:"
    )
    return [head, *_content(decision)]


def explain_agreement(agreement: Agreement) -> list[str]:
    """Say for every kind of recipient, and all days, what they get; a list of lines.

    Of an agreement that is not signed by all who must it says so, and what will hold then.
    """
    lines = [
        f"Not in force: the signature of {party} is missing, and nothing is permitted before."
        for party in agreement.unsigned
    ]
    agreement = replace(agreement, unsigned=())
    names = {party.id: party.name for party in agreement.parties if party.id}
    for recipient in recipients_of(agreement):
        who = f"{names[recipient]} ({recipient})" if recipient in names else _who(recipient)
        for stretch in timeline(agreement, recipient):
            purposes = ", ".join(PURPOSES[purpose][0] for purpose in stretch.purposes)
            lines.append(f"{who}, for {purposes}, {_when(stretch)}:")
            if stretch.decision.shares_anything:
                lines += [f"  {sentence}" for sentence in _grouped(stretch.decision)]
                lines += [f"  {sentence}" for sentence in _terms(stretch.decision)]
            else:
                reasons = {r for o in stretch.decision.outcomes.values() for r in o.because}
                lines.append(f"  gets nothing ({'; '.join(sorted(reasons))}).")
    return lines


def _who(recipient: str) -> str:
    known = {"public": "The public", "consortium": "A consortium member"}
    return known.get(recipient, recipient)


def _when(stretch: Stretch) -> str:
    if stretch.start and stretch.end:
        return f"from {stretch.start.isoformat()} to {stretch.end.isoformat()}"
    if stretch.start:
        return f"from {stretch.start.isoformat()} on"
    return f"until {stretch.end.isoformat()}" if stretch.end else "at any time"


def _content(decision: Decision) -> list[str]:
    """Say each class in a sentence of its own, then what goes with them."""
    sentences = [
        f"{verb} {PLAIN[sharing_class]}{_how(outcome)} {_why(outcome)}."
        for strictness, verb in _VERBS.items()
        for sharing_class in SharingClass
        if (outcome := decision.outcomes[sharing_class]).strictness == strictness
    ]
    return [*sentences, *_terms(decision)]


def _grouped(decision: Decision) -> list[str]:
    """Say all classes that the same clause treats alike in one sentence."""
    groups: dict[tuple[Strictness, str], list[str]] = {}
    for strictness in _VERBS:
        for sharing_class in SharingClass:
            outcome = decision.outcomes[sharing_class]
            if outcome.strictness == strictness:
                what = f"{PLAIN[sharing_class]}{_how(outcome)}"
                groups.setdefault((strictness, _why(outcome)), []).append(what)
    return [f"{_VERBS[kind]} {'; '.join(what)} {why}." for (kind, why), what in groups.items()]


def _terms(decision: Decision) -> list[str]:
    """Say the duties, the licence, the end, and what is closed to open archives."""
    if not decision.shares_anything:
        return []
    sentences = [_duty(duty.text, duty.until) for duty in decision.duties]
    sentences.append(f"Licence: {decision.licence}.")
    if decision.until:
        sentences.append(f"The grant ends on {decision.until.isoformat()}.")
    return [*sentences, *(f"Not for open archives: {r}." for r in decision.closed_to_archives)]


def _how(outcome: Outcome) -> str:
    if not outcome.how:
        return ""
    return " " + _HOW.get(outcome.how, f"on a grid of {outcome.how} degrees")


def _why(outcome: Outcome) -> str:
    return f"({'; '.join(outcome.because)})"


def _duty(text: str, until: str) -> str:
    return f"Duty: {text.rstrip('.')}{f' (by {until})' if until else ''}."
