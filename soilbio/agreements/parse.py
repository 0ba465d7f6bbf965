"""From YAML to an agreement, with every problem that stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from soilbio.agreements.form import check_form, read_form, sound_items
from soilbio.agreements.model import (
    DUTIES,
    GENERALISATIONS,
    Agreement,
    Duty,
    Grant,
    Outcome,
    Party,
    Strictness,
)
from soilbio.agreements.signatures import check_signers, unsigned
from soilbio.agreements.terms import check_terms, parse_day, parse_label, parse_permit
from soilbio.errors import Problems
from soilbio.standards.purposes import HUMAN_ONLY, PURPOSES, includes
from soilbio.standards.sharing_classes import SharingClass
from soilbio.yaml_rows import nearest_row

_ROLES = ("public", "consortium")
_WORDS = {"allow": Strictness.ALLOW, "withhold": Strictness.WITHHOLD}


def parse_agreement(text: str, source: str) -> Agreement:
    """Read an agreement; find out who has not signed it, of those whose signature it requires.

    Raises
    ------
    InputError
        With all that is wrong: form, unknown classes, purposes, recipients or duties, dates,
        clauses that contradict each other, permits and labels that do not hold.

    """
    problems = Problems(source)
    content, rows = read_form(text, problems)
    if not rows:
        problems.raise_if_any()
    sound = sound_items(content, check_form(content, problems))
    agreement = _agreement(content, sound, problems)
    check_terms(agreement, problems)
    check_signers(agreement, text, content, problems)
    located = [replace(p, row=p.row or nearest_row(rows, p.column)) for p in problems.found]
    problems.found = sorted(located, key=lambda problem: problem.row or 0)
    problems.raise_if_any()
    return replace(agreement, unsigned=unsigned(agreement, text))


def _agreement(
    content: Mapping[str, Any], sound: Mapping[str, Mapping[str, Any]], problems: Problems
) -> Agreement:
    """Make an agreement of what has the right form, and note what its words do not mean."""
    parties = tuple(
        Party(party["name"], party.get("id", ""), party["role"], party.get("key", ""))
        for party in sound["parties"].values()
    )
    # Which recipients there are is not known, where the parties themselves are wrong.
    is_known = len(parties) == len(content.get("parties", ()))
    known = {*_ROLES, *(party.id for party in parties if party.id)} if is_known else None
    grants = {
        place: _grant(place, grant, known, problems) for place, grant in sound["grants"].items()
    }
    _check_contradictions(grants, problems)
    covers = content.get("covers")
    covered = covers if isinstance(covers, dict) else {}
    return Agreement(
        id=_text(content, "id"),
        version=_text(content, "version"),
        title=_text(content, "title"),
        summary=_text(content, "summary"),
        licence=_text(content, "licence"),
        attribution=_text(content, "attribution"),
        contact=_text(content, "contact"),
        amends=_text(content, "amends"),
        onward=_text(content, "onward"),
        parties=parties,
        grants=tuple(grants.values()),
        duties=tuple(sorted(_duty(*duty, problems) for duty in sound["duties"].items())),
        datasets=tuple(covered.get("datasets", ())),
        samples=tuple(covered.get("samples", ())),
        permits=tuple(parse_permit(*permit, problems) for permit in sound["permits"].items()),
        labels=tuple(parse_label(*label, problems) for label in sound["local_contexts"].items()),
        signed_by=tuple(_list(content, "signed_by")),
    )


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _list(content: Mapping[str, Any], name: str) -> list[str]:
    value = content.get(name, [])
    return [str(item) for item in value] if isinstance(value, list) else []


def _grant(
    place: str, content: Mapping[str, Any], known: set[str] | None, problems: Problems
) -> Grant:
    recipient = content["recipient"]
    if known is not None and recipient not in known:
        problems.add(
            "agreement-recipient",
            column=f"{place}.recipient",
            found=recipient,
            expected=f"one of {', '.join(sorted(known))}",
            fix="Name a role or the id of a party",
        )
    for purpose in content["purposes"]:
        _check_purpose(purpose, f"{place}.purposes", problems)
    start = parse_day(content.get("from"), f"{place}.from", problems)
    end = parse_day(content.get("until"), f"{place}.until", problems)
    if start and end and start > end:
        problems.add(
            "agreement-dates",
            column=f"{place}.until",
            found=end.isoformat(),
            expected=f"a date from {start.isoformat()} on",
            fix="Correct one of the two dates",
        )
    name = content.get("name") or f"clause {int(place.rpartition('.')[2]) + 1}"
    classes = {
        sharing_class: outcome
        for key, value in content["classes"].items()
        for sharing_class, outcome in _outcome(key, value, (place, name), problems)
    }
    duties = tuple(
        _duty(f"{place}.duties.{i}", duty, problems)
        for i, duty in enumerate(content.get("duties", ()))
    )
    return Grant(
        name,
        recipient,
        tuple(content["purposes"]),
        classes,
        start,
        end,
        content.get("licence", ""),
        tuple(sorted(duties)),
    )


def _check_purpose(purpose: str, place: str, problems: Problems) -> None:
    if purpose in PURPOSES:
        return
    hint = "Choose one of them; restrictions such as non-commercial use go under duties or licence"
    if purpose in HUMAN_ONLY:
        hint = "This code is for data of people; choose a purpose that soils can serve"
    problems.add(
        "agreement-purpose",
        column=place,
        found=purpose,
        expected=f"one of {', '.join(PURPOSES)}",
        fix=hint,
    )


def _outcome(
    key: str, value: Any, where: tuple[str, str], problems: Problems
) -> list[tuple[SharingClass, Outcome]]:
    place, clause = where
    if key not in set(SharingClass):
        close = get_close_matches(key, list(SharingClass), 1)
        problems.add(
            "agreement-class",
            column=f"{place}.classes",
            found=key,
            expected=f"one of {', '.join(SharingClass)}",
            fix=f"Did you mean '{close[0]}'?" if close else "Choose one of them",
        )
        return []
    sharing_class = SharingClass(key)
    if isinstance(value, str) and value in _WORDS:
        return [(sharing_class, Outcome(_WORDS[value], because=(clause,)))]
    ways = GENERALISATIONS.get(sharing_class, ())
    how = value.get("generalise") if isinstance(value, Mapping) else None
    if how in ways:
        return [(sharing_class, Outcome(Strictness.GENERALISE, str(how), (clause,)))]
    generalised = f", or generalise: one of {', '.join(ways)}" if ways else ""
    problems.add(
        "agreement-outcome",
        column=f"{place}.classes.{key}",
        found=str(value),
        expected=f"allow or withhold{generalised}",
        fix="Choose one of them",
    )
    return []


def _check_contradictions(grants: Mapping[str, Grant], problems: Problems) -> None:
    """Note clauses for the same recipient, purpose and time that say different things."""
    for (_, one), (place, two) in combinations(grants.items(), 2):
        if one.recipient != two.recipient or not _overlap(one, two):
            continue
        for sharing_class in sorted(set(one.classes) & set(two.classes)):
            first, second = one.classes[sharing_class], two.classes[sharing_class]
            if (first.strictness, first.how) != (second.strictness, second.how):
                problems.add(
                    "agreement-contradiction",
                    column=f"{place}.classes.{sharing_class}",
                    found=f"{one.name} and {two.name}",
                    expected=f"one outcome of {sharing_class} for {one.recipient} at a time",
                    fix="Remove the class from one of the clauses, or part their dates",
                )


def _overlap(one: Grant, two: Grant) -> bool:
    shares_purpose = any(
        includes(a, b) or includes(b, a) for a in one.purposes for b in two.purposes
    )
    starts = max(one.start or date.min, two.start or date.min)
    ends = min(one.end or date.max, two.end or date.max)
    return shares_purpose and starts <= ends


def _duty(place: str, content: Mapping[str, str], problems: Problems) -> Duty:
    kind = content["kind"]
    if kind not in DUTIES:
        problems.add(
            "agreement-duty",
            column=f"{place}.kind",
            found=kind,
            expected=f"one of {', '.join(DUTIES)}",
            fix="Choose one of them",
        )
    until = parse_day(content.get("until"), f"{place}.until", problems)
    text = content.get("text") or DUTIES.get(kind, "")
    return Duty(kind, text.strip(), until.isoformat() if until else "")
