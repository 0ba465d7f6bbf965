"""GBIF's Metabarcoding Data Toolkit: OTU table, taxa, samples, study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.contradictions import check_sequences, each_once
from soilbio.importers.found import Advised, Found
from soilbio.importers.grid import check_columns, read_grid
from soilbio.importers.known import joined, read_fasta, taxa_of
from soilbio.importers.lineage_columns import columns_of
from soilbio.importers.lineage_notes import left_of, notes_on
from soilbio.importers.orientation import features_are_rows
from soilbio.importers.sides import FASTA, Parts, check_known
from soilbio.importers.stated import stated
from soilbio.importers.text import read_texts
from soilbio.importers.unlike import check_alike
from soilbio.importers.workbook import is_book

_PARTS = {
    "table": re.compile(r"^otu[ _]?table$", re.IGNORECASE),
    "taxa": re.compile(r"^taxa|taxonomy$", re.IGNORECASE),
    "samples": re.compile(r"^samples?$", re.IGNORECASE),
    "study": re.compile(r"^(?:study|defaultvalues)$", re.IGNORECASE),
}
_ENDS = re.compile(r"\.(?:tsv|csv|txt)(?:\.gz)?$", re.IGNORECASE)
# Terms of the study sheet that are columns of `assays`.
_METHOD = (
    *("target_gene", "target_subfragment", "pcr_primer_forward", "pcr_primer_reverse"),
    *("pcr_primer_name_forward", "pcr_primer_name_reverse", "lib_layout", "seq_meth"),
)
_SLOTS = {"eventDate": "collection_date", "env_broad_scale": "env_broad_scale"}
_ONE_SAMPLE = "Leave one row for each sample of the OTU table, with its date and place"
_PLACE = ("decimalLatitude", "decimalLongitude")
_SLOTS |= {name: name for name in ("env_local_scale", "env_medium", "elev", "depth", "samp_size")}


def recognise(source: Path) -> str:
    """Tell why a workbook or folder is in the template."""
    parts, _ = _parts([source])
    return f"it has {', '.join(sorted(parts))}" if {"table", "taxa"} <= parts.keys() else ""


def parts_in(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Give the template's parts among a folder's files; sequences may be in a file beside them."""
    named = _named([path for path in files if not is_book(path)])
    return [path for path, _, name in named if _part(name)], ["sequences"]


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read the template's parts."""
    told = stated(options)
    parts, smaller = _parts(sources)
    if lacking := sorted({"table", "taxa"} - parts.keys()):
        raise problem_of(
            "import-file-missing",
            ", ".join(str(source) for source in sources),
            found=", ".join(sorted(parts)) or "none of them",
            expected=f"the sheets or files OTU_table, taxonomy (or taxa), samples; no {lacking[0]}",
            fix="Name a workbook, a folder, or the files, as the toolkit's template has them",
        )
    sheet = _Samples(*parts["samples"]) if "samples" in parts else None
    metadata = sheet.metadata if sheet else {}
    there = told.libraries | metadata.keys()
    told = replace(told, sheet=parts["table"][1], libraries=there)
    grid = read_grid(parts["table"][0], told)
    header, rows = read_texts(parts["taxa"][0], sheet=parts["taxa"][1])
    problems = Problems(str(parts["taxa"][0]))
    check_columns([name for name in header if name], problems)
    problems.raise_if_any()
    key = _key(header)
    texts = {name: [row.get(name, "") for row in rows] for name in header if name != key}
    columns = columns_of(texts, str(parts["taxa"][0]))
    if not columns.has_lineages:
        raise _no_ranks(parts["taxa"][0], header)
    taxa = taxa_of([row.get(key, "") for row in rows], texts, _placed(parts["taxa"]))
    known = Parts()
    fastas = [source for source in sources if source.name.lower().endswith(FASTA)]
    for source in fastas:
        known.add_sequences(str(source), read_fasta(source))
    sequences = known.sequences
    known.add_lineages(_placed(parts["taxa"]), taxa)
    is_rows = features_are_rows(grid, taxa.keys() | sequences.keys(), told)
    names, libraries = (grid.rows, grid.columns) if is_rows else (grid.columns, grid.rows)
    files = (*dict.fromkeys(path for path, _ in parts.values()), *fastas)
    features = joined(names, sequences, taxa)
    check_alike(grid, features, told, is_rows=is_rows)
    told_of = list(_told_of(libraries, metadata, parts["samples"][0])) if metadata else []
    return Found(
        files,
        grid.long(features_are_rows=is_rows),
        tuple(libraries),
        features,
        method=(sheet.method if sheet else {})
        | (dict(_study(*parts["study"])) if "study" in parts else {}),
        metadata=metadata,
        notes=[
            *grid.notes,
            *smaller,
            *(sheet.notes if sheet else []),
            *told_of,
            *notes_on(texts, columns),
            *left_of(texts, columns, _called(parts["taxa"])),
            *check_sequences(known.said),
            *check_known(files, features, sequences, taxa, told),
        ],
    )


