"""Read the profiles of a dataset's metagenomes and score them against a truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from soilbio.dataset.read import Dataset
from soilbio.errors import Problems
from soilbio.simulate.genomes import RANKS
from soilbio.simulate.profile_score import (
    OVERALL_COLUMNS,
    PROFILE_COLUMNS,
    SCORED_RANKS,
    Profile,
    ProfileScore,
    overall,
    profile_composition,
    score_profile,
)
from soilbio.simulate.profile_truth import TrueTaxon, Truths
from soilbio.simulate.scoring import write_rows
from soilbio.simulate.truth import read_truth_rows
from soilbio.taxonomy.canonical import plain

Row = tuple[str, str, str, float, float]
COMBINED, COMBINED_COLUMNS = "combined", ("library", "rank", "name", "called")


@dataclass(frozen=True, slots=True)
class ScoredProfiles:
    """Scores of the profiles, their compositions, and the libraries that the dataset lacks.

    Blanks are scored like the others, but are no part of the means.
    """

    scores: tuple[ProfileScore, ...] = ()
    composition: tuple[Row, ...] = ()
    not_scored: tuple[str, ...] = ()
    blanks: frozenset[str] = frozenset()

    def __add__(self, other: ScoredProfiles) -> ScoredProfiles:
        """Put both together."""
        return ScoredProfiles(
            (*self.scores, *other.scores),
            (*self.composition, *other.composition),
            (*self.not_scored, *other.not_scored),
            self.blanks | other.blanks,
        )


def score_profiles(
    dataset: Dataset, truths: Truths, library_ids: Sequence[str] = ()
) -> ScoredProfiles:
    """Score every profile of a metagenome whose truth is known; O(counts of a library) in memory.

    Parameters
    ----------
    dataset : Dataset
        In it each profiler has a library of its own, `A1-wgs-kraken2` of `A1-wgs`.
    truths : mapping of library to list of TrueTaxon
    library_ids : sequence of str
        Score these libraries only, as the truth or the dataset names them.

    """
    scores: list[ProfileScore] = []
    composition: list[Row] = []
    seen: set[str] = set()
    for profile in _profiles(dataset, truths):
        if library_ids and not {profile.library_id, profile.of_library} & set(library_ids):
            continue
        seen.add(profile.of_library)
        truth = truths[profile.of_library]
        ranks: tuple[str, ...] = SCORED_RANKS
        if profile.abundance == "marker":
            # The truth says what a database of genomes knows; that of the gene is another, and
            # short reads of a gene seldom tell species.
            truth, ranks = [replace(one, known_rank=RANKS[-1]) for one in truth], SCORED_RANKS[:1]
        named = [rank for rank in ranks if _names(dataset, profile.assay_id, rank)]
        scores += [score_profile(profile, truth, rank) for rank in named]
        composition += profile_composition(profile, truth)
    not_scored = () if library_ids else tuple(sorted(truths.keys() - seen))
    return ScoredProfiles(tuple(scores), tuple(composition), not_scored, _blanks(dataset))


def score_combined(
    path: Path, truths: Truths, library_ids: Sequence[str], profiles: ScoredProfiles
) -> ScoredProfiles:
    """Score what the profilers of each library find together, a table of `shotgun combine`.

    It says which taxa there are, and no shares of its own: distances and unclassified shares are
    absent. `profiles` are those that were scored; a library of theirs that is a blank is one here.

    Raises
    ------
    InputError
        `truth-unreadable`, `truth-column`.

    """
    problems = Problems(str(path))
    rows = read_truth_rows(
        path, COMBINED_COLUMNS, problems, fix="Give the table of `soilbio shotgun combine`"
    )
    problems.raise_if_any()
    called: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows:
        of_rank = called.setdefault(row["library"], {rank: {} for rank in SCORED_RANKS})
        if row["called"] == "yes" and row["rank"] in of_rank:
            of_rank[row["rank"]][row["name"]] = 1.0
    libraries = {name: _sequenced(name, truths) for name in sorted(called)}
    scores = [
        replace(
            score_profile(
                Profile(name, COMBINED, COMBINED, of_library, called[name]),
                [_plain(one) for one in truths[of_library]],
                rank,
            ),
            l1_reads=None,
            l1_genomes=None,
            unclassified_found=None,
        )
        for name, of_library in libraries.items()
        for rank in SCORED_RANKS
        if of_library and (not library_ids or {name, of_library} & set(library_ids))
    ]
    of_blanks = {one for one in libraries for name in profiles.blanks if name.startswith(f"{one}-")}
    return ScoredProfiles(tuple(scores), blanks=frozenset(of_blanks))


def _plain(taxon: TrueTaxon) -> TrueTaxon:
    return replace(taxon, names={rank: plain(name) for rank, name in taxon.names.items()})


def _blanks(dataset: Dataset) -> frozenset[str]:
    import polars as pl

    libraries = dataset.table("libraries")
    is_blank = pl.col("control_type").str.ends_with("_blank")
    return frozenset(libraries.filter(is_blank)["library_id"].to_list())


def _profiles(dataset: Dataset, truths: Truths) -> Iterator[Profile]:
    columns = ("assay_id", "library_strategy", "engine", "abundance")
    assays = {
        assay_id: (engine or "", abundance or "sequence")
        for assay_id, strategy, engine, abundance in dataset.table("assays")
        .select(columns)
        .iter_rows()
        if strategy != "AMPLICON"
    }
    libraries = dataset.table("libraries").sort("library_id").select("library_id", "assay_id")
    for library_id, assay_id in libraries.iter_rows():
        of_library = _sequenced(library_id, truths)
        if assay_id in assays and of_library:
            shares, (engine, abundance) = _shares(dataset, library_id), assays[assay_id]
            yield Profile(library_id, assay_id, engine, of_library, shares, abundance)


def _sequenced(library_id: str, truths: Mapping[str, object]) -> str:
    """Find the library of the truth that one of the dataset is a profile of; '' for none."""
    matches = [one for one in truths if f"{library_id}-".startswith(f"{one}-")]
    return max(matches, key=len, default="")


def _shares(dataset: Dataset, library_id: str) -> dict[str, dict[str, float]]:
    """Sum a library's shares by name at each rank; what has no name is ''."""
    import polars as pl

    rows = (
        dataset.tables["counts"]
        .filter(pl.col("library_id") == library_id)
        .join(dataset.tables["features"], on="feature_id")
        .select(*RANKS, value=pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance"))
        .sort(*RANKS, "value")
        .collect()
    )
    # Counts are divided by their sum; shares say themselves what of the whole they are.
    total = max(1.0, sum(rows["value"].to_list()))
    sums: dict[str, dict[str, float]] = {}
    for rank in RANKS:
        part = sums.setdefault(rank, {})
        for name, value in rows.select(rank, "value").iter_rows():
            part[name or ""] = part.get(name or "", 0.0) + value / total
    return sums


def _names(dataset: Dataset, assay_id: str, rank: str) -> bool:
    """Tell whether an assay names anything at a rank: an engine that never does is not asked."""
    import polars as pl

    libraries = dataset.tables["libraries"].filter(pl.col("assay_id") == assay_id)
    named = (
        dataset.tables["counts"]
        .join(libraries.select("library_id"), on="library_id", how="semi")
        .join(dataset.tables["features"].filter(pl.col(rank).is_not_null()), on="feature_id")
        .limit(1)
        .collect()
    )
    return named.height > 0


def write_profile_scores(scored: ScoredProfiles, folder: Path) -> None:
    """Write `profiles.tsv`, a row a profile and rank, and `profiles-overall.tsv`, their means."""
    write_rows(PROFILE_COLUMNS, [astuple(one) for one in scored.scores], folder / "profiles.tsv")
    meant = [one for one in scored.scores if one.library_id not in scored.blanks]
    write_rows(OVERALL_COLUMNS, overall(meant), folder / "profiles-overall.tsv")
