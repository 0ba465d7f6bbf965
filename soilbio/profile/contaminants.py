"""Reads of a host, a crop or a contaminant: found by minimap2, counted by genome, taken out."""

from __future__ import annotations

import gzip
import json
import subprocess
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from soilbio.errors import problem_of
from soilbio.profile.clean import Account, Cleaned
from soilbio.profile.genomes import Genome
from soilbio.profile.packing import needing_room, packed, parts_of
from soilbio.profile.tools import ToolFailed, run_tool_into, streaming
from soilbio.references.manifest import sha256_of

if TYPE_CHECKING:
    from pysam import AlignedSegment

_GZIP = b"\x1f\x8b"
# An alignment's score, and the genome's place, negative, so that of equal ones the first is larger.
Hit = tuple[int, int]
# How minimap2 is told of what kind reads are; its index depends on it.
PRESETS = {False: "sr", True: "map-ont"}


@dataclass(frozen=True, slots=True)
class Rule:
    """When a read is of a genome: so much of it is aligned, and so much of that is alike."""

    min_aligned: float
    min_identity: float

    def holds(self, read: AlignedSegment) -> bool:
        """Judge one alignment; its length is of the bases, its identity of all columns."""
        length = read.infer_read_length() or 0
        columns = sum(number for kind, number in read.cigartuples or () if kind in _COLUMNS)
        if not length or not columns:
            return False
        is_long = read.query_alignment_length >= self.min_aligned * length
        return is_long and 1 - int(read.get_tag("NM")) / columns >= self.min_identity


# Of CIGAR: M, I, D, =, X.
_COLUMNS = frozenset({0, 1, 2, 7, 8})


def write_index(genomes: Sequence[Genome], target: Path, *, is_long: bool, threads: int) -> None:
    """Write minimap2's index of all genomes, and beside it which they are (`.json`).

    Held in memory: about four bytes a base. Sequences are named after their genome's place.

    Raises
    ------
    InputError
        If minimap2 cannot do it, or the disk is full.

    """

    def feed(sink: IO[bytes]) -> None:
        for place, genome in enumerate(genomes):
            _write_renamed(genome, place, sink)

    known = {genome.name: sha256_of(genome.path) for genome in genomes}
    options = ["-x", PRESETS[is_long]]
    with needing_room(target), parts_of([target, _described(target)]) as (part, described):
        index_sequences("-", part, options, threads=threads, feed=feed)
        described.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def index_sequences(
    source: str | Path,
    target: Path,
    options: Sequence[str],
    *,
    threads: int,
    feed: Callable[[IO[bytes]], None] | None = None,
) -> None:
    """Write minimap2's index of a FASTA, whole: it does not itself notice a full disk."""
    words = ["minimap2", *options, "-t", str(threads), "-I", "1000G", "-d", "/dev/fd/1"]
    try:
        run_tool_into([*words, source], target, feed=feed)
    except ToolFailed as failure:
        raise failure.as_input_error(str(target)) from failure


def _write_renamed(genome: Genome, place: int, sink: IO[bytes]) -> None:
    with genome.path.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP
        raw.seek(0)
        with gzip.open(raw) if is_packed else raw as lines:
            for line in _whole(genome, lines):
                sink.write(b">%d|" % place + line[1:] if line.startswith(b">") else line)
    sink.write(b"\n")


