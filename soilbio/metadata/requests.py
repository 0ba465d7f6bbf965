"""The exports that a configuration asks for: whether they can be, before anything is computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches

from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Strictness
from soilbio.errors import Problems
from soilbio.metadata.config import Config
from soilbio.standards.purposes import PURPOSES

_CIRCLES = ("public", "consortium")


def check_exports(
    project: Config, agreements: Mapping[str, Agreement], named: Collection[str], problems: Problems
) -> None:
    """Note exports for nobody, for no known purpose, or on no day; warn of those that get nothing.

    Parameters
    ----------
    project : Config
        Whose `exports` are looked at.
    agreements : mapping of id@version to Agreement
        Those of the project's folder.
    named : collection of str
        The ids and versions that libraries name.
    problems : Problems
        Collects what is found.

    """
    for number in range(len(project.exports)):
        before = len(problems.errors)
        _check_recipient(project, number, agreements, problems)
        _check_purpose(project, number, problems)
        on = _day(project, number, problems)
        if on is not None and len(problems.errors) == before:
            _warn_of_nothing(project, number, (agreements, named, on), problems)


def _check_recipient(
    project: Config, number: int, agreements: Mapping[str, Agreement], problems: Problems
) -> None:
    recipient = project.exports[number]["recipient"]
    parties = {party.id for one in agreements.values() for party in one.parties if party.id}
    if recipient in {*_CIRCLES, *parties}:
        return
    like = get_close_matches(recipient.lower(), _CIRCLES, n=1)
    problems.add(
        "recipient-unknown",
        row=project.row("exports", number, "recipient"),
        column=f"exports.{number}.recipient",
        found=recipient,
        expected=f"one of {', '.join((*_CIRCLES, *sorted(parties)))}",
        fix=f"Did you mean '{like[0]}'? Correct the name"
        if like
        else "Name a circle, or a party of an agreement by its ROR",
    )


def _check_purpose(project: Config, number: int, problems: Problems) -> None:
    purpose = project.exports[number]["purpose"]
    if purpose not in PURPOSES:
        choices = ", ".join(f"{code} ({label})" for code, (label, _) in PURPOSES.items())
        problems.add(
            "purpose-unknown",
            row=project.row("exports", number, "purpose"),
            column=f"exports.{number}.purpose",
            found=purpose,
            expected=f"one of {choices}",
            fix="Choose the purpose that the recipient states",
        )


def _day(project: Config, number: int, problems: Problems) -> date | None:
    written = project.exports[number].get("date")
    if not written:
        return date.today()
    try:
        return date.fromisoformat(written)
    except ValueError:
        problems.add(
            "date-format",
            row=project.row("exports", number, "date"),
            column=f"exports.{number}.date",
            found=written,
            expected="a day of the calendar, YYYY-MM-DD",
            fix="Correct the date, or leave it out for today",
        )
        return None


def _warn_of_nothing(
    project: Config,
    number: int,
    asked: tuple[Mapping[str, Agreement], Collection[str], date],
    problems: Problems,
) -> None:
    """Warn of an export for which no library's agreement permits anything."""
    agreements, named, on = asked
    export = project.exports[number]
    known = [agreements[name] for name in sorted(named) if name in agreements]
    decisions = [decide([one], export["recipient"], export["purpose"], on) for one in known]
    outcomes = [outcome for one in decisions for outcome in one.outcomes.values()]
    if outcomes and all(outcome.strictness == Strictness.WITHHOLD for outcome in outcomes):
        problems.add(
            "export-refused",
            row=project.row("exports", number),
            column=f"exports.{number}",
            found=f"{export['target']} for {export['recipient']}, {export['purpose']}",
            expected=f"an agreement that permits something on {on.isoformat()}",
            fix="Nothing needs to be done: the run will record the refusal; else amend the"
            " agreement, or remove the export",
            is_warning=True,
        )