def _no_ranks(source: Path, header: Sequence[str]) -> InputError:
    return problem_of(
        "import-lineages",
        str(source),
        found=", ".join(header[:12]),
        expected="columns kingdom, phylum, … or scientificName",
        fix="Name the columns as the template does",
    )


def _parts(sources: Sequence[Path]) -> tuple[dict[str, tuple[Path, str]], list[str]]:
    """Find the template's parts, each a file or a sheet of a workbook; say which are not taken."""
    found: dict[str, tuple[Path, str]] = {}
    notes = []
    for path, sheet, name in _named(sources):
        part = _part(name)
        if not part:
            continue
        if part in found:
            # Of a table and its excerpt the whole is wanted: the compressed one is the larger here.
            smaller, larger = sorted(
                [found[part], (path, sheet)], key=lambda one: one[0].stat().st_size
            )
            found[part] = larger
            notes.append(f"{_called(smaller)} is not taken, as {_called(larger)} is larger")
        else:
            found[part] = (path, sheet)
    return found, notes


def _part(name: str) -> str:
    """Tell which part of the template a sheet or file is by its name; empty for none."""
    return next((part for part, pattern in _PARTS.items() if pattern.search(name)), "")


def _placed(part: tuple[Path, str]) -> str:
    path, sheet = part
    return f"{path}, sheet {sheet}" if sheet else str(path)


def _called(part: tuple[Path, str]) -> str:
    path, sheet = part
    return f"{path.name}, sheet {sheet}" if sheet else path.name


def _named(sources: Sequence[Path]) -> Iterator[tuple[Path, str, str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    for source in sources:
        if source.is_dir():
            yield from ((path, "", _ENDS.sub("", path.name)) for path in sorted(source.iterdir()))
        elif is_book(source):
            try:
                names = CalamineWorkbook.from_path(source).sheet_names
            except (CalamineError, OSError):
                names = []
            yield from ((source, name, name) for name in names)
        else:
            yield source, "", _ENDS.sub("", source.name)


class _Samples:
    """What the sheet of samples says: of them in MIxS slots, of the method; what is not taken."""

    def __init__(self, source: Path, sheet: str) -> None:
        self.header, self.rows = read_texts(source, sheet=sheet)
        self.metadata = each_once(self._metadata(), _placed((source, sheet)), fix=_ONE_SAMPLE)
        self.method = {
            name: values.pop()
            for name in _METHOD
            if name in self.header and len(values := self._values(name)) == 1
        }
        taken = {_key(self.header), *_SLOTS, *_PLACE, *self.method}
        left = [name for name in self.header if name not in taken and self._values(name)]
        told = Advised(
            f"{len(left)} columns of {_called((source, sheet))} are not taken: {', '.join(left)}",
            "; give what is wanted of them in a sheet, `samples:` in --method",
        )
        self.notes = [told] if left else []

    def _values(self, name: str) -> set[str]:
        return {row[name] for row in self.rows if row.get(name)}

    def _metadata(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield MIxS slots of samples; a place is latitude and longitude, as MIxS joins them."""
        for row in self.rows:
            values = {slot: row[name] for name, slot in _SLOTS.items() if row.get(name)}
            latitude, longitude = (row.get(name, "") for name in _PLACE)
            if latitude and longitude:
                values["lat_lon"] = f"{latitude} {longitude}"
            if name := row.get(_key(self.header)):
                yield name, values


def _key(header: Sequence[str]) -> str:
    """Give the column that names rows: the template's `id` wherever it stands, else the first."""
    return next((name for name in header if name.casefold() == "id"), header[0])


def _told_of(
    libraries: Sequence[str], metadata: Mapping[str, object], source: Path
) -> Iterator[str]:
    """Say which libraries and rows of samples have none of the other.

    Raises
    ------
    InputError
        If none has: the metadata would be lost.

    """
    lacking, left = (
        sorted(set(one) - set(other))
        for one, other in ((libraries, metadata), (metadata, libraries))
    )
    if len(lacking) == len(libraries):
        raise problem_of(
            "import-names-differ",
            str(source),
            found=f"{len(left)} samples, such as {left[0]!r}",
            expected=f"samples by the names of the OTU table, such as {libraries[0]!r}",
            fix="Name the samples as the table does, in the column id; or leave the sheet out",
        )
    if lacking:
        yield (
            f"{len(lacking)} of {len(libraries)} libraries have no row among the samples, such as"
            f" {lacking[0]}"
        )
    if left:
        yield f"{len(left)} samples have no library in the table, such as {left[0]}"


def _study(source: Path, sheet: str) -> Iterator[tuple[str, str]]:
    """Yield what the study sheet (term, value) says of the method."""
    header, rows = read_texts(source, sheet=sheet)
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    for cells in lines:
        if len(cells) > 1 and cells[0] in _METHOD and cells[1]:
            yield cells[0], cells[1]
        elif len(cells) > 1 and cells[0] == "otu_db" and cells[1]:
            yield "reference", cells[1]
