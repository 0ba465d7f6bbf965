"""The sample sheet: one row per library, a sequenced sample in one assay and run, or a control."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from soilbio.errors import Problem, Problems
from soilbio.metadata.assays import Assay
from soilbio.metadata.braces import note_braces
from soilbio.metadata.tsv import read_rows
from soilbio.standards.controls import CONTROL_TYPES

# What an id must be: it becomes a file name and a wildcard, and never reaches a shell unquoted.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAX_ID_LENGTH = 100
REQUIRED = ("library_id", "sample_id", "assay", "run", "fastq_1", "agreement")
COLUMNS = (*REQUIRED, "fastq_2", "accession", "control_type")


@dataclass(frozen=True, slots=True)
class Library:
    """One row of the sheet; `row` counts as a spreadsheet does, files are absolute paths.

    `fastq_2` is None for single reads; `control_type` is empty for a soil.
    """

    library_id: str
    sample_id: str
    assay: str
    run: str
    fastq_1: Path | None
    fastq_2: Path | None
    accession: str
    control_type: str
    agreement: str
    row: int


def read_sheet(
    path: Path, assays: Mapping[str, Assay] | None = None, *, problems: Problems | None = None
) -> dict[str, Library]:
    """Read the libraries by id, in the order of the sheet.

    Parameters
    ----------
    path : Path
        The sheet; paths in it are relative to its folder.
    assays : mapping of assay id to Assay, optional
        The assays that a row may name; without it any is accepted.
    problems : Problems, optional
        Collects what is found, instead of an error.

    Raises
    ------
    InputError
        With all problems, unless `problems` collects them; always where the file cannot be read
        as a sheet. Whether the FASTQ files exist is not looked at here.

    """
    found = Problems(str(path)) if problems is None else problems
    libraries = read_libraries(path, assays, found)
    if problems is None:
        found.raise_if_any()
    return {library.library_id: library for library in libraries}


def read_libraries(
    path: Path, assays: Mapping[str, Assay] | None, found: Problems
) -> list[Library]:
    """Read the libraries as `read_sheet` does, also those whose ids come twice; note problems."""
    rows = read_rows(path, found, required=REQUIRED, known=COLUMNS)
    libraries = [_library(number, values, path.parent) for number, values in rows.items()]
    for library, values in zip(libraries, rows.values(), strict=True):
        _check_ids(library, values, found)
        _check_vocabulary(library, assays, found)
        _check_reads(library, values, found)
        _check_names(library, path.absolute().parent, found)
    _check_unique(libraries, found)
    _check_files_once(libraries, found)
    _check_controls(libraries, found)
    return libraries


def _library(number: int, values: Mapping[str, str], folder: Path) -> Library:
    text = {name: values.get(name, "") for name in COLUMNS}
    files = [_file(text[name], folder) for name in ("fastq_1", "fastq_2")]
    return Library(
        library_id=text["library_id"],
        sample_id=text["sample_id"],
        assay=text["assay"],
        run=text["run"],
        fastq_1=files[0],
        fastq_2=files[1],
        accession=text["accession"],
        control_type=text["control_type"],
        agreement=text["agreement"],
        row=number,
    )


def _file(name: str, folder: Path) -> Path | None:
    """Find a file as the sheet names it; links keep their names."""
    # Path.resolve would follow links.
    return Path(os.path.abspath(folder / name.replace("\0", ""))) if name else None  # noqa: PTH100


def check_id(value: str, column: str, row: int, problems: Problems) -> None:
    """Note an id that is empty or would not do as a file name."""
    if not value:
        problems.add(
            "value-missing",
            row=row,
            column=column,
            expected="a value in every row",
            fix="Fill the cell",
        )
    elif not ID.fullmatch(value) or len(value) > MAX_ID_LENGTH:
        problems.add(
            "id-format",
            row=row,
            column=column,
            found=value,
            expected=f"letters, digits, '.', '_' and '-', a letter or digit first, at most"
            f" {MAX_ID_LENGTH} in all",
            fix="Rename it, for example replace spaces and other characters by '_'",
        )


def _check_ids(library: Library, values: Mapping[str, str], problems: Problems) -> None:
    """Check what every row must have; a column that is missing altogether was noted before."""
    for column in ("library_id", "sample_id", "assay", "run"):
        if column in values:
            check_id(values[column], column, library.row, problems)
    if values.get("agreement") == "":
        check_id("", "agreement", library.row, problems)


def _check_vocabulary(
    library: Library, assays: Mapping[str, Assay] | None, problems: Problems
) -> None:
    """Note assays and control types that are not known."""
    if assays is not None and ID.fullmatch(library.assay) and library.assay not in assays:
        like = get_close_matches(library.assay, assays, n=1, cutoff=0.5)
        problems.add(
            "assay-unknown",
            row=library.row,
            column="assay",
            found=library.assay,
            expected=f"one of {', '.join(sorted(assays))}",
            fix=f"Did you mean '{like[0]}'? Else describe the assay in the configuration"
            if like
            else "Correct the name, or describe the assay under `assays:` in the configuration",
        )
    if library.control_type and library.control_type not in CONTROL_TYPES:
        like = get_close_matches(library.control_type.lower().replace(" ", "_"), CONTROL_TYPES, n=1)
        problems.add(
            "control-unknown",
            row=library.row,
            column="control_type",
            found=library.control_type,
            expected=f"empty for a soil, else one of {', '.join(CONTROL_TYPES)}",
            fix=f"Did you mean '{like[0]}'? Correct the value" if like else "Correct the value",
        )


def _check_reads(library: Library, values: Mapping[str, str], problems: Problems) -> None:
    """Note rows that name no reads, and reverse reads without forward ones."""
    if library.accession and not re.fullmatch(r"[ESD]RR\d{6,}", library.accession):
        problems.add(
            "accession-format",
            row=library.row,
            column="accession",
            found=library.accession,
            expected="a run accession, such as ERR1234567",
            fix="Correct the accession; those of studies, samples and experiments do not do",
        )
    if values.get("fastq_1") == "":
        problems.add(
            "reads-missing",
            row=library.row,
            column="fastq_1",
            found=library.accession or values.get("fastq_2") or None,
            expected="a FASTQ file",
            fix=f"Get them with `soilbio fetch {library.accession} --out DIR`, and name the file"
            if library.accession
            else "Name the file with the forward, or the only, reads",
        )


def _check_names(library: Library, folder: Path, problems: Problems) -> None:
    """Note names of files that the workflow cannot take; those of the sheet's folder were noted."""
    for column, path in (("fastq_1", library.fastq_1), ("fastq_2", library.fastq_2)):
        if path is not None:
            note_braces(path, problems, beside=folder, row=library.row, column=column)


