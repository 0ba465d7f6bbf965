"""Send what was prepared: samples first, then files, then runs; interrupted, it goes on.

Each part is one request, and the archive takes all of it or nothing. The journal says `sent` before
a request goes out and `done` when its receipt is on the disk. Where a request got no answer, the
archive is asked for the receipt of that submission before anything is sent again; records that it
says it has already are those of the unanswered request.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from soilbio.archives.ena.journal import DONE, SENT, Journal, locked
from soilbio.archives.ena.model import Study
from soilbio.archives.ena.prepare import MANIFEST, SECOND
from soilbio.archives.ena.receipts import Accession, Receipt
from soilbio.archives.ena.service import Credentials, Service, UnansweredError, post
from soilbio.archives.ena.tables import tsv
from soilbio.archives.ena.upload import Upload, upload_all
from soilbio.archives.ena.xml import KINDS, receipt_request_xml
from soilbio.errors import InputError, Problems, problem_of
from soilbio.references.disk import atomic_bytes

_TRIES = 3
_WAIT_S = 20.0
_ELEMENTS = {stem: element for element, stem in KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    alias: str
    xml: Mapping[str, bytes]  # by the service's field
    digests: Mapping[str, str]
    records: tuple[tuple[str, str], ...]  # kind and alias


@dataclass(slots=True)
class _Work:
    folder: Path
    study: Study
    service: Service
    credentials: Credentials
    journal: Journal
    tell: Callable[[str], None]
    wait: Callable[[float], None]


def submit(
    folder: Path,
    service: Service,
    credentials: Credentials,
    *,
    tell: Callable[[str], None] = lambda _: None,
    wait: Callable[[float], None] = time.sleep,
) -> list[Accession]:
    """Send a prepared folder, or the rest of it.

    Parameters
    ----------
    folder : Path
        What `prepare.write_submission` wrote.
    service, credentials : Service, Credentials
        Where to, and who.
    tell : callable
        Told in words what happens; never a password.
    wait : callable
        Waits some seconds between two tries.

    Returns
    -------
    list of Accession
        Of all records, those sent earlier included.

    Raises
    ------
    InputError
        If the folder was changed, the service refuses something or does not answer. What was
        accepted before stays noted.

    """
    manifest = _manifest(folder)
    study = Study(
        manifest["study"]["alias"],
        "",
        "",
        center=manifest["study"]["center"],
        accession=manifest["study"]["accession"],
        release=manifest["release"],
    )
    parts = [_part(folder, content, manifest["files"]) for content in manifest["parts"]]
    with locked(folder):
        journal = Journal.read(folder, service.name)
        work = _Work(folder, study, service, credentials, journal, tell, wait)
        found: list[Accession] = []
        for part in parts:
            if part.name == SECOND and journal.state(SECOND) != DONE:
                _upload(work)
            found += _send(work, part)
        return found


def _manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest, and hold the files against its checksums."""
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise problem_of(
            "ena-unprepared",
            str(folder),
            expected=f"a folder with {MANIFEST}, as `soilbio ena prepare` writes it",
            fix="Run `soilbio ena prepare` first, and name the folder that it wrote",
        ) from error
    problems = Problems(str(folder))
    for name, digest in content["files"].items():
        path = folder / name
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            problems.add(
                "ena-changed",
                source=str(path),
                expected="the file as it was prepared and checked",
                fix="Correct the sheets and run `soilbio ena prepare` again, not the XML",
            )
    problems.raise_if_any()
    return content


def _part(folder: Path, content: Mapping[str, Any], digests: Mapping[str, str]) -> _Part:
    from lxml import etree

    kinds = [str(kind) for kind in content["kinds"]]
    xml = {"SUBMISSION": (folder / content["submission"]).read_bytes()}
    xml |= {_ELEMENTS[kind]: (folder / f"{kind}.xml").read_bytes() for kind in kinds}
    records = tuple(
        (element, str(record.get("alias")))
        for element, text in xml.items()
        if element != "SUBMISSION"
        for record in etree.fromstring(text)
    )
    own = [str(content["submission"]), *(f"{kind}.xml" for kind in kinds)]
    return _Part(
        str(content["name"]), str(content["alias"]), xml, {n: digests[n] for n in own}, records
    )


