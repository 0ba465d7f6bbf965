"""Who asks and what for: whether the agreements know them at all."""

from __future__ import annotations

from collections.abc import Iterable

from soilbio.agreements.model import Agreement
from soilbio.errors import Problems
from soilbio.standards.purposes import PURPOSES

CIRCLES = ("public", "consortium")
# Whoever holds a dataset, and so sees all of it anyhow; reports are made for them.
HOLDER = "holder"


def check_asked(
    agreements: Iterable[Agreement], recipient: str, purpose: str, problems: Problems
) -> None:
    """Note a recipient that no agreement knows, and a purpose that is none."""
    parties = {party.id for one in agreements for party in one.parties if party.id}
    if recipient not in {*CIRCLES, *parties}:
        problems.add(
            "recipient-unknown",
            source="--recipient",
            found=recipient,
            expected=f"one of {', '.join((*CIRCLES, *sorted(parties)))}",
            fix="Name a circle, or a party of an agreement of the dataset by its ROR",
        )
    if purpose not in PURPOSES:
        choices = ", ".join(f"{code} ({label})" for code, (label, _) in PURPOSES.items())
        problems.add(
            "purpose-unknown",
            source="--purpose",
            found=purpose,
            expected=f"one of {choices}",
            fix="Choose the purpose that the recipient states",
        )
