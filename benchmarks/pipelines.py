"""The peers: how each is called, in three stages, and how its result is read.

Denoising is run once; on it each chimera setting; names are given for the usual setting and for
the one that comes closest to the truth.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dnaio
from accuracy import Found
from jobs import Stage
from training import Training

SCRIPTS = Path(__file__).resolve().parent / "peers"
_CUTOFF_ENDS_BP = 3


@dataclass(frozen=True, slots=True)
class Place:
    """What a peer is given: trimmed reads, references, where to work, how many threads."""

    trimmed: Path
    training: Training
    alignment: Path
    folder: Path
    threads: int

    def environment(self) -> dict[str, str]:
        """Variables that the peers' scripts read."""
        return {
            "PYTHON": sys.executable,
            "STOPWATCH": str(SCRIPTS.parent / "stopwatch.py"),
            "THREADS": str(self.threads),
            "OMP_NUM_THREADS": str(self.threads),
        }


@dataclass(frozen=True, slots=True)
class Peer:
    """A pipeline to compare with; the first of its chimera settings is the usual one."""

    title: str
    settings: Mapping[str, tuple[str, ...]]
    denoise: Callable[[Place], list[str | Path]]
    chimeras: Callable[[Place, Path, tuple[str, ...]], list[str | Path]]
    classify: Callable[[Place, Path], list[str | Path]]
    read: Callable[[Path], Found]

    @property
    def usual(self) -> str:
        """Name of the setting that the peer's own documentation uses."""
        return next(iter(self.settings))

    def denoising(self, place: Place) -> Stage:
        """Everything before chimeras are removed."""
        target = place.folder / "denoise"
        return Stage("denoise", self.denoise(place), target, place.environment())

    def removing_chimeras(self, place: Place, setting: str) -> Stage:
        """Chimeras removed with one of the settings, reads counted."""
        target = place.folder / setting
        command = self.chimeras(place, target, self.settings[setting])
        return Stage("chimeras", command, target, place.environment())

    def naming(self, place: Place, setting: str) -> Stage:
        """Names for the ASVs of one of the settings."""
        target = place.folder / setting
        command = self.classify(place, target)
        return Stage("classify", command, target, place.environment(), keeps_folder=True)


def trimming(reads: Path, primers: tuple[str, str], target: Path, place: Place) -> Stage:
    """Primers removed with cutadapt, for all peers at once."""
    command: list[str | Path] = ["bash", SCRIPTS / "trim.sh", reads, target, *primers]
    return Stage("trim", command, target, place.environment())


def _dada2_command(*words: str | Path) -> list[str | Path]:
    return ["Rscript", "--vanilla", SCRIPTS / "dada2.R", *words]


def _dada2_denoise(place: Place) -> list[str | Path]:
    return _dada2_command("denoise", place.trimmed, place.folder / "denoise")


def _dada2_chimeras(place: Place, target: Path, options: tuple[str, ...]) -> list[str | Path]:
    return _dada2_command("chimeras", place.folder / "denoise", target, *options)


def _dada2_classify(place: Place, target: Path) -> list[str | Path]:
    return _dada2_command("classify", target, place.training.dada2)


def _read_dada2(folder: Path) -> Found:
    counts = _read_counts(folder / "counts.tsv", lambda sequence: sequence.upper())
    lineages = folder / "lineages.tsv"
    genera = {
        row[0].upper(): row[6]
        for row in (_rows(lineages) if lineages.is_file() else ())
        if len(row) > 6 and row[6] not in {"NA", "Genus"}
    }
    return Found(counts, genera)


def _vsearch_calls(
    mapping: str,
) -> tuple[
    Callable[[Place], list[str | Path]],
    Callable[[Place, Path, tuple[str, ...]], list[str | Path]],
]:
    script = SCRIPTS / "vsearch.sh"

    def denoise(place: Place) -> list[str | Path]:
        return ["bash", script, "denoise", mapping, place.trimmed, place.folder / "denoise"]

    def chimeras(place: Place, target: Path, options: tuple[str, ...]) -> list[str | Path]:
        return ["bash", script, "chimeras", mapping, place.folder / "denoise", target, *options]

    return denoise, chimeras


def _vsearch_classify(place: Place, target: Path) -> list[str | Path]:
    return ["bash", SCRIPTS / "vsearch.sh", "classify", target, place.training.sintax]


def _read_vsearch(folder: Path) -> Found:
    with dnaio.open(folder / "asv.fa") as records:
        sequences = {record.name: record.sequence.upper() for record in records}
    counts = _read_counts(folder / "counts.tsv", lambda name: sequences[name])
    lineages = folder / "sintax.tsv"
    genera = {}
    for row in _rows(lineages) if lineages.is_file() else ():
        genus = re.search(r"\bg:([^,]+)", row[3]) if len(row) > 3 else None
        if genus:
            genera[sequences[row[0]]] = genus[1]
    return Found(counts, genera)


