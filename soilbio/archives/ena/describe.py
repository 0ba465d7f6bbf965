"""What may be deposited → the records of a submission; what the archive demands and lacks is told.

A mandatory value that an agreement withholds is `restricted access`, one of a control is
`missing: control sample`; any other that is not there is a problem of the user's: nothing is made
up. What the checklist has no place for goes along as an attribute of our own, or is listed as lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from soilbio.agreements.model import Decision, Strictness
from soilbio.archives.ena.instruments import find_instrument
from soilbio.archives.ena.model import Attribute, Experiment, Loss, Run, Sample, Study
from soilbio.errors import Problems
from soilbio.standards.ena import CHECKLIST, ELEMENTS, MANDATORY, USUAL_LIBRARY
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.samp_taxa import TAXA, find_taxon, parse_taxon

if TYPE_CHECKING:
    from soilbio.archives.ena.model import ReadFile
    from soilbio.archives.ena.source import Material
    from soilbio.standards.sharing_classes import SharingClass

Row = Mapping[str, Any]
AttributesOf = Callable[[Mapping[str, str]], Iterable[tuple[str, str, str]]]

OF_CONTROL, WITHHELD = "missing: control sample", "restricted access"
_SYNTHETIC, _METAGENOME = 1235509, 256318
# Columns of a sample that the checklist knows nothing of, and that explain the values that it has.
_NOTES = {
    "coordinate_uncertainty_m": ("coordinate uncertainty", "m"),
    "dataGeneralizations": ("data generalizations", ""),
    "informationWithheld": ("information withheld", ""),
}
_OTHER_LIBRARY = ("METAGENOMIC", "unspecified")


@dataclass(slots=True)
class Notes:
    """What comes up while records are made: problems, told once for all samples, and losses."""

    problems: Problems
    losses: list[Loss] = field(default_factory=list)
    lacking: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def note(self, code: str, record: str, column: str, expected: str, fix: str) -> None:
        """Note that a record lacks something; others that lack the same are told with it."""
        self.lacking.setdefault((code, column, expected, fix), []).append(record)

    def tell(self) -> None:
        """Hand the problems over, one for all records that share it."""
        for (code, column, expected, fix), records in self.lacking.items():
            more = f" and {len(records) - 5} more" if len(records) > 5 else ""
            self.problems.add(
                code,
                column=column,
                found=f"{', '.join(records[:5])}{more}",
                expected=expected,
                fix=fix,
            )


def sample_records(
    material: Material, study: Study, notes: Notes, attributes_of: AttributesOf
) -> tuple[Sample, ...]:
    """Make the samples that have libraries here, sorted by alias."""
    controls = {
        str(row["sample_id"]): str(row.get("control_type") or "")
        for row in material.libraries.values()
        if row.get("control_type")
    }
    assays: dict[str, set[str]] = {}
    for row in material.libraries.values():
        assays.setdefault(str(row["sample_id"]), set()).add(str(row.get("assay_id") or ""))
    records = []
    for alias, row in sorted(material.samples.items()):
        if alias not in assays:
            reason = "it has no library here"
            notes.losses.append(Loss(alias, "", "sample left out", reason))
            continue
        values = _values(row, _methods_of(assays[alias], material))
        values.setdefault("project_name", study.name or study.title)
        decision = material.view.decision_of(alias)
        attributes = _attributes(alias, values, notes, attributes_of)
        _complete(alias, attributes, notes, decision, is_control=alias in controls)
        attributes += _notes_of(row, attributes)
        taxon = _taxon(alias, values, controls.get(alias, ""), notes)
        title = _title(taxon[1], values, controls.get(alias, ""))
        records.append(Sample(alias, title, *taxon, tuple(attributes), alias in controls))
    return tuple(records)


def _values(row: Row, methods: Mapping[str, str]) -> dict[str, str]:
    """Take the values that are there; how the sample was sequenced where it does not say itself."""
    own = {
        name: str(value)
        for name, value in row.items()
        if value not in (None, "") and name not in ("sample_id", "agreement_id", *_NOTES)
    }
    return {**{name: text for name, text in methods.items() if text}, **own}


def _methods_of(names: Iterable[str], material: Material) -> dict[str, str]:
    """Describe the assays of a sample in the words of MIxS; several are joined."""
    assays = [material.assays[name] for name in sorted(names) if name in material.assays]
    texts: dict[str, list[str]] = {}
    for assay in assays:
        for name in ("target_gene", "target_subfragment"):
            texts.setdefault(name, []).append(str(assay.get(name) or ""))
        texts.setdefault("pcr_primers", []).append(_primers(assay))
    return {name: "; ".join(dict.fromkeys(filter(None, found))) for name, found in texts.items()}


def _primers(assay: Row) -> str:
    forward, reverse = assay.get("pcr_primer_forward"), assay.get("pcr_primer_reverse")
    return f"FWD:{forward};REV:{reverse}" if forward and reverse else ""


def _attributes(
    alias: str, values: Mapping[str, str], notes: Notes, attributes_of: AttributesOf
) -> list[Attribute]:
    """Convert a row; optional fields of the checklist take no terms for missing values."""
    kept = []
    for label, value, unit in attributes_of(values):
        known = CHECKLIST.get(label)
        is_bound = known is not None and bool(known.pattern or known.allowed)
        if label in ELEMENTS or not value:
            continue
        if known and is_missing(value) and is_bound and known.cardinality != "mandatory":
            notes.losses.append(
                Loss(alias, label, "value left out", f"the field does not take '{value}'")
            )
            continue
        kept.append(_missing(label, value) if is_missing(value) else Attribute(label, value, unit))
    return kept


def _complete(
    alias: str,
    attributes: list[Attribute],
    notes: Notes,
    decision: Decision,
    *,
    is_control: bool,
) -> None:
    """Fill what is mandatory and not there, where it is known why it is not."""
    present = {one.label for one in attributes}
    for label, sharing_class in _mandatory().items():
        if label in present:
            continue
        outcome = decision.outcomes[sharing_class] if sharing_class else None
        if is_control:
            attributes.append(_missing(label, OF_CONTROL))
        elif outcome is not None and outcome.strictness != Strictness.ALLOW:
            attributes.append(_missing(label, WITHHELD))
            reason = "; ".join(outcome.because)
            notes.losses.append(Loss(alias, label, "value withheld", reason))
        else:
            notes.note(
                "ena-field-missing",
                alias,
                label,
                "a value in every sample; the archive demands it",
                "Fill it in; where it is not known write 'not collected' or 'not provided'",
            )


def _missing(label: str, term: str) -> Attribute:
    """Say that a value is missing; with the field's unit, which its schema demands all the same."""
    known = CHECKLIST.get(label)
    return Attribute(label, term, known.units[0] if known and known.units else "")


