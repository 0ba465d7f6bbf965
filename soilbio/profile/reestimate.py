"""Kraken2's reads that stay above a rank, shared out to the taxa of it (Bracken's method).

Lu, Breitwieser, Thielen & Salzberg 2017, PeerJ Comput. Sci. 3:e104. A read that Kraken2 could name
no deeper than a genus comes from one of its genomes. From which, Bayes' rule says: P(genome | node)
is in proportion to P(node | genome) P(genome). The first is the share of the genome's possible
reads that Kraken2 names by that node, counted once for a database and a read length (a file
`database150mers.kmer_distrib`); the second is the reads named by the genome itself, divided by the
share that can be.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from soilbio.errors import InputError, problem_of

# Letters of Kraken2's reports, from the widest rank to the narrowest.
UNCLASSIFIED = "U"
LETTERS = ("D", "K", "P", "C", "O", "F", "G", "S")
_FILE = re.compile(r"database(\d+)mers\.kmer_distrib")
# P(node | genome) by node and genome.
Distribution = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Node:
    """A line of a report: reads of a taxon and all below it (`clade`), and its `own`.

    `code` is the letter of its rank, followed by a number for what lies between two ranks; `above`
    is the place of the line of its parent, -1 for none. `hits` are its reads' minimizers that are
    of it, `distinct` the different ones, where the report has them.
    """

    taxid: str
    code: str
    name: str
    clade: int
    own: int
    above: int
    hits: int | None = None
    distinct: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Reads of a taxon: those that Kraken2 gave it, and those that were added."""

    node: Node
    added: float

    @property
    def reads(self) -> float:
        """All reads that are estimated to be of it; no count."""
        return self.node.clade + self.added


@dataclass(frozen=True, slots=True)
class AtRank:
    """The taxa of a rank, and the reads that stay where they are, by the place of their node.

    What stays has no genome to go to, or is of taxa with fewer reads than were asked for.
    """

    estimates: tuple[Estimate, ...]
    staying: Mapping[int, int]


def distributions_of(database: Path) -> dict[int, Path]:
    """Find the distributions that a database has, by read length."""
    found = {
        int(match[1]): path
        for path in database.glob("database*mers.kmer_distrib")
        if (match := _FILE.fullmatch(path.name))
    }
    return dict(sorted(found.items()))


def length_of(distribution: Path) -> int:
    """Say of reads of which length a distribution is."""
    match = _FILE.fullmatch(distribution.name)
    return int(match[1]) if match else 0


def is_far(length_bp: int, mean_bp: float) -> bool:
    """Tell whether reads are longer or shorter than a distribution's by more than a third."""
    return abs(mean_bp - length_bp) > length_bp / 3


def nearest_length(lengths: Iterable[int], mean_bp: float) -> int:
    """Choose the distribution whose read length is nearest to the mean of the reads."""
    return min(lengths, key=lambda length: (abs(length - mean_bp), length))


def read_distribution(path: Path, taxids: Collection[str]) -> dict[str, dict[str, float]]:
    """Read P(node | genome) of the genomes among some taxa; the others have no read here.

    Raises
    ------
    InputError
        If a line is not what Bracken writes.

    """
    found: dict[str, dict[str, float]] = {}
    with path.open(encoding="ascii", errors="replace") as handle:
        for number, line in enumerate(handle, start=1):
            node, _, genomes = line.rstrip("\r\n").partition("\t")
            if number == 1 and node == "mapped_taxid":
                continue
            try:
                shares = _shares(genomes, taxids)
            except (ValueError, ZeroDivisionError) as error:
                raise _wrong(path, number, line) from error
            if shares:
                found[node] = shares
    return found


def _shares(genomes: str, taxids: Collection[str]) -> dict[str, float]:
    shares = {}
    for part in genomes.split():
        genome, mapped, whole = part.split(":")
        if genome in taxids:
            shares[genome] = int(mapped) / int(whole)
    return shares


def _wrong(path: Path, row: int, line: str) -> InputError:
    return problem_of(
        "kmer-distribution",
        str(path),
        row=row,
        found=line[:60].rstrip(),
        expected="a taxid, a tab, and genome:reads:all-reads, separated by spaces",
        fix="Get the file again with its database, or remove it: `soilbio shotgun kmers` makes one",
    )


def reestimate(
    report: Sequence[Node], distribution: Distribution, letter: str, min_reads: int
) -> AtRank:
    """Share the reads above a rank out to its taxa.

    Parameters
    ----------
    report : sequence of Node
        Kraken2's report, in its order; unclassified reads in it are nobody's.
    distribution : mapping of node to mapping of genome to float
        P(node | genome), `read_distribution`.
    letter : str
        The rank, one of `LETTERS`.
    min_reads : int
        A taxon with fewer reads gets none, and is no result.

    """
    of_rank = _places_of_rank(report, letter)
    called = [
        place
        for place, node in enumerate(report)
        if of_rank[place] == place and node.clade >= min_reads
    ]
    is_called = set(called)
    genomes = {
        node.taxid: (of_rank[place], node.clade)
        for place, node in enumerate(report)
        if of_rank[place] in is_called
    }
    added: dict[int, float] = defaultdict(float)
    staying: dict[int, int] = {}
    for place, node in enumerate(report):
        if not node.own or node.code == UNCLASSIFIED or of_rank[place] in is_called:
            continue
        weights = _weights(distribution.get(node.taxid, {}), genomes, distribution)
        whole = sum(weights.values())
        if of_rank[place] >= 0 or not whole:
            staying[place] = node.own
            continue
        for taxon, weight in weights.items():
            added[taxon] += node.own * weight / whole
    return AtRank(tuple(Estimate(report[place], added[place]) for place in called), staying)


def _weights(
    shares: Mapping[str, float],
    genomes: Mapping[str, tuple[int, int]],
    distribution: Distribution,
) -> dict[int, float]:
    """Weigh the taxa whose genomes give reads of a node: P(node | genome) P(genome)."""
    weights: dict[int, float] = defaultdict(float)
    for genome, share in shares.items():
        if genome in genomes:
            taxon, reads = genomes[genome]
            unique = distribution.get(genome, {}).get(genome, 1.0)
            weights[taxon] += share * reads / unique
    return weights


def _places_of_rank(report: Sequence[Node], letter: str) -> list[int]:
    """Give each line the place of the taxon of a rank that it is or lies below; -1 for none."""
    found: list[int] = []
    for place, node in enumerate(report):
        above = found[node.above] if node.above >= 0 else -1
        found.append(place if node.code == letter and above < 0 else above)
    return found


def settled(report: Sequence[Node], species: AtRank, min_reads: int) -> dict[int, float]:
    """Give every read one place: species as estimated; what stays, the deepest called taxon.

    So the shares at a wider rank are sums, and nothing is counted twice or lost.

    Returns
    -------
    dict of int to float
        Reads by the place of a line; of the root where nothing below it is called.

    """
    place_of = {id(node): place for place, node in enumerate(report)}
    found: dict[int, float] = defaultdict(float)
    for one in species.estimates:
        found[place_of[id(one.node)]] += one.reads
    for start, reads in species.staying.items():
        place = start
        while report[place].above >= 0 and not _is_wide(report[place], min_reads):
            place = report[place].above
        found[place] += reads
    return dict(found)


def _is_wide(node: Node, min_reads: int) -> bool:
    """Tell whether a node is of a rank above species and has the reads that are asked for."""
    return node.code in LETTERS[:-1] and node.clade >= min_reads
