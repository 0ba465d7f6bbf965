"""A dataset or a project → what the public may have of it, and the files of reads that go with it.

Nothing goes past the agreements: records come from the redacted view for the public, for any use,
on the day from which the archive shows them. A sample whose raw reads may not be shared is left
out altogether, and counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.agreements.model import Strictness
from soilbio.errors import Refused, problem_of
from soilbio.exporters.pseudonyms import pseudonym
from soilbio.exporters.redact import redacted_view
from soilbio.exporters.view import View
from soilbio.metadata.sheet import Library
from soilbio.profile.screened import to_send
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl

    from soilbio.metadata.config import Config

RECIPIENT, PURPOSE = "public", "DUO:0000004"  # an archive is for any use
# The archives give everything to everybody without conditions; other licences would be broken.
LICENCES = ("CC0-1.0", "CC-BY-4.0", "PDDL-1.0", "ODC-By-1.0")
# A record of reads without these is none: the reads, and how they were made.
NEEDED = (SharingClass.RAW_READS, SharingClass.METHOD)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """What may be deposited: rows of the view by their new ids, and libraries with their files.

    `reads` are by the library's new id; a library that has none there is not sequenced material
    that we can send. `left_out` counts, by reason, what stays behind.
    """

    title: str
    view: View
    samples: Mapping[str, Row]
    libraries: Mapping[str, Row]
    assays: Mapping[str, Row]
    reads: Mapping[str, Library]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The tables of a project that has not been run: no features, no counts."""

    tables: Mapping[str, pl.LazyFrame]
    agreements: Mapping[str, str]
    extra_columns: Mapping[str, str] = field(default_factory=dict)
    shared: Sequence[Mapping[str, Any]] = ()
    origins: pl.LazyFrame | None = None
    history: Mapping[str, Any] = field(default_factory=dict)


def is_dataset(source: Path) -> bool:
    """Tell a dataset from a project."""
    return (source / "counts.parquet").is_file()


def project_config(source: Path) -> Path:
    """Find the configuration of a project: a file, or one in its folder.

    Raises
    ------
    InputError
        If there is none.

    """
    for path in (source, source / "config.yaml", source / "config" / "config.yaml"):
        if path.is_file():
            return path
    raise problem_of(
        "ena-source",
        str(source),
        expected="a dataset's folder, a project's folder or its config.yaml",
        fix="Name the folder that `soilbio dataset build` or `soilbio init` wrote",
    )


def material_of_dataset(
    folder: Path, libraries: Mapping[str, Library], on: dt.date, key: bytes
) -> Material:
    """Read a dataset; the sheet of its libraries says where the reads lie.

    Raises
    ------
    InputError
        If the dataset cannot be read.
    Refused
        If its agreements do not let the public have it, or reads were to be removed.

    """
    from soilbio.dataset.read import read_dataset
    from soilbio.exporters.reads import refuse_unscreened

    dataset = read_dataset(folder)
    view = redacted_view(dataset, RECIPIENT, PURPOSE, on, key)
    material = _material("", view, libraries, key)
    sheet = [library.library_id for library in material.reads.values()]
    refuse_unscreened(dataset.tables, sheet)
    return material


def material_of_project(config_path: Path, on: dt.date, key: bytes) -> Material:
    """Read a project's sheets; it need not have been run.

    Raises
    ------
    InputError
        If configuration, sheets or agreements have problems.
    Refused
        If the agreements do not let the public have it.

    """
    from soilbio.metadata.config import read_config
    from soilbio.metadata.sheet import read_sheet

    project = read_config(config_path)
    libraries = read_sheet(project.libraries, project.assays)
    view = redacted_view(_sheets(project, libraries), RECIPIENT, PURPOSE, on, key)
    material = _material(project.title, view, libraries, key)
    reads = to_send(project, material.reads)
    gone = len(material.reads) - len(reads)
    left_out = {**material.left_out, "libraries of which no read may leave": gone}
    return replace(material, reads=reads, left_out=left_out)


def _sheets(project: Config, libraries: Mapping[str, Library]) -> _Sheets:
    """Make the tables that the agreements are asked about."""
    from soilbio.agreements.folder import agreements_of, read_agreements
    from soilbio.assemble.rows import sample_rows
    from soilbio.metadata.samples import read_samples

    texts = read_agreements(project.agreements)
    agreement_of = agreements_of(libraries.values(), texts, str(project.libraries), project.title)
    metadata = {row["sample_id"]: row for row in read_samples(project.samples, project.columns)}
    rows: dict[str, list[Row]] = {
        "samples": list(sample_rows(libraries.values(), metadata, agreement_of)),
        "assays": _assay_rows(project, libraries, agreement_of),
        "libraries": [
            {
                "library_id": library.library_id,
                "sample_id": library.sample_id,
                "assay_id": library.assay,
                "run_id": library.run,
                "control_type": library.control_type,
                "status": "ok",
                "agreement_id": agreement_of[library.library_id],
            }
            for library in libraries.values()
        ],
    }
    return _Sheets(_frames(rows), texts, project.columns)


