"""Sequences as each dataset has them, where merging turned, cut or left them out.

What the merged dataset's features are compared by are sequences of one strand and one stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.parquet import write_sorted

if TYPE_CHECKING:
    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

# For those who hold the dataset; it is in no export.
CAME = "provenance/sequences_as_they_came.parquet"
_KEY = ("source", "came_as")
_COLUMNS = (*_KEY, "sequence", "verbatim_lineage")


def write_as_they_came(
    own: Sequence[Part], origins: Path, target: Path, *, is_changed: bool
) -> dict[str, Path]:
    """Write what `origins` no longer tells of features; nothing, and no path, if it tells all.

    Parameters
    ----------
    own : sequence of (Source, counts, features)
        Before turning and trimming.
    origins : Path
        As `origins.write_origins` wrote it.
    target : Path
        The file to write.
    is_changed : bool
        Whether sequences were turned or trimmed at all; if not, only what earlier merging kept
        goes on.

    """
    import polars as pl

    before = [pl.scan_parquet(path, glob=False) for path in _earlier([one for one, _, _ in own])]
    lost = []
    if is_changed:
        told = pl.scan_parquet(origins, glob=False).select(*_KEY, "sequence")
        kept = pl.col("sequence").fill_null("") != ""
        lost = [
            features.select(_COLUMNS).filter(kept).join(told, on=[*_KEY, "sequence"], how="anti")
            for _, _, features in own
        ]
    if not before and not lost:
        return {}
    # What was kept first is as it came; later mergings have it as the earlier ones left it.
    every = pl.concat([*before, *lost]).unique(_KEY, keep="first", maintain_order=True).collect()
    if every.is_empty():
        return {}
    write_sorted(every.lazy(), _KEY, target, metadata={"soilbio:table": Path(CAME).stem})
    return {CAME: target}


def _earlier(sources: Sequence[Source]) -> list[Path]:
    paths = [source.dataset.folder / CAME for source in sources if source.history]
    return [path for path in paths if path.is_file()]
