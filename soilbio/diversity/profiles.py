"""What can be measured of metagenomes' profiles: shares of taxa, not how many there are.

How many taxa a profiler reports is set by its thresholds and by false hits, which grow with the
reads (Ye et al. 2019, Cell 178:779); what weighs taxa by their shares hardly feels those. So
richness and all that is made of it is refused, with the reason. The same holds of the names that
a classifier gives to pieces of a marker gene picked out of a metagenome, which tell genera at best.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import read_history
from soilbio.dataset.shares import sum_of_shares
from soilbio.dataset.tables import RANKS
from soilbio.diversity.community import FEWEST_READS, is_left_out

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from skbio import DistanceMatrix

    from soilbio.dataset.read import Dataset

COLUMNS = ("library_id", "reads", "named_share", "shannon", "simpson")
# What is shared out, as words: genomes tell species, pieces of a marker gene genera.
# Wider ranks are taken where laboratories are compared that have no finer names in common.
FEATURES = "feature_id"
PLURALS = {
    **{"species": "species", "genus": "genera", "family": "families", "order": "orders"},
    **{"class": "classes", "phylum": "phyla", "kingdom": "kingdoms", "domain": "domains"},
    FEATURES: "features",
}
_METRICS = {
    "bray_curtis": "shares of {taxa}, made up to 1 in each library; not rarefied",
    "robust_aitchison": "shares of {taxa}: robust centred log-ratio, absent ones 0, Euclidean",
}
_TAXA = (
    "how many taxa a profile has is set by the profiler's thresholds and by false hits, which grow"
    " with the reads (Ye et al. 2019, Cell 178:779)"
)
_RARE = (
    "it is made of taxa with one or two reads: an estimate has none, and of a classifier's most are"
    " false hits"
)
_PIECES = (
    "how many names pieces from anywhere in the gene get is set by the classifier's cut and by"
    " false names, which grow with the reads"
)
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Profiles:
    """Shares of the taxa of a rank in the libraries of an assay; both sorted by their ids.

    Attributes
    ----------
    rank : str
        `species`, or `genus` where pieces of a marker gene were classified.
    shares : csr_array of shape (n_libraries, n_taxa)
        Shares of all reads of a library.
    samples : mapping of library id to sample id
    bars : mapping of library id to str
        Why a library is not compared; only those that are not.
    reads : mapping of library id to int
        The reads that were profiled.

    """

    rank: str
    libraries: list[str]
    taxa: list[str]
    shares: csr_array[Any]
    samples: Mapping[str, str]
    bars: Mapping[str, str]
    reads: Mapping[str, int]

    def depths(self) -> dict[str, int]:
        """Give the reads of each library."""
        return dict(self.reads)

    def compared(self) -> list[str]:
        """List the libraries of soils that have named taxa to compare."""
        return [name for name in self.libraries if name not in self.bars]

    def metrics(self) -> dict[str, str]:
        """Say what each distance is of."""
        return {name: text.format(taxa=PLURALS[self.rank]) for name, text in _METRICS.items()}

    def refused(self) -> dict[str, str]:
        """Give the reason of each measure that is not sound for such numbers."""
        number = _TAXA if self.rank == "species" else _PIECES
        return {
            "observed": number,
            "chao1": _RARE,
            "goods_coverage": _RARE,
            "pielou": f"it divides by the number of taxa, and {number}",
            "hill numbers": f"they are standardised by coverage: {_RARE}",
            "rarefaction": f"it draws reads to count taxa: {number}",
            "jaccard": f"it goes by which taxa are there, and {number}",
            "faith_pd and unifrac": "there is no tree of these taxa",
        }


def is_profile(dataset: Dataset, assay: str) -> bool:
    """Tell whether an assay's numbers are of reads of whole metagenomes, not of one amplicon."""
    return bool(_row_of(dataset, assay)["library_strategy"] == "WGS")


def _row_of(dataset: Dataset, assay: str) -> Row:
    import polars as pl

    found = dataset.tables["assays"].filter(pl.col("assay_id") == assay).collect()
    row: Row = found.row(0, named=True)
    return row


