"""Sorted Parquet files of any size: the same rows, in any order, give the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Rows sorted at once, and rows of a row group. Changing either changes the bytes of large tables.
CHUNK_ROWS = 2_000_000
GROUP_ROWS = 1_000_000
# Ids of features do not fit into the usual 1 MB; without a dictionary files are 2.5 times larger.
_DICTIONARY_BYTES = 64 * 1024 * 1024


def write_sorted(
    frame: pl.LazyFrame,
    key: Sequence[str],
    target: Path,
    *,
    metadata: Mapping[str, str],
    chunk_rows: int = CHUNK_ROWS,
) -> None:
    """Write a table sorted on its key.

    A table is first put on disk as it comes, beside the target; one of more than `chunk_rows` rows
    is cut into files by ranges of the key's first column, which are sorted one by one. Held in
    memory: O(`chunk_rows`), or the rows of the most frequent value of the key's first column, and
    that column's distinct values; not O(rows).
    """
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = frame.collect_schema()
    arrow = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    arrow = pa.schema(
        [
            pa.field(one.name, pa.string()) if pa.types.is_large_string(one.type) else one
            for one in arrow
        ],
        metadata=dict(metadata),
    )
    with pq.ParquetWriter(
        target,
        arrow,
        compression="zstd",
        store_schema=False,
        dictionary_pagesize_limit=_DICTIONARY_BYTES,
        sorting_columns=pq.SortingColumn.from_ordering(
            arrow, [(name, "ascending") for name in key], null_placement="at_start"
        ),
    ) as writer:
        # The writer drops the schema's own metadata when it does not store the schema.
        writer.add_key_value_metadata(dict(metadata))
        for chunk in _sorted_chunks(frame, key, target, chunk_rows):
            table = chunk.to_arrow(compat_level=pl.CompatLevel.oldest())
            writer.write_table(table.cast(arrow), row_group_size=GROUP_ROWS)


def _sorted_chunks(
    frame: pl.LazyFrame, key: Sequence[str], target: Path, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """Give a table's rows in the order of its key, at most about `chunk_rows` at once."""
    import polars as pl

    scratch = target.with_name(target.name + ".unsorted")
    scratch.mkdir()
    whole = scratch / "whole.parquet"
    frame.sink_parquet(whole, compression="lz4")
    unsorted = pl.scan_parquet(whole, glob=False)
    if unsorted.select(pl.len()).collect().item() <= chunk_rows:
        yield _sort(unsorted.collect(), key)
    else:
        for part in _partition(unsorted, key[0], scratch, chunk_rows):
            yield _sort(pl.read_parquet(part, glob=False), key)
            part.unlink()
    shutil.rmtree(scratch)


def _partition(unsorted: pl.LazyFrame, name: str, scratch: Path, chunk_rows: int) -> Sequence[Path]:
    """Cut a table into files by ranges of a column, in one pass; return them in order."""
    import polars as pl
    import pyarrow.parquet as pq

    counted = unsorted.group_by(name).len().collect(engine="streaming").sort(name)
    places = counted.select(name, pl.Series("\0part", _ranges(counted["len"], chunk_rows)))
    placed = unsorted.join(places.lazy(), on=name, how="left", nulls_equal=True)
    writers: dict[int, pq.ParquetWriter] = {}
    for batch in placed.collect_batches(chunk_size=chunk_rows // 2 or 1):
        for (place,), rows in batch.partition_by("\0part", as_dict=True).items():
            table = rows.drop("\0part").to_arrow(compat_level=pl.CompatLevel.oldest())
            if place not in writers:
                path = scratch / f"{place}.parquet"
                writers[place] = pq.ParquetWriter(path, table.schema, compression="lz4")
            writers[place].write_table(table)
    for writer in writers.values():
        writer.close()
    return [scratch / f"{place}.parquet" for place in sorted(writers)]


def _ranges(rows_of_values: Iterable[int], chunk_rows: int) -> list[int]:
    """Give each of sorted values the number of its range of at most `chunk_rows` rows."""
    place, held = 0, 0
    places = []
    for rows in rows_of_values:
        if held and held + rows > chunk_rows:
            place, held = place + 1, 0
        places.append(place)
        held += rows
    return places


def _sort(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Sort on the key; ranks of text sort twice as fast as text."""
    import polars as pl

    ranks = {
        f"\0{name}": pl.Enum(frame[name].drop_nulls().unique().sort())
        for name in key
        if frame.schema[name] == pl.String
    }
    ranked = frame.with_columns(
        pl.col(name[1:]).cast(rank).to_physical().alias(name) for name, rank in ranks.items()
    )
    order = [f"\0{name}" if f"\0{name}" in ranks else name for name in key]
    return ranked.sort(order).drop(list(ranks))
