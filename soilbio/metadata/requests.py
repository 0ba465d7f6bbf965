"""The exports that a configuration asks for: whether they can be, before anything is computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches

from soilbio.agreements.asked import CIRCLES, HOLDER
from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Strictness
from soilbio.errors import Problems
from soilbio.metadata.config import Config
from soilbio.standards.purposes import PURPOSES


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
    _check_recipient(project, ("report",), agreements, problems)
    _check_purpose(project, ("report",), problems)
    for number in range(len(project.exports)):
        before = len(problems.errors)
        _check_recipient(project, ("exports", number), agreements, problems)
        _check_purpose(project, ("exports", number), problems)
        on = _day(project, number, problems)
        if on is not None and len(problems.errors) == before:
            _warn_of_nothing(project, number, (agreements, named, on), problems)


def _check_recipient(
    project: Config,
    place: tuple[str | int, ...],
    agreements: Mapping[str, Agreement],
    problems: Problems,
) -> None:
    recipient = _asked(project, place)["recipient"]
    if place == ("report",) and recipient == HOLDER:
        return
    parties = {party.id for one in agreements.values() for party in one.parties if party.id}
    if recipient in {*CIRCLES, *parties}:
        return
    like = get_close_matches(recipient.lower(), CIRCLES, n=1)
    problems.add(
        "recipient-unknown",
        row=project.row(*place, "recipient"),
        column=".".join(map(str, (*place, "recipient"))),
        found=recipient,
        expected=f"one of {', '.join((*CIRCLES, *sorted(parties)))}",
        fix=f"Did you mean '{like[0]}'? Correct the name"
        if like
        else "Name a circle, or a party of an agreement by its ROR",
    )


def _asked(project: Config, place: tuple[str | int, ...]) -> Mapping[str, str]:
    """Give the report's or an export's part of the configuration."""
    return project.report if place == ("report",) else project.exports[int(place[1])]


def _check_purpose(project: Config, place: tuple[str | int, ...], problems: Problems) -> None:
    purpose = _asked(project, place)["purpose"]
    if purpose not in PURPOSES:
        choices = ", ".join(f"{code} ({label})" for code, (label, _) in PURPOSES.items())
        problems.add(
            "purpose-unknown",
            row=project.row(*place, "purpose"),
            column=".".join(map(str, (*place, "purpose"))),
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
