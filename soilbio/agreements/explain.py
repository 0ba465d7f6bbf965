"""A decision in plain sentences that name the clauses."""

from __future__ import annotations

from soilbio.agreements.model import Decision, Outcome, Strictness
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
_HOW = {
    "country": "as the country only",
    "month": "to the month",
    "year": "to the year",
}


def explain(decision: Decision) -> list[str]:
    """Say who gets what, in what form, with which duties, and until when; a list of sentences."""
    who = {"public": "The public", "consortium": "A consortium member"}.get(
        decision.recipient, decision.recipient
    )
    purpose = PURPOSES.get(decision.purpose, (decision.purpose, None))[0]
    sentences = [
        f"{who}, for {purpose}, on {decision.date.isoformat()},"
        f" under {', '.join(decision.agreements) or 'no agreement'}:"
    ]
    for strictness, verb in (
        (Strictness.ALLOW, "gets"),
        (Strictness.GENERALISE, "gets in coarser form"),
        (Strictness.WITHHOLD, "does not get"),
    ):
        for sharing_class in SharingClass:
            outcome = decision.outcomes[sharing_class]
            if outcome.strictness == strictness:
                sentences.append(f"{verb} {PLAIN[sharing_class]}{_how(outcome)} {_why(outcome)}.")
    if decision.shares_anything:
        sentences += [_duty(duty.text, duty.until) for duty in decision.duties]
        sentences.append(f"Licence: {decision.licence}.")
        if decision.until:
            sentences.append(f"The grant ends on {decision.until.isoformat()}.")
    return sentences


def _how(outcome: Outcome) -> str:
    if not outcome.how:
        return ""
    return " " + _HOW.get(outcome.how, f"on a grid of {outcome.how} degrees")


def _why(outcome: Outcome) -> str:
    return f"({'; '.join(outcome.because)})"


def _duty(text: str, until: str) -> str:
    return f"Duty: {text.rstrip('.')}{f' (by {until})' if until else ''}."
