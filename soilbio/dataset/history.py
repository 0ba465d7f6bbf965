"""How a dataset was merged of others: `provenance/harmonised.json`, and what each of them said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.parquet import write_sorted
from soilbio.errors import problem_of
from soilbio.standards.ranks import RANKS

if TYPE_CHECKING:
    import polars as pl

HISTORY = "provenance/harmonised.json"
# The features of each dataset as they came: `feature_id` is what they became, `own_id` what each
# was called before, `source` the checksum of its dataset, `lots` those of its libraries that it
# was found in, `level` that of the merging.
ORIGINS = "provenance/features_of_sources.parquet"
# The column of those, and the record in the history of the libraries of each: libraries of one
# dataset that are shared with anybody together or not at all (`harmonise.lots`).
LOTS = "lots"
_ORIGINS_KEY = ("feature_id", "source", "own_id", "came_as")
# How each of the datasets was made: a folder for each, named by the beginning of its checksum.
SOURCES = "provenance/sources"
MAKING = ("imported.json", "renamed.tsv", "run.json")
# The level of clades of a tree, whose ids begin so; what is of no clade is a sequence beside them.
PLACEMENT = "placement"
_LEVELS = frozenset({"feature", "sh", PLACEMENT, *RANKS})
History = Mapping[str, Any]


def read_history(folder: Path) -> History:
    """Read how a dataset was merged; empty for one that was not.

    Raises
    ------
    InputError
        If the record is damaged.

    """
    path = folder / HISTORY
    if not path.is_file():
        return {}
    try:
        found: History = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = {}
    if not _is_history(found):  # it must not be taken for one that was not merged
        raise problem_of(
            "provenance-missing",
            str(path),
            expected="how the dataset was merged of others, as soilbio writes it",
            fix="Merge the datasets again, or get it again from the sender",
        )
    return found


def _is_history(found: object) -> bool:
    """Tell whether a record has what is asked of it."""
    if not isinstance(found, dict) or found.get("level") not in _LEVELS:
        return False
    datasets, libraries = found.get("datasets"), found.get("libraries")
    before = found.get("before", [])
    return (
        isinstance(datasets, list)
        and all(isinstance(one, dict) and {"name", "sha256"} <= one.keys() for one in datasets)
        and isinstance(libraries, dict)
        and libraries.keys() <= {one["name"] for one in datasets}
        and isinstance(found.get("pairs"), list)
        and isinstance(found.get("notes"), dict)
        and isinstance(before, list)
        and all(isinstance(one, dict) and one.get("level") in _LEVELS for one in before)
    )


def write_said(rows: pl.LazyFrame, target: Path) -> None:
    """Write what each dataset said of its features, for `ORIGINS`."""
    write_sorted(rows, _ORIGINS_KEY, target, metadata={"soilbio:table": Path(ORIGINS).stem})


def pairs_of(history: History) -> list[Mapping[str, Any]]:
    """Give the pairs of assays that were compared, those of earlier merging first."""
    earlier = [pair for one in history.get("before", ()) for pair in pairs_of(one)]
    return [*earlier, *history["pairs"]]


def merges_of(history: History) -> list[History]:
    """Give all mergings that a dataset came of, those of before first; itself is the last."""
    earlier = [one for before in history.get("before", ()) for one in merges_of(before)]
    return [*earlier, history] if history else []


def making_of(folder: Path, digest: str, name: str) -> Mapping[str, Any]:
    """Read how a dataset was made that this one was merged of; empty if it is not told."""
    path = folder / SOURCES / digest[:16] / name
    return read_making(path)


def read_making(path: Path) -> Mapping[str, Any]:
    """Read how a dataset was made; empty if it is not told.

    Raises
    ------
    InputError
        If the file is damaged.

    """
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise problem_of(
            "provenance-missing",
            str(path),
            expected="how the dataset was made, as soilbio writes it",
            fix="Make the dataset again, or get it again from the sender",
        )
    return found
