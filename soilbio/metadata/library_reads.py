"""What the reads of one library show: files, pairing, primers, overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from soilbio.errors import InputError, Problems
from soilbio.metadata.absent_primers import BORNE_OUT, MOST, Absent, one_primer_fix
from soilbio.metadata.assays import Assay
from soilbio.metadata.read_ends import Reach, reach_of
from soilbio.metadata.reads import (
    LONGEST_SHORT_BP,
    FirstRecords,
    iterate_whole,
    names_match,
    read_first,
)
from soilbio.metadata.recognise import PrimerShares, Starts
from soilbio.metadata.sheet import Library

# Of fewer reads than this nothing is said about primers, nor that they are too short.
_FEWEST_READS = 10


@dataclass(frozen=True, slots=True)
class Demand:
    """What the reads must fit: the assays by id, and the configured primer and overlap limits."""

    assays: Mapping[str, Assay]
    primer_error_rate: float
    min_overlap_bp: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the first records of a library show; percentages are of reads with the primers.

    `absent` holds what is needed to say what reads are that do not fit their assay, `digests` tell
    the beginnings of the files from all others, `single_names` and `reach` are of single reads.
    """

    library: Library
    length_1_bp: int = 0
    length_2_bp: int = 0
    primer_1_percent: float | None = None
    primer_2_percent: float | None = None
    has_primers: bool | None = None
    absent: Absent | None = None
    digests: tuple[bytes, ...] = ()
    single_names: tuple[str, ...] = ()
    reach: Reach | None = None


def inspect_library(library: Library, demand: Demand, problems: Problems) -> Facts:
    """Look at the first records of a library's files and note what is wrong with them."""
    first = _first_records(library, "fastq_1", problems)
    second = _first_records(library, "fastq_2", problems)
    if first is None or (second is None and library.fastq_2):
        return Facts(library)
    files = (first,) if second is None else (first, second)
    facts = Facts(
        library,
        first.length_bp(),
        second.length_bp() if second else 0,
        digests=tuple(file.digest() for file in files),
        single_names=() if second else first.names,
    )
    if second is not None and _is_one_file(library):
        return facts  # told by the sheet, and no pair that fits anything
    _check_scale(library, files, problems)
    if len(first.names) >= _FEWEST_READS:
        _check_qualities(library, files, problems)
    if not first.names or (second and not second.names):
        _note_empty(library, first, second, problems)
        return facts
    for name, other in zip(first.names, second.names if second else (), strict=False):
        if not names_match(name, other):
            _note_names(library, name, other, problems)
            return facts
    return _inspect_assay(facts, (first, second), demand, problems)


def _inspect_assay(
    facts: Facts,
    files: tuple[FirstRecords, FirstRecords | None],
    demand: Demand,
    problems: Problems,
) -> Facts:
    """Note what does not fit the assay, if it is known."""
    first, second = files
    assay = demand.assays.get(facts.library.assay)
    if assay is None:
        return facts
    if assay.is_shotgun:
        _check_length(facts.library, (first, second) if second else (first,), assay, problems)
    if len(first.names) < _FEWEST_READS:
        return facts
    pairs = list(zip(first.names[::2], first.names[1::2], strict=False))
    if second is None and all(names_match(*pair) for pair in pairs):
        problems.add(
            "fastq-interleaved",
            row=facts.library.row,
            column="fastq_1",
            found=" and ".join(name.split()[0][:60] for name in pairs[0]),
            expected="forward reads alone, or a file of each end",
            fix="Part it, for instance with `seqtk seq -1` and `-2`, and name both files",
        )
        return facts
    starts = Starts(first, second)
    if assay.is_shotgun:
        _inspect_shotgun(facts, starts, demand, problems)
        return facts
    facts = _inspect_primers(facts, starts, assay, demand, problems)
    if second is not None or facts.absent is not None:
        return facts
    return replace(facts, reach=reach_of(first.sequences, assay, demand.primer_error_rate))


def _inspect_shotgun(facts: Facts, starts: Starts, demand: Demand, problems: Problems) -> None:
    """Note reads of a metagenome that are an amplicon's."""
    for assay in demand.assays.values():
        if assay.is_shotgun or not assay.forward_primer:
            continue
        shares = starts.shares(assay, demand.primer_error_rate)
        if shares.both >= MOST:
            _note_amplicon(facts, f"{shares.told(assay)} of {assay.assay_id}", assay, problems)
            return
        if (follows := starts.follows(assay)) >= MOST:
            found = f"{follows:.0%} begin right behind the primers of {assay.assay_id}"
            _note_amplicon(facts, found, assay, problems)
            return
    if starts.are_alike():
        _note_amplicon(facts, f"{starts.shared_word():.0%} begin alike", None, problems)


def _note_amplicon(facts: Facts, found: str, assay: Assay | None, problems: Problems) -> None:
    """Note reads that are of the amplicon of an assay; without one, that they may be of some."""
    problems.add(
        "reads-amplicon",
        row=facts.library.row,
        column="assay",
        found=found,
        expected="reads of whole metagenomes, which begin anywhere",
        fix=f"If these are amplicons, write the assay {assay.assay_id}"
        if assay
        else "If these are amplicons, write their assay; if not, look for adapters in them",
        is_warning=assay is None,
    )


