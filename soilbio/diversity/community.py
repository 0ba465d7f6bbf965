"""The counts of an assay as a sparse matrix, and which libraries take part in what."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soilbio.dataset.read import Dataset
from soilbio.dataset.tables import EXCLUDING_FLAGS

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# A library with less than this share of the median depth would pull all others down to it.
_SHARE_OF_MEDIAN = 0.1
FEWEST_READS = 10


@dataclass(frozen=True, slots=True)
class Community:
    """Reads of unflagged features in the libraries of an assay, sorted by their ids.

    Attributes
    ----------
    counts : csr_array of shape (n_libraries, n_features)
        Reads; no feature without any.
    samples : mapping of library id to sample id
    is_control : mapping of library id to bool
    flagged_features, flagged_reads : int
        What was left out for its flags.
    statuses : mapping of library id to status
        Libraries that are not named are ok.
    uncounted : int
        Rows of counts that hold a share but no reads, which no measure here can use.

    """

    libraries: list[str]
    features: list[str]
    counts: csr_array[Any]
    samples: Mapping[str, str]
    is_control: Mapping[str, bool]
    flagged_features: int
    flagged_reads: int = 0
    statuses: Mapping[str, str] = field(default_factory=dict)
    uncounted: int = 0

    def place_of(self, library: str) -> int:
        """Find the row of a library."""
        return bisect_left(self.libraries, library)

    def reads_of(self, place: int) -> NDArray[np.int64]:
        """Give the reads of the features that the library in a row has; no zeros."""
        reads: NDArray[np.int64] = self.counts.data[
            self.counts.indptr[place] : self.counts.indptr[place + 1]
        ]
        return reads[reads > 0]

    def depths(self) -> dict[str, int]:
        """Unflagged reads of each library."""
        totals = self.counts.sum(axis=1)
        return {name: int(total) for name, total in zip(self.libraries, totals, strict=True)}

    def dense(self, libraries: list[str]) -> NDArray[np.int64]:
        """Make the rows of some libraries dense, as scikit-bio needs them."""
        places = [self.place_of(name) for name in libraries]
        rows: NDArray[np.int64] = self.counts[places].toarray()
        return rows


@dataclass(frozen=True, slots=True)
class Depth:
    """Reads that libraries are rarefied to, those that have them, and why others do not."""

    reads: int
    libraries: list[str]
    left_out: dict[str, str]


def read_community(
    dataset: Dataset, *assays: str, libraries: Collection[str] | None = None
) -> Community:
    """Read the counts of assays, or of some libraries of theirs; flagged features stay out."""
    import numpy as np
    import polars as pl
    from scipy.sparse import csr_array

    rows = (
        dataset.tables["libraries"]
        .filter(pl.col("assay_id").is_in(assays))
        .select("library_id", "sample_id", "control_type", "status")
        .sort("library_id")
        .collect()
    )
    if libraries is not None:
        rows = rows.filter(pl.col("library_id").is_in(list(libraries)))
    libraries = rows["library_id"].to_list()
    counts = _counts(dataset, libraries)
    kept = counts.filter(~pl.col("is_out"), pl.col("count") > 0)
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
    flagged = counts.filter("is_out")
    return Community(
        libraries,
        names,
        matrix,
        dict(zip(libraries, rows["sample_id"].to_list(), strict=True)),
        {name: bool(kind) for name, kind in zip(libraries, controls, strict=True)},
        flagged["feature_id"].n_unique(),
        int(flagged["count"].sum()),
        dict(zip(libraries, rows["status"].to_list(), strict=True)),
        counts["count"].null_count(),
    )


def is_left_out() -> pl.Expr:
    """Tell features that their flags leave out."""
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    return flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.len() > 0


def _counts(dataset: Dataset, libraries: list[str]) -> pl.DataFrame:
    """Read the counts of some libraries, and whether the flags of a feature leave it out."""
    import polars as pl

    features = dataset.tables["features"].select("feature_id", is_left_out().alias("is_out"))
    return (
        dataset.tables["counts"]
        .filter(pl.col("library_id").is_in(libraries))
        .join(features, on="feature_id")
        .select("library_id", "feature_id", "count", "is_out")
        .collect()
    )


def choose_depth(community: Community, asked: int | str) -> Depth:
    """Choose the depth that libraries of soils are rarefied to.

    `auto` is the smallest number of reads among those that have at least ten reads and a tenth of
    the median depth (of libraries that have reads). Controls, and what is empty or failed, take no
    part.
    """
    depths = community.depths()
    left_out = {name: reason for name in community.libraries if (reason := _bar(community, name))}
    soils = {name: depths[name] for name in community.libraries if name not in left_out}
    if asked == "auto":
        ordered = sorted(filter(None, soils.values()))
        middle = ordered[len(ordered) // 2] if ordered else 0
        least = max(FEWEST_READS, _SHARE_OF_MEDIAN * middle)
        chosen = min((reads for reads in ordered if reads >= least), default=0)
    else:
        least = chosen = int(asked)
    kept = [name for name, reads in soils.items() if chosen and reads >= chosen]
    left_out |= {
        name: f"{reads} read{'' if reads == 1 else 's'} of unflagged features,"
        f" fewer than {math.ceil(least)}"
        for name, reads in soils.items()
        if name not in kept
    }
    return Depth(chosen, kept, dict(sorted(left_out.items())))


def _bar(community: Community, library: str) -> str:
    """Say why a library is not compared whatever its depth, if so."""
    if community.is_control[library]:
        return "a control"
    status = community.statuses.get(library, "ok")
    return "" if status == "ok" else f"its status is {status}"
