"""The counts of an assay as a sparse matrix, and which libraries take part in what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from soilbio.dataset.read import Dataset
from soilbio.dataset.tables import EXCLUDING_FLAGS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# A library with less than this share of the median depth would pull all others down to it.
_SHARE_OF_MEDIAN = 0.1
_FEWEST_READS = 10


@dataclass(frozen=True, slots=True)
class Community:
    """Reads of unflagged features in the libraries of an assay, sorted by their ids.

    Attributes
    ----------
    counts : csr_array of shape (n_libraries, n_features)
        Reads; no feature without any.
    samples : mapping of library id to sample id
    is_control : mapping of library id to bool
    flagged_features : int
        Features that were left out for their flags.

    """

    libraries: list[str]
    features: list[str]
    counts: csr_array[Any]
    samples: Mapping[str, str]
    is_control: Mapping[str, bool]
    flagged_features: int

    def depths(self) -> dict[str, int]:
        """Unflagged reads of each library."""
        totals = self.counts.sum(axis=1)
        return {name: int(total) for name, total in zip(self.libraries, totals, strict=True)}

    def dense(self, libraries: list[str]) -> NDArray[np.int64]:
        """Make the rows of some libraries dense, as scikit-bio needs them."""
        places = [self.libraries.index(name) for name in libraries]
        rows: NDArray[np.int64] = self.counts[places].toarray()
        return rows


@dataclass(frozen=True, slots=True)
class Depth:
    """Reads that libraries are rarefied to, those that have them, and why others do not."""

    reads: int
    libraries: list[str]
    left_out: dict[str, str]


def read_community(dataset: Dataset, assay: str) -> Community:
    """Read the counts of an assay; features with an excluding flag stay out."""
    import numpy as np
    import polars as pl
    from scipy.sparse import csr_array

    rows = (
        dataset.tables["libraries"]
        .filter(pl.col("assay_id") == assay)
        .select("library_id", "sample_id", "control_type")
        .sort("library_id")
        .collect()
    )
    libraries = rows["library_id"].to_list()
    flags = pl.col("flags").fill_null("").str.split("|")
    is_out = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.len() > 0
    features = dataset.tables["features"].select("feature_id", is_out.alias("is_out"))
    counts = (
        dataset.tables["counts"]
        .filter(pl.col("library_id").is_in(libraries))
        .join(features, on="feature_id")
        .select("library_id", "feature_id", pl.col("count").fill_null(0), "is_out")
        .collect()
    )
    flagged = counts.filter("is_out")["feature_id"].n_unique()
    kept = counts.filter(~pl.col("is_out"))
    names = sorted(kept["feature_id"].unique().to_list())
    row_of = {name: place for place, name in enumerate(libraries)}
    column_of = {name: place for place, name in enumerate(names)}
    matrix = csr_array(
        (
            kept["count"].to_numpy(),
            (
                np.array([row_of[name] for name in kept["library_id"]], dtype=np.int64),
                np.array([column_of[name] for name in kept["feature_id"]], dtype=np.int64),
            ),
        ),
        shape=(len(libraries), len(names)),
        dtype=np.int64,
    )
    matrix.sort_indices()
    controls = rows["control_type"].fill_null("").to_list()
    return Community(
        libraries,
        names,
        matrix,
        dict(zip(libraries, rows["sample_id"].to_list(), strict=True)),
        {name: bool(kind) for name, kind in zip(libraries, controls, strict=True)},
        flagged,
    )


def choose_depth(community: Community, asked: int | str) -> Depth:
    """Choose the depth that libraries of soils are rarefied to.

    `auto` is the smallest number of reads among those that have at least a tenth of the median
    depth and ten reads. Controls take no part.
    """
    depths = community.depths()
    soils = {name: depths[name] for name in community.libraries if not community.is_control[name]}
    left_out = {name: "a control" for name in community.libraries if community.is_control[name]}
    if asked == "auto":
        ordered = sorted(soils.values())
        middle = ordered[len(ordered) // 2] if ordered else 0
        least = max(_FEWEST_READS, _SHARE_OF_MEDIAN * middle)
        enough = [reads for reads in soils.values() if reads >= least]
        chosen = min(enough, default=0)
    else:
        chosen = int(asked)
    kept = [name for name, reads in soils.items() if chosen and reads >= chosen]
    left_out |= {
        name: f"{reads} reads of unflagged features, fewer than {chosen or _FEWEST_READS}"
        for name, reads in soils.items()
        if name not in kept
    }
    return Depth(chosen, kept, dict(sorted(left_out.items())))