def _check_length(
    library: Library, files: Sequence[FirstRecords], assay: Assay, problems: Problems
) -> None:
    """Note long reads of an assay of short ones, and the reverse: they are trimmed differently."""
    place = next((place for place, file in enumerate(files) if file.are_long()), 0)
    column = ("fastq_1", "fastq_2")[place]
    is_long, found = files[place].are_long(), f"reads of up to {files[place].longest_bp():,} bases"
    if is_long and not assay.long_reads:
        problems.add(
            "reads-long",
            row=library.row,
            column=column,
            found=found,
            expected=f"short reads, of {LONGEST_SHORT_BP} bases at most",
            fix="If these are of Nanopore or PacBio, write `long_reads: true` for"
            f" {assay.assay_id}; an assay holds either long reads or short ones",
        )
    elif assay.long_reads and library.fastq_2:
        problems.add(
            "reads-short",
            row=library.row,
            column="fastq_2",
            found=library.fastq_2.name,
            expected="one file: long reads have no mates",
            fix="Leave fastq_2 empty",
        )
    elif assay.long_reads and not is_long and len(files[0].names) >= _FEWEST_READS:
        problems.add(
            "reads-short",
            row=library.row,
            column=column,
            found=found,
            expected=f"long reads, of more than {LONGEST_SHORT_BP} bases",
            fix=f"Name an assay of short reads, or take `long_reads: true` from {assay.assay_id}",
        )


def check_whole(library: Library, problems: Problems) -> None:
    """Read all of a library's files; note damage, and pairs that are none."""
    if library.fastq_1 is None:
        return
    try:
        if library.fastq_2 is None:
            for _ in iterate_whole(library.fastq_1):
                pass
        else:
            _check_pairs(library, library.fastq_1, library.fastq_2, problems)
    except InputError as error:
        _place(error, library, problems)


def _check_pairs(library: Library, first: Path, second: Path, problems: Problems) -> None:
    pairs = zip_longest(iterate_whole(first), iterate_whole(second))
    for number, (name, other) in enumerate(pairs, start=1):
        if name is None or other is None:
            short, column = (first, "fastq_1") if name is None else (second, "fastq_2")
            problems.add(
                "fastq-counts",
                row=library.row,
                column=column,
                found=f"{short.name} ends after {number - 1} reads",
                expected="as many reads as the other file of the pair has",
                fix="Copy both files again; filter pairs together, never each file by itself",
            )
            return
        if not names_match(name, other):
            _note_names(library, name, other, problems, number)
            return


def _first_records(library: Library, column: str, problems: Problems) -> FirstRecords | None:
    path = library.fastq_1 if column == "fastq_1" else library.fastq_2
    if path is None:
        return None
    try:
        return read_first(path)
    except InputError as error:
        _place(error, library, problems)
        return None


def _place(error: InputError, library: Library, problems: Problems) -> None:
    """Say of a file's problem where in the sheet the file is named."""
    for problem in error.problems:
        column = "fastq_1" if problem.source == str(library.fastq_1) else "fastq_2"
        problems.extend([replace(problem, source=problems.source, row=library.row, column=column)])


def _note_names(
    library: Library, first: str, second: str, problems: Problems, number: int | None = None
) -> None:
    where = f"read {number}: " if number else ""
    names = [name.split()[0][:60] for name in (first, second)]
    problems.add(
        "fastq-names",
        row=library.row,
        column="fastq_2",
        found=f"{where}{names[0]} and {names[1]}",
        expected="reads of the same names, in the same order, in both files",
        fix="Pair the files that belong together; if they do, take them as they were sequenced",
    )


def _is_one_file(library: Library) -> bool:
    """Tell whether both columns name one file, which is there."""
    first, second = library.fastq_1, library.fastq_2
    return first is not None and second is not None and first.samefile(second)


def _check_scale(library: Library, files: Sequence[FirstRecords], problems: Problems) -> None:
    for column, file in zip(("fastq_1", "fastq_2"), files, strict=False):
        if file.has_old_qualities():
            _note_qualities(library, column, problems)


def _note_qualities(library: Library, column: str, problems: Problems) -> None:
    path = library.fastq_1 if column == "fastq_1" else library.fastq_2
    problems.add(
        "fastq-quality",
        row=library.row,
        column=column,
        found=path.name if path else None,
        expected="qualities as all sequencers write them since 2011 (Phred+33)",
        fix="These are of an older kind (Phred+64); convert them with `vsearch --fastq_convert"
        " OLD --fastq_ascii 64 --fastq_asciiout 33 --fastq_qmax 64 --fastqout NEW`",
    )


