"""Read the profiles of a dataset's metagenomes and score them against a truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from soilbio.dataset.read import Dataset
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
from soilbio.simulate.profile_truth import Truths
from soilbio.simulate.scoring import write_rows

Row = tuple[str, str, str, float, float]


@dataclass(frozen=True, slots=True)
class ScoredProfiles:
    """Scores of the profiles, their compositions, and the libraries that the dataset lacks.

    Blanks are scored like the others, but are no part of the means.
    """

    scores: tuple[ProfileScore, ...] = ()
    composition: tuple[Row, ...] = ()
    not_scored: tuple[str, ...] = ()
    blanks: frozenset[str] = frozenset()


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
