"""BIOM 2.1 (HDF5) in streams: a feature table that other programs read, without a dense matrix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio import __version__
from soilbio.dataset.tables import RANKS

if TYPE_CHECKING:
    import h5py
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

# Readers drop empty names of a lineage and so would move the others up; a prefix keeps the place.
RANK_PREFIXES = {rank: f"{rank[0]}__" for rank in RANKS}
# Values held at once: 20 million of 16 bytes.
_BLOCK = 20_000_000
_ROWS = 50_000
_CHUNK = 65_536


def write_biom(
    target: Path,
    features: pl.DataFrame,
    libraries: pl.DataFrame,
    counts: pl.LazyFrame,
    *,
    created: str,
) -> None:
    """Write a BIOM 2.1 file whose observations are features and whose samples are libraries.

    Parameters
    ----------
    target : Path
        The file; it has no clock in it, so the same tables give the same bytes.
    features : DataFrame
        Sorted by `feature_id`; columns named as ranks become `taxonomy`, a list of all eight ranks
        with prefixes (`g__` for no genus); every other column becomes metadata.
    libraries : DataFrame
        Sorted by `library_id`; every other column becomes metadata. May hold empty libraries.
    counts : LazyFrame
        Sorted by `library_id` and `feature_id`, all of which are in the two frames; `count`, or
        `relative_abundance` where there is no count.
    created : str
        ISO date and time that the format demands.

    Held in memory: O(n_features + n_libraries), and 20 million values at once.

    References
    ----------
    https://biom-format.org/documentation/format_versions/biom-2.1.html

    """
    import h5py

    with h5py.File(target, "w") as file:
        file.attrs["id"] = "No Table ID"
        file.attrs["type"] = "OTU table"
        file.attrs["format-url"] = "http://biom-format.org"
        file.attrs["format-version"] = (2, 1)
        file.attrs["generated-by"] = f"soilbio {__version__}"
        file.attrs["creation-date"] = created
        file.attrs["shape"] = (features.height, libraries.height)
        _write_axis(file.create_group("observation"), features, "feature_id")
        _write_axis(file.create_group("sample"), libraries, "library_id")
        file.attrs["nnz"] = _write_by_library(file, features, libraries, counts)
        _write_by_feature(file, features.height)


def _write_axis(group: h5py.Group, frame: pl.DataFrame, key: str) -> None:
    """Write the ids and the metadata of one axis."""
    import polars as pl

    for name in ("matrix", "metadata", "group-metadata"):
        group.create_group(name)
    _write_text(group, "ids", frame.select(key))
    ranks = [rank for rank in RANKS if rank in frame.columns]
    if ranks:
        lineage = [
            pl.lit(RANK_PREFIXES[rank])
            + (pl.col(rank).fill_null("") if rank in ranks else pl.lit(""))
            for rank in RANKS
        ]
        names = frame.select(part.alias(rank) for rank, part in zip(RANKS, lineage, strict=True))
        _write_text(group["metadata"], "taxonomy", names)
    for name in frame.columns:
        if name not in {key, *ranks}:
            _write_metadata(group["metadata"], name, frame.select(name))


def _write_metadata(group: h5py.Group, name: str, frame: pl.DataFrame) -> None:
    """Write one category: numbers where all are there, else text, empty for what is not known."""
    import polars as pl

    # A slash would make a group; biom-format reads this word back as a slash.
    safe = name.replace("/", "@@SLASH@@")
    values = frame[name]
    if values.dtype.is_numeric() and not values.null_count():
        _create(group, safe, (frame.height,), values.to_numpy().dtype)[...] = values.to_numpy()
    else:
        _write_text(group, safe, frame.select(pl.col(name).cast(pl.String).fill_null("")))


def _write_text(group: h5py.Group, name: str, frame: pl.DataFrame) -> None:
    """Write text in fixed-width UTF-8, which compresses; one column has one dimension."""
    import h5py
    import numpy as np
    import polars as pl

    widest = frame.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item() or 1
    shape = (frame.height,) if frame.width == 1 else frame.shape
    text = h5py.string_dtype("utf-8", widest)
    data = _create(group, name, shape, text)
    for start in range(0, frame.height, _ROWS):
        rows = [[cell.encode() for cell in row] for row in frame.slice(start, _ROWS).iter_rows()]
        block = np.array(rows, dtype=text).reshape((-1, *shape[1:]))
        data[start : start + len(block)] = block


def _create(group: h5py.Group, name: str, shape: tuple[int, ...], dtype: Any) -> h5py.Dataset:
    """Make a compressed data set; one without values cannot be chunked."""
    if 0 in shape:
        return group.create_dataset(name, shape=shape, dtype=dtype, track_times=False)
    return group.create_dataset(
        name,
        shape=shape,
        dtype=dtype,
        chunks=(min(shape[0], _CHUNK), *shape[1:]),
        compression="gzip",
        compression_opts=1,
        shuffle=True,
        track_times=False,
    )


def _write_by_library(
    file: h5py.File, features: pl.DataFrame, libraries: pl.DataFrame, counts: pl.LazyFrame
) -> int:
    """Write the values library by library, as they come; return how many there are."""
    import numpy as np
    import polars as pl

    nnz: int = counts.select(pl.len()).collect(engine="streaming").item()
    matrix = file["sample/matrix"]
    data, indices = _create(matrix, "data", (nnz,), "f8"), _create(matrix, "indices", (nnz,), "i4")
    per_library = np.zeros(libraries.height, dtype=np.int64)
    columns, rows = pl.Enum(features["feature_id"]), pl.Enum(libraries["library_id"])
    encoded = counts.select(
        pl.col("feature_id").cast(columns).to_physical(),
        pl.col("library_id").cast(rows).to_physical(),
        pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance")).alias("value"),
    )
    start = 0
    for batch in encoded.collect_batches(maintain_order=True, chunk_size=1_000_000):
        end = start + batch.height
        data[start:end] = batch["value"].to_numpy()
        indices[start:end] = batch["feature_id"].to_numpy()
        per_library += np.bincount(batch["library_id"].to_numpy(), minlength=len(per_library))
        start = end
    _write_pointers(matrix, per_library)
    return nnz


def _write_pointers(matrix: h5py.Group, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    pointers = np.concatenate([[0], np.cumsum(lengths)])
    _create(matrix, "indptr", pointers.shape, "i4")[...] = pointers
    return pointers


def _write_by_feature(file: h5py.File, n_features: int) -> None:
    """Write the same values feature by feature: as many features at once as memory allows."""
    import numpy as np

    by_library, matrix = file["sample/matrix"], file["observation/matrix"]
    per_feature = np.zeros(n_features, dtype=np.int64)
    for indices, _, _ in _slabs(by_library):
        per_feature += np.bincount(indices, minlength=n_features)
    pointers = _write_pointers(matrix, per_feature)
    nnz = int(pointers[-1])
    data, libraries = (
        _create(matrix, "data", (nnz,), "f8"),
        _create(matrix, "indices", (nnz,), "i4"),
    )
    first = 0
    while first < n_features:
        last = int(np.searchsorted(pointers, pointers[first] + _BLOCK, side="right")) - 1
        last = min(max(last, first + 1), n_features)
        parts = []
        for indices, places, values in _slabs(by_library):
            is_here = (indices >= first) & (indices < last)
            parts.append((indices[is_here], places[is_here], values[is_here]))
        if parts:
            indices, places, values = (np.concatenate(part) for part in zip(*parts, strict=True))
            order = np.argsort(indices, kind="stable")
            libraries[pointers[first] : pointers[last]] = places[order]
            data[pointers[first] : pointers[last]] = values[order]
        first = last


def _slabs(
    by_library: h5py.Group,
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]]:
    """Give what was written library by library: places of features and of libraries, values."""
    import numpy as np

    pointers = by_library["indptr"][...]
    for start in range(0, int(pointers[-1]), _BLOCK // 10):
        end = min(start + _BLOCK // 10, int(pointers[-1]))
        places = np.searchsorted(pointers, np.arange(start, end), side="right") - 1
        yield (
            by_library["indices"][start:end],
            places.astype(np.int32),
            by_library["data"][start:end],
        )


def values_of(source: Path) -> Iterator[pl.DataFrame]:
    """Read library, feature and value of a BIOM 2.1 file, library by library, in parts.

    Raises
    ------
    OSError, KeyError, ValueError
        If the file is no BIOM 2.1, or damaged.

    """
    import h5py
    import polars as pl

    with h5py.File(source, "r") as file:
        features = pl.Series(file["observation/ids"].asstr()[...].tolist(), dtype=pl.String)
        libraries = pl.Series(file["sample/ids"].asstr()[...].tolist(), dtype=pl.String)
        for indices, places, values in _slabs(file["sample/matrix"]):
            if indices.max() >= len(features) or places.max() >= len(libraries):
                raise ValueError("an index without an id")
            yield pl.DataFrame(
                {
                    "library_id": libraries[places],
                    "feature_id": features[indices],
                    "value": values,
                }
            )
