"""How a dataset was merged of others: `provenance/harmonised.json`, and what each of them said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

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
_ORIGINS_KEY = ("feature_id", "source", "own_id", "came_as", LOTS)
# How each of the datasets was made: a folder for each, named by the beginning of its checksum.
SOURCES = "provenance/sources"
MAKING = ("imported.json", "renamed.tsv", "run.json")
# The level of clades of a tree, whose ids begin so; what is of no clade is a sequence beside them.
PLACEMENT = "placement"
UNPLACED = "unplaced"
# Whether a sender told all that is known of which samples are of one soil (`exporters.materials`).
TELLS_SOILS = "tells_soils"
_LEVELS = frozenset({"feature", "sh", PLACEMENT, *RANKS})
# What is read of a common region.
_OF_REGION = {"forward_primer", "reverse_primer", "length_bp", "references_with_all_primers"}
_OF_FILE = ("name", "sha256")
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
    if not isinstance(found, dict) or not _is_merging(found):
        return False
    datasets, libraries = found.get("datasets"), found.get("libraries")
    return (
        isinstance(datasets, list)
        and all(_has_texts(one, "name", "sha256") for one in datasets)
        and _is_of_lists(libraries)
        and libraries.keys() <= {one["name"] for one in datasets}
        and all(_is_of_lists(found.get(name, {})) for name in ("parts", LOTS))
        and all(libraries.keys() >= set(own) for own in found.get("parts", {}).values())
        and _has_texts(found.get("assays", {}))
    )


def _is_merging(found: object) -> bool:
    """Tell whether a record has what is asked of any merging, also of those before."""
    if not isinstance(found, dict) or found.get("level") not in _LEVELS:
        return False
    pairs, notes, before = found.get("pairs"), found.get("notes"), found.get("before", [])
    regions, lengths = (found.get(f"common_{one}", {}) for one in ("regions", "lengths"))
    return (
        isinstance(pairs, list)
        and all(_is_pair(one) for one in pairs)
        and isinstance(notes, dict)
        and all(isinstance(one, int | float) for one in notes.values())
        and _has_texts(found.get("programs", {}))
        and _has_texts(found.get("reference", dict.fromkeys(_OF_FILE, "")), *_OF_FILE)
        and isinstance(regions, dict)
        and all(isinstance(one, dict) and one.keys() >= _OF_REGION for one in regions.values())
        and isinstance(lengths, dict)
        and all(isinstance(one, int) for one in lengths.values())
        and isinstance(before, list)
        and all(map(_is_merging, before))
    )


def _is_pair(found: object) -> bool:
    """Tell whether a record is of two assays, their level, and why it is that."""
    if not isinstance(found, dict) or not isinstance(found.get("rules"), list):
        return False
    own = {name: found.get(name) for name in ("one", "other", "level")}
    return _has_texts(own) and all(
        isinstance(rule, dict) and {"because", "source", "finest"} <= rule.keys()
        for rule in found["rules"]
    )


def _is_of_lists(found: object) -> TypeGuard[dict[str, list[str]]]:
    """Tell whether a record has lists of texts, and nothing else."""
    return isinstance(found, dict) and all(
        isinstance(own, list) and all(isinstance(one, str) for one in own) for own in found.values()
    )


def _has_texts(found: object, *names: str) -> bool:
    """Tell whether a record has these names, and texts by all of its names."""
    return (
        isinstance(found, dict)
        and set(names) <= found.keys()
        and all(isinstance(one, str) for one in found.values())
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


def laboratory_of_libraries(history: History) -> dict[str, str]:
    """Give the laboratory of each library: the dataset that it came with.

    Datasets that have a library in common are one laboratory's, its releases; it has the name of
    the first.
    """
    found: dict[str, str] = {}
    for name, own in sorted(history.get("libraries", {}).items()):
        known = {found[library] for library in own if library in found}
        first = min({name, *known})
        found |= dict.fromkeys(own, first)
        found |= {library: first for library, other in found.items() if other in known}
    return found


def is_cut(history: History) -> bool:
    """Tell whether any merging cut sequences: to a region, a length, or at their ends."""
    ways = "common_regions", "common_lengths", "common_ends"
    return any(bool(one.get(way)) for one in merges_of(history) for way in ways)


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