def _check_qualities(library: Library, files: Sequence[FirstRecords], problems: Problems) -> None:
    """Note reads whose qualities tell nothing."""
    for column, file in zip(("fastq_1", "fastq_2"), files, strict=False):
        if file.lack_qualities():
            problems.add(
                "fastq-qualities-alike",
                row=library.row,
                column=column,
                found="reads of one quality throughout, such as"
                f" '{file.qualities[0][:8].decode('ascii', 'replace')}'",
                expected="a quality for each base, as the sequencer wrote it",
                fix="Get the reads in their original format (NCBI's SRA Lite has no qualities);"
                " the engine dada2 cannot learn from these, and nothing is filtered by them",
                is_warning=True,
            )
            return


def _note_empty(
    library: Library, first: FirstRecords, second: FirstRecords | None, problems: Problems
) -> None:
    if second is not None and bool(first.names) != bool(second.names):
        column = "fastq_2" if first.names else "fastq_1"
        problems.add(
            "fastq-counts",
            row=library.row,
            column=column,
            found="no reads",
            expected="as many reads as the other file of the pair has",
            fix="Copy both files again; filter pairs together, never each file by itself",
        )
        return
    problems.add(
        "fastq-empty",
        row=library.row,
        column="fastq_1",
        found=library.fastq_1.name if library.fastq_1 else None,
        expected="at least one read",
        fix="Nothing needs to be done: the library stays in the dataset, marked empty",
        is_warning=True,
    )


def _inspect_primers(
    facts: Facts, starts: Starts, assay: Assay, demand: Demand, problems: Problems
) -> Facts:
    shares = starts.shares(assay, demand.primer_error_rate)
    if shares.both >= MOST:
        facts = replace(facts, has_primers=True)
    if not assay.primers_in_reads:
        # One primer that was left makes false features as well as two.
        if max(shares.first, shares.second or 0.0, shares.turned) >= MOST:
            _note_present(facts.library, assay, shares, problems)
        elif starts.are_anywhere():
            _note_metagenome(facts.library, starts, assay, demand, problems)
        elif starts.follows(assay) < BORNE_OUT:
            facts = replace(facts, absent=Absent(assay, shares, starts))
        else:
            facts = replace(facts, has_primers=False)
        _check_overlap(facts, assay, (0, 0), demand, problems)
    elif shares.both < MOST:
        facts = replace(facts, absent=Absent(assay, shares, starts))
    else:
        _check_overlap(facts, assay, (shares.end_1_bp, shares.end_2_bp), demand, problems)
    return replace(
        facts,
        primer_1_percent=round(100 * shares.first, 1),
        primer_2_percent=None if shares.second is None else round(100 * shares.second, 1),
    )


def _note_metagenome(
    library: Library, starts: Starts, assay: Assay, demand: Demand, problems: Problems
) -> None:
    """Note reads of an assay without primers that begin anywhere; a control may hold anything."""
    own = " or ".join(name for name, one in demand.assays.items() if one.is_shotgun)
    problems.add(
        "reads-metagenome",
        row=library.row,
        column="assay",
        found=f"reads of which {starts.shared_word():.0%} have any bases near their starts alike",
        expected=f"reads of the amplicon of {assay.assay_id}, which begin alike",
        fix="They begin anywhere, as those of a whole metagenome do: if they are, write"
        f" {own or 'an assay of your own'} (`library_strategy: WGS`) in the column assay",
        is_warning=bool(library.control_type),
    )


def _note_present(library: Library, assay: Assay, shares: PrimerShares, problems: Problems) -> None:
    problems.add(
        "primers-present",
        row=library.row,
        column="assay",
        found=shares.told(assay),
        expected="reads without primers, as `primers_in_reads: false` says",
        fix=one_primer_fix(assay, shares)
        or f"Set `primers_in_reads: true` for {assay.assay_id} in the configuration",
        # The few reads of a blank may be of anything.
        is_warning=bool(library.control_type) and shares.both < MOST,
    )


def _check_overlap(
    facts: Facts, assay: Assay, primers_bp: tuple[int, int], demand: Demand, problems: Problems
) -> None:
    """Note pairs that are too short to overlap, over the shortest or over the longest amplicon."""
    if not facts.library.fastq_2 or not assay.max_length_bp:
        return
    left = facts.length_1_bp - primers_bp[0] + facts.length_2_bp - primers_bp[1]
    reach = left - demand.min_overlap_bp
    if reach >= assay.max_length_bp:
        return
    is_hopeless = reach < assay.min_length_bp
    problems.add(
        "reads-overlap" if is_hopeless else "reads-overlap-some",
        row=facts.library.row,
        column="fastq_2",
        found=f"reads of {facts.length_1_bp} and {facts.length_2_bp} bases, {left} without primers",
        expected=f"reads that overlap by {demand.min_overlap_bp} bases over amplicons of"
        f" {assay.min_length_bp} to {assay.max_length_bp}",
        fix="Correct the assay, or use the forward reads alone (leave fastq_2 empty)"
        if is_hopeless
        else "Longer amplicons will be lost; use the forward reads alone if they matter",
        is_warning=not is_hopeless,
    )
