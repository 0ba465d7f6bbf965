"""From YAML to an agreement, with every problem that stands in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from itertools import combinations
from typing import Any

import yaml

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
from soilbio.errors import Problems
from soilbio.standards import shipped
from soilbio.standards.purposes import HUMAN_ONLY, PURPOSES, includes
from soilbio.standards.sharing_classes import SharingClass

_ROLES = ("public", "consortium")
_WORDS = {"allow": Strictness.ALLOW, "withhold": Strictness.WITHHOLD}


def parse_agreement(text: str, source: str) -> Agreement:
    """Read an agreement.

    Raises
    ------
    InputError
        With all that is wrong: form, unknown classes, purposes, recipients or duties, dates,
        clauses that contradict each other.

    """
    problems = Problems(source)
    content = _content(text, problems)
    problems.raise_if_any()
    _check_form(content, problems)
    problems.raise_if_any()
    parties = tuple(
        Party(party["name"], party.get("id", ""), party["role"]) for party in content["parties"]
    )
    grants = tuple(
        _grant(number, grant, parties, problems)
        for number, grant in enumerate(content["grants"], start=1)
    )
    _check_contradictions(grants, problems)
    duties = tuple(sorted(_duty(duty, problems) for duty in content.get("duties", [])))
    problems.raise_if_any()
    return Agreement(
        id=content["id"],
        version=content["version"],
        title=content["title"],
        summary=content.get("summary", "").strip(),
        parties=parties,
        grants=grants,
        licence=content["licence"],
        attribution=content.get("attribution", ""),
        duties=duties,
        contact=content.get("contact", ""),
    )


def _content(text: str, problems: Problems) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  all values as written
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.add(
            "agreement-yaml",
            row=mark.line + 1 if mark else None,
            found=str(getattr(error, "problem", None) or "unreadable"),
            expected="YAML",
            fix="Correct the line; look at its indentation, quotes and colons",
        )
        return {}
    if not isinstance(content, dict):
        problems.add(
            "agreement-yaml",
            found=str(content)[:60],
            expected="fields such as id, version, grants",
            fix="Start from config/agreements of the demo",
        )
        return {}
    return content


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = yaml.safe_load(
        shipped("resources/agreement.schema.yaml").read_text(encoding="utf-8")
    )
    return schema


def _check_form(content: Mapping[str, Any], problems: Problems) -> None:
    from jsonschema import Draft202012Validator

    found = Draft202012Validator(_schema()).iter_errors(content)
    for error in sorted(found, key=lambda error: [str(part) for part in error.absolute_path]):
        where = ".".join(str(part) for part in error.absolute_path) or None
        if error.validator == "additionalProperties":
            known = sorted(error.schema["properties"])
            for name in sorted(set(error.instance) - set(known)):
                close = get_close_matches(name, known, 1)
                hint = f"Did you mean '{close[0]}'?" if close else "Remove it"
                problems.add(
                    "agreement-field",
                    column=where,
                    found=name,
                    expected=f"one of {', '.join(known)}",
                    fix=hint,
                )
            continue
        problems.add(
            "agreement-field",
            column=where,
            found=None if error.validator == "required" else str(error.instance)[:60],
            expected=error.schema.get("description", error.message),
            fix=_fix_for(error.validator, error.message),
        )


def _fix_for(validator: object, message: str) -> str:
    missing = re.match(r"'(\w+)' is a required", message)
    if validator == "required" and missing:
        return f"Add '{missing.group(1)}'"
    return "Correct the value"


def _grant(
    number: int, content: Mapping[str, Any], parties: tuple[Party, ...], problems: Problems
) -> Grant:
    place = f"grants.{number - 1}"
    recipient = content["recipient"]
    known = {*_ROLES, *(party.id for party in parties if party.id)}
    if recipient not in known:
        problems.add(
            "agreement-recipient",
            column=f"{place}.recipient",
            found=recipient,
            expected=f"one of {', '.join(sorted(known))}",
            fix="Name a role or the id of a party",
        )
    for purpose in content["purposes"]:
        _check_purpose(purpose, f"{place}.purposes", problems)
    start = _date(content.get("from"), f"{place}.from", problems)
    end = _date(content.get("until"), f"{place}.until", problems)
    if start and end and start > end:
        problems.add(
            "agreement-dates",
            column=f"{place}.until",
            found=end.isoformat(),
            expected=f"a date from {start.isoformat()} on",
            fix="Correct one of the two dates",
        )
    name = content.get("name") or f"clause {number}"
    classes = {
        sharing_class: outcome
        for key, value in content["classes"].items()
        for sharing_class, outcome in _outcome(key, value, (place, name), problems)
    }
    return Grant(name, recipient, tuple(content["purposes"]), classes, start, end)


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


def _date(value: str | None, place: str, problems: Problems) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        problems.add(
            "agreement-dates",
            column=place,
            found=value,
            expected="a date as YYYY-MM-DD",
            fix="Write year, month and day",
        )
        return None


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


def _check_contradictions(grants: tuple[Grant, ...], problems: Problems) -> None:
    """Note clauses for the same recipient, purpose and time that say different things."""
    for one, two in combinations(grants, 2):
        if one.recipient != two.recipient or not _overlap(one, two):
            continue
        for sharing_class in sorted(set(one.classes) & set(two.classes)):
            first, second = one.classes[sharing_class], two.classes[sharing_class]
            if (first.strictness, first.how) != (second.strictness, second.how):
                problems.add(
                    "agreement-contradiction",
                    column=f"classes.{sharing_class}",
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


def _duty(content: Mapping[str, str], problems: Problems) -> Duty:
    kind = content["kind"]
    if kind not in DUTIES:
        problems.add(
            "agreement-duty",
            column="duties",
            found=kind,
            expected=f"one of {', '.join(DUTIES)}",
            fix="Choose one of them",
        )
    until = _date(content.get("until"), "duties.until", problems)
    text = content.get("text") or DUTIES.get(kind, "")
    return Duty(kind, text.strip(), until.isoformat() if until else "")
