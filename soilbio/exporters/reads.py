"""Raw reads with new headers: those of the sequencer name instrument, run, lane and sample."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.agreements.model import Strictness
from soilbio.errors import InputError, Problems, Refused, problem_of
from soilbio.exporters.clean_reads import sought
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.profile_names import sheet_names
from soilbio.exporters.registry import Writer
from soilbio.exporters.view import View
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl

FOLDER, TABLE = "reads", "reads.tsv"
_COLUMNS = ("library_id", "sample_id", "file_1", "md5_1", "file_2", "md5_2", "reads")
_BLOCK = 4_000  # records


def write(view: View, folder: Path) -> Evidence:
    """Say that the files must be named; a dataset holds no reads.

    Raises
    ------
    InputError
        Always; see `writer_of`.

    """
    raise problem_of(
        "export-reads",
        "--reads",
        expected="the sheet of libraries, which says where the reads are",
        fix="Add --reads config/libraries.tsv",
    )


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What was sequenced once: what its copy is called, and its files, one or two.

    `is_clean` if they are those that a run kept after it removed reads; these may be none,
    hold `reads` records each, or have a `fault` for which they must stay.
    """

    name: str
    files: tuple[Path, ...]
    is_clean: bool = False
    reads: int | None = None
    fault: str = ""


def writer_of(reads: Mapping[str, Sequenced]) -> Writer:
    """Give the writer of some reads, by the ids that libraries have in the view.

    The libraries that profilers made of one metagenome have the same.
    """
    return partial(_write, reads)


def refuse_unscreened(tables: Mapping[str, pl.LazyFrame], libraries: Iterable[str]) -> None:
    """Refuse the files of a sheet where the dataset says that reads of them were to be removed.

    `tables` are the dataset's, `libraries` are the ids in the sheet.

    Raises
    ------
    Refused
        A sheet names the reads as they were sequenced, with those of hosts among them.

    """
    own = tables["libraries"].filter(sought()).select("library_id").collect()["library_id"]
    names = sheet_names(tables)
    unclean = {*own, *(names[library] for library in own)}
    if closed := sorted(unclean & set(libraries)):
        raise Refused(
            f"reads of {_listed(closed)} were to be"
            " removed (hosts, crops, contaminants), and the sheet names files that have them still;"
            " the project, with keep_clean, has those without"
        )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")


def _write(reads: Mapping[str, Sequenced], view: View, folder: Path) -> Evidence:
    """Write `reads/<library>_R1.fastq.gz` for libraries whose raw reads are shared, and a table.

    What several profilers named is there once. Each read is called after its library and its
    number; nothing else of its header is kept. The same reads give the same bytes.
    """
    everyone = view.tables["libraries"].collect().to_dicts()
    shared = [row for row in everyone if _is_open(view, row["sample_id"])]
    _check_clean(shared, reads)
    libraries = [row for row in shared if not _has_nothing_left(reads.get(row["library_id"]))]
    _check_there(libraries, reads)
    (folder / FOLDER).mkdir()
    copied: dict[Sequenced, dict[str, Any]] = {}
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, _COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        for row in libraries:
            own = reads[row["library_id"]]
            if own not in copied:
                copied[own] = _copy(own, folder / FOLDER)
            ids = {name: row[name] for name in ("library_id", "sample_id")}
            writer.writerow({**copied[own], **ids})
    return view.evidence.noting(
        libraries=len(libraries),
        libraries_without_reads=len(everyone) - len(libraries),
        reads=sum(made["reads"] for made in copied.values()),
    )


def _is_open(view: View, sample: str) -> bool:
    outcome = view.decision_of(sample).outcomes[SharingClass.RAW_READS]
    return outcome.strictness == Strictness.ALLOW


def _check_clean(libraries: list[dict[str, Any]], reads: Mapping[str, Sequenced]) -> None:
    """Refuse the whole where reads of a library that should be shared are not known to be clean."""
    faults: dict[str, list[str]] = {}
    for row in libraries:
        own = reads.get(row["library_id"])
        if own and own.fault and own.name not in faults.setdefault(own.fault, []):
            faults[own.fault].append(own.name)
    if faults:
        raise Refused(
            "reads of hosts, crops or contaminants were to be removed, the sheet names files that"
            " have them still, and those without them cannot go: "
            + "; ".join(f"of {_listed(names)}, {fault}" for fault, names in faults.items())
            + ". Set `keep_clean: true` under shotgun: and run the workflow"
        )


def _has_nothing_left(own: Sequenced | None) -> bool:
    return own is not None and own.is_clean and not own.files


def _check_there(libraries: list[dict[str, Any]], reads: Mapping[str, Sequenced]) -> None:
    problems = Problems("--reads")
    for row in libraries:
        own = reads.get(row["library_id"])
        missing = [path.name for path in own.files if not path.is_file()] if own else []
        if not own or not own.files or missing:
            problems.add(
                "export-reads",
                found=", ".join(missing) or f"no files of {row['library_id']}",
                expected="the files of every library whose raw reads are shared",
                fix="Correct the sheet, or carry the files to where it says",
            )
    problems.raise_if_any()


def _copy(own: Sequenced, folder: Path) -> dict[str, Any]:
    """Write what was sequenced under its name; return what the table says of the files."""
    made: dict[str, Any] = {}
    for end, source in enumerate(own.files, start=1):
        target = folder / f"{own.name}_R{end}.fastq.gz"
        made["reads"] = _rename(source, target, own.name, end)
        if own.reads is not None and made["reads"] != own.reads:
            raise Refused(
                f"{source.name} holds {made['reads']:,} reads, the dataset says that {own.reads:,}"
                " were left of the library: it is of another run, or not whole"
            )
        made[f"file_{end}"] = f"{FOLDER}/{target.name}"
        digest = md5(usedforsecurity=False)
        with target.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        made[f"md5_{end}"] = digest.hexdigest()
    return made


def _rename(source: Path, target: Path, library: str, end: int) -> int:
    from isal import igzip

    written = 0
    with (
        target.open("wb") as file,
        igzip.IGzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed,
    ):
        for block, number in _renamed(source, library, end):
            packed.write(block)
            written += number
    return written


def _renamed(source: Path, library: str, end: int) -> Iterator[tuple[bytes, int]]:
    """Give the records in blocks, with how many they are."""
    import dnaio

    held: list[bytes] = []
    try:
        with dnaio.open(source, mode="r", fileformat="fastq", open_threads=0) as records:
            for number, record in enumerate(records, start=1):
                record.name = f"{library}.{number} {end}"
                held.append(record.fastq_bytes())
                if len(held) == _BLOCK:
                    yield b"".join(held), len(held)
                    held.clear()
    except (dnaio.FileFormatError, EOFError) as error:
        raise InputError(
            problem_of(
                "export-reads",
                str(source),
                found=str(error)[:200],
                expected="whole FASTQ files",
                fix="See `soilbio check --deep`",
            ).problems
        ) from error
    yield b"".join(held), len(held)
