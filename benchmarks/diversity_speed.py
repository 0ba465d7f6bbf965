"""Measures of many libraries: ours on sparse counts, beside scikit-bio's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from skbio.diversity import alpha, alpha_diversity, beta_diversity

from soilbio.diversity.sparse import bray_curtis, indices_of

# scikit-bio holds all cells of a table: of all features, so many libraries fit into memory.
_DENSE_LIBRARIES = 1_000
_MEASURES: dict[str, tuple[Callable[..., Any], dict[str, float]]] = {
    "shannon": (alpha.shannon, {"base": np.e}),
    "simpson": (alpha.simpson, {}),
    "pielou": (alpha.pielou_e, {}),
    "chao1": (alpha.chao1, {}),
    "goods_coverage": (alpha.goods_coverage, {}),
}
_CALLS: dict[str, dict[str, float]] = {
    **{"shannon": {"base": np.e}, "simpson": {}, "pielou_e": {}},
    **{"chao1": {}, "goods_coverage": {}},
}
Measure = Callable[[Any], Any]


def compare_speed(features: Any, genera: Any, libraries: int) -> list[str]:
    """Time both on the same counts, and tell how far the numbers are apart at most."""
    lines = ["measure\tof\tlibraries\tcolumns\tours_s\tscikit_bio_s\ttimes\tdiffer_by"]
    few = features[:_DENSE_LIBRARIES]
    few = few[:, np.flatnonzero(np.bincount(few.indices, minlength=few.shape[1]))]
    lines.append(_compare("five indices", "features", features, (_at_once, _by_call)))
    lines.append(_compare("the same, bare functions", "features", features, (_at_once, _each)))
    lines.append(_compare("Bray-Curtis", "features", few, (bray_curtis, _pairwise)))
    lines.append(_compare("Bray-Curtis", "genera", genera[:libraries], (bray_curtis, _pairwise)))
    _, seconds = _timed(bray_curtis, features[:libraries])
    lines.append(f"Bray-Curtis\tfeatures\t{libraries}\t{features.shape[1]}\t{seconds:.2f}\t\t\t")
    return lines


def _compare(name: str, of: str, counts: Any, both: tuple[Measure, Measure]) -> str:
    for one in both:
        one(counts[:2])  # what is loaded at the first call is loaded then
    (own, own_s), (other, other_s) = (_timed(one, counts) for one in both)
    differ = float(np.nanmax(np.abs(np.asarray(own) - np.asarray(other))))
    size = f"{counts.shape[0]}\t{counts.shape[1]}"
    times = f"{own_s:.2f}\t{other_s:.2f}\t{other_s / own_s:.1f}"
    return f"{name}\t{of}\t{size}\t{times}\t{differ:.1e}"


def _timed(run: Measure, counts: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    found = run(counts)
    return found, time.perf_counter() - start


def _each(counts: Any) -> list[list[float]]:
    """Call scikit-bio once a library, with the features that it has."""
    bounds = zip(counts.indptr[:-1], counts.indptr[1:], strict=True)
    rows = [counts.data[start:end] for start, end in bounds]
    return [[float(one(row, **words)) for row in rows] for one, words in _MEASURES.values()]


def _by_call(counts: Any) -> list[Any]:
    """Call scikit-bio once a library and index as its documentation has it."""
    bounds = list(zip(counts.indptr[:-1], counts.indptr[1:], strict=True))
    return [
        [
            float(alpha_diversity(name, [counts.data[start:end]], **words)[0])
            for start, end in bounds
        ]
        for name, words in _CALLS.items()
    ]


def _at_once(counts: Any) -> list[Any]:
    found = indices_of(counts)
    return [found[name] for name in _MEASURES]


def _pairwise(counts: Any) -> Any:
    ids = [str(place) for place in range(counts.shape[0])]
    return beta_diversity("braycurtis", counts.toarray(), ids=ids).data


def matrix_of(tables: Sequence[Path]) -> Any:
    """Read counts as a sparse matrix of libraries by features, both in order."""
    counts = (
        pl.concat(pl.scan_parquet(path) for path in tables)
        .select("library_id", "feature_id", "count")
        .collect()
    )
    ids = [counts[name].unique().sort() for name in ("library_id", "feature_id")]
    places = [counts[one.name].cast(pl.Enum(one)).to_physical().to_numpy() for one in ids]
    shape = (len(ids[0]), len(ids[1]))
    return csr_array((counts["count"].to_numpy(), (places[0], places[1])), shape=shape)
