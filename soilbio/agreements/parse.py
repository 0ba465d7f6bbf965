"""From YAML to an agreement, with every problem that stands in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
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
from soilbio.yaml_rows import Place, dotted, nearest_row, repeated_keys, rows_of

Rows = dict[Place, int]
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
    content, rows = _content(text, problems)
    if not rows:
        problems.raise_if_any()
    sound = _sound(content, _check_form(content, problems))
    parties = tuple(
        Party(party["name"], party.get("id", ""), party["role"]) for party in sound["parties"]
    )
    # Which recipients there are is not known, where the parties themselves are wrong.
    known = {*_ROLES, *(party.id for party in parties if party.id)}
    is_known = sound["parties"] == content.get("parties")
    grants = tuple(
        _grant(place, grant, known if is_known else None, problems)
        for place, grant in sound["grants"].items()
    )
    _check_contradictions(dict(zip(sound["grants"], grants, strict=True)), problems)
    duties = tuple(sorted(_duty(place, duty, problems) for place, duty in sound["duties"].items()))
    located = [replace(p, row=p.row or nearest_row(rows, p.column)) for p in problems.found]
    problems.found = sorted(located, key=lambda problem: problem.row or 0)
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


def _content(text: str, problems: Problems) -> tuple[dict[str, Any], Rows]:
    """Read the fields as they are written, and the row of each."""
    loader = yaml.BaseLoader(text)
    try:
        node = loader.get_single_node()
        content = loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.add(
            "agreement-yaml",
            row=mark.line + 1 if mark else None,
            found=str(getattr(error, "problem", None) or "unreadable"),
            expected="YAML",
            fix="Correct the line; look at its indentation, quotes and colons",
        )
        return {}, {}
    if not isinstance(content, dict):
        problems.add(
            "agreement-yaml",
            found=str(content)[:60],
            expected="fields such as id, version, grants",
            fix="Start from config/agreements of the demo",
        )
        return {}, {}
    for place, row in repeated_keys(node):
        problems.add(
            "agreement-field",
            row=row,
            column=dotted(place),
            found=str(place[-1]),
            expected="each field once",
            fix="Remove one of the two, or join what they hold",
        )
    return content, dict(rows_of(node))


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = yaml.safe_load(
        shipped("resources/agreement.schema.yaml").read_text(encoding="utf-8")
    )
    return schema


def _sound(content: Mapping[str, Any], wrong: set[str]) -> dict[str, Any]:
    """Keep of parties, clauses (by place) and duties (by place) what has the right form."""
    sound: dict[str, Any] = {"parties": [], "grants": {}, "duties": {}}
    for key in sound.keys() - wrong:
        items = {f"{key}.{i}": item for i, item in enumerate(content.get(key, []))}
        sound[key] = {place: item for place, item in items.items() if place not in wrong}
    sound["parties"] = list(dict(sound["parties"]).values())
    return sound


def _check_form(content: Mapping[str, Any], problems: Problems) -> set[str]:
    """Note what the schema does not allow; name the fields and items that cannot be used."""
    from jsonschema import Draft202012Validator

    wrong = set[str]()
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
                    column=dotted((*error.absolute_path, name)),
                    found=name,
                    expected=f"one of {', '.join(known)}",
                    fix=hint,
                )
            continue
        wrong.add(dotted(tuple(error.absolute_path)[:2]))
        problems.add(
            "agreement-field",
            column=where,
            found=None if error.validator == "required" else str(error.instance)[:60],
            expected=error.schema.get("description", error.message),
            fix=_fix_for(error.validator, error.message),
        )
    return wrong


def _fix_for(validator: object, message: str) -> str:
    missing = re.match(r"'(\w+)' is a required", message)
    if validator == "required" and missing:
        return f"Add '{missing.group(1)}'"
    return "Correct the value"


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
    name = content.get("name") or f"clause {int(place.rpartition('.')[2]) + 1}"
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
    until = _date(content.get("until"), f"{place}.until", problems)
    text = content.get("text") or DUTIES.get(kind, "")
    return Duty(kind, text.strip(), until.isoformat() if until else "")
