"""One library's reads, from its files to what an engine denoises; nothing else is left on disk."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from soilbio.errors import InputError, Problem
from soilbio.metadata.reads import UNREACHABLE, check_packing, iterate_whole
from soilbio.profile.letters import drop_without_base
from soilbio.profile.packing import packing
from soilbio.profile.primers import Primers, cutadapt_options, read_counts
from soilbio.profile.tools import Pipe, ToolFailed

_CUTADAPT = (sys.executable, "-m", "cutadapt", "-j", "1", "--quiet")


@dataclass(frozen=True, slots=True)
class Reads:
    """The files of one library; `reverse` is None for single reads."""

    library_id: str
    forward: Path
    reverse: Path | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a read must be to stay.

    `max_expected_errors` is of the merged read for `unoise` and of each read for `dada2`
    (Edgar & Flyvbjerg 2015, Bioinformatics 31:3476); lengths in base pairs, 0 for no truncation.
    """

    max_expected_errors: float = 1.0
    min_length_bp: int = 50
    truncate_1_bp: int = 0
    truncate_2_bp: int = 0
    min_overlap_bp: int = 20
    max_mismatches: int = 10


@dataclass(frozen=True, slots=True)
class ReadsLeft:
    """Reads (or pairs) left after each step, and whether the library can go on.

    Of a library whose files cannot be read the numbers are not known (None).
    """

    library_id: str
    status: str = "ok"
    status_reason: str = ""
    reads_raw: int | None = None
    reads_primer: int | None = None
    reads_merged: int | None = None
    reads_filtered: int | None = None

    def write(self, target: Path) -> None:
        """Write as JSON, whole or not at all."""
        part = target.with_name(target.name + ".part")
        part.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        part.replace(target)


def prepare_unique(
    reads: Reads, primers: Primers | None, filters: Filters, target: Path
) -> ReadsLeft:
    """Trim, merge, filter and dereplicate in one pipe; write the unique sequences.

    Parameters
    ----------
    reads : Reads
        FASTQ files, plain or gzip.
    primers : Primers or None
        None where they were removed before.
    filters : Filters
        Merging and filtering.
    target : Path
        FASTA, gzip: `>md5;size=n`, most abundant first. Held in memory: the unique sequences.

    Returns
    -------
    ReadsLeft
        A library whose files cannot be read is `failed`, with what the tool said, and gets an
        empty target: the others go on without it.

    """
    with tempfile.TemporaryDirectory(prefix="soilbio-") as scratch:
        report = Path(scratch) / "cutadapt.json"
        try:
            left = _unique_reads(reads, primers, filters, report, target)
        except ToolFailed as failure:
            _write_nothing(target)
            left = _failed(reads, failure)
    return left


def _failed(reads: Reads, failure: ToolFailed) -> ReadsLeft:
    """Say why a library has no reads: a damaged file where there is one, else the tool's words.

    Raises
    ------
    InputError
        If the machine is to blame: a full disk, want of memory, a tool that was killed or is not
        there, files that nobody can read now. The next start may find it otherwise.

    """
    if failure.is_of_run:
        raise failure.as_input_error(reads.library_id) from failure
    return ReadsLeft(reads.library_id, "failed", _fault_of(reads) or failure.said)


def _fault_of(reads: Reads) -> str:
    """Say what is wrong with a library's files, as `soilbio check --deep` does; '' if nothing is.

    Raises
    ------
    InputError
        If a file cannot be read at all.

    """
    counts = {}
    for path in (reads.forward, reads.reverse):
        if path is None:
            continue
        try:
            check_packing(path)
            counts[path.name] = sum(1 for _ in iterate_whole(path))
        except InputError as error:
            fault = error.problems[0]
            if fault.code in UNREACHABLE:
                raise
            return reason_of(fault)
    if len(set(counts.values())) > 1:
        told = " and ".join(f"{number:,} in {name}" for name, number in counts.items())
        return f"{told}; expected as many reads in both files of the pair [fastq-counts]"
    return ""