def _whole(genome: Genome, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines of a genome; only reading is judged here, writing is not of the file."""
    try:
        yield from lines
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise problem_of(
            "shotgun-genome",
            str(genome.path),
            found=f"{genome.name}: {error}",
            expected="a whole FASTA file, plain or gzip",
            fix="Copy or download it again, and compare its size or checksum with the source",
        ) from error


def _described(index: Path) -> Path:
    return index.with_suffix(".json")


def genomes_in(index: Path) -> dict[str, str]:
    """Tell which genomes an index has, with the SHA-256 of their files."""
    known: dict[str, str] = json.loads(_described(index).read_text(encoding="utf-8"))
    return known


def remove(
    account: Account, reads: Cleaned, index: Path, rule: Rule, *, is_long: bool, threads: int
) -> Account:
    """Take a library's reads of the index's genomes out of its files, and count them by genome.

    A pair goes as a whole if either mate is of a genome, and counts for the genome of its best
    alignment. minimap2: Li 2018, Bioinformatics 34:3094. Held in memory: the names of what goes.

    Raises
    ------
    InputError
        If minimap2 cannot do it, or the disk is full: reads that nobody looked at go no further.

    """
    known = genomes_in(index)
    names = list(known)
    account = replace(account, genomes=known, rule=asdict(rule))
    if account.status != "ok":
        return account
    found = _found(reads, index, rule, is_long=is_long, threads=threads)
    left, gone = _rewrite(reads, found) if found else (account.reads_filtered, Counter[int]())
    removed = {names[place]: number for place, number in gone.items()}
    if not left:
        reads.empty()
    return replace(
        account,
        status="ok" if left else "empty",
        status_reason=""
        if left
        else f"all {account.reads_filtered} trimmed reads are of {', '.join(sorted(removed))}",
        reads_merged=left,
        reads_decontaminated=left,
        removed={name: removed.get(name, 0) for name in names},
    )


def _found(
    reads: Cleaned, index: Path, rule: Rule, *, is_long: bool, threads: int
) -> dict[str, Hit]:
    """Give the reads of the genomes by their name, each with its best alignment.

    minimap2 aligns mates together if they have the same name; others are fed to it with one.
    """
    import pysam

    words = ["minimap2", "-a", "-x", PRESETS[is_long], "-t", str(threads), "--sam-hit-only"]
    is_fed = _are_mates_named_apart(reads)
    words += ["--secondary=no", str(index), *(["-"] if is_fed else reads.files())]
    source = subprocess.PIPE if is_fed else subprocess.DEVNULL
    best: dict[str, Hit] = {}
    try:
        with streaming(words, stdin=source) as aligner:
            if aligner.stdin:
                threading.Thread(target=_feed, args=(reads, aligner.stdin), daemon=True).start()
            with pysam.AlignmentFile(aligner.stdout, "r", check_sq=False) as alignments:  # type: ignore[arg-type]
                for read in alignments:
                    if read.is_unmapped or not rule.holds(read):
                        continue
                    place = int(str(read.reference_name).partition("|")[0])
                    hit = (int(read.get_tag("AS")), -place)
                    name = bare_name(str(read.query_name))
                    best[name] = max(best.get(name, hit), hit)
    except ToolFailed as failure:
        raise failure.as_input_error(str(reads.forward)) from failure
    return best


def _are_mates_named_apart(reads: Cleaned) -> bool:
    """Tell whether the first pair's names differ, as archives' `.1` and `.2` do."""
    first = next(reads.fragments(), ())
    return len({bare_name(one.name) for one in first}) > 1


def _feed(reads: Cleaned, sink: IO[bytes]) -> None:
    """Write pairs, one mate after the other, both with the name of the first."""
    with suppress(BrokenPipeError), sink:  # who ended before says so itself
        for fragment in reads.fragments():
            name = bare_name(fragment[0].name)
            for one in fragment:
                one.name = name
                sink.write(one.fastq_bytes())


def bare_name(name: str) -> str:
    """Name a read as minimap2 does, which leaves out what follows a space, and may /1 and /2."""
    bare = name.split(None, 1)[0] if name else name
    return bare[:-2] if bare[-2:] in ("/1", "/2") else bare


def _rewrite(reads: Cleaned, found: Mapping[str, Hit]) -> tuple[int, Counter[int]]:
    """Write the files anew, without the fragments of which a mate was found.

    Returns how many are left, and how many went by the place of the genome of their best alignment.
    """
    left, gone = 0, Counter[int]()
    targets = [Path(path) for path in reads.files()]
    with needing_room(reads.forward), parts_of(targets) as parts, ExitStack() as stack:
        sinks = [stack.enter_context(packed(part)) for part in parts]
        for fragment in reads.fragments():
            names = [bare_name(one.name) for one in fragment]
            hits = [found[name] for name in names if name in found]
            if hits:
                gone[-max(hits)[1]] += 1
                continue
            left += 1
            for sink, one in zip(sinks, fragment, strict=True):
                sink.write(one.fastq_bytes())
    return left, gone


def version_of_minimap2() -> str:
    """Ask minimap2 for its version."""
    done = subprocess.run(["minimap2", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