@cache
def _mandatory() -> dict[str, SharingClass | None]:
    """List the labels that the checklist demands, with the class of the field behind each."""
    classes = {one.ena_label: one.sharing_class for one in FIELDS.values() if one.ena_label}
    return {label: classes.get(label) for label in MANDATORY if label not in ELEMENTS}


def _notes_of(row: Row, attributes: Sequence[Attribute]) -> list[Attribute]:
    """Say beside the values how exact they are."""
    present = {one.label for one in attributes}
    return [
        Attribute(label, str(row[name]), unit)
        for name, (label, unit) in _NOTES.items()
        if row.get(name) and label not in present
    ]


def _taxon(alias: str, values: Mapping[str, str], control: str, notes: Notes) -> tuple[str, str]:
    """Find taxon id and name; a control that states none is what the archives call such things."""
    text = values.get("samp_taxon_id", "")
    if (not text or is_missing(text)) and control:
        taxon = TAXA[_SYNTHETIC if control == "mock" else _METAGENOME]
        return str(taxon.taxid), taxon.name
    known = find_taxon(text)
    name, taxid = parse_taxon(text)
    if known is None and taxid is None:
        notes.note(
            "ena-taxon",
            alias,
            "samp_taxon_id",
            "the taxon of the community with its id, in every sample",
            "Write 'soil metagenome [NCBITaxon:410658]', or the metagenome that it is",
        )
        return "", ""
    return (str(known.taxid), known.name) if known else (str(taxid), name)


