"""A dataset or a project → a folder that holds all that the archive needs; nothing is sent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from soilbio import __version__
from soilbio.archives.ena import xml
from soilbio.archives.ena.checklist import check_experiments, check_samples, check_study
from soilbio.archives.ena.describe import (
    AttributesOf,
    Notes,
    experiment_records,
    run_records,
    sample_records,
)
from soilbio.archives.ena.files import read_files
from soilbio.archives.ena.journal import FOLDER as JOURNAL
from soilbio.archives.ena.journal import Journal
from soilbio.archives.ena.model import CHECKLIST, Loss, Study, Submission
from soilbio.archives.ena.source import PURPOSE, RECIPIENT, Material
from soilbio.archives.ena.tables import tables_of
from soilbio.dataset.folder import new_folder
from soilbio.errors import Problems, Refused, problem_of

MANIFEST = "submission.json"
# What is sent, in this order: the records of a part together, or none of them.
FIRST, SECOND = "first", "second"
_KINDS = ("project", "sample", "experiment", "run")


@dataclass(frozen=True, slots=True)
class Part:
    """Records that are sent in one go: the files' stems, after the submission's own."""

    name: str
    alias: str
    kinds: tuple[str, ...]

    @property
    def submission_file(self) -> str:
        """Name the file that says what is to be done with the part's records."""
        return f"submission_{self.name}.xml"


def parts_of(study: Study, *, has_reads: bool) -> tuple[Part, ...]:
    """List the parts: project and samples first, so that they are checked before reads are sent."""
    first = ("sample",) if study.accession else ("project", "sample")
    parts = [Part(FIRST, f"{study.alias}-{FIRST}", first)]
    if has_reads:
        parts.append(Part(SECOND, f"{study.alias}-{SECOND}", ("experiment", "run")))
    return tuple(parts)


