"""Whether what a package holds may be held by this receiver: its decision, agreements, dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from soilbio.agreements.compare import is_no_more_open
from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Decision
from soilbio.agreements.parse import parse_agreement
from soilbio.dataset.tables import SCHEMA_VERSION
from soilbio.dataset.validate import check_dataset
from soilbio.errors import InputError, Problems, Refused, problem_of
from soilbio.exporters.evidence import described
from soilbio.exporters.package import AGREEMENTS, DECISION
from soilbio.exporters.partner import FOLDER as DATASET
from soilbio.standards.purposes import PURPOSES
from soilbio.transfer.seal import FORMAT, PACKAGE

_FIELDS = ("sender", "recipient", "purpose", "date", "target")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who receives a package, by their ROR, and on which day."""

    ror: str
    on: date


@dataclass(frozen=True, slots=True)
class Package:
    """What a package says of itself."""

    sender: str
    recipient: str
    purpose: str
    date: date
    target: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a package is, and on which terms it is held: decisions, with duties, and until when."""

    package: Package
    decisions: tuple[Decision, ...]
    rows: Mapping[str, Any]

    @property
    def until(self) -> date | None:
        """The last day that all of it may be held."""
        return min((one.until for one in self.decisions if one.until), default=None)


def read_package(path: Path, source: str) -> Package:
    """Read what a package says of itself.

    Raises
    ------
    InputError
        If it is of another version, or no such record.

    """
    try:
        record = json.loads(path.read_bytes())
        version = record["format"]
        fields = {name: str(record[name]) for name in _FIELDS}
        day = date.fromisoformat(fields.pop("date"))
    except (OSError, ValueError, KeyError, TypeError):
        raise problem_of(
            "package-form",
            source,
            found=path.name,
            expected="what `soilbio seal` writes of a package",
            fix="Get the package again from the sender",
        ) from None
    if version != FORMAT:
        raise problem_of(
            "package-version",
            source,
            found=str(version),
            expected=f"version {FORMAT} of the package",
            fix="Ask the sender to seal it with the soilbio that you have, or take theirs",
        )
    return Package(date=day, **fields)


def check_contents(folder: Path, holder: Holder, source: str) -> Checked:
    """Check the decision against the agreements, the holder, and the dataset's invariants.

    Raises
    ------
    InputError
        If the content is not what soilbio makes.
    Refused
        If the agreements do not let the holder have it.

    """
    package = read_package(folder / PACKAGE, source)
    agreements = _agreements(folder, source)
    record = _record(folder, source)
    asked = (package.recipient, package.purpose, package.date)
    decisions = []
    for one in record["decisions"]:
        if _shares(one):
            decisions.append(_decision(one, agreements, asked, source))
    if not decisions or package.purpose not in PURPOSES:
        raise _differs(source, "no decision that shares anything")
    for decision in decisions:
        _check_holder(decision, agreements, holder)
    if (folder / DATASET).is_dir():
        _check_dataset(folder / DATASET, agreements, source)
    return Checked(package, tuple(decisions), record["rows"])


def _record(folder: Path, source: str) -> dict[str, Any]:
    try:
        record = json.loads((folder / DECISION).read_bytes())
        is_one = isinstance(record["decisions"], list) and isinstance(record["rows"], dict)
        is_one &= all(isinstance(one["agreements"], list) for one in record["decisions"])
        is_one &= all(isinstance(one["classes"], dict) for one in record["decisions"])
    except (OSError, ValueError, KeyError, TypeError):
        is_one = False
    if not is_one:
        raise _differs(source, DECISION)
    found: dict[str, Any] = record
    return found


def _agreements(folder: Path, source: str) -> dict[str, Agreement]:
    """Read the agreements that came along; each must be the one that it is filed as."""
    found = {}
    problems = Problems(source)
    for path in sorted((folder / AGREEMENTS).glob("*.yaml")):
        name = path.name.removesuffix(".yaml")
        try:
            found[name] = parse_agreement(path.read_bytes().decode("utf-8"), name)
        except InputError as error:
            problems.extend(error.problems)
        except UnicodeDecodeError:
            problems.add(
                "agreement-unreadable", source=name, expected="text in UTF-8", fix="Ask the sender"
            )
        if name in found and found[name].name != name:
            problems.add(
                "agreement-misfiled",
                source=name,
                found=found[name].name,
                expected=f"the text of {name}",
                fix="Do not use the package; tell who sent it",
            )
    problems.raise_if_any()
    return found


def _shares(record: Mapping[str, Any]) -> bool:
    return any(
        not isinstance(one, dict) or one.get("outcome") != "withhold"
        for one in record["classes"].values()
    )


def _decision(
    record: Mapping[str, Any],
    agreements: Mapping[str, Agreement],
    asked: tuple[str, str, date],
    source: str,
) -> Decision:
    """Decide again; what the sender decided must come out."""
    names = [str(name) for name in record["agreements"]]
    lacking = [name for name in names if name not in agreements]
    if lacking or not names:
        raise problem_of(
            "package-agreement",
            source,
            found=", ".join(lacking) or "none",
            expected="the text of every agreement in force",
            fix="Ask the sender for a package with the agreements",
        )
    decision = decide([agreements[name] for name in names], *asked)
    if described(decision) != record:
        raise _differs(source, f"what was decided under {', '.join(names)}")
    return decision


def _differs(source: str, found: str) -> InputError:
    return problem_of(
        "package-decision",
        source,
        found=found,
        expected="the decision that follows from the agreements inside",
        fix="Do not use the package; ask the sender to export and seal it again",
    )


def _check_holder(decision: Decision, agreements: Mapping[str, Agreement], holder: Holder) -> None:
    """Refuse what this holder may not have, or not any more."""
    own = [agreements[name] for name in decision.agreements]
    under = ", ".join(decision.agreements)
    if decision.until is not None and holder.on > decision.until:
        raise Refused(
            f"What {under} grants to {decision.recipient} ended on {decision.until.isoformat()}."
        )
    named = {party.id for one in own for party in one.parties if party.id}
    if decision.recipient not in (holder.ror, "public") and (
        decision.recipient != "consortium" or holder.ror not in named
    ):
        raise Refused(f"The package is for {decision.recipient}, not for {holder.ror} ({under}).")
    theirs = decide(own, holder.ror, decision.purpose, holder.on)
    more = [
        one.value
        for one, outcome in decision.outcomes.items()
        if not is_no_more_open(outcome, theirs.outcomes[one], one)
    ]
    if more:
        raise Refused(
            f"{under} does not let {holder.ror} have {', '.join(more)} on"
            f" {holder.on.isoformat()} for {PURPOSES[decision.purpose][0]}."
        )


def _check_dataset(folder: Path, agreements: Mapping[str, Agreement], source: str) -> None:
    """Check a dataset: the version of its tables, invariants, sums, the agreements beside it."""
    try:
        version = json.loads((folder / "datapackage.json").read_bytes())["soilbio:schemaVersion"]
    except (OSError, ValueError, KeyError, TypeError):
        version = "none"
    if version != SCHEMA_VERSION:
        raise problem_of(
            "package-schema",
            source,
            found=str(version),
            expected=f"tables of version {SCHEMA_VERSION}",
            fix="Ask the sender to export it with the soilbio that you have, or take theirs",
        )
    problems = Problems(source)
    check_dataset(folder, problems)
    problems.raise_if_any()
    inside = {path.name.removesuffix(".yaml") for path in (folder / AGREEMENTS).glob("*.yaml")}
    if inside - agreements.keys() or any(
        (folder / AGREEMENTS / f"{name}.yaml").read_bytes()
        != (folder.parent / AGREEMENTS / f"{name}.yaml").read_bytes()
        for name in inside
    ):
        raise _differs(source, "agreements of the dataset that are not those of the package")
