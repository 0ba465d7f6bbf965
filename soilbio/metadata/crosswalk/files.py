"""A conversion's tables as the files of its target, and back; and its report."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from soilbio.metadata.crosswalk.model import Converted, Lacking, Loss, Tables

# Targets whose tables are one JSON document: its file, and whether it is the list of one table.
_JSON = {"nmdc": ("nmdc.json", False), "biosamples": ("biosamples.json", True)}
_ENDING = {"dwc": ".txt"}
# A cell that a spreadsheet would take for a formula, or that begins with our mark for one.
_LIVE = ("=", "+", "-", "@", "'")
# Columns that only name the event that a row is of.
_KEYS = (("eventID", "extendedmeasurementorfact"), ("eventID", "permit"))
LOSSES, LACKING, REPORT = "losses.tsv", "lacking.tsv", "report.txt"
_KINDS = {
    "no-place": "have no place in the target",
    "personal": "were left out because they name people or land",
    "missing-term": "say why a value is missing, which the target does not take",
    "less-precise": "are less precise there",
    "transformed": "were brought to the target's unit or reference system",
    "changed": "are written otherwise there",
    "row-left-out": "are whole rows that the target does not take",
}


# Kinds whose reason tells what the value is in the target.
_OF_VALUES = ("changed", "transformed", "less-precise")


def to_tsv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> bytes:
    """Write rows as tab-separated text; cells that a spreadsheet would run get an apostrophe."""
    listed = list(rows)
    names = list(columns) or list(dict.fromkeys(name for row in listed for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_dead(str(row.get(name, ""))) for name in names] for row in listed)
    return text.getvalue().encode()


def from_tsv(content: bytes) -> list[dict[str, str]]:
    """Read what `to_tsv` wrote."""
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter="\t")
    return [{name: _live(cell) for name, cell in row.items()} for row in rows]


def _dead(cell: str) -> str:
    is_harmless = not cell.startswith(_LIVE) or all(_is_number(part) for part in cell.split())
    return cell if is_harmless else f"'{cell}"


def _live(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_LIVE) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def files_of(converted: Converted) -> dict[str, bytes]:
    """Write the target's files, by name."""
    target, tables = converted.target, converted.tables
    if target in _JSON:
        name, is_list = _JSON[target]
        document = next(iter(tables.values())) if is_list else tables
        return {name: f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode()}
    ending = _ENDING.get(target, ".tsv")
    found = {f"{name}{ending}": to_tsv(rows) for name, rows in tables.items() if rows}
    if target == "dwc" and "event.txt" in found:
        found["meta.xml"] = _meta(tables)
    if target == "glosis":
        from soilbio.metadata.crosswalk.turtle import turtle

        found["glosis.ttl"] = turtle(tables)
    return found


def _meta(tables: Tables) -> bytes:
    """Describe the tables as an archive of events; DNA-derived data belong to occurrences."""
    from soilbio.standards.darwin_core import EMOF_ROW, EVENT_ROW, PERMIT_ROW, TERMS
    from soilbio.standards.dwc_text import TextTable, meta_xml

    described = []
    for name, row_type, terms in (
        ("event", EVENT_ROW, "event"),
        ("extendedmeasurementorfact", EMOF_ROW, "emof"),
        ("permit", PERMIT_ROW, "permit"),
    ):
        rows = tables[name]
        if rows:
            columns = list(dict.fromkeys(column for row in rows for column in row))
            iris = [
                TERMS[terms][one].iri if one in TERMS[terms] and (one, name) not in _KEYS else ""
                for one in columns
            ]
            described.append(TextTable(row_type, f"{name}.txt", iris, '"'))
    return meta_xml(*described, has_eml=False)


def tables_in(target: str, files: Mapping[str, bytes]) -> Tables:
    """Read the tables back from the files that `files_of` wrote."""
    if target in _JSON:
        name, is_list = _JSON[target]
        document = json.loads(files[name])
        return {"biosamples": document} if is_list else document
    ending = _ENDING.get(target, ".tsv")
    names = _NAMES[target]
    return {
        name: from_tsv(files[f"{name}{ending}"]) if f"{name}{ending}" in files else []
        for name in names
    }


_NAMES = {
    "mixs": ("mixs",),
    "ena": ("samples", "attributes"),
    "dwc": ("event", "extendedmeasurementorfact", "dnaderiveddata", "permit"),
    "faire": ("sampleMetadata", "projectMetadata", "experimentRunMetadata"),
    "glosis": ("plots", "layers", "observations"),
}


def reports_of(converted: Converted, source: str) -> dict[str, bytes]:
    """Write losses and lacking fields as tables, and both as text to read."""
    return {
        LOSSES: to_tsv(map(asdict, converted.losses), [one.name for one in fields(Loss)]),
        LACKING: to_tsv(map(asdict, converted.lacking), [one.name for one in fields(Lacking)]),
        REPORT: report(converted, source).encode(),
    }


def report(converted: Converted, source: str) -> str:
    """Tell in words what was lost and what is lacking; equal things of many rows on one line."""
    lines = [f"{source} -> {converted.target}", ""]
    by_kind: dict[str, dict[tuple[str, str], list[Loss]]] = {}
    for loss in converted.losses:
        # What is said of a single value would be a line of each row.
        reason = "" if loss.kind in _OF_VALUES else loss.reason
        of_kind = by_kind.setdefault(loss.kind, {})
        of_kind.setdefault((loss.column or "the row", reason), []).append(loss)
    if not by_kind:
        lines.append("Nothing is lost.")
    for kind, what in _KINDS.items():
        of_kind = by_kind.get(kind, {})
        if of_kind:
            lines.append(f"{sum(map(len, of_kind.values()))} values {what}:")
        for (column, reason), losses in sorted(of_kind.items()):
            told = reason or f"such as '{losses[0].value}': {losses[0].reason}"
            lines.append(f"  {column} ({_count(losses)}): {told}")
    lines.append("")
    lacking = Counter((one.field, one.fix) for one in converted.lacking)
    lines.append("The target still lacks:" if lacking else "The target lacks nothing it demands.")
    for (name, fix), count in lacking.items():
        of_rows = any(one.row for one in converted.lacking if one.field == name)
        rows = f" ({count} {'row' if count == 1 else 'rows'})" if of_rows else ""
        lines.append(f"  {name}{rows}: {fix}")
    return "\n".join(lines) + "\n"


def _count(losses: Sequence[Loss]) -> str:
    return f"{len(losses)} {'row' if len(losses) == 1 else 'rows'}"


def write_all(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder; each has its name only when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in sorted(files.items()):
        part = folder / f"{name}.part"
        with part.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(folder / name)
        written.append(folder / name)
    return written
