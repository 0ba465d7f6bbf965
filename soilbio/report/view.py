"""What the recipient of a report may see of a dataset: libraries, their groups and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from soilbio.agreements.asked import HOLDER
from soilbio.metadata.assays import PROFILERS, REESTIMATES, SSU
from soilbio.report.figures_map import Place
from soilbio.report.figures_reads import STEPS
from soilbio.standards.sharing_classes import SharingClass as Share

CONTROL_NAMES = {
    "extraction_blank": "extraction blank",
    "pcr_blank": "PCR blank",
    "field_blank": "field blank",
    "sequencing_blank": "sequencing blank",
    "mock": "mock community",
}
NOT_STATED = "not stated"
ENGINES = (*PROFILERS, REESTIMATES)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a report is for, and the sharing classes that the agreements open to them.

    `exact` classes are allowed as they are; `coarse` ones are generalised (places only).
    """

    recipient: str
    purpose: str
    exact: frozenset[Share]
    coarse: frozenset[Share] = frozenset()
    sentences: tuple[str, ...] = ()

    @property
    def is_holder(self) -> bool:
        """Whether the page is for those who hold the dataset, and for nobody else."""
        return self.recipient == HOLDER

    def sees(self, *classes: Share) -> bool:
        """Tell whether all of some classes are allowed as they are."""
        return self.exact.issuperset(classes)


@dataclass(frozen=True, slots=True)
class Subject:
    """A library as the recipient may see it; `library_id` is for look-ups and never shown."""

    library_id: str
    label: str
    sample: str
    assay_id: str
    control_type: str
    status: str
    status_reason: str
    reads: tuple[int | None, ...]
    groups: Mapping[str, str]
    reads_removed: int = 0
    # Of a metagenome of which nothing else was named: the reads of rRNA genes.
    reads_picked: int | None = None

    @property
    def profile_end(self) -> str:
        """What a profiler's name adds to a library and its assay; empty for others."""
        ends = (f"-{engine}" for engine in ENGINES)
        both = (self.library_id, self.assay_id)
        return next((end for end in ends if all(one.endswith(end) for one in both)), "")

    @property
    def sequenced(self) -> str:
        """The id of what was sequenced, of which there may be several profiles."""
        return self.library_id.removesuffix(self.profile_end)

    def as_sequenced(self, label: str) -> Subject:
        """Give the library without its profiler; what is not of rRNA genes was not lost."""
        one = replace(self, label=label)
        if self.profile_end != f"-{SSU}" or self.reads[-1] is None:
            return one
        *before, _, _ = self.reads_left()
        reads = (*before, before[-1], before[-1])
        return replace(one, reads=reads, reads_picked=self.reads[-1])

    @property
    def is_blank(self) -> bool:
        """Whether nothing should be in it."""
        return self.control_type.endswith("_blank")

    @property
    def is_sample(self) -> bool:
        """Whether it is of a soil, not a control."""
        return not self.control_type

    def group(self, column: str | None) -> str:
        """Name the group it belongs to: its kind of control, or its value in a column."""
        if self.control_type:
            return f"control: {CONTROL_NAMES.get(self.control_type, self.control_type)}"
        return self.groups.get(column, NOT_STATED) if column else ""

    def reads_left(self) -> tuple[int, ...]:
        """Give the reads after each step; one that says nothing left as many as the one before."""
        left: list[int] = []
        for reads in self.reads:
            left.append(reads if reads is not None else left[-1] if left else 0)
        return tuple(left)

    @property
    def is_unread(self) -> bool:
        """Whether it failed before its reads were counted."""
        return self.status == "failed" and self.reads[0] is None

    @property
    def is_raw_stated(self) -> bool:
        """Whether it is known how many reads were sequenced; of imported tables it seldom is."""
        return self.reads[0] is not None

    @property
    def reads_failed(self) -> int:
        """The reads that were left when the library failed."""
        has_failed = self.status == "failed" and self.reads[-1] is None
        return self.reads_left()[-1] if has_failed else 0

    @property
    def reads_kept(self) -> int:
        """The reads in the dataset."""
        return self.reads_left()[-1] - self.reads_failed


