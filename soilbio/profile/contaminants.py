"""Reads of a host, a crop or a contaminant: found by minimap2, counted by genome, taken out."""

from __future__ import annotations

import gzip
import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from soilbio.errors import disk_full
from soilbio.profile.clean import Account, Cleaned
from soilbio.profile.genomes import Genome
from soilbio.profile.tools import ToolFailed, last_words
from soilbio.references.manifest import sha256_of

if TYPE_CHECKING:
    from pysam import AlignedSegment

_GZIP = b"\x1f\x8b"
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
    """
    part = target.with_name(f"{target.name}.part")
    words = ["minimap2", "-x", PRESETS[is_long], "-t", str(threads), "-I", "1000G"]
    with tempfile.TemporaryFile() as said:
        index = subprocess.Popen(
            [*words, "-d", str(part), "-"], stdin=subprocess.PIPE, stderr=said, stdout=said
        )
        with index.stdin as sink:  # type: ignore[union-attr]
            for place, genome in enumerate(genomes):
                _write_renamed(genome, place, sink)
        if index.wait():
            said.seek(0)
            words_of_tool = last_words(said.read().decode(errors="replace"))
            raise ToolFailed("minimap2", words_of_tool).as_input_error(str(target))
    known = {genome.name: sha256_of(genome.path) for genome in genomes}
    _described(target).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    part.replace(target)


def _write_renamed(genome: Genome, place: int, sink: IO[bytes]) -> None:
    with genome.path.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP
        raw.seek(0)
        with gzip.open(raw) if is_packed else raw as lines:
            for line in lines:
                sink.write(b">%d|" % place + line[1:] if line.startswith(b">") else line)
    sink.write(b"\n")


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
    found = dict(_found(reads, index, rule, is_long=is_long, threads=threads))
    removed = Counter(names[place] for place in found.values())
    left = account.reads_filtered - len(found)
    if found:
        _rewrite(reads, found)
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
        removed={name: removed[name] for name in names},
    )


def _found(
    reads: Cleaned, index: Path, rule: Rule, *, is_long: bool, threads: int
) -> Iterator[tuple[str, int]]:
    """Give the names of fragments of the genomes, each with the place of its best one."""
    import pysam

    words = ["minimap2", "-a", "-x", PRESETS[is_long], "-t", str(threads), "--sam-hit-only"]
    words += ["--secondary=no", str(index), *reads.files()]
    best: dict[str, tuple[int, int]] = {}
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=said) as aligner,
    ):
        try:
            with pysam.AlignmentFile(aligner.stdout, "r", check_sq=False) as alignments:  # type: ignore[arg-type]
                for read in alignments:
                    if read.is_unmapped or not rule.holds(read):
                        continue
                    place = int(str(read.reference_name).partition("|")[0])
                    hit = (int(read.get_tag("AS")), -place)
                    name = fragment_of(str(read.query_name))
                    best[name] = max(best.get(name, hit), hit)
        except (OSError, ValueError) as error:
            aligner.kill()
            raise ToolFailed("minimap2", _said(said) or str(error)).as_input_error(
                str(reads.forward)
            ) from error
        if aligner.wait():
            raise ToolFailed("minimap2", _said(said)).as_input_error(str(reads.forward))
    yield from ((name, -place) for name, (_, place) in best.items())


def _said(handle: IO[bytes]) -> str:
    handle.seek(0)
    return last_words(handle.read().decode(errors="replace"))


def fragment_of(name: str) -> str:
    """Name both mates alike: up to the first space, without /1 and /2."""
    bare = name.split(None, 1)[0] if name else name
    return bare[:-2] if bare[-2:] in ("/1", "/2") else bare


def _rewrite(reads: Cleaned, found: Mapping[str, int]) -> None:
    """Write the files anew, without the fragments that were found."""
    try:
        for file in reads.files():
            _rewrite_one(Path(file), found)
    except OSError as error:
        raise disk_full(str(reads.forward)) from error


def _rewrite_one(path: Path, found: Mapping[str, int]) -> None:
    import dnaio
    from isal import igzip

    part = path.with_name(f"part.{path.name}")
    with (
        dnaio.open(path, mode="r", fileformat="fastq", open_threads=0) as records,
        part.open("wb") as raw,
        igzip.IGzipFile("", "wb", 1, raw, mtime=0) as packed,
    ):
        for record in records:
            if fragment_of(record.name) not in found:
                packed.write(record.fastq_bytes())
    part.replace(path)


def version_of_minimap2() -> str:
    """Ask minimap2 for its version."""
    done = subprocess.run(["minimap2", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
