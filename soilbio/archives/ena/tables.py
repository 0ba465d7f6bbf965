"""Records as tables, BioSamples JSON and lists of checksums, beside the XML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from soilbio.archives.ena.model import CHECKLIST, Sample, Submission

# A cell that a spreadsheet would take for a formula.
_LIVE = ("=", "+", "-", "@")


def tables_of(submission: Submission) -> dict[str, bytes]:
    """Write all tables, by the name of their file."""
    study = submission.study
    project = {
        "alias": study.alias,
        "accession": study.accession,
        "name": study.name,
        "title": study.title,
        "description": study.description,
        "center_name": study.center,
        "hold_until": study.release,
    }
    return {
        "project.tsv": tsv([project]),
        "sample.tsv": tsv(_sample_rows(submission.samples)),
        "experiment.tsv": tsv(_experiment_rows(submission)),
        "run.tsv": tsv(
            {
                "alias": one.alias,
                "experiment_alias": one.experiment,
                "file_name": file.name,
                "file_type": "fastq",
                "file_checksum": file.md5,
            }
            for one in submission.runs
            for file in one.files
        ),
        "left_out.tsv": tsv(
            (
                {
                    "record": one.record,
                    "field": one.field,
                    "what": one.kind,
                    "why": one.reason,
                }
                for one in submission.losses
            ),
            ("record", "field", "what", "why"),
        ),
        "files.tsv": tsv(
            (
                {
                    "file": str(file.path),
                    "name": file.name,
                    "md5": file.md5,
                    "sha256": file.sha256,
                    "bytes": str(file.size),
                }
                for one in submission.runs
                for file in one.files
            ),
            ("file", "name", "md5", "sha256", "bytes"),
        ),
        "checksums.md5": _sums(submission, "md5"),
        "checksums.sha256": _sums(submission, "sha256"),
        "biosamples.json": biosamples_json(submission.samples, study.release),
    }


def _sample_rows(samples: Sequence[Sample]) -> list[dict[str, str]]:
    """Make a row of each sample; a unit follows its column's label in brackets."""
    units: dict[str, set[str]] = {}
    for sample in samples:
        for one in sample.attributes:
            units.setdefault(one.label, set()).update({one.unit} - {""})
    rows = []
    for sample in samples:
        row = {
            "alias": sample.alias,
            "title": sample.title,
            "taxon_id": sample.taxon_id,
            "scientific_name": sample.scientific_name,
            "checklist": CHECKLIST,
        }
        for one in sample.attributes:
            # A term for a missing value stands in the column of the unit that the others have.
            unit = one.unit or (min(units[one.label]) if len(units[one.label]) == 1 else "")
            row[f"{one.label} ({unit})" if unit else one.label] = one.value
        rows.append(row)
    return rows


def _experiment_rows(submission: Submission) -> list[dict[str, str]]:
    return [
        {
            "alias": one.alias,
            "title": one.title,
            "study_alias": submission.study.accession or submission.study.alias,
            "sample_alias": one.sample,
            "design_description": one.design,
            "library_name": one.library_name,
            "library_strategy": one.strategy,
            "library_source": one.source,
            "library_selection": one.selection,
            "library_layout": "PAIRED" if one.is_paired else "SINGLE",
            "library_construction_protocol": one.protocol,
            "platform": one.platform,
            "instrument_model": one.instrument,
            **{attribute.label: attribute.value for attribute in one.attributes},
        }
        for one in submission.experiments
    ]


def _sums(submission: Submission, kind: str) -> bytes:
    """List checksums as md5sum and sha256sum do, for the files as they are named there."""
    lines = sorted(
        f"{file.md5 if kind == 'md5' else file.sha256}  {file.name}\n"
        for one in submission.runs
        for file in one.files
    )
    return "".join(lines).encode()


def biosamples_json(samples: Iterable[Sample], release: str) -> bytes:
    """Write the samples as BioSamples takes them: each characteristic a list of text and unit."""
    found = []
    for sample in samples:
        characteristics: dict[str, list[dict[str, str]]] = {
            "organism": [{"text": sample.scientific_name}],
            "checklist": [{"text": CHECKLIST}],
            "title": [{"text": sample.title}],
        }
        for one in sample.attributes:
            unit = {"unit": one.unit} if one.unit else {}
            characteristics[one.label] = [{"text": one.value, **unit}]
        record: dict[str, object] = {"name": sample.alias, "taxId": int(sample.taxon_id)}
        if release:
            record["release"] = f"{release}T00:00:00Z"
        found.append({**record, "characteristics": characteristics})
    return f"{json.dumps(found, indent=2, ensure_ascii=False)}\n".encode()


def tsv(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = ()) -> bytes:
    """Write rows as tab-separated text; columns in the order in which rows bring them.

    A cell that a spreadsheet would run gets an apostrophe before it; numbers, and places of two,
    do not.
    """
    listed = list(rows)
    names = list(columns) or list(dict.fromkeys(name for row in listed for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_dead(row.get(name, "")) for name in names] for row in listed)
    return text.getvalue().encode()


def _dead(cell: str) -> str:
    is_harmless = not cell.startswith(_LIVE) or all(_is_number(part) for part in cell.split())
    return cell if is_harmless else f"'{cell}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
