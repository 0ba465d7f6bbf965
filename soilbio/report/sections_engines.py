"""How well each engine's profiles of metagenomes agree with a known truth."""

from __future__ import annotations

from collections.abc import Sequence

from soilbio.report.content import Grid, grid
from soilbio.report.material import Material
from soilbio.report.results import Row, number

_COUNTS = {"expected": "expected", "found": "found", "true_positive": "true"}
_SHARES = {"precision": "precision", "recall": "recall", "f1": "F1"}
_REST = {"unclassified_found": "unclassified, %", "unclassified_true": "truly unknown, %"}
_NOTE = (
    "Expected: true names that the database holds; those it does not hold are the truly unknown. "
    "Precision: share of the names found that are true. Recall: share of the expected ones that "
    "are found. F1: their harmonic mean. L1: sum of the differences between shares found and true, "
    "0 the same, 2 wholly different; of reads, but for rRNA reads (ssu), which tell of organisms. "
    "Combined: what the profilers find together, which says which taxa there are and no shares."
)


def engine_grids(material: Material) -> list[Grid]:
    """Make a table of the engines' means, and one of every library; none without a truth."""
    # What profilers find together is of the library as sequenced.
    labels = material.view.labels() | material.view.sequenced_labels()
    rows = [row for row in material.results.profile_scores if row["library_id"] in labels]
    if not rows:
        return []
    blanks = {
        name
        for one in material.view.subjects
        if one.is_blank
        for name in (one.library_id, one.sequenced)
    }
    meant = [row for row in rows if row["library_id"] not in blanks]
    title = "Engines against the truth (means of the libraries, blanks left out)"
    columns = ("engine", "rank", "libraries", *_SHARES.values(), "L1", *_REST.values())
    every = ("library", "engine", "rank", *_COUNTS.values(), "missed", *columns[3:])
    return [
        grid(title, columns, _means(meant), note=_NOTE, is_folded=False),
        grid("Engines against the truth, by library", every, _each(rows, labels)),
    ]


def _means(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["rank"], row["engine"]), []).append(row)
    return [
        (
            engine,
            rank,
            len(group),
            *(_mean(group, name) for name in (*_SHARES, "l1")),
            *_rest(group),
        )
        for (rank, engine), group in sorted(groups.items())
    ]


def _rest(group: Sequence[Row]) -> list[float | None]:
    means = [_mean(group, name) for name in _REST]
    return [None if mean is None else 100 * mean for mean in means]


def _mean(group: Sequence[Row], name: str) -> float | None:
    values = [value for row in group if (value := _value(row, name)) is not None]
    return sum(values) / len(values) if values else None


def _value(row: Row, name: str) -> float | None:
    """Find a number of a row; `l1` is the distance in what the engine estimates."""
    return number(row[f"l1_{row['compared_with']}"] if name == "l1" else row[name])


def _each(rows: Sequence[Row], labels: dict[str, str]) -> list[tuple[object, ...]]:
    return [
        (
            labels[row["library_id"]],
            row["engine"],
            row["rank"],
            *(int(row[name]) for name in (*_COUNTS, "false_negative")),
            *(_value(row, name) for name in (*_SHARES, "l1")),
            *_rest([row]),
        )
        for row in rows
    ]
