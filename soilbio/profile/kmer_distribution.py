"""What Kraken2 would name each possible read of a database's genomes: Bracken's k-mer distribution.

As `bracken-build` does (Lu et al. 2017): Kraken2 names every k-mer of each genome of the library;
a window of k-mers as long as a read is named as Kraken2 names a read, and windows are counted.
"""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import problem_of
from soilbio.profile.tools import ToolFailed, streaming
from soilbio.references.versions import kmers_of_kraken2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROOT, _NONE = 1, 0


def write_distributions(
    database: Path, lengths_bp: Sequence[int], *, threads: int = 1
) -> list[Path]:
    """Write `database<length>mers.kmer_distrib` for each read length into a Kraken2 database.

    The folder must still hold what it was built of: `library/`, `seqid2taxid.map` and
    `taxonomy/nodes.dmp`. Held in memory: the k-mers of one sequence.

    Raises
    ------
    InputError
        If something of that is not there, or Kraken2 fails; `kmer-read-length` if a read is shorter
        than a k-mer.

    """
    parents = _parents(_needed(database, "taxonomy/nodes.dmp"))
    genome_of = _genomes(_needed(database, "seqid2taxid.map"))
    files = sorted((database / "library").rglob("*.fna"))
    if not files:
        _needed(database, "library/added/….fna")
    _needed(database, "opts.k2d")
    _check_lengths(database, lengths_bp)
    windows: dict[int, dict[int, Counter[int]]] = {
        length: defaultdict(Counter) for length in lengths_bp
    }
    for path in files:
        for name, length, labels in _labels(database, path, threads):
            kmer_bp = length - len(labels) + 1
            for read_bp, counted in windows.items():
                found = count_windows(labels, read_bp - kmer_bp + 1, parents)
                counted[genome_of[name]].update(found)
    return [_write(windows[length], database, length) for length in sorted(windows)]


def count_windows(labels: NDArray[np.int64], size: int, parents: Mapping[int, int]) -> Counter[int]:
    """Count the windows of `size` k-mers by the node that Kraken2 would give a read of them.

    Parameters
    ----------
    labels : ndarray of int
        The taxon of each k-mer of a sequence; 0 where the database has none.
    size : int
    parents : mapping of int to int
        The taxonomy.

    """
    import numpy as np

    found: Counter[int] = Counter()
    last = len(labels) - size
    if size < 1 or last < 0:
        return found
    inside = Counter(labels[:size].tolist())
    name = _Namer(parents)
    # Only where what leaves differs from what comes in can the name change.
    changes = np.flatnonzero(labels[:last] != labels[size:]) if last else np.array([], dtype=int)
    start = 0
    for place in changes.tolist():
        found[name(inside)] += place + 1 - start
        start = place + 1
        out, into = int(labels[place]), int(labels[place + size])
        inside[out] -= 1
        if not inside[out]:
            del inside[out]
        inside[into] += 1
    found[name(inside)] += last + 1 - start
    return found


class _Namer:
    """Name windows; one whose taxa lie on one path to the root has its deepest.

    Of others the counts decide.
    """

    def __init__(self, parents: Mapping[int, int]) -> None:
        self._parents = parents
        self._paths: dict[int, tuple[int, ...]] = {}
        self._known: dict[frozenset[int], int | None] = {}

    def __call__(self, inside: Mapping[int, int]) -> int:
        taxa = frozenset(inside)
        if taxa not in self._known:
            self._known[taxa] = self._alone(taxa - {_NONE})
        fixed = self._known[taxa]
        return self._scored(inside) if fixed is None else fixed

    def _alone(self, taxa: frozenset[int]) -> int | None:
        if not taxa:
            return _NONE
        deepest = max(taxa, key=lambda taxon: len(self._path(taxon)))
        return deepest if taxa <= set(self._path(deepest)) else None

    def _scored(self, inside: Mapping[int, int]) -> int:
        """Find the path to the root with the most k-mers; of equal ones what they share."""
        taxa = [taxon for taxon in inside if taxon != _NONE]
        scores = {taxon: sum(inside.get(above, 0) for above in self._path(taxon)) for taxon in taxa}
        best = max(scores.values())
        ends = [taxon for taxon in taxa if scores[taxon] == best]
        common = set(self._path(ends[0])).intersection(*(self._path(one) for one in ends[1:]))
        return max(common, key=lambda taxon: len(self._path(taxon)))

    def _path(self, taxon: int) -> tuple[int, ...]:
        if taxon not in self._paths:
            path = [taxon]
            while path[-1] != _ROOT and (above := self._parents.get(path[-1], _ROOT)) != path[-1]:
                path.append(above)
            self._paths[taxon] = tuple(path)
        return self._paths[taxon]


def _labels(
    database: Path, fasta: Path, threads: int
) -> Iterator[tuple[str, int, NDArray[np.int64]]]:
    """Let Kraken2 name the k-mers of each sequence: its name, length, taxon of each k-mer."""
    import numpy as np

    command = ["kraken2", "--db", str(database), "--threads", str(threads), str(fasta)]
    try:
        with streaming(command, stdin=subprocess.DEVNULL) as run:
            for line in run.stdout or ():
                _, name, _, length, runs = line.decode().rstrip("\n").split("\t")
                pairs = [one.split(":") for one in runs.split()]
                taxa = np.array([0 if taxon == "A" else int(taxon) for taxon, _ in pairs], np.int64)
                yield name, int(length), np.repeat(taxa, [int(times) for _, times in pairs])
    except ToolFailed as failure:
        raise failure.as_input_error(str(fasta)) from failure


def _check_lengths(database: Path, lengths_bp: Sequence[int]) -> None:
    kmer_bp = kmers_of_kraken2(database)
    short = [str(one) for one in sorted(lengths_bp) if one < kmer_bp]
    if short:
        raise problem_of(
            "kmer-read-length",
            str(database),
            found=f"reads of {', '.join(short)} bases",
            expected=f"reads of at least one k-mer of the database, {kmer_bp} bases",
            fix="Give the length of your reads after trimming with --read-length-bp",
        )


def _needed(database: Path, name: str) -> Path:
    path = database / name
    if not path.is_file():
        raise problem_of(
            "kmer-library",
            str(database),
            found=f"no {name}",
            expected="a Kraken2 database that still has its library, seqid2taxid.map and taxonomy",
            fix="Build it again and do not clean it (kraken2-build --clean) before this; a"
            " downloaded database comes with its own database150mers.kmer_distrib",
        )
    return path


def _parents(nodes: Path) -> dict[int, int]:
    with nodes.open(encoding="utf-8") as handle:
        parts = (line.split("|", 2) for line in handle)
        return {int(part[0]): int(part[1]) for part in parts if len(part) > 1}


def _genomes(path: Path) -> dict[str, int]:
    with path.open(encoding="utf-8") as handle:
        rows = (line.split() for line in handle)
        return {row[0]: int(row[1]) for row in rows if len(row) > 1}


def _write(counted: Mapping[int, Counter[int]], database: Path, length_bp: int) -> Path:
    by_node: dict[int, list[str]] = defaultdict(list)
    for genome, found in sorted(counted.items()):
        for node, windows in found.items():
            by_node[node].append(f"{genome}:{windows}:{found.total()}")
    target = database / f"database{length_bp}mers.kmer_distrib"
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="ascii", newline="\n") as handle:
        handle.write("mapped_taxid\tgenome_taxids:kmers_mapped:total_genome_kmers\n")
        for node in sorted(by_node):
            handle.write(f"{node}\t{' '.join(by_node[node])}\n")
    part.replace(target)
    return target
