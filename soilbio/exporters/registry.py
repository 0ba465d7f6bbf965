"""The formats that a view can be written in, and what each cannot do without."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from soilbio.agreements.model import Strictness
from soilbio.errors import Refused
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.view import View
from soilbio.standards.sharing_classes import SharingClass

Writer = Callable[[View, Path], Evidence]


@dataclass(frozen=True, slots=True)
class Target:
    """A format: where its writer is, the classes it needs, the licences its public archive takes.

    `licences` is empty where any will do. What goes to an open archive everybody has, for ever.
    """

    writer: str
    needs: tuple[SharingClass, ...] = ()
    licences: tuple[str, ...] = ()
    is_open_archive: bool = False


TARGETS = {
    "biom": Target("soilbio.exporters.biom:write", (SharingClass.COUNTS,)),
    "tsv": Target("soilbio.exporters.tsv:write"),
    "dwca": Target(
        "soilbio.exporters.dwca:write",
        (SharingClass.COUNTS, SharingClass.TAXONOMY),
        ("CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0"),
        is_open_archive=True,
    ),
}


def writer_of(name: str) -> Writer:
    """Import the writer of a format."""
    module, _, function = TARGETS[name].writer.partition(":")
    writer: Writer = getattr(importlib.import_module(module), function)
    return writer


def check_target(view: View, name: str) -> None:
    """Refuse a format that could not hold anything of the view, or not under its licence.

    Raises
    ------
    Refused
        If no record allows a class that the format needs, if an agreement keeps data from open
        archives, or if what is for the public has a licence that the archive does not take.

    """
    target = TARGETS[name]
    for needed in target.needs:
        outcomes = [decision.outcomes[needed] for decision in view.in_use()]
        if all(outcome.strictness != Strictness.ALLOW for outcome in outcomes):
            reasons = sorted({reason for outcome in outcomes for reason in outcome.because})
            raise Refused(
                f"{name} needs {needed}, which may not be shared with {view.recipient}"
                f" for {view.purpose} on {view.date.isoformat()}: {'; '.join(reasons)}."
            )
    reasons = sorted({reason for one in view.in_use() for reason in one.closed_to_archives})
    if target.is_open_archive and reasons:
        raise Refused(f"{name} is for an archive that is open to everybody: {'; '.join(reasons)}.")
    closed = {
        f"{one.licence} of {', '.join(one.agreements)}"
        for one in view.in_use()
        if target.licences and one.licence not in target.licences
    }
    if closed and view.recipient == "public":
        raise Refused(
            f"{name} for the public needs one of {', '.join(target.licences)};"
            f" the licence is {'; '.join(sorted(closed))}."
        )
