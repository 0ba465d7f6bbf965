"""The rules of comparability: a table of reasons with their sources, which a user can tighten.

The table is `resources/comparability.tsv`; what makes a rule apply is in `harmonise.compare`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from soilbio.dataset.history import PLACEMENT
from soilbio.errors import Problems
from soilbio.standards import shipped

# From fine to coarse. `sh`: species hypotheses of UNITE; `presence`: names of genera that are
# there, no numbers; `refused`: nothing.
LEVELS = (
    *("feature", "sh", "species", PLACEMENT, "genus", "family", "order", "class", "phylum"),
    *("domain", "presence", "refused"),
)
_COLUMNS = ("rule", "finest", "because", "source")


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason: the finest level that it leaves, in words, and who says so.

    It applies where two assays say different things in one of `fields`, columns of `assays` or
    `samples`. One that a user made stricter, `is_own`, applies wherever that is so: no other takes
    its place.
    """

    name: str
    finest: str
    because: str
    source: str
    fields: tuple[str, ...] = ()
    is_own: bool = False


def read_rules(own: Path | None = None) -> dict[str, Rule]:
    """Read the rules; a user's table replaces those that it names, if it makes them stricter.

    Raises
    ------
    InputError
        If the user's table cannot be read, lacks a column or a value, names a rule twice, names a
        rule or level that is none, or makes one looser.

    """
    rules = _shipped()
    return {**rules, **_own(own, rules)} if own else rules


def _shipped() -> dict[str, Rule]:
    path = shipped("resources/comparability.tsv")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    return {
        row["rule"]: Rule(
            *(row["rule"], row["finest"], row["because"], row["source"]),
            fields=tuple(row["fields"].split()),
        )
        for row in rows
    }


def _own(path: Path, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    from soilbio.metadata.tsv import read_rows

    problems = Problems(str(path))
    found: dict[str, Rule] = {}
    for number, row in read_rows(path, problems, required=_COLUMNS, known=("fields",)).items():
        values = {name: row.get(name, "") for name in _COLUMNS}
        for name in sorted(name for name, value in values.items() if not value and name in row):
            problems.add(
                "rule-incomplete",
                row=number,
                column=name,
                expected="a rule, its level, why, and who says so",
                fix="Fill the cell; reason and source are shown wherever the rule applies",
            )
        if all(values.values()) and _is_sound(number, values, rules, problems):
            if values["rule"] in found:
                problems.add(
                    "rule-twice",
                    row=number,
                    column="rule",
                    found=values["rule"],
                    expected="each rule once",
                    fix="Remove one of the rows",
                )
            known = rules[values["rule"]]
            found[known.name] = replace(
                known,
                finest=values["finest"],
                because=values["because"],
                source=values["source"],
                is_own=values["finest"] != known.finest,
            )
    problems.raise_if_any()
    return found


def _is_sound(
    number: int, row: Mapping[str, str], rules: Mapping[str, Rule], problems: Problems
) -> bool:
    """Note a rule or level that is none, or one that is looser than ours."""
    for column, known in (("rule", tuple(rules)), ("finest", LEVELS)):
        if row[column] not in known:
            problems.add(
                "rule-unknown",
                row=number,
                column=column,
                found=row[column],
                expected=f"one of {', '.join(known)}",
                fix="Correct the word",
            )
            return False
    finest = rules[row["rule"]].finest
    if LEVELS.index(row["finest"]) < LEVELS.index(finest):
        problems.add(
            "rule-looser",
            row=number,
            column="finest",
            found=row["finest"],
            expected=f"{finest} or coarser",
            fix="Rules can be made stricter only",
        )
        return False
    return True


def fields_of(rules: Mapping[str, Rule]) -> list[str]:
    """List the columns that any rule looks at."""
    return sorted({field for rule in rules.values() for field in rule.fields})
