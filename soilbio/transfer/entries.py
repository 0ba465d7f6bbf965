"""What the ledger says of exports, packages and receipts, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from soilbio.exporters.evidence import Evidence, described
from soilbio.exporters.package import DECISION
from soilbio.exporters.view import View
from soilbio.transfer.ledger import Record
from soilbio.transfer.receive import Received

# How a duty is met: its kind, and the word of the ledger for it.
MET_BY = {
    "deleted": ("deletion", "end"),
    "returned": ("return",),
    "credited": ("attribution", "co-authorship"),
    "notified": ("notification",),
    "shared": ("benefit-sharing",),
}
_GIVEN, _TAKEN = ("export", "seal"), ("receive",)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a holder must do: the entry that says so, who, what, and until when if ever.

    A day is empty where the duty has none: it holds whenever the data are used.
    """

    number: int
    who: str
    kind: str
    text: str
    until: str


def of_export(view: View, evidence: Evidence, folder: Path, dataset: Path) -> Record:
    """Describe an export that was written."""
    return {
        "dataset": identity(dataset),
        "recipient": view.recipient,
        "purpose": view.purpose,
        "date": view.date.isoformat(),
        "agreements": dict(evidence.digests),
        "rows": evidence.by_table(),
        "values": evidence.by_class(),
        "package": sha256((folder / DECISION).read_bytes()).hexdigest(),
        **_terms([described(one) for one in view.in_use()]),
    }


def of_seal(export: Path, sender: str, digest: str, target: Path) -> Record:
    """Describe a package that was written, from the decision of the export in it."""
    content = (export / DECISION).read_bytes()
    record = json.loads(content)
    return {
        "sender": sender,
        "recipient": record["recipient"],
        "purpose": record["purpose"],
        "date": record["date"],
        "agreements": {one["agreement"]: one["sha256"] for one in record["agreements"]},
        "rows": record["rows"],
        "export": sha256(content).hexdigest(),
        "package": digest,
        "file": target.name,
        **_terms(record["decisions"]),
    }


def of_receipt(received: Received, holder: str, target: Path) -> Record:
    """Describe a package that was taken in."""
    checked = received.checked
    return {
        "sender": checked.package.sender,
        "recipient": holder,
        "purpose": checked.package.purpose,
        "date": checked.package.date.isoformat(),
        "agreements": sorted({name for one in checked.decisions for name in one.agreements}),
        "rows": checked.rows,
        "package": received.digest,
        "folder": str(target.resolve()),
        **_terms([described(one) for one in checked.decisions]),
    }


def identity(dataset: Path) -> Record:
    """Name a dataset: by what is in its tables, by its title, and by where it lies."""
    descriptor = dataset / "datapackage.json"
    title, digest = "", ""
    if descriptor.is_file():
        content = descriptor.read_bytes()
        title, digest = json.loads(content).get("title", ""), sha256(content).hexdigest()
    return {"sha256": digest, "title": title, "folder": str(dataset.resolve())}


def _terms(decisions: Iterable[Mapping[str, Any]]) -> Record:
    """Give the duties and the last day of decisions that share anything."""
    listed = [
        one
        for one in decisions
        if any(answer["outcome"] != "withhold" for answer in one["classes"].values())
    ]
    duties = {json.dumps(duty, sort_keys=True) for one in listed for duty in one["duties"]}
    ends = [one["until"] for one in listed if one["until"]]
    return {
        "until": min(ends) if ends else None,
        "duties": [json.loads(duty) for duty in sorted(duties)],
    }


def due(records: Iterable[Record]) -> list[Due]:
    """List what is to be done, the soonest first; what was met is not listed.

    A package and the export in it are one thing: the duties of an export that was sealed are those
    of its package.
    """
    listed = list(records)
    sealed = {record.get("export") for record in listed if record["kind"] == "seal"}
    met = {(record.get("of"), record["kind"]) for record in listed if record["kind"] in MET_BY}
    found = []
    for record in listed:
        if record["kind"] not in (*_GIVEN, *_TAKEN) or record.get("package") in sealed:
            continue
        for one in _of(record):
            words = [word for word, kinds in MET_BY.items() if one.kind in kinds]
            if not any((record["n"], word) in met for word in words):
                found.append(one)
    return sorted(found, key=lambda one: (one.until or "9999", one.number, one.kind))


def _of(record: Record) -> Iterator[Due]:
    who = record["recipient"]
    if record.get("until"):
        yield Due(record["n"], who, "end", "the grant ends on this day", record["until"])
    for duty in record.get("duties", ()):
        if any(duty["kind"] in kinds for kinds in MET_BY.values()):
            yield Due(record["n"], who, duty["kind"], duty["text"], duty.get("until") or "")


def holders(records: Iterable[Record], dataset: Path) -> list[Record]:
    """List the exports and packages of a dataset that nobody has said to have deleted."""
    listed = list(records)
    known = identity(dataset)
    gone = {record.get("of") for record in listed if record["kind"] == "deleted"}
    exports = [
        record
        for record in listed
        if record["kind"] == "export" and _is_of(record.get("dataset", {}), known)
    ]
    digests = {record["package"] for record in exports}
    seals = [r for r in listed if r["kind"] == "seal" and r.get("export") in digests]
    sealed = {record["export"] for record in seals}
    whole = [record for record in exports if record["package"] not in sealed] + seals
    return sorted((r for r in whole if r["n"] not in gone), key=lambda r: int(r["n"]))


def _is_of(stated: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Tell whether an export was of a dataset: the same content, or what lay there before it."""
    is_same = bool(known["sha256"]) and stated.get("sha256") == known["sha256"]
    return is_same or stated.get("folder") == known["folder"]
