"""What the agreements of a dataset let one recipient have: asked once for each set of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from soilbio.agreements.asked import check_asked
from soilbio.agreements.combine import combine
from soilbio.agreements.decide import decide
from soilbio.agreements.model import Agreement, Decision, Strictness
from soilbio.agreements.onward import Holding, binding, pass_on
from soilbio.agreements.parse import parse_agreement
from soilbio.errors import Problems, Refused
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.sharing_classes import SharingClass


@dataclass(slots=True)
class Gate:
    """One request to the agreements of a dataset; remembers what was decided.

    `holdings` say on which terms data were shared with whoever is asked now; none for one's own.
    """

    agreements: Mapping[str, Agreement]
    recipient: str
    purpose: str
    on: dt.date
    holdings: Sequence[Holding] = ()
    decisions: dict[str, Decision] = field(default_factory=dict)

    def of(self, key: str) -> Decision:
        """Decide on records that the agreements of a key touch.

        A key is ids and versions, sorted, joined by '|' (`key_of`). An agreement that is not there
        permits nothing, nor does the lack of any.
        """
        if key not in self.decisions:
            names = key.split("|") if key else []
            known = [self.agreements[name] for name in names if name in self.agreements]
            self.decisions[key] = (
                self._decide(known)
                if len(known) == len(names)
                else combine([], (self.recipient, self.purpose, self.on))
            )
        return self.decisions[key]

    def _decide(self, agreements: Sequence[Agreement]) -> Decision:
        decision = decide(agreements, self.recipient, self.purpose, self.on)
        names = {agreement.name for agreement in agreements}
        for holding in binding(names, self.holdings):
            decision = pass_on(decision, agreements, holding)
        return decision

    def allows(self, key: str, sharing_class: SharingClass) -> bool:
        """Tell whether values of a class are shared as they are."""
        return self.of(key).outcomes[sharing_class].strictness == Strictness.ALLOW

    def refusal(self, classes: Iterable[SharingClass], what: str) -> Refused:
        """Make the refusal that names the clauses, or their lack, that withhold some classes."""
        listed = tuple(classes)
        reasons = {
            reason
            for key in self.decisions
            for one in listed
            if (outcome := self.decisions[key].outcomes[one]).strictness == Strictness.WITHHOLD
            for reason in outcome.because
        }
        label, _ = PURPOSES[self.purpose]
        return Refused(
            f"{what} may be shared with {self.recipient} for {label} ({self.purpose})"
            f" on {self.on.isoformat()}: {'; '.join(sorted(reasons)) or 'no agreement'}."
        )


def key_of(names: Iterable[str]) -> str:
    """Write agreements as a key; each name may itself be several, joined by '|'."""
    return "|".join(sorted({part for name in names for part in name.split("|") if part}))


def open_gate(
    texts: Mapping[str, str],
    recipient: str,
    purpose: str,
    on: dt.date,
    holdings: Sequence[Holding] = (),
) -> Gate:
    """Read the agreements of a dataset and check who asks, and what for.

    Raises
    ------
    InputError
        If an agreement cannot be read or is not the one it is filed as, if the purpose is none we
        know, or if no agreement knows the recipient.

    """
    problems = Problems("agreements")
    agreements = {name: parse_agreement(text, name) for name, text in sorted(texts.items())}
    for name, agreement in agreements.items():
        if agreement.name != name:
            problems.add(
                "agreement-misfiled",
                source=name,
                found=agreement.name,
                expected=f"the text of {name}",
                fix="Build the dataset again; a changed agreement needs a new version",
            )
    check_asked(agreements.values(), recipient, purpose, problems)
    problems.raise_if_any()
    return Gate(agreements, recipient, purpose, on, holdings)
