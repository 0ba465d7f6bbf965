"""Reads of whole metagenomes, trimmed: short ones by fastp, long ones by cutadapt."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.errors import InputError
from soilbio.metadata.reads import UNREACHABLE, count_records, iterate_whole, names_match
from soilbio.profile.fastp import run_fastp
from soilbio.profile.packing import needing_room, pack_output
from soilbio.profile.prepare import Reads, reason_of
from soilbio.profile.tools import ToolFailed

if TYPE_CHECKING:
    from dnaio import SequenceRecord

# Both strands of the adapter that Nanopore's ligation kits put before a read.
_NANOPORE_START, _NANOPORE_END = "AATGTACTTCGTTCAGTTACGTATTGCT", "AGCAATACGTAACTGAACGAAGTACATT"
_STEPS = ("before_filtering", "after_filtering")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The trimmed reads of a library; `reverse` is None for single reads."""

    forward: Path
    reverse: Path | None

    def is_empty(self) -> bool:
        """Tell whether nothing is left to profile."""
        return self.forward.stat().st_size == 0

    def files(self) -> list[str]:
        """List the files."""
        return [str(path) for path in (self.forward, self.reverse) if path]

    def fragments(self) -> Iterator[tuple[SequenceRecord, ...]]:
        """Give reads, or pairs by their place: of names not all say who belongs together.

        Raises
        ------
        ValueError
            If there are more of one mate than of the other.

        """
        import dnaio

        with ExitStack() as stack:
            ends = [
                stack.enter_context(dnaio.open(path, mode="r", fileformat="fastq", open_threads=0))
                for path in self.files()
            ]
            yield from zip(*ends, strict=True)

    def empty(self) -> None:
        """Leave files without a byte: nothing is left."""
        for path in self.files():
            Path(path).write_bytes(b"")


@dataclass(frozen=True, slots=True)
class Trimming:
    """What a read must be to stay: as short reads are trimmed, or as long ones.

    `min_quality` is that of a long read's mean error rate (Q10: one base in ten is wrong).
    """

    min_length_bp: int
    is_long: bool = False
    min_quality: float = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """Reads or pairs of a metagenome left after each step, and whether it can go on.

    `removed` counts, by genome, what went since it is of a host, a crop or a contaminant; `genomes`
    are the SHA-256 of those that were looked for, and `rule` is how. `coverage` is as
    `profile.coverage` has it.
    """

    library_id: str
    status: str = "ok"
    status_reason: str = ""
    reads_raw: int = 0
    reads_primer: int = 0
    reads_merged: int = 0
    reads_filtered: int = 0
    reads_decontaminated: int | None = None
    removed: Mapping[str, int] = field(default_factory=dict)
    genomes: Mapping[str, str] = field(default_factory=dict)
    rule: Mapping[str, float] = field(default_factory=dict)
    coverage: Mapping[str, Any] | None = None

    @property
    def reads_left(self) -> int:
        """What is there to profile."""
        decontaminated = self.reads_decontaminated
        return self.reads_filtered if decontaminated is None else decontaminated

    def write(self, target: Path) -> None:
        """Write as JSON, whole or not at all."""
        part = target.with_name(target.name + ".part")
        part.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        part.replace(target)


def clean(reads: Reads, target: Cleaned, report: Path, trimming: Trimming) -> Account:
    """Trim adapters, poly-G and bad ends, drop short and bad reads; count what is left.

    A library that cannot be read, or of which nothing is left, leaves empty files and its reason:
    the others go on.

    Raises
    ------
    InputError
        If the machine is to blame: a full disk, want of memory, a tool that was killed or is not
        there, files that nobody can read now. The next start may find it otherwise.

    """
    trim = _trim_long if trimming.is_long else _trim_short
    try:
        _check_whole(reads)
    except (InputError, ValueError) as failure:
        if isinstance(failure, InputError) and failure.problems[0].code in UNREACHABLE:
            raise
        return _failed(reads, target, report, failure)
    try:
        with needing_room(target.forward):
            raw, left = trim(reads, target, report, trimming)
    except ToolFailed as failure:
        if failure.is_of_run:
            raise failure.as_input_error(str(target.forward)) from failure
        return _failed(reads, target, report, failure)
    if not left:
        target.empty()
    return Account(
        reads.library_id,
        status="ok" if left else "empty",
        status_reason="" if left else f"nothing left by trimming (of {raw} raw reads)",
        reads_raw=raw,
        reads_primer=raw,
        reads_merged=left,
        reads_filtered=left,
    )


