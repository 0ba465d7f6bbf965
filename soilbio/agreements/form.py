"""The form of an agreement: YAML with a schema, and in which row each field stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

import yaml

from soilbio.errors import Problems
from soilbio.standards import shipped
from soilbio.yaml_rows import Place, dotted, repeated_keys, rows_of

Rows = dict[Place, int]
_LISTS = ("parties", "grants", "duties", "permits", "local_contexts", "signatures")


def read_form(text: str, problems: Problems) -> tuple[dict[str, Any], Rows]:
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


def sound_items(content: Mapping[str, Any], wrong: set[str]) -> dict[str, dict[str, Any]]:
    """Keep of the fields that list things the items, by place, that have the right form."""
    return {
        key: {
            f"{key}.{i}": item
            for i, item in enumerate(() if key in wrong else content.get(key, ()))
            if f"{key}.{i}" not in wrong
        }
        for key in _LISTS
    }


def check_form(content: Mapping[str, Any], problems: Problems) -> set[str]:
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
