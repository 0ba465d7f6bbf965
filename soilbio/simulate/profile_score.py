"""How well profiles of metagenomes agree with what is truly in them, engine by engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from soilbio.simulate.genomes import RANKS
from soilbio.simulate.profile_truth import TrueTaxon
from soilbio.simulate.score import same_name

SCORED_RANKS = ("genus", "species")
READS, GENOMES = "reads", "genomes"
# A dataset says what an assay's shares are of; those of a marker are of organisms, as far as each
# has one copy of it.
_OF_GENOMES = frozenset({"marker", "taxonomic"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A library as one engine sees it: the share of each name at each rank; '' is no name.

    `abundance` is what shares are of, as the dataset's assays have it.
    """

    library_id: str
    assay_id: str
    engine: str
    of_library: str
    shares: Mapping[str, Mapping[str, float]]
    abundance: str = "sequence"

    @property
    def kind(self) -> str:
        """Whether it is to be compared with shares of reads or of organisms."""
        return GENOMES if self.abundance in _OF_GENOMES else READS


@dataclass(frozen=True, slots=True)
class ProfileScore:
    """The score of a profile at a rank.

    `expected` are the true names that the database knows, `not_in_database` those it does not.
    `l1_reads` and `l1_genomes` are distances from the true shares of reads and of organisms, with
    all that has no name, or one that the database does not know, as one more; 0 to 2.
    `compared_with` says which of both the engine estimates.
    """

    assay_id: str
    engine: str
    library_id: str
    rank: str
    expected: int
    not_in_database: int
    found: int
    true_positive: int
    false_positive: int
    false_negative: int
    precision: float | None
    recall: float | None
    f1: float | None
    l1_reads: float | None
    l1_genomes: float | None
    compared_with: str
    unclassified_found: float | None
    unclassified_true: float


PROFILE_COLUMNS = tuple(field.name for field in fields(ProfileScore))
OVERALL_COLUMNS = (
    *("assay_id", "engine", "rank", "libraries", "precision", "recall", "f1"),
    *("l1_reads", "l1_genomes", "compared_with", "unclassified_found", "unclassified_true"),
)
_MEANS = (
    *("precision", "recall", "f1", "l1_reads", "l1_genomes"),
    *("unclassified_found", "unclassified_true"),
)


def score_profile(profile: Profile, truth: Sequence[TrueTaxon], rank: str) -> ProfileScore:
    """Score a profile at one rank.

    A name counts as found with any share above 0: thresholds are the engine's and the user's.
    """
    kind = profile.kind
    of_reads = true_shares(truth, rank, READS)
    of_genomes = true_shares(truth, rank, GENOMES)
    here = {same_name(name): share for name, share in profile.shares[rank].items() if share > 0}
    expected = {same_name(name) for name in of_reads if name}
    unknown = {taxon.names[rank] for taxon in truth if not taxon.is_known(rank)}
    found = here.keys() - {""}
    true = len(found & expected)
    precision, recall = _ratio(true, len(found)), _ratio(true, len(expected))
    true_share = (of_genomes if kind == GENOMES and of_genomes else of_reads).get("", 0.0)
    return ProfileScore(
        profile.assay_id,
        profile.engine,
        profile.library_id,
        rank,
        len(expected),
        len({same_name(name) for name in unknown} - expected - {""}),
        len(found),
        true,
        len(found) - true,
        len(expected) - true,
        precision,
        recall,
        _ratio(2 * true, len(found) + len(expected)),
        _distance(here, of_reads),
        _distance(here, of_genomes) if of_genomes else None,
        kind,
        here.get("", 0.0) if here else None,
        true_share,
    )


def true_shares(truth: Sequence[TrueTaxon], rank: str, kind: str) -> dict[str, float]:
    """Sum the true shares of each name that the database knows; the rest is ''.

    Of shares of organisms that the truth does not tell, nothing.
    """
    sums: dict[str, float] = {}
    for taxon in truth:
        share = taxon.share_of_reads if kind == READS else taxon.share_of_genomes
        if share is None:
            return {}
        name = taxon.names[rank] if taxon.is_known(rank) else ""
        sums[name] = sums.get(name, 0.0) + share
    rest = 1 - sum(sums.values())
    return {**sums, "": sums.get("", 0.0) + max(0.0, rest)}


def profile_composition(
    profile: Profile, truth: Sequence[TrueTaxon]
) -> Iterable[tuple[str, str, str, float, float]]:
    """List true and found share of each name: library, rank, name, expected, found."""
    for rank in RANKS:
        true = true_shares(truth, rank, profile.kind) or true_shares(truth, rank, READS)
        found = profile.shares[rank]
        spelling = {same_name(name): name for name in [*found, *true]}
        here, there = _folded(found), _folded(true)
        for name in sorted(spelling):
            expected, share = there.get(name, 0.0), here.get(name, 0.0)
            if expected or share:
                shares = (round(expected, 6), round(share, 6))
                yield (profile.library_id, rank, spelling[name], *shares)


def overall(scores: Sequence[ProfileScore]) -> list[tuple[object, ...]]:
    """Give the means of each assay and rank over its libraries, in the columns of the table."""
    groups: dict[tuple[str, str, str], list[ProfileScore]] = {}
    for score in scores:
        groups.setdefault((score.assay_id, score.engine, score.rank), []).append(score)
    rows: list[tuple[object, ...]] = []
    for (assay_id, engine, rank), group in sorted(groups.items()):
        means = {name: _mean([getattr(score, name) for score in group]) for name in _MEANS}
        values = {**means, "compared_with": group[0].compared_with, "libraries": len(group)}
        values |= {"assay_id": assay_id, "engine": engine, "rank": rank}
        rows.append(tuple(values[name] for name in OVERALL_COLUMNS))
    return rows


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _distance(found: Mapping[str, float], true: Mapping[str, float]) -> float | None:
    """Sum of the differences of shares; names of `found` are folded already."""
    if not found:
        return None
    there = _folded(true)
    names = sorted(found.keys() | there.keys())
    return sum(abs(found.get(name, 0.0) - there.get(name, 0.0)) for name in names)


def _folded(shares: Mapping[str, float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for name, share in shares.items():
        sums[same_name(name)] = sums.get(same_name(name), 0.0) + share
    return sums


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
