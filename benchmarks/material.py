"""What is compared on: reads, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dnaio
from accuracy import Truth
from training import pattern, reverse_complement

FORWARD, REVERSE = "GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"  # 515F-Y, 806RB
_V4_BP = range(230, 281)


@dataclass(frozen=True, slots=True)
class Material:
    """Libraries of V4 reads with primers (or without: `has_primers`), and their truth.

    `held_out` are the reference sequences that classifiers must do without.
    """

    name: str
    title: str
    reads: Mapping[str, tuple[Path, Path]]
    truth: Truth
    primers: tuple[str, str] = (FORWARD, REVERSE)
    has_primers: bool = True
    held_out: frozenset[str] = field(default_factory=frozenset)

    def link_reads(self, folder: Path) -> Path:
        """Make a folder with the reads under the names that the peers' scripts expect."""
        folder.mkdir(parents=True, exist_ok=True)
        for library, files in self.reads.items():
            for end, file in enumerate(files, start=1):
                link = folder / f"{library}_R{end}.fastq.gz"
                if not link.is_symlink():
                    link.symlink_to(file.resolve())
        return folder


def mock_1250(shared: Path) -> Material:
    """Describe the 21-strain HMP mock community; expected are the V4 regions of its genes."""
    folder = shared / "data" / "amplicon_16S_mock_1250"
    reads = [folder / f"Mock_S280_L001_R{end}_001.fastq.gz" for end in (1, 2)]
    start, end = pattern(FORWARD), pattern(reverse_complement(REVERSE))
    expected = set()
    with dnaio.open(folder / "HMP_MOCK.v35.fasta") as records:
        for record in records:
            sequence = record.sequence.upper()
            first, last = start.search(sequence), end.search(sequence)
            if first and last and last.start() - first.end() in _V4_BP:
                expected.add(sequence[first.end() : last.start()])
    return Material(
        "mock_1250",
        "21-strain mock community, real MiSeq reads, 1,250 pairs",
        {"S01": (reads[0], reads[1])},
        Truth(sequences=expected, pairs=1250),
        has_primers=False,
    )


def miseq_pairs(shared: Path) -> list[Path]:
    """List the real 2 x 250 MiSeq reads that simulated ones may take their qualities from."""
    folder = shared / "data" / "amplicon_16S_mock_1250"
    return sorted(folder.glob("*_R[12]_001.fastq.gz"))


def dadasnake(shared: Path) -> Material:
    """Describe four libraries of real soil; nothing is known of them beforehand."""
    folder = shared / "data" / "amplicon_16S_soil_V4_dadasnake"
    names = ("lib_111", "lib_222", "lib_333", "lib_334")
    reads = {
        f"S{number:02d}": (folder / f"{name}_R1_001.fastq.gz", folder / f"{name}_R2_001.fastq.gz")
        for number, name in enumerate(names, start=1)
    }
    return Material(
        "dadasnake",
        "real soils, 4 libraries, 2,000 pairs each",
        reads,
        Truth(sequences=(), pairs=8000),
        primers=("GTGCCAGCMGCCGCGGTAA", "GGACTACHVGGGTWTCTAAT"),
    )


REAL = {"mock_1250": mock_1250, "dadasnake": dadasnake}
