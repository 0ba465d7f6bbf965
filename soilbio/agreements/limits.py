"""What takes away from an agreement's clauses: lacking signatures, permits, communities' labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from soilbio.agreements.model import CLOSING_DUTIES, Agreement, Duty, Permit
from soilbio.standards.local_contexts import BLOCKING, LABELS
from soilbio.standards.purposes import includes
from soilbio.standards.sharing_classes import SharingClass

# Labels that leave it to a community who may have what: nothing without its recorded consent.
# Beside all that state a protocol: several communities, clans, outreach and community use only,
# and the notices that hold a label's place until the community has chosen one.
_CONSENT = BLOCKING | {"bcmc", "tkmc", "bccl", "bco", "tko", "biocultural", "traditional_knowledge"}
_NON_COMMERCIAL = frozenset({"bcnc", "tknc", "bcr", "bcoc", "tkoc"})
_ATTRIBUTION = frozenset({"bcp", "tka", "tkcl", "tkf"})
_CONTACT = frozenset({"bccb", "tkcb"})
_COMMERCIAL = "soil:commercial"
_GENETIC = (SharingClass.RAW_READS, SharingClass.SEQUENCES)


def refusals(agreement: Agreement, purpose: str) -> tuple[str, ...]:
    """Say why the agreement permits nothing at all for a purpose; empty if its clauses hold."""
    name = agreement.name
    reasons = [f"{name} lacks the signature of {party}" for party in agreement.unsigned]
    is_commercial = includes(purpose, _COMMERCIAL)
    for permit in agreement.permits:
        if permit.status == "Permit not available":
            reasons.append(f"{name}: the permit of {permit.country} is not available")
        if permit.use == "non-commercial" and is_commercial:
            reasons.append(f"{name}: the permit of {permit.country} is for non-commercial use")
    for label in agreement.labels:
        if _asks_consent(label.code) and not label.consent:
            reasons.append(
                f"{name}: label {label.code} of {label.applied_by} asks for their consent, and none"
                " is recorded"
            )
        if label.code in _NON_COMMERCIAL and is_commercial and not label.consent:
            reasons.append(f"{name}: label {label.code} of {label.applied_by} is non-commercial")
    return tuple(reasons)


def closed_classes(agreement: Agreement, recipient: str) -> Mapping[SharingClass, str]:
    """Give the classes that permits close to whoever is no party, with the reason."""
    if recipient in {party.id for party in agreement.parties if party.id}:
        return {}
    for permit in agreement.permits:
        if permit.third_parties in ("forbidden", "with consent"):
            reason = (
                f"{agreement.name}: the permit of {permit.country} says of third parties:"
                f" {permit.third_parties}"
            )
            return dict.fromkeys(_GENETIC, reason)
    return {}


def closed_to_archives(agreement: Agreement, duties: Iterable[Duty]) -> tuple[str, ...]:
    """Say why nothing of it may go to an archive that is open to everybody; empty if it may."""
    kinds = sorted({duty.kind for duty in duties} & CLOSING_DUTIES)
    reasons = [f"{agreement.name}: the duty of {kind} binds who receives it" for kind in kinds]
    if agreement.onward == "forbidden":
        reasons.append(f"{agreement.name} forbids to pass data on to third parties")
    reasons += [
        f"{agreement.name}: the permit of {permit.country} {_of(permit)}"
        for permit in agreement.permits
        if _of(permit)
    ]
    return tuple(reasons)


def _of(permit: Permit) -> str:
    if permit.third_parties in ("forbidden", "with consent"):
        return "does not let third parties have it freely"
    if permit.sequence_data == "covered by terms":
        return "covers sequence data by its terms, which an open archive does not keep"
    return ""


def label_duties(agreement: Agreement) -> list[Duty]:
    """Give the duties that labels oblige to."""
    duties = []
    for label in agreement.labels:
        if label.code in _ATTRIBUTION:
            duties.append(Duty("attribution", f"Name {label.applied_by} ({label.hub_project})"))
        if label.code in _CONTACT:
            duties.append(Duty("notification", f"Get in touch with {label.applied_by}"))
    return duties


def onward_duty(agreement: Agreement) -> list[Duty]:
    """Give the duty that the rule on passing data on makes."""
    if agreement.onward == "forbidden":
        return [Duty("no-onward-sharing", "Pass the data on to nobody")]
    if agreement.onward == "same-terms":
        return [Duty("same-terms", f"Pass the data on under {agreement.name} only")]
    return []


def _asks_consent(code: str) -> bool:
    return code in _CONSENT or LABELS[code].category == "protocol"
