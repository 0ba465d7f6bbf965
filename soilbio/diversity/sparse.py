"""Measures of many libraries at once, on sparse counts; equal to scikit-bio's to rounding."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from soilbio.diversity.minima import common_reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

_FEW = 1_000


def indices_of(counts: csr_array[Any]) -> dict[str, NDArray[np.float64]]:
    """Measure diversity within each library.

    Parameters
    ----------
    counts : csr_array of shape (n_libraries, n_features)
        Reads, zeros not stored.

    Returns
    -------
    dict of ndarray of shape (n_libraries,)
        `shannon` (nats), `simpson` (1 - D), `pielou`, `chao1` (bias-corrected), `goods_coverage`;
        NaN where a measure does not exist, evenness of a single feature among them, of which
        scikit-bio says 1. All else as in scikit-bio.

    """
    import numpy as np

    observed = np.diff(counts.indptr)
    data = counts.data
    total = _sums(data, counts.indptr)
    single = _sums(data == 1, counts.indptr)
    double = _sums(data == 2, counts.indptr)
    squares = _sums(data.astype(np.float64) ** 2, counts.indptr)
    logs = _sums(_times_log(data), counts.indptr)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A single feature leaves nothing but rounding.
        shannon = np.where(observed > 1, np.log(total) - logs / total, 0.0)
        found = {
            "shannon": shannon,
            "simpson": 1 - squares / total**2,
            "pielou": np.where(observed > 1, shannon / np.log(observed), np.nan),
            "chao1": observed + single * (single - 1) / (2 * (double + 1)),
            "goods_coverage": 1 - single / total,
        }
    return {name: np.where(total > 0, values, np.nan) for name, values in found.items()}


def _sums(values: NDArray[Any], starts: NDArray[Any]) -> NDArray[np.float64]:
    """Add up stretches of values, some of them empty."""
    import numpy as np

    sums = np.zeros(len(starts) - 1)
    is_filled = np.diff(starts) > 0
    if is_filled.any():
        wide = values if values.dtype == np.float64 else values.astype(np.int64)
        sums[is_filled] = np.add.reduceat(wide, starts[:-1][is_filled])
    return sums


def _times_log(reads: NDArray[Any]) -> NDArray[np.float64]:
    """Give n ln n; most reads are few, so that these are computed once."""
    import numpy as np

    few = np.arange(_FEW + 1, dtype=np.float64)
    few[1:] *= np.log(few[1:])
    found: NDArray[np.float64] = few[np.minimum(reads, _FEW)]
    is_many = reads > _FEW
    many = reads[is_many].astype(np.float64)
    found[is_many] = many * np.log(many)
    return found


def bray_curtis(counts: csr_array[Any]) -> NDArray[np.float64]:
    """Measure Bray-Curtis dissimilarity between all libraries, of reads or of shares.

    Returns
    -------
    ndarray of shape (n_libraries, n_libraries)
        Symmetric; 0 between two libraries without reads, as nothing sets them apart.

    """
    import numpy as np

    total = np.asarray(counts.sum(axis=1), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        distances = 1 - 2 * common_reads(counts) / (total[:, None] + total)
    np.fill_diagonal(distances, 0)
    found: NDArray[np.float64] = np.nan_to_num(distances, nan=0.0)
    return found


def rarefied(
    counts: csr_array[Any], names: Sequence[str], depth: int | Sequence[int], seed: int
) -> csr_array[Any]:
    """Draw `depth` reads of each library without replacement; libraries must hold as many.

    `depth` is one number, or one for each library.

    Each library has a stream of its own, seeded by its id, so that what is drawn of it does not
    depend on which others there are.
    """
    import numpy as np
    from scipy.sparse import csr_array
    from skbio.stats import subsample_counts

    drawn = [np.zeros(0, dtype=np.int64)]
    sizes = [depth] * len(names) if isinstance(depth, int) else depth
    for place, (name, size) in enumerate(zip(names, sizes, strict=True)):
        own = counts.data[counts.indptr[place] : counts.indptr[place + 1]]
        stream = np.random.default_rng([seed, *sha256(name.encode()).digest()])
        drawn.append(subsample_counts(own, size, seed=stream))
    found = csr_array(
        (np.concatenate(drawn), counts.indices, counts.indptr), shape=counts.shape, dtype=np.int64
    )
    found.eliminate_zeros()
    return found
