"""Chimeras among sequences that were trimmed to a common window, looked for again.

Two parts of two organisms are told best where both parents have the same length and place: after
trimming they have. UCHIME3 (Edgar 2016, bioRxiv 074252) as vsearch has it, within each dataset, as
chimeras arise in one laboratory's PCR. What is found is flagged and listed, nothing is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.harmonise.origins import names_of, with_dataset
from soilbio.profile.tools import ToolFailed, run_tool_into
from soilbio.taxonomy.settle import CHIMERA as FLAG

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

CHIMERAS = "provenance/chimeras.tsv"
CHIMERAS_HEADER = ("dataset", "feature_id", "reads", "one_parent", "other_parent", "score")


def flagged(
    parts: list[Part], notes: dict[str, int], scratch: Path
) -> tuple[list[Part], list[tuple[str, ...]]]:
    """Flag what is a chimera in a dataset that has it; list all that were found.

    Each of the datasets of an earlier merging is looked at by itself, as if all came at once, and
    what was found then is not taken over. A merged feature is one if all datasets say so
    (`taxonomy.settle`).

    Parameters
    ----------
    parts : list of (Source, counts, features)
        After trimming.
    notes : dict of str to int
        The number of features that are chimeras wherever they are found is added.
    scratch : Path
        A folder for vsearch's files.

    Returns
    -------
    parts, rows : list of (Source, counts, features), list of tuple
        A row for each chimera of a dataset, for `CHIMERAS`.

    """
    import polars as pl

    rows: list[tuple[str, ...]] = []
    schema = dict.fromkeys(("feature_id", "source"), pl.String)
    verdicts = []
    for source, counts, features in parts:
        found: list[tuple[str, str]] = []
        for digest, sizes in _sizes(source, counts, features).items():
            reads = {name: str(size) for name, _, size in sizes}
            name = names_of(source)[digest]
            for one in _chimeras(sizes, scratch):
                found.append((one[0], digest))
                rows.append((name, one[0], reads[one[0]], *one[1:]))
        verdicts.append(pl.LazyFrame(found, schema=schema, orient="row"))
    kept = [
        (source, counts, _with_flag(features, verdict))
        for (source, counts, features), verdict in zip(parts, verdicts, strict=True)
    ]
    notes["features_that_are_chimeras_in_the_common_region"] = _everywhere(kept)
    return kept, rows


def _with_flag(features: pl.LazyFrame, verdict: pl.LazyFrame) -> pl.LazyFrame:
    """Flag the rows of a verdict, and none but these; what has no sequence stays as it was."""
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    plain = flags.list.set_difference(pl.lit([FLAG])).list.sort()
    is_one = pl.col("is_chimera").fill_null(value=False)
    told = pl.when(is_one).then(plain.list.concat(pl.lit([FLAG]))).otherwise(plain)
    text = told.list.eval(pl.element().filter(pl.element() != "")).list.join("|")
    has_sequence = pl.col("sequence").fill_null("") != ""
    columns = features.collect_schema().names()
    return (
        features.join(
            verdict.with_columns(is_chimera=pl.lit(value=True)),
            on=["feature_id", "source"],
            how="left",
        )
        .with_columns(pl.when(has_sequence).then(text).otherwise(pl.col("flags")).alias("flags"))
        .select(columns)
    )


def _everywhere(parts: list[Part]) -> int:
    """Count the features that are chimeras in all datasets that have them."""
    import polars as pl

    is_one = pl.col("flags").fill_null("").str.split("|").list.contains(FLAG)
    every = pl.concat([own.select("feature_id", is_one.alias("is_one")) for _, _, own in parts])
    found = every.group_by("feature_id").agg(pl.col("is_one").all())
    return found.filter("is_one").collect().height


def _sizes(
    source: Source, counts: pl.LazyFrame, features: pl.LazyFrame
) -> dict[str, list[tuple[str, str, int]]]:
    """Give id, sequence and reads of the features of each dataset, the most abundant first."""
    import polars as pl

    rows = (
        with_dataset(source, counts)
        .group_by("source", "feature_id")
        .agg(pl.col("count").sum())
        .join(
            features.select("source", "feature_id", "sequence").unique(),
            on=["source", "feature_id"],
            how="inner",
        )
        .filter((pl.col("sequence").fill_null("") != "") & (pl.col("count") > 0))
        .sort("source", "count", "feature_id", descending=[False, True, False])
        .select("source", "feature_id", "sequence", "count")
        .collect()
    )
    found: dict[str, list[tuple[str, str, int]]] = {}
    for digest, *row in rows.iter_rows():
        found.setdefault(digest, []).append((row[0], row[1], row[2]))
    return found


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