def reason_of(fault: Problem) -> str:
    """Say as the reason of a failed library what is wrong with one of its files."""
    name, found = Path(fault.source).name, str(fault.found)
    where = found if name in found else f"{name}: {found}"
    return f"{where}; expected {fault.expected} [{fault.code}]"


def _unique_reads(
    reads: Reads, primers: Primers | None, filters: Filters, report: Path, target: Path
) -> ReadsLeft:
    pipe = Pipe()
    if reads.reverse is not None:
        stream = _start_merging(pipe, reads, primers, filters, report)
    else:
        stream = _start_filtering(pipe, reads, primers, filters, report)
    uniques = pipe.start(
        [
            *("vsearch", "--derep_fulllength", "-", "--sizeout", "--relabel_md5"),
            *("--fasta_width", "0", "--minseqlength", str(filters.min_length_bp)),
            *("--output", "-"),
        ],
        stdin=stream,
    )
    filtered = _write_unambiguous(uniques, target)
    said = pipe.finish()
    return _reads_left(reads, json.loads(report.read_text(encoding="utf-8")), said, filtered)


def _start_filtering(
    pipe: Pipe, reads: Reads, primers: Primers | None, filters: Filters, report: Path
) -> int:
    """Start cutadapt and vsearch's filter on single reads; return the end to read FASTA from."""
    options = cutadapt_options(primers, is_paired=False) if primers else ["--minimum-length", "1"]
    trimmed = pipe.start([*_CUTADAPT, *options, "--json", str(report), str(reads.forward)])
    truncation = ["--fastq_trunclen", str(filters.truncate_1_bp)] if filters.truncate_1_bp else []
    return pipe.start(
        [
            *("vsearch", "--fastx_filter", "-", "--fastq_qmax", "93", *truncation),
            *("--fastq_maxee", f"{filters.max_expected_errors:g}"),
            *("--fasta_width", "0", "--fastaout", "-"),
        ],
        stdin=trimmed,
    )


def _start_merging(
    pipe: Pipe, reads: Reads, primers: Primers | None, filters: Filters, report: Path
) -> int:
    """Start cutadapt and vsearch's merging of pairs, which filters them too.

    Returns the end to read FASTA from.
    """
    options = ["--minimum-length", "1"]
    if primers:
        options = cutadapt_options(primers, is_paired=True, is_merged=True)
    write_1, read_1 = pipe.buffered_pipe()
    write_2, read_2 = pipe.buffered_pipe()
    files = ["-o", f"/dev/fd/{write_1}", "-p", f"/dev/fd/{write_2}", reads.forward, reads.reverse]
    trimming = pipe.start(
        [*_CUTADAPT, *options, "--json", str(report), *map(str, files)],
        ends=[write_1, write_2],
    )
    os.close(trimming)
    return pipe.start(
        [
            *("vsearch", "--fastq_mergepairs", f"/dev/fd/{read_1}"),
            *("--reverse", f"/dev/fd/{read_2}", "--threads", "1", "--fastq_allowmergestagger"),
            *("--fastq_qmax", "93", "--fastq_minovlen", str(filters.min_overlap_bp)),
            *("--fastq_maxdiffs", str(filters.max_mismatches)),
            *("--fastq_maxee", f"{filters.max_expected_errors:g}"),
            *("--fasta_width", "0", "--fastaout", "-"),
        ],
        ends=[read_1, read_2],
    )


def prepare_filtered(
    reads: Reads,
    primers: Primers | None,
    filters: Filters,
    targets: Sequence[Path],
) -> ReadsLeft:
    """Trim primers, truncate and filter by expected errors; write what DADA2 denoises.

    `targets` are two FASTQ files (gzip, level 1); of single reads the second stays empty. As
    `prepare_unique` in all else.
    """
    with tempfile.TemporaryDirectory(prefix="soilbio-") as scratch:
        folder = Path(scratch)
        parts = [target.with_name(f"part.{target.name}") for target in targets]
        try:
            left = _filtered_reads(reads, primers, filters, folder, parts)
            if reads.reverse is None:
                _write_nothing(parts[1])
        except ToolFailed as failure:
            for part in parts:
                _write_nothing(part)
            left = _failed(reads, failure)
    for part, target in zip(parts, targets, strict=True):
        part.replace(target)
    return left


