"""Samples of a view in another standard's words, for the exporters of metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.exporters.evidence import Evidence, Lost
from soilbio.exporters.losses import lost_columns
from soilbio.exporters.view import View
from soilbio.standards.insdc import is_missing

if TYPE_CHECKING:
    from soilbio.metadata.crosswalk.model import Converted, Rows

LACKING = "lacking.tsv"
_ENVIRONMENT = ("env_broad_scale", "env_local_scale", "env_medium")
# What `measurements.source` says of a value that stands in the samples' sheet.
OF_SHEET = "samples"
# What an assay says of the libraries of its samples, by the same name as MIxS.
_OF_ASSAY = (
    *("target_gene", "target_subfragment", "pcr_primer_forward", "pcr_primer_reverse"),
    *("lib_layout", "seq_meth"),
)


def write_converted(view: View, target: str, folder: Path) -> Evidence:
    """Write the samples as files of a standard, with what it lacks and what was lost.

    Parameters
    ----------
    view : View
    target : str
        A key of `soilbio.metadata.crosswalk.convert.TARGETS`.
    folder : Path
        Where to write; `lacking.tsv` names the fields that the standard demands and that no
        sample, or not this one, has.

    """
    from soilbio.metadata.crosswalk.convert import convert
    from soilbio.metadata.crosswalk.files import files_of, reports_of

    rows = rows_of(view)
    taken = {number: row for number, row in rows.items() if _fits(row, target)}
    converted = convert(taken, target)
    if target == "glosis":
        converted.tables["observations"] += _observations(view)
    files = files_of(converted)
    files[LACKING] = reports_of(converted, "")[LACKING]
    for name, content in sorted(files.items()):
        (folder / name).write_bytes(content)
    return view.evidence.noting(samples=len(taken), fields_lacking=len(converted.lacking)).losing(
        [*_left_out(len(rows) - len(taken)), *_losses(view, converted)]
    )


def _fits(row: Mapping[str, str], target: str) -> bool:
    """Tell whether a record of a sample can be valid at all: NMDC's wants its environment."""
    return target != "nmdc" or all(
        row.get(name) and not is_missing(row[name]) for name in _ENVIRONMENT
    )


def _left_out(rows: int) -> list[Lost]:
    reason = f"the schema demands {', '.join(_ENVIRONMENT)}; controls, too, have none"
    return [Lost("samples", "", rows, reason)] if rows else []


def rows_of(view: View) -> Rows:
    """Give each sample, by its number, with what the assay of its libraries says.

    What differs between the assays of a sample is left out: a row of a sample has one value. A
    sample all of whose libraries are controls is called one.
    """
    of_sample = _of_assays(view)
    controls = _controls(view)
    frame = view.tables["samples"].drop("agreement_id").collect()
    rows: Rows = {}
    for number, row in enumerate(frame.iter_rows(named=True), start=1):
        name = row.pop("sample_id")
        told = {column: str(value) for column, value in row.items() if value not in (None, "")}
        rows[number] = {"samp_name": name, **of_sample.get(name, {}), **told}
        if name in controls:
            rows[number].setdefault("samp_category", controls[name])
    return rows


def _controls(view: View) -> dict[str, str]:
    """Give the samples that are controls, in the words of MIxS samp_category."""
    types: dict[str, set[str]] = {}
    names = [one for one in ("sample_id", "control_type") if one in view.columns["libraries"]]
    for row in view.tables["libraries"].select(names).collect().iter_rows(named=True):
        types.setdefault(row["sample_id"], set()).add(row.get("control_type") or "")
    return {
        sample: "positive control" if found == {"mock"} else "negative control"
        for sample, found in types.items()
        if "" not in found
    }


def _of_assays(view: View) -> dict[str, dict[str, str]]:
    import polars as pl

    names = [name for name in _OF_ASSAY if name in view.columns["assays"]]
    joined = (
        view.tables["libraries"]
        .select("sample_id", "assay_id")
        .join(view.tables["assays"].select("assay_id", *names), on="assay_id", how="inner")
        .group_by("sample_id")
        .agg(pl.col(name).unique() for name in names)
        .collect()
    )
    return {
        row["sample_id"]: {
            name: row[name][0] for name in names if len(row[name]) == 1 and row[name][0]
        }
        for row in joined.iter_rows(named=True)
    }


def _observations(view: View) -> list[dict[str, Any]]:
    """Give measured values of samples as observations; those of the sheet are there already."""
    from soilbio.metadata.crosswalk.glosis import observation_of

    samples = set(view.tables["samples"].select("sample_id").collect()["sample_id"])
    rows = view.tables["measurements"].collect().iter_rows(named=True)
    return [
        observation_of(row["subject"], place, row)
        for place, row in enumerate(rows)
        if row["subject"] in samples and row.get("source") != OF_SHEET
    ]


def _losses(view: View, converted: Converted) -> list[Lost]:
    """Count what the conversion lost, and what of the view was not for it."""
    counted = Counter((one.column or "samp_name", one.reason) for one in converted.losses)
    lost = [
        Lost("samples", column, number, reason)
        for (column, reason), number in sorted(counted.items())
    ]
    kept = {"samples": view.columns["samples"], "assays": ("assay_id", *_OF_ASSAY)}
    if converted.target == "glosis":
        kept["measurements"] = view.columns["measurements"]
    return [*lost, *lost_columns(view, kept, "the format is for samples")]