@dataclass(frozen=True, slots=True)
class View:
    """All that a report may show of samples and libraries; what is withheld is not in it."""

    audience: Audience
    subjects: tuple[Subject, ...]
    places: tuple[Place, ...]
    columns: tuple[str, ...]
    hidden_columns: tuple[str, ...]
    assays: tuple[Mapping[str, object], ...]

    def of_assay(self, assay_id: str) -> list[Subject]:
        """List an assay's libraries: samples first, sorted by name, then controls."""
        return [subject for subject in self.subjects if subject.assay_id == assay_id]

    def is_metagenome(self, assay_id: str) -> bool:
        """Tell whether an assay is a profiler's, of whole metagenomes."""
        return any(
            assay["assay_id"] == assay_id
            and assay.get("library_strategy") == "WGS"
            and assay.get("abundance") != "marker"
            for assay in self.assays
        )

    def sequenced_once(self, subjects: Iterable[Subject]) -> list[Subject]:
        """Take each library of a metagenome once, though each profiler made one of its reads.

        Of its profiles, the one with the most reads kept.
        """
        best: dict[str, Subject] = {}
        for subject in subjects:
            known = best.get(subject.sequenced)
            if known is None or subject.reads_kept > known.reads_kept:
                best[subject.sequenced] = subject
        labels = self.sequenced_labels()
        return [one.as_sequenced(labels[name]) for name, one in best.items()]

    def sequenced_labels(self) -> dict[str, str]:
        """Map what was sequenced to what the recipient may call it: without a profiler's name.

        Where names are withheld, the first of its profiles' numbers stands for it.
        """
        labels: dict[str, str] = {}
        for subject in sorted(self.subjects, key=lambda one: one.library_id):
            labels.setdefault(subject.sequenced, subject.label.removesuffix(subject.profile_end))
        return labels

    def labels(self) -> dict[str, str]:
        """Map library ids to what the recipient may call them."""
        return {subject.library_id: subject.label for subject in self.subjects}

    def by_id(self) -> dict[str, Subject]:
        """Map library ids to libraries."""
        return {subject.library_id: subject for subject in self.subjects}

    def label_ids(self, ids: Iterable[str]) -> list[str]:
        """Write library ids as the recipient may see them; unknown ones are left out."""
        labels = self.labels()
        return [labels[library_id] for library_id in ids if library_id in labels]

    @property
    def samples(self) -> list[Subject]:
        """The libraries of soils."""
        return [subject for subject in self.subjects if subject.is_sample]


def sorted_by_group(subjects: Iterable[Subject], column: str | None) -> list[Subject]:
    """Sort libraries by group and name, controls last."""
    return sorted(
        subjects,
        key=lambda one: (not one.is_sample, one.group(column), one.label, one.library_id),
    )


def subject_of(
    row: Mapping[str, object], label: str, sample: str, groups: Mapping[str, str]
) -> Subject:
    """Make a subject of a row of the table `libraries`."""
    counts = [row.get(step) for step in STEPS]
    return Subject(
        library_id=str(row["library_id"]),
        label=label,
        sample=sample,
        assay_id=str(row["assay_id"]),
        control_type=str(row.get("control_type") or ""),
        status=str(row.get("status") or ""),
        status_reason=str(row.get("status_reason") or ""),
        reads=tuple(count if isinstance(count, int) else None for count in counts),
        groups=groups,
        reads_removed=_removed(row),
    )


def _removed(row: Mapping[str, object]) -> int:
    """Give the reads of hosts and contaminants, which went after filtering."""
    before, after = row.get("reads_filtered"), row.get("reads_decontaminated")
    return before - after if isinstance(before, int) and isinstance(after, int) else 0