def _filtered_reads(
    reads: Reads,
    primers: Primers | None,
    filters: Filters,
    folder: Path,
    targets: Sequence[Path],
) -> ReadsLeft:
    is_paired = reads.reverse is not None
    sources = [file for file in (reads.forward, reads.reverse) if file is not None]
    options = (
        cutadapt_options(primers, is_paired=is_paired) if primers else ["--minimum-length", "1"]
    )
    interleaved = ["--interleaved"] if is_paired else []
    lengths = [filters.truncate_1_bp, filters.truncate_2_bp][: len(sources)]
    minimum = ":".join(str(length or filters.min_length_bp) for length in lengths)
    cuts = [
        word
        for flag, length in zip(("-l", "-L"), lengths, strict=False)
        for word in (flag, str(length))
        if length
    ]
    pipe = Pipe()
    trimmed_reads = pipe.start(
        [
            *(*_CUTADAPT, *options, *interleaved, "--json", str(folder / "primers.json")),
            *map(str, sources),
        ]
    )
    named = zip(("-o", "-p"), targets[: len(sources)], strict=False)
    outputs = [word for pair in named for word in map(str, pair)]
    rest = pipe.start(
        [
            *(*_CUTADAPT, *cuts, "--minimum-length", minimum, "--max-n", "0"),
            *("--max-expected-errors", f"{filters.max_expected_errors:g}"),
            *(*interleaved, "--compression-level", "1", "--json", str(folder / "filter.json")),
            *(*outputs, "-"),
        ],
        stdin=trimmed_reads,
    )
    os.close(rest)
    pipe.finish()
    trimmed = json.loads((folder / "primers.json").read_text(encoding="utf-8"))
    filtered = json.loads((folder / "filter.json").read_text(encoding="utf-8"))
    raw = read_counts(trimmed, ["read_counts", "input"])
    primer = read_counts(trimmed, ["read_counts", "output"])
    kept = read_counts(filtered, ["read_counts", "output"])
    kept -= drop_without_base(targets[: len(sources)]) if kept else 0
    reason = _why_empty([("in the files", raw), ("with both primers", primer), ("passed", kept)])
    status = "empty" if reason else "ok"
    # Of pairs that are denoised, DADA2 tells how many it merged.
    merged = 0 if is_paired else primer
    return ReadsLeft(reads.library_id, status, reason, raw, primer, merged, kept)


def _reads_left(
    reads: Reads, report: dict[str, object], said: Sequence[str], filtered: int
) -> ReadsLeft:
    """Take the numbers from what each tool of the pipe reported."""
    raw = read_counts(report, ["read_counts", "input"])
    primer = merged = read_counts(report, ["read_counts", "output"])
    if reads.reverse is not None:
        kept, dropped = (r"(\d+)\s+Merged", r"(\d+)\s+expected error too high")
        merged = _number(said[1], kept) + _number(said[1], dropped)
    steps = [("in the files", raw), ("with both primers", primer), ("merged", merged)]
    reason = _why_empty([*steps, ("passed the quality filter", filtered)])
    return ReadsLeft(
        reads.library_id, "empty" if reason else "ok", reason, raw, primer, merged, filtered
    )


def _why_empty(steps: Sequence[tuple[str, int]]) -> str:
    """Name the first step after which nothing was left; empty where something was."""
    before = 0
    for step, count in steps:
        if count == 0:
            return f"no reads {step}" + (f" (of {before})" if before else "")
        before = count
    return ""


def _number(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


def _write_unambiguous(source: int, target: Path) -> int:
    """Write unique sequences without N; return how many reads they are."""
    reads = 0
    with os.fdopen(source, "rb") as stream, packing(target) as packed:
        for header in stream:
            sequence = next(stream)
            if b"N" not in sequence.upper():  # which reads may be written small
                packed.write(header + sequence)
                reads += int(header.rpartition(b"=")[2])
    return reads


def _write_nothing(target: Path) -> None:
    """Write an empty file, compressed as the others are."""
    with packing(target):
        pass
