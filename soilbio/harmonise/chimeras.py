"""Chimeras among sequences that were trimmed to a common window, looked for again.

Two parts of two organisms are told best where both parents have the same length and place: after
trimming they have. UCHIME3 (Edgar 2016, bioRxiv 074252) as vsearch has it, within each dataset, as
chimeras arise in one laboratory's PCR. What is found is flagged and listed, nothing is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.profile.tools import ToolFailed, run_tool_into

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.ways import Part

CHIMERAS = "provenance/chimeras.tsv"
FLAG = "chimera"
_HEADER = ("dataset", "feature_id", "reads", "one_parent", "other_parent", "score")


def flagged(parts: list[Part], notes: dict[str, int], scratch: Path) -> tuple[list[Part], str]:
    """Flag features that are chimeras in every dataset that has them; list all that were found.

    Parameters
    ----------
    parts : list of (Source, counts, features)
        After trimming.
    notes : dict of str to int
        The number of flagged features is added.
    scratch : Path
        A folder for vsearch's files.

    Returns
    -------
    parts, table : list of (Source, counts, features), str
        The table has a row for each chimera of a dataset, as text.

    """
    import polars as pl

    rows: list[tuple[str, ...]] = []
    clean: set[str] = set()
    for source, counts, features in parts:
        sizes = _sizes(counts, features)
        found = {row[0]: row for row in _chimeras(sizes, scratch)}
        clean |= {name for name, _, _ in sizes if name not in found}
        reads = {name: str(size) for name, _, size in sizes}
        rows += [(source.name, name, reads[name], *row[1:]) for name, row in found.items()]
    names = sorted({row[1] for row in rows} - clean)
    notes["features_that_are_chimeras_in_the_common_region"] = len(names)
    lines = ["\t".join(row) for row in [_HEADER, *sorted(rows)]]
    table = "".join(f"{line}\n" for line in lines)
    is_chimera = pl.col("feature_id").is_in(names)
    both = pl.concat_str(pl.col("flags").fill_null(""), pl.lit(FLAG), separator="|")
    flags = pl.when(is_chimera).then(both.str.strip_chars("|")).otherwise(pl.col("flags"))
    return [
        (source, counts, features.with_columns(flags.alias("flags")))
        for source, counts, features in parts
    ], table


def _sizes(counts: pl.LazyFrame, features: pl.LazyFrame) -> list[tuple[str, str, int]]:
    """Give id, sequence and reads of the features of a dataset, the most abundant first."""
    import polars as pl

    return (
        counts.group_by("feature_id")
        .agg(pl.col("count").sum())
        .join(features.select("feature_id", "sequence").unique(), on="feature_id", how="inner")
        .filter((pl.col("sequence").fill_null("") != "") & (pl.col("count") > 0))
        .sort("count", "feature_id", descending=[True, False])
        .select("feature_id", "sequence", "count")
        .collect()
        .rows()
    )


def _chimeras(
    sizes: list[tuple[str, str, int]], scratch: Path
) -> Iterator[tuple[str, str, str, str]]:
    """Yield id, both parents and score of the chimeras among sequences."""
    if not sizes:
        return
    query, table = scratch / "chimeras.fasta", scratch / "chimeras.tsv"
    query.write_text("".join(f">{name};size={size}\n{own}\n" for name, own, size in sizes))
    try:
        run_tool_into(["vsearch", "--uchime3_denovo", query, "--sizein", "--uchimeout", "-"], table)
    except ToolFailed as failure:
        raise failure.as_input_error("sequences in the common region") from failure
    for line in table.read_text().splitlines():
        cells = line.split("\t")
        if cells[-1] == "Y":
            name, one, other = (cell.partition(";")[0] for cell in cells[1:4])
            yield name, one, other, cells[0]
