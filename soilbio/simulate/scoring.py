"""Read a dataset and a truth, score each library, write the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from soilbio.dataset.read import Dataset
from soilbio.errors import problem_of
from soilbio.references.disk import atomic_text
from soilbio.simulate.score import (
    RANKS,
    SCORE_COLUMNS,
    Found,
    Score,
    composition_rows,
    pooled,
    pooled_truth,
    score_expected,
    score_table,
)
from soilbio.simulate.truth import Truth, is_fasta, read_expected, read_truth_table
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage

_COMPOSITION = ("library_id", "rank", "name", "expected", "found")
Names = Mapping[str, Mapping[str, str]]
Row = tuple[str, str, str, float, float]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of the libraries and of all together, their compositions, and who was left out."""

    scores: tuple[Score, ...]
    overall: Score
    composition: tuple[Row, ...]
    not_scored: tuple[str, ...]


def score_dataset(dataset: Dataset, truth: Path, library_ids: Sequence[str] = ()) -> Scored:
    """Score the libraries of a dataset that a truth is known for.

    Parameters
    ----------
    dataset : Dataset
        What was found.
    truth : Path
        A table (all libraries that it names are scored) or FASTA of expected sequences (all
        libraries with control_type mock are scored).
    library_ids : sequence of str
        Score these instead.

    Raises
    ------
    InputError
        `truth-library`, if no library can be scored or one that is asked for is not there.

    """
    present = dataset.table("libraries").sort("library_id")
    ids = present["library_id"].to_list()
    if is_fasta(truth):
        expected = read_expected(truth, _primers(dataset))
        mocks = present.filter(present["control_type"] == "mock")["library_id"].to_list()
        truths = dict.fromkeys(library_ids or mocks, expected)
    else:
        truths = read_truth_table(truth)
        truths = {name: truths[name] for name in library_ids or truths if name in truths}
    chosen = [name for name in ids if name in truths]
    if not chosen or set(library_ids) - set(chosen):
        raise problem_of(
            "truth-library",
            str(truth),
            found=", ".join(sorted(set(library_ids) - set(chosen))) or None,
            expected="a truth for at least one library of the dataset (FASTA: a mock), and for"
            " each that is asked for",
            fix="Name libraries with --library, or give the truth of this dataset",
        )
    founds = [_found(dataset, name) for name in chosen]
    return _score_all(founds, truths, sorted(set(truths) - set(chosen)))


def _score_all(founds: list[Found], truths: dict[str, Truth], not_scored: list[str]) -> Scored:
    """Score each library, and all of them together."""
    whole = pooled_truth(truths[found.library_id] for found in founds)
    everything = pooled(founds)
    if not whole.is_table:
        scores = [score_expected(found, truths[found.library_id]) for found in founds]
        overall = score_expected(everything, whole)
        return Scored(tuple(scores), overall, (), tuple(not_scored))
    names = _true_names(whole)
    scores = [score_table(found, truths[found.library_id], names) for found in founds]
    rows = [row for found in founds for row in composition_rows_of(found, truths, names)]
    overall = score_table(everything, whole, names)
    return Scored(tuple(scores), overall, tuple(rows), tuple(not_scored))


def composition_rows_of(found: Found, truths: Mapping[str, Truth], names: Names) -> list[Row]:
    """List the composition of one library, with the true names that concern it."""
    truth = truths[found.library_id]
    return composition_rows(found, truth, {sequence: names[sequence] for sequence in truth.reads})


def _true_names(truth: Truth) -> Names:
    """Name the true sequences as the dataset does: canonical ranks, today's phylum names."""
    names = {}
    for sequence, lineage in truth.lineages.items():
        ranks = canonical(parse_lineage(lineage)).ranks
        names[sequence] = {rank: ranks.get(rank) or "" for rank in RANKS}
    return names


def _primers(dataset: Dataset) -> list[tuple[str, str]]:
    """Primer pairs of the dataset's assays."""
    assays = dataset.table("assays").sort("assay_id")
    pairs = assays.select("pcr_primer_forward", "pcr_primer_reverse").iter_rows()
    return [(forward, reverse) for forward, reverse in pairs if forward and reverse]


def _found(dataset: Dataset, library_id: str) -> Found:
    """Take one library out of a dataset; in memory its own counts only."""
    import polars as pl

    rows = (
        dataset.tables["counts"]
        .filter(pl.col("library_id") == library_id)
        .join(dataset.tables["features"], on="feature_id")
        .select("sequence", "count", *RANKS)
        .sort("sequence")
        .collect()
    )
    ranks = {
        row["sequence"]: {r: row[r] or "" for r in RANKS} for row in rows.iter_rows(named=True)
    }
    return Found(library_id, dict(rows.select("sequence", "count").iter_rows()), ranks)


def write_scores(scored: Scored | None, folder: Path, *, of_profiles: Sequence[Row] = ()) -> None:
    """Write `score.tsv`, `overall.tsv` (all libraries as one) and `composition.tsv`.

    Parameters
    ----------
    scored : Scored or None
        None, if there is a truth of metagenomes only: the first two have no rows then.
    folder : Path
    of_profiles : sequence of tuple
        The composition of metagenomes, to be written behind the others.

    """
    lines = [astuple(score) for score in scored.scores] if scored else []
    whole = [astuple(scored.overall)[1:]] if scored else []
    rows = [*(scored.composition if scored else ()), *of_profiles]
    write_rows(SCORE_COLUMNS, lines, folder / "score.tsv")
    write_rows(SCORE_COLUMNS[1:], whole, folder / "overall.tsv")
    write_rows(_COMPOSITION, rows, folder / "composition.tsv")


def write_rows(header: Sequence[str], rows: Sequence[Sequence[object]], target: Path) -> None:
    """Write a table with tabs, whole or not at all."""
    with atomic_text(target) as handle:
        handle.writelines(
            "\t".join(_cell(value) for value in row) + "\n" for row in [header, *rows]
        )


def _cell(value: object) -> str:
    """Write a value; six decimals are more than any share here can mean."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