def _mothur_denoise(place: Place) -> list[str | Path]:
    script, target = SCRIPTS / "mothur.sh", place.folder / "denoise"
    return ["bash", script, "denoise", place.trimmed, target, place.alignment]


def _mothur_chimeras(place: Place, target: Path, options: tuple[str, ...]) -> list[str | Path]:
    script, source = SCRIPTS / "mothur.sh", place.folder / "denoise"
    return ["bash", script, "chimeras", source, target, ",".join(options)]


def _mothur_classify(place: Place, target: Path) -> list[str | Path]:
    training = (place.training.mothur_sequences, place.training.mothur_lineages)
    return ["bash", SCRIPTS / "mothur.sh", "classify", target, *training]


def _read_mothur(folder: Path) -> Found:
    with dnaio.open(folder / "asv.ng.fasta") as records:
        sequences = {record.name.split()[0]: record.sequence.upper() for record in records}
    counts = _read_counts(folder / "asv.full.count_table", lambda name: sequences[name])
    counts.pop("total", None)
    genera = {}
    for lineages in folder.glob("*.wang.taxonomy"):
        for name, lineage in _rows(lineages):
            ranks = [re.sub(r"\(\d+\)$", "", rank) for rank in lineage.rstrip(";").split(";")]
            if len(ranks) > 5 and not ranks[5].endswith("_unclassified"):
                genera[sequences[name]] = ranks[5]
    return Found(counts, genera)


def restore_ends(found: Found, true: list[str]) -> Found:
    """Give ASVs that an alignment cut by a few bases the whole sequence that they are part of.

    A true sequence that holds the ASV and is at most three bases longer takes its place.
    """
    known = set(true)
    whole: dict[str, str] = {}
    for asv in {asv for library in found.counts.values() for asv in library} - known:
        holder = next(
            (s for s in true if 0 < len(s) - len(asv) <= _CUTOFF_ENDS_BP and asv in s), None
        )
        if holder:
            whole[asv] = holder
    counts: dict[str, dict[str, float]] = {}
    for library, reads in found.counts.items():
        counts[library] = {}
        for asv, number in reads.items():
            name = whole.get(asv, asv)
            counts[library][name] = counts[library].get(name, 0) + number
    genera = {whole.get(asv, asv): genus for asv, genus in found.genera.items()}
    return Found(counts, genera)


def _read_counts(source: Path, to_sequence: Callable[[str], str]) -> dict[str, dict[str, float]]:
    """Read a table with a row an ASV and a column a library."""
    rows = _rows(source)
    libraries = next(rows)[1:]
    counts: dict[str, dict[str, float]] = {library: {} for library in libraries}
    for name, *numbers in rows:
        sequence = to_sequence(name)
        for library, number in zip(libraries, numbers, strict=True):
            if float(number) > 0:
                counts[library][sequence] = counts[library].get(sequence, 0) + float(number)
    return counts


def _rows(source: Path) -> Iterator[list[str]]:
    with source.open() as handle:
        for line in handle:
            yield line.rstrip("\n").rstrip("\t").split("\t")


_SKEWS = {f"skew-{skew}": (skew,) for skew in ("16", "4", "2", "1.5")}
# Mapping every read takes long, and for each skew anew; these two tell what there is to tell.
_FEW_SKEWS = {name: _SKEWS[name] for name in ("skew-16", "skew-2")}
_VSEARCH_READS = _vsearch_calls("reads")
_VSEARCH_UNIQUE = _vsearch_calls("unique")

PEERS = {
    "dada2": Peer(
        "cutadapt and Bioconductor DADA2",
        {
            "consensus": ("usual", "0"),
            "pooled": ("pooled", "0"),
            "pooled-fold-1": ("pooled", "1"),
        },
        _dada2_denoise,
        _dada2_chimeras,
        _dada2_classify,
        _read_dada2,
    ),
    "mothur": Peer(
        "cutadapt and mothur's MiSeq SOP",
        {
            "sop": ("dereplicate=t",),
            "everywhere": ("dereplicate=f",),
            "sensitive": ("dereplicate=f,abskew=1.5,minh=0.1,mindiffs=1,mindiv=0.1",),
        },
        _mothur_denoise,
        _mothur_chimeras,
        _mothur_classify,
        _read_mothur,
    ),
    "vsearch": Peer(
        "cutadapt and plain vsearch, every read mapped",
        _FEW_SKEWS,
        *_VSEARCH_READS,
        _vsearch_classify,
        _read_vsearch,
    ),
    "vsearch-unique": Peer(
        "cutadapt and plain vsearch, unique sequences mapped",
        _SKEWS,
        *_VSEARCH_UNIQUE,
        _vsearch_classify,
        _read_vsearch,
    ),
}