def _check_whole(reads: Reads) -> None:
    """Refuse files that are cut short, and pairs of which fastp would join what is none.

    It takes mates by their places, and of files of unequal length a part.
    """
    files = [path for path in (reads.forward, reads.reverse) if path]
    numbers = [count_records(path) for path in files]
    if len(set(numbers)) > 1:
        message = f"{numbers[0]:g} forward reads and {numbers[1]:g} reverse ones"
        raise ValueError(message)
    if reads.reverse is not None:
        pairs = zip(iterate_whole(reads.forward), iterate_whole(reads.reverse), strict=True)
        for place, (name, other) in enumerate(pairs, start=1):
            if not names_match(name, other):
                ids = [(one.split() or [""])[0] for one in (name, other)]
                message = f"read {place}: {ids[0]} and {ids[1]} are no pair"
                raise ValueError(message)


def _trim_short(reads: Reads, target: Cleaned, report: Path, trimming: Trimming) -> tuple[int, int]:
    """Run fastp (Chen et al. 2018, Bioinformatics 34:i884); return raw and remaining fragments.

    Its own limits of quality hold: of a read at most 40 % of the bases below Q15, at most five N.
    Ends of a mean below Q20 are cut, and poly-G whatever the instrument: archives rename reads, so
    that fastp would not know those of two colours, for which G is no signal.
    """
    options = ["--detect_adapter_for_pe"] if target.reverse else []
    options += ["--trim_poly_g", "--cut_tail", "--cut_mean_quality", "20"]
    options += ["--length_required", str(trimming.min_length_bp)]
    options += ["--thread", "1", "--dont_eval_duplication"]
    files = [Path(path) for path in target.files()]
    said = run_fastp(reads.forward, reads.reverse if target.reverse else None, options, files)
    said["command"] = "fastp, trimmed"  # its own names full paths
    report.write_text(json.dumps(said) + "\n", encoding="utf-8")
    ends = 2 if reads.reverse else 1
    raw, left = (said["summary"][name]["total_reads"] // ends for name in _STEPS)
    return raw, left


def _trim_long(reads: Reads, target: Cleaned, report: Path, trimming: Trimming) -> tuple[int, int]:
    """Run cutadapt (Martin 2011, EMBnet.journal 17:10) on reads of Nanopore or PacBio.

    fastp is made for short reads. Here Nanopore's adapter goes from both ends, and a read is judged
    by its expected errors a base, the mean of what its qualities say, not by their mean.
    """
    cut = ["--front", f"{_NANOPORE_START};min_overlap=18", "--error-rate", "0.2"]
    cut += ["--adapter", f"{_NANOPORE_END};min_overlap=18", "--times", "2"]
    keep = ["--minimum-length", str(trimming.min_length_bp)]
    keep += ["--max-average-error-rate", f"{10 ** (-trimming.min_quality / 10):.6g}"]
    tool = [sys.executable, "-m", "cutadapt", "--cores", "1", "--quiet", "--json", str(report)]
    pack_output([*tool, *cut, *keep, str(reads.forward)], target.forward)
    said = json.loads(report.read_text(encoding="utf-8"))
    said["command_line_arguments"] = []  # full paths
    said["input"] = {**said["input"], "path1": reads.library_id, "path2": None}
    report.write_text(json.dumps(said) + "\n", encoding="utf-8")
    return said["read_counts"]["input"], said["read_counts"]["output"]


def _failed(reads: Reads, target: Cleaned, report: Path, failure: Exception) -> Account:
    if isinstance(failure, InputError):
        reason = "; ".join(map(reason_of, failure.problems))
    else:
        reason = getattr(failure, "said", str(failure))
    target.empty()
    report.write_text(json.dumps({"failed": reason}) + "\n", encoding="utf-8")
    return Account(reads.library_id, status="failed", status_reason=f"cannot be read: {reason}")


def bases_left(report: Path) -> int:
    """Read in a report of fastp or cutadapt how many bases are left; 0 where it failed."""
    said = json.loads(report.read_text(encoding="utf-8"))
    of_fastp = said.get("summary", {}).get("after_filtering", {}).get("total_bases")
    return int(of_fastp or said.get("basepair_counts", {}).get("output") or 0)
