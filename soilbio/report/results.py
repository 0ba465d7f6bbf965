"""Read what a run left beside the dataset; a part that is not there is empty, never an error."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soilbio.diversity.combined import Evidence, Known
from soilbio.errors import problem_of

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Diversity:
    """The diversity tables of one assay, as text; see `soilbio diversity`."""

    alpha: list[Row] = field(default_factory=list)
    rarefaction: list[Row] = field(default_factory=list)
    ordination: Mapping[str, list[Row]] = field(default_factory=dict)
    explained: Mapping[tuple[str, str], float] = field(default_factory=dict)
    tests: list[Row] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """What a run left: `quality` holds a library's mean quality per position, by read 1 and 2."""

    quality: Mapping[str, Mapping[int, tuple[float, ...]]]
    engines: Mapping[str, Mapping[str, Any]]
    diversity: Mapping[str, Diversity]
    scores: list[Row]
    profile_scores: list[Row]
    compositions: list[Row]
    warnings: list[Row]
    has_tree: Mapping[str, bool]
    evidence: Known = field(default_factory=dict)


def read_results(
    folder: Path, assays: list[str], *, trees: Path | None = None, has_truth: bool = True
) -> Results:
    """Read the results of a run below `folder`.

    `trees` is where the dataset has those of its features; without a truth, scores that lie there
    are of an older run.

    Held in memory: O(libraries x read length) for the quality curves.

    Raises
    ------
    InputError
        If a file is there and cannot be understood.

    """
    score = folder / "score" if has_truth else folder / "no-score"
    return Results(
        quality=_read_quality(folder / "quality"),
        engines={name: read_json(folder / "profile" / name / "engine.json") for name in assays},
        diversity={name: _read_diversity(folder / "diversity" / name) for name in assays},
        scores=read_rows(score / "score.tsv"),
        profile_scores=read_rows(score / "profiles.tsv"),
        compositions=read_rows(score / "composition.tsv"),
        warnings=read_rows(folder / "check" / "problems.tsv"),
        has_tree={name: ((trees or folder / "tree") / f"{name}.nwk").is_file() for name in assays},
        evidence=read_evidence([folder / "profile" / name / "evidence.tsv" for name in assays]),
    )


def read_evidence(paths: Sequence[Path]) -> dict[tuple[str, str, str], Evidence]:
    """Read what speaks for Kraken2's findings, by library, rank and name."""
    return {
        (row["library_id"], row["rank"], row["name"]): Evidence(
            *(int(row[name]) for name in ("reads", "minimizers", "distinct_minimizers"))
        )
        for path in paths
        for row in read_rows(path)
    }


def read_rows(path: Path) -> list[Row]:
    """Read a table with a header, tab-separated; none where the file is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    if any(None in row or None in row.values() for row in rows):
        raise problem_of(
            "results-unreadable",
            str(path),
            expected="as many cells in every row as in the header",
            fix="Run the workflow again; it writes this file anew once you remove it",
        )
    return rows


def read_json(path: Path) -> dict[str, Any]:
    """Read an object of JSON; an empty one where the file is not there."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _not_json(path) from error
    if not isinstance(found, dict):
        raise _not_json(path)
    return found


def _not_json(path: Path) -> Exception:
    return problem_of(
        "results-unreadable",
        str(path),
        expected="an object of JSON",
        fix="Run the workflow again; it writes this file anew once you remove it",
    )


def number(text: str | None) -> float | None:
    """Read a number of a table; none for an empty cell or one that is not a number."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _read_quality(folder: Path) -> dict[str, dict[int, tuple[float, ...]]]:
    curves: dict[str, dict[int, tuple[float, ...]]] = {}
    for path in sorted(folder.glob("*/*.fastp.json")):
        report = read_json(path)
        reads = {
            read: curve
            for read in (1, 2)
            if (curve := _curve(report.get(f"read{read}_before_filtering")))
        }
        if reads:
            curves[path.name.removesuffix(".fastp.json")] = reads
    return curves


def _curve(part: object) -> tuple[float, ...]:
    """Find fastp's mean quality by position; fastp leaves it out where there is no read."""
    if not isinstance(part, dict):
        return ()
    mean = (part.get("quality_curves") or {}).get("mean") or []
    return tuple(round(float(value), 2) for value in mean)


def _read_diversity(folder: Path) -> Diversity:
    explained = {
        (row["metric"], row["axis"]): proportion
        for row in read_rows(folder / "ordination" / "explained.tsv")
        if (proportion := number(row["proportion"])) is not None
    }
    ordination = {
        path.stem: read_rows(path)
        for path in sorted((folder / "ordination").glob("*.tsv"))
        if path.stem != "explained"
    }
    return Diversity(
        read_rows(folder / "alpha.tsv"),
        read_rows(folder / "rarefaction.tsv"),
        ordination,
        explained,
        read_rows(folder / "tests.tsv"),
        read_json(folder / "settings.json"),
    )