def _upload(work: _Work) -> None:
    """Send the files of reads that are not there yet."""
    with (work.folder / "files.tsv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    files = [
        Upload(Path(row["file"]), row["name"], row["md5"], int(row["bytes"]))
        for row in rows
        if work.journal.files.get(row["name"]) != row["md5"]
    ]
    number = len(rows) - len(files)

    def done(file: Upload) -> None:
        nonlocal number
        number += 1
        work.journal.files[file.name] = file.md5
        work.journal.write()
        work.tell(f"Uploaded {file.name} ({number} of {len(rows)}).")

    upload_all(files, work.service, work.credentials, done, work.wait)


def _send(work: _Work, part: _Part) -> list[Accession]:
    """Send a part, unless it is there already; give the accessions of its records."""
    state = work.journal.state(part.name)
    if state == DONE:
        work.tell(f"The {part.name} part is in the archive already; it is not sent again.")
        return _read_accessions(work.journal.receipt(part.name))
    if state == SENT and (found := _asked(work, part)):
        return found
    for number in range(_TRIES):
        try:
            return _post(work, part)
        except UnansweredError as error:
            work.tell(f"The {part.name} part got no answer ({error}).")
        if number + 1 < _TRIES:
            work.wait(_WAIT_S * (number + 1))
        if found := _asked(work, part):
            return found
    raise problem_of(
        "ena-unanswered",
        work.service.url,
        expected=f"a receipt for the {part.name} part",
        fix="Run the same command again later; it asks what became of it, and sends nothing twice",
    )


def _post(work: _Work, part: _Part) -> list[Accession]:
    """Make one request; `is_unsure` when an earlier one may have been taken without our knowing."""
    is_unsure = bool(work.journal.state(part.name))
    work.journal.set_part(part.name, SENT, part.digests)
    try:
        receipt = post(work.service, work.credentials, part.xml)
    except InputError:  # refused before anything was added; of an earlier request it is not sure
        if not is_unsure:
            work.journal.drop_part(part.name)
        raise
    return _accepted(work, part, receipt, is_unsure=is_unsure)


def _asked(work: _Work, part: _Part) -> list[Accession]:
    """Ask for the receipt of a submission that got no answer; empty where there is none."""
    request = {"SUBMISSION": receipt_request_xml(part.alias, work.study)}
    try:
        receipt = post(work.service, work.credentials, request)
    except UnansweredError:
        return []
    if not receipt.is_success or not _is_whole(part, receipt.accessions):
        return []
    work.tell(f"The archive has the {part.name} part; its receipt was fetched.")
    return _note(work, part, receipt.accessions)


def _accepted(work: _Work, part: _Part, receipt: Receipt, *, is_unsure: bool) -> list[Accession]:
    """Note what was accepted; tell why it was not."""
    if receipt.is_success and _is_whole(part, receipt.accessions):
        work.tell(f"The archive took the {part.name} part: {len(part.records)} records.")
        return _note(work, part, receipt.accessions)
    existing = receipt.existing()
    if is_unsure and _is_whole(part, existing):
        work.tell(f"The archive has the {part.name} part from a request that got no answer.")
        return _note(work, part, existing)
    work.journal.drop_part(part.name)
    problems = Problems(f"{part.name} part")
    said = receipt.errors or ("the receipt names fewer records than were sent",)
    for error in said:
        problems.add(
            "ena-rejected",
            found=error[:300],
            expected="records that the archive takes; it took none of this part",
            fix="Correct the sheets, run `soilbio ena prepare` and submit again"
            if not existing
            else "A record of that name is in your account already: give the study another --alias,"
            " or the sample another name",
        )
    problems.raise_if_any()
    raise AssertionError("a refusal has a reason")


def _is_whole(part: _Part, accessions: tuple[Accession, ...]) -> bool:
    return {(one.kind, one.alias) for one in accessions if one.accession} >= set(part.records)


def _note(work: _Work, part: _Part, accessions: tuple[Accession, ...]) -> list[Accession]:
    """Write the accessions, and only then that the part is done."""
    wanted = set(part.records)
    kept = [one for one in accessions if (one.kind, one.alias) in wanted]
    rows = [
        {"kind": one.kind, "alias": one.alias, "accession": one.accession, "external": one.external}
        for one in kept
    ]
    with atomic_bytes(work.journal.receipt(part.name)) as handle:
        handle.write(tsv(rows))
    work.journal.set_part(part.name, DONE, part.digests)
    return kept


def _read_accessions(path: Path) -> list[Accession]:
    with path.open(encoding="utf-8", newline="") as handle:
        return [Accession(**row) for row in csv.DictReader(handle, delimiter="\t")]