def _assay_rows(
    project: Config, libraries: Mapping[str, Library], agreement_of: Mapping[str, str]
) -> list[Row]:
    rows = []
    for name in sorted({library.assay for library in libraries.values()}):
        assay = project.assays[name]
        own = [library for library in libraries.values() if library.assay == name]
        rows.append(
            {
                "assay_id": name,
                "library_strategy": assay.library_strategy,
                "target_gene": assay.target_gene,
                "target_subfragment": assay.target_subfragment,
                "pcr_primer_forward": assay.forward_primer,
                "pcr_primer_reverse": assay.reverse_primer,
                "pcr_primer_name_forward": assay.forward_name,
                "pcr_primer_name_reverse": assay.reverse_name,
                "seq_meth": assay.seq_meth,
                "agreement_ids": "|".join(sorted({agreement_of[one.library_id] for one in own})),
            }
        )
    return rows


def _frames(rows: Mapping[str, list[Row]]) -> dict[str, pl.LazyFrame]:
    """Make all tables of a dataset, with the declared columns; those without rows are empty."""
    import polars as pl

    from soilbio.dataset.tables import TABLES

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    frames = {}
    for name, table in TABLES.items():
        own = rows.get(name, [])
        schema: dict[str, Any] = {column.name: types[column.type] for column in table.columns}
        schema |= dict.fromkeys(
            sorted({column for row in own for column in row} - schema.keys()), pl.String
        )
        data = {column: [row.get(column) for row in own] for column in schema}
        frames[name] = pl.DataFrame(data, schema=schema).lazy()
    return frames


def _material(title: str, view: View, sheet: Mapping[str, Library], key: bytes) -> Material:
    """Keep the samples whose reads may be shared, and find their files."""
    rows = {
        name: {
            str(row[id_column]): row for row in view.tables[name].collect().iter_rows(named=True)
        }
        for name, id_column in (
            ("samples", "sample_id"),
            ("libraries", "library_id"),
            ("assays", "assay_id"),
        )
    }
    is_open = {sample: _gives_reads(view, sample) for sample in rows["samples"]}
    samples = {name: row for name, row in rows["samples"].items() if is_open[name]}
    if not samples:
        raise _closed(view)
    _check_terms(view, samples)
    libraries = {
        name: row for name, row in rows["libraries"].items() if row["sample_id"] in samples
    }
    reads = {}
    for library in sheet.values():
        for name in (library.library_id, pseudonym(key, RECIPIENT, library.library_id)):
            if name in libraries:
                reads[name] = library
    left_out = {
        "samples": len(rows["samples"]) - len(samples),
        "libraries": len(rows["libraries"]) - len(libraries),
        "libraries without files": len(libraries) - len(reads),
    }
    return Material(title, view, samples, libraries, rows["assays"], reads, left_out)


def _gives_reads(view: View, sample: str) -> bool:
    outcomes = view.decision_of(sample).outcomes
    return all(outcomes[one].strictness == Strictness.ALLOW for one in NEEDED)


def _closed(view: View) -> Refused:
    """Name what is needed and closed, and the clauses that close it."""
    closed = {
        (one, reason)
        for decision in view.in_use()
        for one in NEEDED
        if decision.outcomes[one].strictness != Strictness.ALLOW
        for reason in decision.outcomes[one].because
    }
    needed = [one for one in NEEDED if one in {name for name, _ in closed}]
    return Refused(
        f"the archive needs {' and '.join(needed)}, which may not be shared with {RECIPIENT}"
        f" on {view.date.isoformat()}: {'; '.join(sorted({reason for _, reason in closed}))}."
        " Where that changes on a later day, name it with --hold."
    )


def _check_terms(view: View, samples: Mapping[str, Row]) -> None:
    """Refuse what cannot be kept to in an archive that is open to all, for ever.

    Raises
    ------
    Refused
        For a licence with conditions, a clause that ends, or a duty that nobody could enforce.

    """
    decisions = {name: view.decision_of(name) for name in samples}
    reasons = set()
    for decision in decisions.values():
        names = ", ".join(decision.agreements)
        if decision.licence not in LICENCES:
            reasons.add(
                f"its records are free of conditions; the licence of {names} is"
                f" {decision.licence or 'not stated'}"
            )
        reasons |= set(decision.closed_to_archives)
        if decision.until is not None:
            reasons.add(f"its records stay; {names} shares until {decision.until.isoformat()}")
    if reasons:
        raise Refused(f"the archive cannot take this: {'; '.join(sorted(reasons))}.")
