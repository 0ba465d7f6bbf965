"""How many reads every two libraries have in common: of each feature the fewer, added up.

Features that many libraries have are compared as cells, two bytes each, a block of libraries with
one after the other; what few have, feature by feature. Reads beyond what two bytes can add up are
few and are taken apart: min(a, b) = min(a', b') + min(a - a', b - b'), if a' = min(a, most).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Features of this share of the libraries are cells (benchmarks/diversity_speed.py).
DENSE_SHARE = 0.12
# Cells that may be held at once: 400 MB.
_MOST_CELLS = 200_000_000
# Reads of a cell, and of the cells that are added up in two bytes.
_MOST_OF_CELL, _MOST_OF_SUM = 4_095, 65_535
_BLOCK = 128


def common_reads(counts: csr_array[Any]) -> NDArray[np.float64]:
    """Add up the fewer reads of each feature, for every two libraries.

    Parameters
    ----------
    counts : csr_array of shape (n_libraries, n_features)
        Reads, or shares; zeros not stored.

    Returns
    -------
    ndarray of shape (n_libraries, n_libraries)
        Symmetric; the diagonal says nothing.

    """
    import numpy as np
    from scipy.sparse import csc_array, hstack

    size = counts.shape[0]
    by_feature = csc_array(counts)
    if counts.dtype.kind == "f":  # shares do not fit into whole numbers
        return _of_entries(by_feature)
    frequency = np.diff(by_feature.indptr)
    most = _MOST_CELLS // max(1, size)
    order = np.argsort(-frequency, kind="stable")[:most]
    dense = np.sort(order[frequency[order] > DENSE_SHARE * size])
    is_rare = np.ones(counts.shape[1], dtype=bool)
    is_rare[dense] = False
    often = by_feature[:, dense]
    low = often.copy()
    low.data = np.minimum(low.data, _MOST_OF_CELL)
    rest = [by_feature[:, np.flatnonzero(is_rare)], _above(often)]
    common = _of_cells(low.astype(np.uint16).toarray(order="C"))
    common = np.maximum(common, common.T)
    return common + _of_entries(csc_array(hstack(rest)))


def _above(often: Any) -> Any:
    """Give the reads beyond those that cells hold."""
    import numpy as np

    high = often.copy()
    high.data = np.maximum(high.data - _MOST_OF_CELL, 0)
    high.eliminate_zeros()
    return high


def _of_cells(cells: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Compare whole rows, a block of rows with each that follows it, on all processors."""
    import numpy as np

    size = cells.shape[0]
    common = np.zeros((size, size))
    pieces = [np.ascontiguousarray(cells[:, own]) for own in _stretches(cells)]

    def measure(start: int) -> None:
        rows = slice(start, min(start + _BLOCK, size))
        for piece in pieces:
            block = piece[rows]
            fewer = np.empty_like(block)
            for other in range(start, size):
                np.minimum(block, piece[other], out=fewer)
                common[rows, other] += fewer.sum(axis=1, dtype=np.uint16)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(measure, range(0, size, _BLOCK)))
    return common


def _stretches(cells: NDArray[np.uint16]) -> Iterator[slice]:
    """Yield stretches of columns whose sum fits into two bytes in every row."""
    import numpy as np

    sums = np.cumsum(cells, axis=1, dtype=np.int64)
    start, before = 0, np.zeros(cells.shape[0], dtype=np.int64)
    while start < cells.shape[1]:
        highest = np.max(sums[:, start:] - before[:, None], axis=0)
        end = start + int(np.searchsorted(highest, _MOST_OF_SUM, side="right"))
        yield slice(start, end)
        before = sums[:, end - 1]
        start = end


def _of_entries(by_feature: Any) -> NDArray[np.float64]:
    """Compare a library with the entries that share a feature with it, of all libraries at once."""
    import numpy as np
    from scipy.sparse import csr_array

    by_feature.sort_indices()
    counts = csr_array(by_feature)
    size = counts.shape[0]
    starts, libraries, reads = by_feature.indptr, by_feature.indices, by_feature.data
    common = np.zeros((size, size))

    def measure(place: int) -> None:
        own = slice(counts.indptr[place], counts.indptr[place + 1])
        features, values = counts.indices[own], counts.data[own]
        lengths = starts[features + 1] - starts[features]
        # Entries of all these features, one feature after the other.
        offsets = np.repeat(starts[features] - np.cumsum(lengths) + lengths, lengths)
        entries = offsets + np.arange(lengths.sum())
        smaller = np.minimum(reads[entries], np.repeat(values, lengths))
        common[place] = np.bincount(libraries[entries], smaller, minlength=size)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(measure, range(size)))
    return common