def read_profiles(
    dataset: Dataset,
    *assays: str,
    libraries: Collection[str] | None = None,
    rank: str | None = None,
) -> Profiles:
    """Add up the shares of each species; what has no species, or an excluding flag, stays out.

    Of a marker gene, each genus: pieces from anywhere in it seldom tell species. With a `rank`, of
    each name of that, or of each feature (`FEATURES`); with `libraries`, of these alone.
    """
    import numpy as np
    import polars as pl
    from scipy.sparse import csr_array

    rows = (
        dataset.tables["libraries"]
        .filter(pl.col("assay_id").is_in(assays))
        .select("library_id", "sample_id", "control_type", "status", "reads_nonchimeric")
        .sort("library_id")
        .collect()
    )
    if libraries is not None:
        rows = rows.filter(pl.col("library_id").is_in(list(libraries)))
    libraries = rows["library_id"].to_list()
    if rank is None:
        is_marker = any(_row_of(dataset, one)["abundance"] == "marker" for one in assays)
        rank = "genus" if is_marker else "species"
    shares = _shares(dataset, libraries, rank)
    taxa = sorted(shares["name"].unique().to_list())
    row_of = {name: place for place, name in enumerate(libraries)}
    column_of = {name: place for place, name in enumerate(taxa)}
    places = (
        np.array([row_of[name] for name in shares["library_id"]], dtype=np.int64),
        np.array([column_of[name] for name in shares["name"]], dtype=np.int64),
    )
    size = (len(libraries), len(taxa))
    matrix = csr_array((shares["share"].to_numpy(), places), shape=size, dtype=np.float64)
    matrix.sort_indices()
    reads = dict(zip(libraries, rows["reads_nonchimeric"].fill_null(0).to_list(), strict=True))
    named = dict(zip(libraries, matrix.sum(axis=1).tolist(), strict=True))
    unnamed = _why_unnamed(dataset, rank)
    bars = {
        row["library_id"]: reason
        for row in rows.iter_rows(named=True)
        if (reason := _bar(row, named[row["library_id"]], reads[row["library_id"]], unnamed, rank))
    }
    samples = dict(zip(libraries, rows["sample_id"].to_list(), strict=True))
    return Profiles(rank, libraries, taxa, matrix, samples, bars, reads)


def _shares(dataset: Dataset, libraries: list[str], rank: str) -> Any:
    import polars as pl

    value = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance")
    # Estimates are shares already; counts become them.
    whole = pl.when(pl.col("count").is_null()).then(1.0).otherwise(value.sum().over("library_id"))
    names = dataset.tables["features"].select(
        "feature_id", pl.col(rank).alias("name"), is_left_out().alias("is_out")
    )
    return (
        dataset.tables["counts"]
        .filter(pl.col("library_id").is_in(libraries))
        .with_columns((value / whole).alias("share"))
        .join(names, on="feature_id")
        .filter(~pl.col("is_out"), pl.col("name").fill_null("") != "")
        .group_by("library_id", "name")
        .agg(sum_of_shares("share"))
        .sort("library_id", "name")
        .collect()
    )


def _why_unnamed(dataset: Dataset, rank: str) -> str:
    """Say why a library has no names: where datasets were merged by a wider rank, none has."""
    level = str(read_history(dataset.folder).get("level", rank))
    if level in RANKS and RANKS.index(level) < RANKS.index(rank):
        taxa = PLURALS[rank]
        return f"datasets were merged by {level}, and profiles are compared by {taxa}: take those"
    return f"no {rank} was named in it"


def _bar(row: Mapping[str, object], named: float, reads: int, unnamed: str, rank: str) -> str:
    if row["control_type"]:
        return "a control"
    if row["status"] != "ok":
        return f"its status is {row['status']}"
    if not named:
        return unnamed
    if reads and named * reads < FEWEST_READS:
        return f"fewer than {FEWEST_READS} reads of named {PLURALS[rank]}"
    return ""


def alpha_rows(profiles: Profiles) -> list[Row]:
    """Measure each library; controls, too: Shannon in nats, and Simpson, of its named taxa."""
    import numpy as np

    rows: list[Row] = []
    for place, library in enumerate(profiles.libraries):
        start, end = profiles.shares.indptr[place : place + 2]
        values = profiles.shares.data[start:end]
        named = min(float(values.sum()), 1.0)  # shares are rounded
        row: Row = {"library_id": library, "reads": profiles.reads[library], "named_share": named}
        if named:
            parts = values / named
            row["shannon"] = float(-(parts * np.log(parts)).sum()) + 0.0
            row["simpson"] = float(1 - (parts**2).sum())
        rows.append(row)
    return rows


def distances(profiles: Profiles) -> Iterator[tuple[str, DistanceMatrix]]:
    """Measure between the libraries that have named taxa, each made up to 1; dense in memory."""
    import numpy as np
    from scipy.spatial.distance import pdist, squareform
    from skbio import DistanceMatrix
    from skbio.stats.composition import rclr

    names = profiles.compared()
    if len(names) < 2:
        return
    places = [profiles.libraries.index(name) for name in names]
    dense = profiles.shares[places].toarray()
    dense /= dense.sum(axis=1, keepdims=True)
    yield "bray_curtis", DistanceMatrix(squareform(pdist(dense, "braycurtis")), names)
    logs = np.nan_to_num(rclr(dense), copy=False)
    yield "robust_aitchison", DistanceMatrix(squareform(pdist(logs)), names)
