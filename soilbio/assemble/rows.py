"""Rows of the dataset's small tables: samples, assays, libraries, measurements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from soilbio.metadata.assays import Assay
from soilbio.metadata.quantities import is_bare, is_measured, other_units, quantity_in
from soilbio.metadata.sheet import Library
from soilbio.standards.mixs import SLOTS, method_slot, parse_depth

Row = dict[str, object]

# Controls are samples too; MIxS 7 says of what kind in samp_category.


def sample_rows(
    libraries: Iterable[Library],
    metadata: Mapping[str, Mapping[str, str]],
    agreement_of: Mapping[str, str],
) -> list[Row]:
    """Make a row of each sample that was sequenced, controls included; values stay verbatim."""
    rows: dict[str, Row] = {}
    for library in libraries:
        values = dict(metadata.get(library.sample_id, {}))
        values.pop("sample_id", None)
        row: Row = {name: value for name, value in values.items() if value != ""}
        row["sample_id"] = library.sample_id
        row["agreement_id"] = agreement_of[library.library_id]
        if library.control_type:
            row.setdefault("samp_category", library.control_type)
        rows[library.sample_id] = row
    return [rows[name] for name in sorted(rows)]


def library_rows(
    libraries: Iterable[Library],
    reads_left: Mapping[str, Mapping[str, object]],
    tracking: Mapping[str, Mapping[str, str]],
    agreement_of: Mapping[str, str],
) -> list[Row]:
    """Make a row of each library, with the reads that each step left and what became of it."""
    rows = []
    for library in libraries:
        left, tracked = reads_left[library.library_id], tracking[library.library_id]
        status, reason = fate_of(left, tracked)
        kept, merged = int(tracked["reads_nonchimeric"]), tracked["reads_merged"]
        is_read = left["reads_raw"] is not None
        merged = merged if is_read else ""
        rows.append(
            {
                "library_id": library.library_id,
                "sample_id": library.sample_id,
                "assay_id": library.assay,
                "run_id": library.run,
                "control_type": library.control_type,
                "status": status,
                "status_reason": reason,
                "reads_raw": left["reads_raw"],
                "reads_primer": left["reads_primer"],
                "reads_filtered": left["reads_filtered"],
                "reads_merged": int(merged) if merged else left["reads_merged"],
                "reads_decontaminated": left.get("reads_decontaminated"),
                "reads_denoised": int(tracked["reads_denoised"]) if is_read else None,
                "reads_nonchimeric": kept if is_read else None,
                **_of_metagenome(left),
                "agreement_id": agreement_of[library.library_id],
            }
        )
    return rows


def fate_of(left: Mapping[str, object], tracked: Mapping[str, str]) -> tuple[str, str]:
    """Say what became of a library, and why: what is well prepared may still give no feature."""
    status = str(left["status"])
    if status == "ok" and tracked["failure"]:
        return "failed", tracked["failure"]
    if status == "ok" and not int(tracked["reads_nonchimeric"]):
        return "empty", f"no feature (of {left['reads_filtered']} filtered reads)"
    return status, str(left["status_reason"])


def _of_metagenome(left: Mapping[str, object]) -> Row:
    """Give what only the account of a metagenome has."""
    removed, coverage = left.get("removed"), left.get("coverage")
    sought = left.get("genomes")
    row: Row = {}
    if isinstance(removed, Mapping) and isinstance(sought, Mapping) and sought:
        # Of a library that could not be looked at, too: its reads were to be removed.
        numbers = dict.fromkeys(sought, 0) | dict(removed)
        row["removed_by_genome"] = "|".join(f"{name}:{reads}" for name, reads in numbers.items())
    if isinstance(coverage, Mapping):
        reason = str(coverage["reason"])
        row["community_coverage"] = coverage["value"]
        row["community_coverage_method"] = (
            f"not estimated: {reason}"
            if reason
            else f"{coverage['method']} of {coverage['k']} bases (Good 1953; soilbio)"
        )
    return row


def assay_row(
    assay: Assay,
    libraries: Sequence[Library],
    engine: Mapping[str, object],
    classifier: Mapping[str, object],
    agreements: Iterable[str],
) -> Row:
    """Make the row of an assay: all that makes its results comparable or not."""
    cut = classifier["confidence_cutoff"]
    layouts = {"paired" if library.fastq_2 else "single" for library in libraries}
    row: Row = {
        "library_strategy": assay.library_strategy,
        "target_gene": assay.target_gene,
        "target_subfragment": assay.target_subfragment,
        "pcr_primer_forward": assay.forward_primer,
        "pcr_primer_reverse": assay.reverse_primer,
        "pcr_primer_name_forward": assay.forward_name,
        "pcr_primer_name_reverse": assay.reverse_name,
        "lib_layout": "both" if len(layouts) > 1 else layouts.pop(),
        "seq_meth": assay.seq_meth,
        "engine": engine["engine"],
        "engine_version": engine["engine_version"],
        "engine_parameters": json.dumps(engine["parameters"], sort_keys=True),
        "classifier": classifier["classifier"],
        "classifier_version": classifier["classifier_version"],
        "confidence_cutoff": None if cut is None else float(str(cut)),
        "reference": classifier["reference"],
        "reference_version": classifier["reference_version"],
        "reference_sha256": classifier["reference_sha256"],
    }
    fingerprint = sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    return {
        **row,
        "assay_id": assay.assay_id,
        "method_fingerprint": fingerprint,
        "abundance": engine.get("abundance", "marker"),
        "agreement_ids": "|".join(sorted(set(agreements))),
    }


def treatment(assay: Assay, shotgun: Mapping[str, Any], removed: Iterable[str]) -> Row:
    """Say how reads were trimmed, and whose were taken out; it is told where datasets are compared.

    To which length reads of amplicons were cut, the engine's parameters say.
    """
    if not assay.is_shotgun:
        when = "cut off (cutadapt)" if assay.primers_in_reads else "cut off before"
        return {"trim_method": f"primers {when}"}
    tool = "cutadapt" if assay.long_reads else "fastp"
    quality = f", mean error of Q{shotgun['long_min_quality']} at most" if assay.long_reads else ""
    names, rule = ", ".join(sorted(removed)), ""
    if names:
        aligned, alike = (shotgun[f"remove_min_{of}"] for of in ("aligned", "identity"))
        rule = f"at least {aligned:.0%} of a read aligned, at {alike:.0%} identity or more"
    return {
        "trim_method": f"{tool}; reads of {assay.least_read_bp(shotgun)} bp and more{quality}",
        "screen_contam_method": f"reads of {names} taken out (minimap2; {rule})" if names else None,
    }


def measurement_rows(samples: Iterable[Row]) -> list[Row]:
    """Make a row of each measured soil property that is a number, in its slot's unit.

    A value that is no plain number (a range, a missing-value term, a unit that measures something
    else) stays what it is in `samples`, and is no measurement; nor is a number without a unit
    where others of the property have one that is not the slot's.
    """
    listed = list(samples)
    mixed = _in_other_units(listed)
    rows = []
    for sample in listed:
        upper, lower = parse_depth(str(sample.get("depth") or "")) or (None, None)
        for name in sorted(sample):
            slot = SLOTS.get(name)
            if slot is None or not is_measured(slot):
                continue
            text = str(sample[name])
            quantity = quantity_in(text, slot.unit)
            if quantity is None or (name in mixed and is_bare(text)):
                continue
            rows.append(
                {
                    "subject": sample["sample_id"],
                    "property": name,
                    "value": quantity[0],
                    "verbatim_value": text,
                    "unit": slot.unit,
                    "method": str(sample.get(method_slot(name)) or ""),
                    "upper_depth_m": upper,
                    "lower_depth_m": lower,
                    "source": "samples",
                    "agreement_id": sample["agreement_id"],
                }
            )
    return rows


def _in_other_units(samples: Sequence[Row]) -> set[str]:
    """Name the properties of which some values have a unit that is not the slot's."""
    names = {name for sample in samples for name in sample} & SLOTS.keys()
    return {
        name
        for name in names
        if is_measured(SLOTS[name])
        and other_units((str(one.get(name) or "") for one in samples), SLOTS[name].unit)
    }