def alias_of(title: str) -> str:
    """Make a study's alias of its title: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:50].strip("-")


def describe(
    material: Material,
    study: Study,
    *,
    source: str,
    instrument: str = "",
    attributes_of: AttributesOf | None = None,
) -> Submission:
    """Make the records and check them, the files of reads included.

    Parameters
    ----------
    material : Material
        What the agreements let the public have.
    study : Study
        The project; its alias begins the names of experiments, runs and files.
    source : str
        What problems are told of.
    instrument : str
        The instrument of assays that state none.
    attributes_of : callable, optional
        Makes labels, values and units of a row; the crosswalk's where none is given.

    Raises
    ------
    InputError
        With everything that the archive would refuse.

    """
    notes = Notes(Problems(source))
    check_study(study, notes)
    samples = sample_records(material, study, notes, attributes_of or _crosswalk())
    if not samples:
        raise Refused("nothing is left to send: no sample has a library whose reads may be shared")
    experiments = experiment_records(material, study, notes, instrument)
    check_samples(samples, notes)
    check_experiments([one for one in experiments if one.platform], notes)
    notes.tell()
    files = read_files(material.reads, study.alias, notes.problems)
    notes.problems.raise_if_any()
    decision = {
        "recipient": RECIPIENT,
        "purpose": PURPOSE,
        "date": material.view.date.isoformat(),
        "agreements": dict(material.view.evidence.digests),
        "left_out": dict(material.left_out),
    }
    losses = (*_losses_of(material), *notes.losses)
    return Submission(
        study, samples, experiments, run_records(experiments, files), losses, decision
    )


def _crosswalk() -> AttributesOf:
    from soilbio.metadata.crosswalk.ena import sample_attributes

    return sample_attributes


def _losses_of(material: Material) -> list[Loss]:
    """Say what the agreements changed, and what stays behind."""
    found = [
        Loss(f"{number} {what}", "", "left out", "the agreements, or no reads")
        for what, number in material.left_out.items()
        if number
    ]
    for alias, row in sorted(material.samples.items()):
        for name, kind in (
            ("dataGeneralizations", "less exact"),
            ("informationWithheld", "withheld"),
        ):
            if row.get(name):
                found.append(Loss(alias, "", kind, str(row[name])))
    duties = {
        f"{duty.kind}: {duty.text}"
        for decision in material.view.in_use()
        for duty in decision.duties
    }
    reason = "the archive has no place for duties; tell users in the paper and the description"
    return found + [Loss("all", text, "not carried", reason) for text in sorted(duties)]


def write_submission(submission: Submission, target: Path) -> list[Path]:
    """Write the folder as a whole; the journal of what the archive has for good is kept.

    Raises
    ------
    InputError
        If the folder holds something else, or records that would not be those in the archive.

    """
    contents = contents_of(submission)
    kept = _kept(target, contents)
    with new_folder(target, lambda there: _others(there, contents)) as folder:
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        for name, content in kept.items():
            (folder / JOURNAL).mkdir(exist_ok=True)
            (folder / JOURNAL / name).write_bytes(content)
    return [target / name for name in contents]


def contents_of(submission: Submission) -> dict[str, bytes]:
    """Make all files of the folder, by name; the same records give the same bytes."""
    study = submission.study
    parts = parts_of(study, has_reads=bool(submission.runs))
    records = {
        "project": lambda: xml.project_xml(study),
        "sample": lambda: xml.sample_xml(submission.samples, study),
        "experiment": lambda: xml.experiment_xml(submission.experiments, study),
        "run": lambda: xml.run_xml(submission.runs, study),
    }
    files = {f"{kind}.xml": records[kind]() for part in parts for kind in part.kinds}
    for part in parts:
        files[part.submission_file] = xml.submission_xml(part.alias, study, part.kinds)
    digests = {name: sha256(content).hexdigest() for name, content in sorted(files.items())}
    files |= tables_of(submission)
    files[MANIFEST] = _manifest(submission, parts, digests)
    return files


def _manifest(submission: Submission, parts: tuple[Part, ...], digests: Mapping[str, str]) -> bytes:
    study = submission.study
    content = {
        "soilbio": __version__,
        "checklist": CHECKLIST,
        "study": {"alias": study.alias, "accession": study.accession, "center": study.center},
        "release": study.release,
        "parts": [
            {
                "name": part.name,
                "alias": part.alias,
                "submission": part.submission_file,
                "kinds": list(part.kinds),
            }
            for part in parts
        ],
        "files": dict(digests),
        "records": {
            "samples": len(submission.samples),
            "experiments": len(submission.experiments),
            "runs": len(submission.runs),
        },
        "decision": dict(submission.decision),
    }
    return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode()


def _others(target: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Name what lies in a folder and is of no submission: which files one has differs little."""
    if not target.is_dir():
        return [target.name]
    there = {path.name for path in target.iterdir()}
    if MANIFEST not in there:
        return sorted(there)
    known = {*contents, JOURNAL, *(f"{kind}.xml" for kind in _KINDS)}
    known |= {f"submission_{part}.xml" for part in (FIRST, SECOND)}
    return sorted(there - known)


def _kept(target: Path, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Keep the journal of what is in the archive for good; refuse what would contradict it."""
    others = _others(target, contents) if target.exists() else []
    if others:
        raise problem_of(
            "ena-folder",
            str(target),
            found=", ".join(others[:5]),
            expected="an empty or new folder, or an earlier submission",
            fix="Give another folder with --out",
        )
    journal = Journal.read(target, "production")
    sent = {
        name: digest for part in journal.parts.values() for name, digest in part["files"].items()
    }
    changed = [
        name
        for name, digest in sorted(sent.items())
        if sha256(contents.get(name, b"")).hexdigest() != digest
    ]
    if changed:
        raise problem_of(
            "ena-sent",
            str(target),
            found=", ".join(changed),
            expected="the records that the archive has already, unchanged",
            fix="Change those in your account at the archive, or prepare into another folder",
        )
    if not journal.parts and not journal.files:
        return {}
    return {
        path.name: path.read_bytes()
        for path in sorted((target / JOURNAL).glob("production*"))
        if path.is_file()
    }
