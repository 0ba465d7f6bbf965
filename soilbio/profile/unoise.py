"""Engine `unoise`: unique sequences of all libraries of an assay to features and counts.

UNOISE (Edgar 2016, bioRxiv 081257) and UCHIME3 as vsearch has them (Rognes et al. 2016,
PeerJ 4:e2584). Counts come from assigning unique sequences, not reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from soilbio.profile.features import Features, write_features
from soilbio.profile.near import assign_near
from soilbio.profile.tools import ToolFailed, run_tool_into, tool_version
from soilbio.references.disk import scratch_beside

_NO_FEATURE = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What UNOISE, UCHIME and the counting are told; docs/engines.md says why these values."""

    min_size: int = 4
    unoise_alpha: float = 4.0
    chimera_skew: float = 1.5
    count_identity: float = 0.97


def denoise(uniques: Mapping[str, Path], settings: Settings, folder: Path, *, threads: int) -> None:
    """Make features and counts of the unique sequences of libraries.

    Parameters
    ----------
    uniques : mapping of library id to FASTA
        As `prepare_unique` writes them: `>md5;size=n`, gzip.
    settings : Settings
        Parameters of the engine.
    folder : Path
        Where `features.fasta`, `counts.parquet`, `tracking.tsv` and `engine.json` go.
    threads : int
        For vsearch; the result does not depend on it.

    Held in memory: the distinct sequences of all libraries (by vsearch), and their ids.

    """
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_beside(folder / "unoise") as scratch:
        try:
            features = _denoise(uniques, settings, scratch, threads)
        except ToolFailed as failure:
            raise failure.as_input_error(str(folder)) from failure
    engine = {
        "engine": "unoise",
        "engine_version": f"vsearch {tool_version(['vsearch', '--version'])}",
        "parameters": asdict(settings),
    }
    write_features(features, engine, folder)


def _denoise(
    uniques: Mapping[str, Path], settings: Settings, scratch: Path, threads: int
) -> Features:
    pooled = scratch / "pooled.fasta"
    _pool(uniques, pooled)
    if not pooled.stat().st_size:
        return Features({}, {}, dict.fromkeys(uniques, 0))
    denoised, kept = scratch / "denoised.fasta", scratch / "kept.fasta"
    run_tool_into(
        [
            *("vsearch", "--cluster_unoise", pooled, "--minsize", str(settings.min_size)),
            *("--unoise_alpha", f"{settings.unoise_alpha:g}", "--threads", str(threads)),
            *("--sizein", "--sizeout", "--fasta_width", "0", "--centroids", "-"),
        ],
        denoised,
    )
    if not denoised.stat().st_size:
        return Features({}, {}, dict.fromkeys(uniques, 0))
    # UCHIME knows one thread only; it need not wait for the counting, nor that for it.
    with ThreadPoolExecutor(1) as beside:
        chimeras = beside.submit(_remove_chimeras, denoised, kept, settings)
        owner = _assign(pooled, denoised, settings, scratch, threads)
        chimeras.result()
    sequences = {name: sequence for name, _, sequence in _records(kept)}
    return _count(uniques, owner, sequences)


def _pool(uniques: Mapping[str, Path], target: Path) -> None:
    """Dereplicate across libraries; the most abundant first, equals by their id."""
    unsorted = target.with_name("unsorted.fasta")
    with unsorted.open("wb") as handle:
        for library in sorted(uniques):
            handle.writelines(_unpacked(uniques[library]))
    if not unsorted.stat().st_size:
        target.touch()
        return
    run_tool_into(
        [
            *("vsearch", "--derep_fulllength", unsorted, "--sizein", "--sizeout"),
            *("--minseqlength", "1", "--fasta_width", "0", "--output", "-"),
        ],
        target,
    )
    unsorted.unlink()


def _remove_chimeras(denoised: Path, kept: Path, settings: Settings) -> None:
    run_tool_into(
        [
            *("vsearch", "--uchime3_denovo", denoised, "--abskew", f"{settings.chimera_skew:g}"),
            *("--sizein", "--fasta_width", "0", "--nonchimeras", "-"),
        ],
        kept,
    )


def _assign(
    pooled: Path, denoised: Path, settings: Settings, scratch: Path, threads: int
) -> dict[str, str]:
    """Find for each unique sequence the denoised one that it is most like, chimeras included.

    Chimeras compete for reads, so that theirs are not counted to a parent that they resemble.
    vsearch aligns what is not near one.
    """
    hits, rest = scratch / "hits.tsv", scratch / "rest.fasta"
    targets = [(name, sequence) for name, _, sequence in _records(denoised)]
    owner = assign_near(_records(pooled), targets, settings.count_identity, rest)
    if not rest.stat().st_size:
        return owner
    run_tool_into(
        [
            *("vsearch", "--usearch_global", rest, "--db", denoised, "--strand", "plus"),
            *("--id", f"{settings.count_identity:g}", "--threads", str(threads)),
            *("--qmask", "none", "--dbmask", "none", "--userout", "-"),
            *("--userfields", "query+target", "--sizein"),
        ],
        hits,
    )
    with hits.open(encoding="ascii") as handle:
        pairs = (line.rstrip("\n").split("\t") for line in handle)
        return owner | {_name(query): _name(target) for query, target in pairs}


def _count(
    uniques: Mapping[str, Path], owner: Mapping[str, str], sequences: Mapping[str, str]
) -> Features:
    """Add up, library by library, the sizes of the unique sequences that each feature owns."""
    counts: dict[tuple[str, str], int] = {}
    denoised_reads = {}
    for library, source in uniques.items():
        total = 0
        for name, size in _headers(source):
            feature = owner.get(name, _NO_FEATURE)
            if feature == _NO_FEATURE:
                continue
            total += size
            if feature in sequences:
                counts[library, feature] = counts.get((library, feature), 0) + size
        denoised_reads[library] = total
    return Features(sequences, counts, denoised_reads)


def _unpacked(source: Path) -> Iterator[bytes]:
    from isal import igzip

    with igzip.open(source, "rb") as handle:
        while block := handle.read(1 << 20):
            yield block


def _headers(source: Path) -> Iterator[tuple[str, int]]:
    from isal import igzip

    with igzip.open(source, "rt", encoding="ascii") as handle:
        for line in handle:
            if line.startswith(">"):
                name, size = line[1:].rstrip("\n;").split(";size=")
                yield name, int(size)


def _records(source: Path) -> Iterator[tuple[str, str, str]]:
    """Read FASTA with one line a sequence: name, rest of the header, upper-case sequence."""
    with source.open(encoding="ascii") as handle:
        for header in handle:
            name, _, rest = header[1:].rstrip("\n").partition(";")
            yield name, rest, next(handle).rstrip("\n").upper()


def _name(label: str) -> str:
    return label.partition(";")[0]