def _check_unique(libraries: list[Library], problems: Problems) -> None:
    """Note ids that come twice, also those that only the case of letters tells apart."""
    first: dict[str, Library] = {}
    for library in libraries:
        other = first.setdefault(library.library_id.casefold(), library)
        if other is library or not library.library_id:
            continue
        problems.add(
            "id-duplicate",
            row=library.row,
            column="library_id",
            found=library.library_id,
            expected=f"an id of its own; row {other.row} has '{other.library_id}'",
            fix="Give each library its own id; capitals and small letters do not tell files apart",
        )


def _check_files_once(libraries: list[Library], problems: Problems) -> None:
    """Note a file that two rows name, or one row twice."""
    first: dict[Path | tuple[int, int], Library] = {}
    for library in libraries:
        for column, path in (("fastq_1", library.fastq_1), ("fastq_2", library.fastq_2)):
            if path is None:
                continue
            file = _identity(path)
            if file in first:
                problems.add(
                    "fastq-duplicate",
                    row=library.row,
                    column=column,
                    found=path.name,
                    expected=f"each file once; row {first[file].row} names it too,"
                    " under this name or by a link",
                    fix="Correct one of the two paths",
                )
            else:
                first[file] = library


def _identity(path: Path) -> Path | tuple[int, int]:
    """Say which file it is, whatever its name; its path, if it cannot be reached."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return path
    return status.st_dev, status.st_ino


def _check_controls(libraries: list[Library], problems: Problems) -> None:
    """Note a sample that is a control in one row and a soil, or another control, in the next."""
    first: dict[str, Library] = {}
    for library in libraries:
        other = first.setdefault(library.sample_id, library)
        if library.sample_id and other.control_type != library.control_type:
            problems.add(
                "control-mixed",
                row=library.row,
                column="control_type",
                found=library.control_type or "(empty)",
                expected=f"what row {other.row} says of sample {library.sample_id}:"
                f" {other.control_type or '(empty)'}",
                fix="Give controls a sample_id of their own",
            )


def control_unstated(
    sample: Mapping[str, object], source: str, row: int | None, library: str
) -> Problem:
    """Describe a library that is no control, of a sample that is one."""
    return Problem(
        "control-unstated",
        source,
        row=row,
        column="control_type",
        found="(empty)",
        expected=f"the kind of control of {library}: samp_category of its sample is"
        f" {sample['samp_category']!r}",
        fix=f"Write one of {', '.join(CONTROL_TYPES)} in the sheet of libraries; or correct"
        " samp_category, if it is a soil",
    )
