"""Reads of small-subunit rRNA genes of a metagenome, named as the project's amplicons are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from soilbio.errors import disk_full
from soilbio.profile.classify import Database, classifier_record, classify
from soilbio.profile.clean import Cleaned
from soilbio.profile.minimap2 import (
    align,
    index_sequences,
    records_with_bases,
    version_of_minimap2,
)
from soilbio.profile.packing import needing_room, parts_of
from soilbio.profile.tools import ToolFailed, run_tool, tool_version
from soilbio.references.disk import scratch_beside
from soilbio.references.identity import content_of
from soilbio.taxonomy.sintax import read_sintax

if TYPE_CHECKING:
    from pysam import AlignedSegment

# minimap2 with short seeds, densely set: of 150-base pieces of a phylum that the reference lacks
# 99.6 % are found, of a domain that it lacks 57 % (docs/shotgun.md).
SEARCH = ("-k", "13", "-w", "5", "-m", "20", "-s", "40", "-N", "1", "--secondary=no")
_OF_INDEX = 4  # words of it: k and w
MIN_ALIGNED_BP = 50
MIN_IDENTITY = 0.7
UNCLASSIFIED = "unclassified"
COLUMNS = ("lineage", "reads")
# Of a longer read what lies beside the gene would outweigh it; of a shorter one all is named.
_LONGEST_WHOLE_BP = 600
# Words of SINTAX do not reach over an N, so that no false one joins two mates.
_BETWEEN_MATES = "N" * 8


def write_seeds(whole: Path, target: Path, *, threads: int) -> None:
    """Index the reference's sequences for minimap2, as reads are looked for."""

    def feed(sink: IO[bytes]) -> None:
        with whole.open("rb") as lines:
            sink.writelines(records_with_bases(lines))

    with needing_room(target), parts_of([target]) as (part,):
        index_sequences("-", part, SEARCH[:_OF_INDEX], threads=threads, feed=feed)


def write_words(whole: Path, target: Path) -> None:
    """Index the reference's sequences for SINTAX.

    Raises
    ------
    InputError
        If vsearch cannot do it; of a full disk it says only that it cannot write.

    """
    with needing_room(target), parts_of([target]) as (part,):
        command = ["vsearch", "--makeudb_usearch", str(whole), "--dbmask", "none"]
        try:
            run_tool([*command, "--output", str(part)])
        except ToolFailed as failure:
            if "Unable to write" in failure.said:
                raise disk_full(str(target)) from failure
            raise failure.as_input_error(str(whole)) from failure


def profile(reads: Cleaned, database: Path, index: Path, confidence: float, target: Path) -> None:
    """Pick the reads of rRNA genes out, name them, and write how many have each lineage.

    A read, or a pair of which either mate is picked, counts once; its picked mates are named
    together.

    Parameters
    ----------
    reads : Cleaned
    database : Path
        The reference of the project's amplicons, whole, for SINTAX.
    index : Path
        The same sequences for minimap2.
    confidence : float
        Bootstrap support that a rank needs.
    target : Path
        Table of `lineage`, as far as it is supported (`unclassified`, where no rank is), and reads.

    """
    with (
        needing_room(target),
        scratch_beside(target) as scratch,
        parts_of([target]) as (part,),
    ):
        picked = scratch / "picked.fasta"
        found = () if reads.is_empty() else _pick(reads, index)
        with picked.open("w", encoding="ascii") as handle:
            for number, mates in enumerate(found):
                handle.write(f">{number}\n{_joined(mates)}\n")
        classify(picked, Database(database, "", "", ""), confidence, scratch, threads=1)
        counts = Counter(
            _supported(lineage.ranks) for lineage in read_sintax(scratch / "sintax.tsv", confidence)
        )
        lines = [f"{lineage}\t{counts[lineage]}\n" for lineage in sorted(counts)]
        part.write_text("\t".join(COLUMNS) + "\n" + "".join(lines), encoding="utf-8")


def made_with(database: Path, index: Path, confidence: float) -> dict[str, str]:
    """Say what a profile is made with, beside the reads."""
    vsearch = tool_version(["vsearch", "--version"])
    return {
        "engine": f"minimap2 {version_of_minimap2()}, vsearch {vsearch}",
        "database": f"{content_of(database)} {content_of(index)}",
        "options": f"{confidence} {MIN_ALIGNED_BP} {MIN_IDENTITY} {' '.join(SEARCH)}",
    }


def read_profile(path: Path) -> dict[str, int]:
    """Read what `profile` wrote: reads by lineage."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return {lineage: int(number) for lineage, number in rows}


def _supported(ranks: Mapping[str, str]) -> str:
    named = [f"{rank[0]}__{name}" for rank, name in ranks.items() if name]
    return ";".join(named) or UNCLASSIFIED


def _pick(reads: Cleaned, index: Path) -> Iterator[list[tuple[bool, str]]]:
    """Find reads of the reference's gene: the mates of a fragment that are picked, together."""
    for _, alignments in align(reads, index, ["-t", "1", *SEARCH]):
        mates = [_picked(one) for one in alignments if not one.is_supplementary]
        if any(mates):
            yield [mate for mate in mates if mate]


def _picked(read: AlignedSegment) -> tuple[bool, str] | None:
    """Give a read that is alike enough: whether on the other strand, and its bases turned right.

    minimap2 writes bases as they are aligned, on the reference's strand.
    """
    columns = sum(number for kind, number in read.cigartuples or () if kind in (0, 1, 2, 7, 8))
    is_alike = 1 - int(read.get_tag("NM")) / columns >= MIN_IDENTITY
    if not is_alike or read.query_alignment_length < MIN_ALIGNED_BP:
        return None
    bases = str(read.query_sequence)
    if len(bases) > _LONGEST_WHOLE_BP:
        bases = str(read.query_alignment_sequence)
    return read.is_reverse, bases


def _joined(mates: list[tuple[bool, str]]) -> str:
    """Join a fragment's picked mates as they stand on the gene: the one of its strand first."""
    return _BETWEEN_MATES.join(bases for _, bases in sorted(mates))


def described(
    *, name: str, version: str, sha256: str, confidence: float, min_length_bp: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what picked and named the reads, and how, as the dataset keeps it of an assay."""
    engine = {
        "engine": "ssu",
        "engine_version": f"minimap2 {version_of_minimap2()}",
        "parameters": {
            "search": " ".join(SEARCH),
            "min_aligned_bp": MIN_ALIGNED_BP,
            "min_identity": MIN_IDENTITY,
            "min_length_bp": min_length_bp,
        },
        "abundance": "marker",
        "notes": [],
    }
    return engine, classifier_record(Database(Path(), name, version, sha256), confidence)
