"""What was decided and what came of it, in numbers: the record that goes with every export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from soilbio.agreements.explain import PLAIN
from soilbio.agreements.model import Decision, Strictness
from soilbio.standards.sharing_classes import SharingClass


class Fate(StrEnum):
    """What became of a value."""

    SHARED = "shared"
    GENERALISED = "generalised"
    PSEUDONYM = "pseudonyms"
    WITHHELD = "withheld"


@dataclass(slots=True)
class Ledger:
    """Counts values by class and fate, and rows by table, while a view is made."""

    values: Counter[tuple[SharingClass, Fate]] = field(default_factory=Counter)
    rows: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add_row(self, table: str, fates: Iterable[tuple[SharingClass, Fate]]) -> None:
        """Note a row that is shared, with the fate of each of its values."""
        self.rows[table, True] += 1
        self.values.update(fates)

    def drop_row(self, table: str, classes: Iterable[SharingClass]) -> None:
        """Note a row that is withheld with all its values."""
        self.rows[table, False] += 1
        self.values.update((one, Fate.WITHHELD) for one in classes)


@dataclass(frozen=True, slots=True)
class Lost:
    """Values of a column that may be shared and that a format holds otherwise or not at all."""

    table: str
    column: str
    values: int
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The numbers of an export: values by class and fate, rows by table, an exporter's own notes.

    `digests` are the SHA-256 of each agreement's text as it lies in the dataset; `losses` what the
    format has no place for.
    """

    values: Mapping[tuple[SharingClass, Fate], int]
    rows: Mapping[tuple[str, bool], int]
    digests: Mapping[str, str]
    notes: Mapping[str, int] = field(default_factory=dict)
    losses: tuple[Lost, ...] = ()

    def losing(self, losses: Iterable[Lost]) -> Evidence:
        """Add what the format could not hold."""
        return replace(self, losses=(*self.losses, *losses))

    def noting(self, **notes: int) -> Evidence:
        """Add what an exporter counted."""
        return replace(self, notes={**self.notes, **notes})

    def by_class(self) -> dict[str, dict[str, int]]:
        """Give the numbers of every class, also of those that no value has."""
        return {
            one.value: {fate.value: self.values.get((one, fate), 0) for fate in Fate}
            for one in SharingClass
        }

    def by_table(self) -> dict[str, dict[str, int]]:
        """Give the rows of every table, shared and withheld."""
        return {
            table: {
                Fate.SHARED.value: self.rows.get((table, True), 0),
                Fate.WITHHELD.value: self.rows.get((table, False), 0),
            }
            for table in sorted({table for table, _ in self.rows})
        }


def described(decision: Decision) -> dict[str, object]:
    """Write a decision as JSON holds it."""
    return {
        "agreements": list(decision.agreements),
        "licence": decision.licence,
        "until": decision.until.isoformat() if decision.until else None,
        "duties": [
            {"kind": duty.kind, "text": duty.text, "until": duty.until} for duty in decision.duties
        ],
        "classes": {
            one.value: {
                "outcome": outcome.strictness.name.lower(),
                "how": outcome.how,
                "because": list(outcome.because),
            }
            for one, outcome in decision.outcomes.items()
        },
    }


def table_of(decisions: Iterable[Decision], evidence: Evidence) -> str:
    """Write outcome and numbers of every class as a table for people."""
    decisions = list(decisions)
    lines = [("class", "outcome", *(fate.value for fate in Fate))]
    for name, numbers in evidence.by_class().items():
        outcomes = {_outcome(one, SharingClass(name)) for one in decisions}
        cells = (f"{number:,}" for number in numbers.values())
        lines.append((name, " or ".join(sorted(outcomes)), *cells))
    lines.append(("",) * len(lines[0]))
    lines.append(("table", "", "rows shared", "", "", "withheld"))
    for name, rows in evidence.by_table().items():
        lines.append((name, "", f"{rows['shared']:,}", "", "", f"{rows['withheld']:,}"))
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def reasons_of(decisions: Iterable[Decision]) -> str:
    """Write why each class is shared, generalised or withheld; classes with one answer together."""
    lines = []
    for decision in decisions:
        answers: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for one, outcome in decision.outcomes.items():
            answer = (_outcome(decision, one), outcome.because)
            answers.setdefault(answer, []).append(one.value)
        lines.append(f"Why, under {', '.join(decision.agreements)} ({decision.licence}):")
        for (words, because), names in answers.items():
            lines.append(f"  {words}: {', '.join(names)}")
            lines += [f"    {reason}" for reason in because]
    return "\n".join(lines)


def told_of_combined(decisions: Iterable[Decision]) -> list[str]:
    """Say in plain words what holds for rows that several agreements touch together."""
    licences: dict[str, set[str]] = {}
    refused: dict[str, set[str]] = {}
    for decision in decisions:
        if decision.shares_anything:
            licences.setdefault(decision.licence, set()).update(decision.agreements)
            continue
        reasons = {reason for one in decision.outcomes.values() for reason in one.because}
        why = "; ".join(sorted(reasons))
        refused.setdefault(why, set()).update(decision.agreements)
    shared = [
        f"Rows of several of {', '.join(sorted(names))}: all duties of each hold, and the licence"
        f" {licence}."
        for licence, names in sorted(licences.items())
    ]
    return shared + [
        f"Rows of several of {', '.join(sorted(names))}, such as features that they have in"
        f" common: nothing of them but an id is shared ({why})."
        for why, names in sorted(refused.items())
    ]


def _outcome(decision: Decision, sharing_class: SharingClass) -> str:
    outcome = decision.outcomes[sharing_class]
    word = outcome.strictness.name.lower()
    return f"{word} {outcome.how}".strip()


def withheld_in(decision: Decision) -> str:
    """Say in words which classes a decision withholds; for Darwin Core's informationWithheld."""
    names = [
        PLAIN[one]
        for one, outcome in decision.outcomes.items()
        if outcome.strictness == Strictness.WITHHOLD
    ]
    under = ", ".join(decision.agreements)
    return f"withheld under {under}: {', '.join(names)}" if names else ""
