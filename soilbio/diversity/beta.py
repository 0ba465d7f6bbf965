"""Distances between libraries and their ordination, by scikit-bio."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from soilbio.diversity.community import Community, Depth
from soilbio.diversity.sparse import bray_curtis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from skbio import DistanceMatrix, TreeNode

# What each distance is taken of, for the table of settings.
METRICS = {
    "bray_curtis": "reads, rarefied once",
    "jaccard": "presence in the rarefied reads",
    "robust_aitchison": "all reads: robust centred log-ratio, absent features 0, Euclidean",
    "weighted_unifrac": "reads, rarefied once; normalised",
    "unweighted_unifrac": "presence in the rarefied reads",
}
# Measured on what a library has been rarefied to; any other on all its reads.
RAREFIED = frozenset(METRICS) - {"robust_aitchison"}
AXES = 3
FEWEST = 3
_ROUNDING = 1e-12
_DECIMALS = 9


def rarefied(community: Community, depth: Depth, seed: int) -> NDArray[np.int64]:
    """Draw `depth.reads` reads of each library without replacement.

    Each library has a stream of its own, seeded by its id, so that what is drawn of it does not
    depend on which others there are.

    Returns
    -------
    ndarray of shape (n_kept, n_features)
        Reads; dense, as scikit-bio takes it.

    """
    import numpy as np
    from skbio.stats import subsample_counts

    rows = community.dense(depth.libraries)
    for place, name in enumerate(depth.libraries):
        stream = np.random.default_rng([seed, *sha256(name.encode()).digest()])
        rows[place] = subsample_counts(rows[place], depth.reads, seed=stream)
    return rows


def distances(
    community: Community, depth: Depth, seed: int, tree: TreeNode | None
) -> Iterator[tuple[str, DistanceMatrix]]:
    """Measure metric by metric between the libraries that reach the depth; UniFrac needs the tree.

    Held in memory: the dense reads of these libraries, and one matrix of distances at a time where
    the caller keeps none.
    """
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.spatial.distance import pdist, squareform
    from skbio import DistanceMatrix
    from skbio.diversity import beta_diversity
    from skbio.stats.composition import rclr

    ids = depth.libraries
    if len(ids) < 2:
        return
    logs = np.nan_to_num(rclr(community.dense(ids).astype(float)), copy=False)
    yield "robust_aitchison", DistanceMatrix(squareform(pdist(logs)), ids)
    del logs
    drawn = rarefied(community, depth, seed)
    yield "bray_curtis", DistanceMatrix(bray_curtis(csr_array(drawn)), ids)
    yield "jaccard", beta_diversity("jaccard", drawn > 0, ids=ids)
    if tree is not None:
        phylogenetic = {"taxa": community.features, "tree": tree}
        yield (
            "weighted_unifrac",
            beta_diversity("weighted_unifrac", drawn, ids=ids, normalized=True, **phylogenetic),
        )
        yield (
            "unweighted_unifrac",
            beta_diversity("unweighted_unifrac", drawn, ids=ids, **phylogenetic),
        )


def ordinate(
    matrix: DistanceMatrix,
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Principal coordinates; None for fewer than three libraries or no distance at all.

    An axis has no direction of its own: its largest coordinate is made positive. An axis that
    explains nothing but rounding is 0, and so are coordinates that are.

    Returns
    -------
    coordinates : ndarray of shape (n_libraries, 3)
    explained : ndarray of shape (3,)
        Share of the variation that each axis explains, of all axes with a positive eigenvalue.

    """
    import numpy as np
    from skbio.stats.ordination import pcoa

    if len(matrix.ids) < FEWEST or not matrix.data.any():
        return None
    # All axes, for the sum of positive eigenvalues; negative ones are why the shares are of those.
    result = pcoa(matrix, dimensions=len(matrix.ids), warn_neg_eigval=False)
    coordinates = np.zeros((len(matrix.ids), AXES))
    explained = np.zeros(AXES)
    shown = min(AXES, result.samples.shape[1])
    coordinates[:, :shown] = result.samples.to_numpy()[:, :shown]
    explained[:shown] = result.proportion_explained.to_numpy()[:shown]
    coordinates[:, explained < _ROUNDING] = 0
    explained[explained < _ROUNDING] = 0
    for axis in range(AXES):
        largest = np.argmax(np.abs(coordinates[:, axis]).round(9))
        if coordinates[largest, axis] < 0:
            coordinates[:, axis] *= -1
    # Beyond that, a processor's way to add shows; adding 0 takes the sign off -0.
    return coordinates.round(_DECIMALS) + 0.0, explained.round(_DECIMALS)