def _title(taxon: str, values: Mapping[str, str], control: str) -> str:
    """Name a sample in words, of nothing but what may be shared."""
    if own := values.get("samp_title", ""):
        return own
    if control:
        return f"{control.replace('_', ' ')} ({taxon})"
    depth = values.get("depth", "")
    parts = (
        values.get("env_medium", "").partition("[")[0],
        values.get("geo_loc_name", ""),
        f"depth {depth} m" if depth else "",
        values.get("collection_date", ""),
    )
    told = [part.strip() for part in parts if part.strip() and not is_missing(part)]
    return ", ".join(told) or taxon


def experiment_records(
    material: Material, study: Study, notes: Notes, instrument: str
) -> tuple[Experiment, ...]:
    """Make an experiment of each library whose reads are here, sorted by alias."""
    records = []
    for library_id, library in sorted(material.reads.items()):
        row = material.libraries[library_id]
        assay = material.assays.get(str(row.get("assay_id")), {})
        sample = material.samples[str(row["sample_id"])]
        stated = str(assay.get("seq_meth") or sample.get("seq_meth") or instrument)
        found = find_instrument(stated)
        if found is None:
            notes.note(
                "ena-instrument",
                library_id,
                f"seq_meth '{stated}'" if stated else "seq_meth",
                "the instrument by the archive's name, such as 'Illumina MiSeq'",
                "Add `seq_meth:` to the assay in the configuration, or give --instrument",
            )
        strategy = str(assay.get("library_strategy") or "OTHER")
        platform, model = found or ("", "")
        records.append(
            Experiment(
                alias=f"{study.alias}_{library_id}",
                title=f"{strategy} of {row['sample_id']}"
                + (f", {assay['target_gene']}" if assay.get("target_gene") else ""),
                sample=str(row["sample_id"]),
                design=_design(row, assay),
                library_name=library_id,
                strategy=strategy,
                source=USUAL_LIBRARY.get(strategy, _OTHER_LIBRARY)[0],
                selection=USUAL_LIBRARY.get(strategy, _OTHER_LIBRARY)[1],
                is_paired=library.fastq_2 is not None,
                platform=platform,
                instrument=model,
                attributes=_method_attributes(row, assay),
            )
        )
    return tuple(records)


def _design(row: Row, assay: Row) -> str:
    names = [str(assay.get(f"pcr_primer_name_{end}") or "") for end in ("forward", "reverse")]
    primers = f", primers {names[0]} and {names[1]}" if all(names) else ""
    gene = f" of {assay['target_gene']}" if assay.get("target_gene") else ""
    part = f" {assay['target_subfragment']}" if assay.get("target_subfragment") else ""
    control = f"{row['control_type']}: ".replace("_", " ") if row.get("control_type") else ""
    return f"{control}{assay.get('library_strategy') or 'Sequencing'}{gene}{part}{primers}"


def _method_attributes(row: Row, assay: Row) -> tuple[Attribute, ...]:
    """Say in the experiment, too, what was amplified, and of what kind a control is."""
    found = {
        "target gene": assay.get("target_gene"),
        "target subfragment": assay.get("target_subfragment"),
        "pcr primers": _primers(assay),
        "control type": row.get("control_type"),
        "sequencing run": row.get("run_id"),
    }
    return tuple(Attribute(label, str(text)) for label, text in found.items() if text)


def run_records(
    experiments: Iterable[Experiment], files: Mapping[str, tuple[ReadFile, ...]]
) -> tuple[Run, ...]:
    """Make a run of each experiment; `files` are by the library's name in the archive."""
    return tuple(
        Run(one.alias, one.title, one.alias, files[one.library_name]) for one in experiments
    )
