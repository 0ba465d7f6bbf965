"""Hill numbers at equal coverage, and rarefaction, by formula: no drawing.

Sample coverage: Chao & Jost 2012, Ecology 93:2533, eq. 4a; its inter- and extrapolation, and Hill
numbers of smaller and larger samples: Chao et al. 2014, Ecol. Monogr. 84:45, table 1. For q = 1
beyond the sample: as iNEXT 3 computes it (Hsieh, Ma & Chao 2016, Methods Ecol. Evol. 7:1451),
towards the entropy of Chao, Wang & Jost 2013, Methods Ecol. Evol. 4:1091. Expected richness:
Hurlbert 1971, Ecology 52:577, eq. 3. `counts` are the reads of each feature of one library; zeros
are ignored.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

# Beyond twice the reads there are, extrapolated richness is not to be trusted (Chao et al. 2014).
MOST_EXTRAPOLATION = 2
Hill = tuple[float, float, float]


def coverage_of(counts: Counts) -> float:
    """Estimate the coverage of a sample: the share of the community that its features make up.

    Parameters
    ----------
    counts : ndarray of shape (n_features,)
        Reads; zeros are ignored.

    Returns
    -------
    float
        Between 0 and 1; 0 for a sample without reads or of one read, 1 for one without singletons.

    """
    total = int(counts.sum())
    if total == 0:
        return 0.0
    return float(1 - int((counts == 1).sum()) / total * _unseen_ratio(counts))


def coverage_at(counts: Counts, size: int) -> float:
    """Give the expected coverage of `size` reads, drawn from a sample or, if more, beyond it."""
    import numpy as np

    total = int(counts.sum())
    if size >= total:
        once = int((counts == 1).sum())
        return float(1 - once / total * _unseen_ratio(counts) ** (size - total + 1))
    found, times = np.unique(counts[counts > 0], return_counts=True)
    shares = np.exp(_log_missed(found, total - 1, size, total - found))
    return float(1 - np.sum(times * found / total * shares))


def size_at(counts: Counts, coverage: float) -> float:
    """Find the number of reads whose expected coverage is `coverage`.

    Returns
    -------
    float
        At least 1. Between two whole numbers by linear interpolation of their coverage, so that
        the coverage is equal and not merely alike. More reads than there are mean extrapolation;
        infinite, if no number of reads is enough.

    """
    total = int(counts.sum())
    own = coverage_of(counts)
    if coverage == own:  # without singletons, fewer reads have the same
        return float(total)
    if coverage > own:
        return _size_beyond(counts, coverage)
    low, high = 1, total
    while low < high:
        middle = (low + high) // 2
        if coverage_at(counts, middle) < coverage:
            low = middle + 1
        else:
            high = middle
    if high == 1:
        return 1.0
    below, above = coverage_at(counts, high - 1), coverage_at(counts, high)
    return high - 1 + (coverage - below) / (above - below)


def hill_at(counts: Counts, size: float) -> Hill:
    """Estimate the Hill numbers of order 0, 1 and 2 of `size` reads, fewer or more than there are.

    Returns
    -------
    (float, float, float)
        Effective numbers of features. q = 1 is the exponential of the expected entropy, as in Chao
        et al. 2014; between whole numbers of reads, linear interpolation.

    """
    below = math.floor(size)
    share = size - below
    values = _hill_of(counts, below)
    if share == 0:
        return values
    above = _hill_of(counts, below + 1)
    zero, one, two = ((1 - share) * a + share * b for a, b in zip(values, above, strict=True))
    return zero, one, two


def richness_at(counts: Counts, size: int) -> float:
    """Give the expected number of features in `size` reads drawn from a sample (Hurlbert)."""
    import numpy as np

    found, times = np.unique(counts[counts > 0], return_counts=True)
    total = int(counts.sum())
    if size >= total:
        return float(times.sum())
    missed = np.exp(_log_missed(found, total, size, total - found))
    return float(np.sum(times * (1 - missed)))


def _hill_of(counts: Counts, size: int) -> Hill:
    """Give the Hill numbers of a whole number of reads; for q = 2 by one formula throughout."""
    import numpy as np

    total = int(counts.sum())
    if total == 1:
        return 1.0, 1.0, 1.0
    if size <= total:
        zero, one = richness_at(counts, size), math.exp(_entropy_at(counts, size))
    else:
        zero = _richness_beyond(counts, size - total)
        one = _common_beyond(counts, size - total)
    found = counts[counts > 0].astype(np.float64)
    pairs = float(np.sum(found * (found - 1))) / (total * (total - 1))
    return zero, one, 1 / (1 / size + (size - 1) / size * pairs)


def _unseen_ratio(counts: Counts) -> float:
    """Give the factor by which one more read shrinks what is unseen: 1 where nothing is known."""
    total = int(counts.sum())
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    if twice:
        return (total - 1) * once / ((total - 1) * once + 2 * twice)
    if total > 1 and once > 1:
        return (total - 1) * (once - 1) / ((total - 1) * (once - 1) + 2)
    return 1.0


def _size_beyond(counts: Counts, coverage: float) -> float:
    total, once, ratio = int(counts.sum()), int((counts == 1).sum()), _unseen_ratio(counts)
    if coverage >= 1 or ratio == 1 or once == total:  # of singletons alone nothing can be said
        return math.inf
    return total + math.log(total * (1 - coverage) / once) / math.log(ratio) - 1


def _richness_beyond(counts: Counts, more: int) -> float:
    """Extrapolate richness by `more` reads towards Chao1."""
    total = int(counts.sum())
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    unseen = once**2 / (2 * twice) if twice else once * (once - 1) / 2
    unseen *= (total - 1) / total
    seen = float((counts > 0).sum())
    if not unseen:
        return seen
    return seen + unseen * -math.expm1(more * math.log1p(-once / (total * unseen + once)))


def _common_beyond(counts: Counts, more: int) -> float:
    """Extrapolate the Hill number of order 1 by `more` reads, as the last read raised it."""
    total = int(counts.sum())
    before, seen = (math.exp(_entropy_at(counts, size)) for size in (total - 1, total))
    limit = math.exp(_entropy_in_all(counts))
    if limit <= seen:
        return seen
    return seen + (limit - seen) * (1 - (1 - (seen - before) / (limit - before)) ** more)


def _entropy_in_all(counts: Counts) -> float:
    """Estimate the Shannon entropy of the community that a sample was drawn from.

    The published second term has a factor that overflows with thousands of reads; here it is the
    same series, summed as an integral.
    """
    import numpy as np
    from scipy.integrate import quad
    from scipy.special import digamma

    total, once = int(counts.sum()), int((counts == 1).sum())
    found = counts[counts > 0].astype(np.float64)
    entropy = float(np.sum(found / total * (digamma(total) - digamma(found))))
    ratio = _unseen_ratio(counts)
    if not once or ratio == 1:
        return entropy

    def rest(u: float) -> float:
        return math.exp(-u) / (1 - ratio - ratio * math.expm1(-u / total))

    value: float = quad(rest, 0, math.inf, epsabs=0, epsrel=1e-10, limit=200)[0]
    return entropy + once / total * ratio / total * value


def _entropy_at(counts: Counts, size: int) -> float:
    """Give the expected Shannon entropy of `size` reads, over expected frequencies.

    Held in memory: a logarithm a read. How often a feature of x reads is drawn is hypergeometric;
    what lies beyond 12 standard deviations and 40 reads adds nothing to a double.
    """
    import numpy as np
    from scipy.special import gammaln

    found, times = np.unique(counts[counts > 0], return_counts=True)
    total = int(counts.sum())
    if size >= total:
        return -float(np.sum(times * found / total * np.log(found / total)))
    log = gammaln(np.arange(total + 1) + 1.0)  # of factorials
    all_ways = log[total] - log[size] - log[total - size]
    entropy = 0.0
    for count, number in zip(found.tolist(), times.tolist(), strict=True):
        others = total - count
        mean = size * count / total
        reach = 12 * math.sqrt(mean) + 40
        first = max(1, size - others, math.floor(mean - reach))
        drawn = np.arange(first, min(count, size, math.ceil(mean + reach)) + 1)
        left = size - drawn
        ways = log[count] - log[drawn] - log[count - drawn]
        ways += log[others] - log[left] - log[others - left]
        share = drawn / size
        entropy -= number * float(np.sum(np.exp(ways - all_ways) * share * np.log(share)))
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
