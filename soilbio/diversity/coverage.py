"""Hill numbers at equal coverage, and rarefaction, by formula: no drawing.

Sample coverage and its interpolation: Chao & Jost 2012, Ecology 93:2533, eqs 4a and 5. Hill numbers
of smaller samples: Chao et al. 2014, Ecol. Monogr. 84:45, table 1. Expected richness: Hurlbert
1971, Ecology 52:577, eq. 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]


def coverage_of(counts: Counts) -> float:
    """Estimate the coverage of a sample: the share of the community that its features make up.

    Parameters
    ----------
    counts : ndarray of shape (n_features,)
        Reads; zeros are ignored.

    Returns
    -------
    float
        Between 0 and 1; 0 for a sample without reads or of singletons only.

    """
    total = int(counts.sum())
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    if total == 0:
        return 0.0
    if once == 0:
        return 1.0
    if twice:
        unseen = (total - 1) * once / ((total - 1) * once + 2 * twice)
    elif total > 1 and once > 1:
        unseen = (total - 1) * (once - 1) / ((total - 1) * (once - 1) + 2)
    else:
        unseen = 1.0
    return float(1 - once / total * unseen)


def coverage_at(counts: Counts, size: int) -> float:
    """Give the expected coverage of `size` reads (less than all) drawn from a sample."""
    import numpy as np

    found, times = np.unique(counts[counts > 0], return_counts=True)
    total = int(counts.sum())
    shares = np.exp(_log_missed(found, total - 1, size, total - found))
    return float(1 - np.sum(times * found / total * shares))


def size_at(counts: Counts, coverage: float) -> int:
    """Find the number of reads whose expected coverage comes nearest; all, if there are no more."""
    total = int(counts.sum())
    if total < 2 or coverage >= coverage_of(counts):
        return total
    low, high = 1, total - 1
    while low < high:
        middle = (low + high) // 2
        if coverage_at(counts, middle) < coverage:
            low = middle + 1
        else:
            high = middle
    before = max(1, low - 1)
    nearer = abs(coverage_at(counts, before) - coverage) < abs(coverage_at(counts, low) - coverage)
    return before if nearer else low


def hill_at(counts: Counts, size: int) -> tuple[float, float, float]:
    """Give the expected Hill numbers of order 0, 1 and 2 of `size` reads drawn from a sample.

    Returns
    -------
    (float, float, float)
        Effective numbers of features; all 0 for no reads.

    """
    import numpy as np

    total = int(counts.sum())
    if total == 0 or size == 0:
        return 0.0, 0.0, 0.0
    shares = counts[counts > 0] / total
    if size >= total:
        entropy = -np.sum(shares * np.log(shares))
        return float(len(shares)), float(np.exp(entropy)), float(1 / np.sum(shares**2))
    found = counts[counts > 0].astype(np.float64)
    pairs = np.sum(found * (found - 1)) / (total * (total - 1))
    second = 1 / (1 / size + (size - 1) / size * pairs)
    return richness_at(counts, size), float(np.exp(_entropy_at(counts, size))), float(second)


def richness_at(counts: Counts, size: int) -> float:
    """Give the expected number of features in `size` reads drawn from a sample (Hurlbert)."""
    import numpy as np

    found, times = np.unique(counts[counts > 0], return_counts=True)
    total = int(counts.sum())
    if size >= total:
        return float(times.sum())
    missed = np.exp(_log_missed(found, total, size, total - found))
    return float(np.sum(times * (1 - missed)))


def _entropy_at(counts: Counts, size: int) -> float:
    """Give the expected Shannon entropy of `size` reads, over expected frequencies."""
    import numpy as np
    from scipy.stats import hypergeom

    found, times = np.unique(counts[counts > 0], return_counts=True)
    total = int(counts.sum())
    entropy = 0.0
    for count, number in zip(found.tolist(), times.tolist(), strict=True):
        drawn = np.arange(max(1, size - (total - count)), min(count, size) + 1)
        chance = hypergeom.pmf(drawn, total, count, size)
        share = drawn / size
        entropy -= number * float(np.sum(chance * share * np.log(share)))
    return entropy


def _log_missed(found: Counts, total: int, size: int, others: Counts) -> NDArray[np.float64]:
    """Give the log chance that none of `size` of `total` reads is of a feature: C(o, m)/C(t, m)."""
    import numpy as np
    from scipy.special import gammaln

    rest = others - size
    possible = rest >= 0
    safe = np.where(possible, rest, 0)
    logs = (
        gammaln(others + 1.0)
        - gammaln(safe + 1.0)
        - gammaln(total + 1.0)
        + gammaln(total - size + 1.0)
    )
    return np.where(possible, logs, -np.inf)
