"""The records of a submission to the European Nucleotide Archive, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Each sample names the checklist that it keeps to.
CHECKLIST = "ERC000022"
CHECKLIST_TAG = "ENA-CHECKLIST"


@dataclass(frozen=True, slots=True)
class Study:
    """The project that all belongs to; `accession` is set where it is in the archive already.

    `release` is the day from which the public sees the records, YYYY-MM-DD, or empty for at once.
    """

    alias: str
    title: str
    description: str
    name: str = ""
    center: str = ""
    accession: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A label of the checklist, or one of our own, with its value and the unit of the value."""

    label: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample, under the name that the public may see; `is_control` is never sent as such."""

    alias: str
    title: str
    taxon_id: str
    scientific_name: str
    attributes: tuple[Attribute, ...]
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """How a library was made and sequenced; `design` is free text, `library_name` the library."""

    alias: str
    title: str
    sample: str
    design: str
    library_name: str
    strategy: str
    source: str
    selection: str
    is_paired: bool
    platform: str
    instrument: str
    protocol: str = ""
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of reads: where it lies here, and its name, checksums and size (bytes) there."""

    path: Path
    name: str
    md5: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Run:
    """The files of an experiment; two for pairs, forward reads first."""

    alias: str
    title: str
    experiment: str
    files: tuple[ReadFile, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that is in the source and not in the submission, or less exact there, and why."""

    record: str
    field: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Submission:
    """All records, each sorted by alias; `decision` says what the agreements allowed."""

    study: Study
    samples: tuple[Sample, ...]
    experiments: tuple[Experiment, ...]
    runs: tuple[Run, ...]
    losses: tuple[Loss, ...] = ()
    decision: Mapping[str, object] = field(default_factory=dict)
