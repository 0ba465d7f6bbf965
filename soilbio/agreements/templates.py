"""Model agreements to start from: filled in with names, ids and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from string import Template

from soilbio.agreements.parse import parse_agreement
from soilbio.errors import Problems, problem_of
from soilbio.standards import shipped

TEMPLATES = ("open-attribution", "consortium-embargo", "location-generalised", "bilateral")
# What can be filled in, and what it is.
FIELDS: Mapping[str, str] = {
    "id": "the agreement's id: small letters, digits, hyphens",
    "title": "what the data are, in a few words",
    "contact": "an address for questions",
    "provider": "who gives the data",
    "provider_id": "the provider's ROR",
    "provider_key": "the provider's OpenSSH public key",
    "consortium": "the consortium's name",
    "recipient": "who gets the data",
    "recipient_id": "the recipient's ROR",
    "recipient_key": "the recipient's OpenSSH public key",
    "embargo": "the day from which everybody gets the results, YYYY-MM-DD",
    "end": "the last day of use, YYYY-MM-DD",
}


def template_text(name: str) -> str:
    """Read a model agreement with its gaps."""
    return shipped(f"resources/agreements/{name}.yaml").read_text(encoding="utf-8")


def gaps_of(name: str) -> tuple[str, ...]:
    """List the fields that a template wants, in the order of `FIELDS`."""
    wanted = set(Template(template_text(name)).get_identifiers())
    return tuple(field for field in FIELDS if field in wanted)


def fill(name: str, values: Mapping[str, str]) -> str:
    """Fill in a model agreement; the result has been read once and is sound.

    Raises
    ------
    InputError
        If there is no such template; with all values that are missing or cannot stand there.

    """
    if name not in TEMPLATES:
        like = get_close_matches(name, TEMPLATES, n=1)
        raise problem_of(
            "template-unknown",
            "--template",
            found=name,
            expected=f"one of {', '.join(TEMPLATES)}",
            fix=f"Did you mean '{like[0]}'?" if like else "Choose one of them",
        )
    problems = Problems(f"template {name}")
    for field in gaps_of(name):
        value = values.get(field, "").strip()
        if not value or not value.isprintable() or re.search(r"[\"\\$]", value):
            problems.add(
                "template-value",
                column=f"--{field.replace('_', '-')}",
                found=value or None,
                expected=f"{FIELDS[field]}, on one line, without quotation marks, backslashes or $",
                fix="Give the option" if not value else "Write it otherwise",
            )
    problems.raise_if_any()
    text = Template(template_text(name)).substitute({k: v.strip() for k, v in values.items()})
    parse_agreement(text, f"template {name}")
    return text
