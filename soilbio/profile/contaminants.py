"""Reads of a host, a crop or a contaminant: found by minimap2, counted by genome, taken out."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from soilbio.errors import InputError, problem_of
from soilbio.metadata.genome_files import Genome, has_bases, not_dna
from soilbio.profile.clean import Account, Cleaned
from soilbio.profile.minimap2 import (
    align,
    identity,
    index_sequences,
    records_with_bases,
    stretches_on_target,
)
from soilbio.profile.packing import needing_room, packed, parts_of
from soilbio.references.manifest import sha256_of

if TYPE_CHECKING:
    from pysam import AlignedSegment

_GZIP = b"\x1f\x8b"
# An alignment's score, and the genome's place, negative, so that of equal ones the first is larger.
Hit = tuple[int, int]
# How minimap2 is told of what kind reads are; its index depends on it.
PRESETS = {False: "sr", True: "map-ont"}


# Goes up when the same numbers would take out other reads: what was looked at before is then looked
# at anew before it may leave.
RULE_VERSION = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """When a read is of a genome: so much of it is aligned, and so much of that is alike."""

    min_aligned: float
    min_identity: float

    def record(self) -> dict[str, float]:
        """Give what is kept of it beside the reads."""
        return {**asdict(self), "version": RULE_VERSION}

    def is_alike(self, alignment: AlignedSegment) -> bool:
        """Judge one alignment by its identity."""
        return identity(alignment) >= self.min_identity

    def holds(self, alike: Sequence[AlignedSegment]) -> bool:
        """Judge a read by all its alignments that are alike, whose stretches are added up.

        A read may be aligned in pieces: genomes are rearranged, have insertions and gaps in their
        assemblies, and reads are joined to others.
        """
        length = (alike[0].infer_read_length() or 0) if alike else 0
        is_aligned = bytearray(length)
        for alignment in alike:
            for start, end in stretches_on_target(alignment):
                is_aligned[start:end] = b"\1" * (end - start)
        return bool(length) and is_aligned.count(1) >= self.min_aligned * length


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


def _write_renamed(genome: Genome, place: int, sink: IO[bytes]) -> None:
    with genome.path.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP
        raw.seek(0)
        with gzip.open(raw) if is_packed else raw as lines:
            for line in records_with_bases(_of_dna(genome, _whole(genome, lines))):
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


def _of_dna(genome: Genome, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines of a genome; of proteins, or of no bases, no read would be found."""
    record, is_known = "", False
    for line in lines:
        if line.startswith(b">"):
            record = line[1:].decode("utf-8", "replace").strip()
        elif fault := not_dna(line):
            raise _no_genome(genome, fault, record.partition(" ")[0])
        else:
            is_known = is_known or has_bases(line)
        yield line
    if not is_known:
        raise _no_genome(genome, "no bases", None)


def _no_genome(genome: Genome, found: str, record: str | None) -> InputError:
    return problem_of(
        "shotgun-genome",
        str(genome.path),
        column=record,
        found=f"{genome.name}: {found}",
        expected="bases of DNA, IUPAC's letters and gaps among them",
        fix="Give the genome (.fna), not its proteins",
    )


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
    alignment. Held in memory: the places of what goes.

    Raises
    ------
    InputError
        If minimap2 cannot do it, or the disk is full: reads that nobody looked at go no further.

    """
    known = genomes_in(index)
    names = list(known)
    account = replace(account, genomes=known, rule=rule.record())
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
) -> dict[int, Hit]:
    """Give the fragments of the genomes by their place, each with its best alignment."""
    found = {}
    options = ["-x", PRESETS[is_long], "--secondary=no", "-t", str(threads)]
    for place, alignments in align(reads, index, options):
        alike = [one for one in alignments if rule.is_alike(one)]
        mates = [[one for one in alike if one.is_read2 == is_second] for is_second in (False, True)]
        hits = [_hit(one) for mate in mates if rule.holds(mate) for one in mate]
        if hits:
            found[place] = max(hits)
    return found


def _hit(alignment: AlignedSegment) -> Hit:
    genome = int(str(alignment.reference_name).partition("|")[0])
    return int(alignment.get_tag("AS")), -genome


def _rewrite(reads: Cleaned, found: Mapping[int, Hit]) -> tuple[int, Counter[int]]:
    """Write the files anew, without the fragments that were found.

    Returns how many are left, and how many went by the place of the genome of their best alignment.
    """
    left, gone = 0, Counter[int]()
    targets = [Path(path) for path in reads.files()]
    with needing_room(reads.forward), parts_of(targets) as parts, ExitStack() as stack:
        sinks = [stack.enter_context(packed(part)) for part in parts]
        for place, fragment in enumerate(reads.fragments()):
            if place in found:
                gone[-found[place][1]] += 1
                continue
            left += 1
            for sink, one in zip(sinks, fragment, strict=True):
                sink.write(one.fastq_bytes())
    return left, gone
