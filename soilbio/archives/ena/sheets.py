"""What the archive knows of runs and samples → the two sheets of a project, and all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from soilbio.archives.ena.fetch import READS, Plan
from soilbio.archives.ena.model import Attribute
from soilbio.archives.ena.portal import RunEntry
from soilbio.archives.ena.tables import tsv
from soilbio.errors import InputError
from soilbio.metadata.assays import known_assays
from soilbio.metadata.sheet import COLUMNS as SHEET_COLUMNS
from soilbio.references.disk import atomic_bytes
from soilbio.standards.aliases import SPLIT, recognise
from soilbio.standards.mixs import SLOTS

# Slots that the sheet has under another name, or that belong to the library.
_ELSEWHERE = frozenset({"samp_name"})


def write_sheets(plan: Plan, folder: Path, *, assay: str, agreement: str) -> list[Path]:
    """Write `libraries.tsv`, `samples.tsv` and `attributes.tsv`.

    A sheet that is there and differs, because somebody has worked on it, stays; the new one is
    written beside it as `.new.tsv`.

    Parameters
    ----------
    plan : Plan
        What the archive has; its reads are in the folder.
    folder : Path
        Where the sheets go.
    assay : str
        The assay of all libraries; empty to have it recognised by the primers in the reads.
    agreement : str
        The agreement of all rows, as id or id@version; may be empty.

    """
    entries = [entry for entry in plan.entries if entry.files]
    rows = [_library_row(entry, folder, assay, agreement) for entry in entries]
    used = sorted({entry.sample for entry in entries})
    samples, listed = [], []
    for accession in used:
        row, told = sample_row(plan.attributes.get(accession, ()))
        samples.append({"sample_id": accession, **row})
        listed += [{"sample_id": accession, **one} for one in told]
    columns = sorted({name for row in samples for name in row} - {"sample_id"})
    contents = {
        "libraries.tsv": tsv(rows, SHEET_COLUMNS),
        "samples.tsv": tsv(samples, ("sample_id", *columns)),
        "attributes.tsv": tsv(listed, ("sample_id", "label", "value", "unit", "column")),
    }
    return [_write(folder / name, content) for name, content in contents.items()]


def _write(path: Path, content: bytes) -> Path:
    if path.is_file() and path.read_bytes() != content:
        path = path.with_name(f"{path.stem}.new.tsv")
    with atomic_bytes(path) as handle:
        handle.write(content)
    return path


def _library_row(entry: RunEntry, folder: Path, assay: str, agreement: str) -> dict[str, str]:
    files = [f"{READS}/{file.name}" for file in entry.files]
    return {
        "library_id": entry.run,
        "sample_id": entry.sample,
        "assay": assay or _assay_of(entry, folder),
        # The archive rewrites the headers that tell sequencing runs apart; a study is the best
        # guess, and right for most.
        "run": entry.study or "unknown",
        "fastq_1": files[0],
        "fastq_2": files[1] if len(files) == 2 else "",
        "accession": entry.run,
        "control_type": "",
        "agreement": agreement,
    }


def _assay_of(entry: RunEntry, folder: Path) -> str:
    """Recognise the primers of an amplicon; empty where none of those known is seen."""
    from soilbio.metadata.reads import read_first
    from soilbio.metadata.recognise import Starts, recognise, recognise_removed

    if entry.fields.get("library_strategy", "AMPLICON") != "AMPLICON":
        return ""
    try:
        records = [read_first(folder / READS / file.name) for file in entry.files]
    except InputError:
        return ""
    starts = Starts(records[0], records[1] if len(records) == 2 else None)
    known = known_assays().values()
    found = recognise(starts, known) or recognise_removed(starts, known)
    return found.assay_id if found else ""


def sample_row(
    attributes: Iterable[Attribute],
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Take what a sheet of samples has columns for; list all attributes, verbatim.

    Returns
    -------
    tuple of dict and list of dict
        Values by MIxS slot; and each attribute with the column it was taken for, if for any.

    """
    row: dict[str, str] = {}
    parts: dict[str, str] = {}
    told = []
    for one in attributes:
        column, value = _taken(one)
        target = parts if column in SPLIT else row
        is_new = bool(column) and column not in target
        if is_new:
            target[column] = value
        told.append(
            {
                "label": one.label,
                "value": one.value,
                "unit": one.unit,
                "column": column if is_new else "",
            }
        )
    for name, value in _joined(parts).items():
        row.setdefault(name, value)
    named = next((one["value"] for one in told if one["label"] == "scientific_name"), "")
    if named and row.get("samp_taxon_id", "").isdecimal():
        row["samp_taxon_id"] = f"{named} [NCBITaxon:{row['samp_taxon_id']}]"
    return row, told


def _taken(one: Attribute) -> tuple[str, str]:
    """Find the column of an attribute, and its value with a unit that is not the column's own."""
    if one.label == "taxon_id":
        return "samp_taxon_id", one.value
    alias = recognise(f"{one.label} ({one.unit})") if one.unit else None
    unit = alias.unit if alias else one.unit
    alias = alias or recognise(one.label)
    if alias is None or not alias.is_certain or alias.column in _ELSEWHERE:
        return "", ""
    if alias.column in SPLIT:
        is_plain = unit in ("", "m", "deg", "DD")
        return (alias.column, one.value) if is_plain else ("", "")
    slot = SLOTS.get(alias.column)
    if slot is None:
        return "", ""
    return slot.name, one.value if unit in ("", slot.unit) else f"{one.value} {one.unit}"


def _joined(parts: Mapping[str, str]) -> dict[str, str]:
    """Join what MIxS has in one slot."""
    joined = {}
    latitude, longitude = parts.get("decimal_latitude"), parts.get("decimal_longitude")
    if latitude and longitude:
        joined["lat_lon"] = latitude if latitude == longitude else f"{latitude} {longitude}"
    country, locality = parts.get("country"), parts.get("region_locality")
    if country:
        joined["geo_loc_name"] = f"{country}: {locality}" if locality else country
    upper, lower = parts.get("depth_upper"), parts.get("depth_lower")
    if upper and lower:
        joined["depth"] = f"{upper}-{lower}"
    return joined
