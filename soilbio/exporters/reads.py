"""Raw reads with new headers: those of the sequencer name instrument, run, lane and sample."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.agreements.model import Strictness
from soilbio.errors import InputError, Problems, Refused, problem_of
from soilbio.exporters.evidence import Evidence
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


def writer_of(files: Mapping[str, tuple[Path, ...]]) -> Writer:
    """Give the writer of the reads in some files: one or two a library, by its id in the view."""
    return partial(_write, files)


def refuse_unscreened(table: pl.LazyFrame, libraries: Iterable[str]) -> None:
    """Refuse the files of a sheet where the dataset says that reads of them were to be removed.

    `table` is the dataset's `libraries`, `libraries` are the ids in the sheet.

    Raises
    ------
    Refused
        A sheet names the reads as they were sequenced, with those of hosts among them.

    """
    own = table.filter(_sought())
    sought = set(own.select("library_id").collect()["library_id"])
    if closed := sorted(sought & set(libraries)):
        raise Refused(
            f"reads of {', '.join(closed[:3])}{' and others' if len(closed) > 3 else ''} were to be"
            " removed (hosts, crops, contaminants), and the sheet names files that have them still;"
            " the project, with keep_clean, has those without"
        )


def _sought() -> pl.Expr:
    import polars as pl

    return pl.col("removed_by_genome").fill_null("") != ""


def _write(files: Mapping[str, tuple[Path, ...]], view: View, folder: Path) -> Evidence:
    """Write `reads/<library>_R1.fastq.gz` for libraries whose raw reads are shared, and a table.

    Each read is called after its library and its number; nothing else of its header is kept. The
    same reads give the same bytes.
    """
    libraries = [
        row
        for row in view.tables["libraries"].collect().iter_rows(named=True)
        if _is_open(view, row["sample_id"])
    ]
    _check_there(libraries, files)
    (folder / FOLDER).mkdir()
    total = 0
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, _COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        for row in libraries:
            made = _copy(row["library_id"], files[row["library_id"]], folder / FOLDER)
            total += made["reads"]
            writer.writerow({**made, "sample_id": row["sample_id"]})
    withheld = view.tables["libraries"].collect().height - len(libraries)
    return view.evidence.noting(
        libraries=len(libraries), libraries_without_reads=withheld, reads=total
    )


def _is_open(view: View, sample: str) -> bool:
    outcome = view.decision_of(sample).outcomes[SharingClass.RAW_READS]
    return outcome.strictness == Strictness.ALLOW


def _check_there(libraries: list[dict[str, Any]], files: Mapping[str, tuple[Path, ...]]) -> None:
    problems = Problems("--reads")
    for row in libraries:
        own = files.get(row["library_id"], ())
        missing = [path.name for path in own if not path.is_file()]
        if not own or missing:
            problems.add(
                "export-reads",
                found=", ".join(missing) or f"no files of {row['library_id']}",
                expected="the files of every library whose raw reads are shared",
                fix="Correct the sheet, or carry the files to where it says",
            )
    problems.raise_if_any()


def _copy(library: str, sources: tuple[Path, ...], folder: Path) -> dict[str, Any]:
    """Write the files of a library under its name; return what the table says of them."""
    made: dict[str, Any] = {"library_id": library}
    for end, source in enumerate(sources, start=1):
        target = folder / f"{library}_R{end}.fastq.gz"
        made["reads"] = _rename(source, target, library, end)
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
