"""Chimeras among sequences that were trimmed to a common window, looked for again.

Two parts of two organisms are told best where both parents have the same length and place: after
trimming they have. UCHIME3 (Edgar 2016, bioRxiv 074252) as vsearch has it, within each dataset, as
chimeras arise in one laboratory's PCR, and there among libraries that are shared alike: a flag
would tell who does not see them that withheld libraries have the parents. What is found is flagged
and listed, nothing is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.harmonise.lots import one_row_each
from soilbio.harmonise.origins import names_of, with_dataset
from soilbio.harmonise.terms import Circle, with_its_soils, within
from soilbio.profile.tools import ToolFailed, run_tool_into
from soilbio.taxonomy.settle import CHIMERA as FLAG

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

CHIMERAS = "provenance/chimeras.tsv"
CHIMERAS_HEADER = ("dataset", "feature_id", "reads", "one_parent", "other_parent", "score")


def flagged(
    parts: list[Part], circles: Sequence[Circle], notes: dict[str, int], scratch: Path
) -> tuple[list[Part], list[tuple[str, ...]]]:
    """Flag what is a chimera in a dataset that has it; list all that were found.

    Each of the datasets of an earlier merging is looked at by itself, as if all came at once, and
    what was found then is not taken over. A merged feature is one if all circles of all datasets
    say so (`taxonomy.settle`). Controls are looked at with the soils that go with them.

    Parameters
    ----------
    parts : list of (Source, counts, features)
        After trimming.
    circles : sequence of Circle
        All that have libraries.
    notes : dict of str to int
        The number of features that are chimeras wherever they are found is added.
    scratch : Path
        A folder for vsearch's files.

    Returns
    -------
    parts, rows : list of (Source, counts, features), list of tuple
        A row for each chimera of a dataset's circle, for `CHIMERAS`. Of the features of a dataset,
        those of which circles say otherwise are several rows, of other lots.

    """
    import polars as pl

    rows: list[tuple[str, ...]] = []
    kept: list[Part] = []
    for part in parts:
        source, counts, _ = part
        told = []
        for own, beside, is_control in _alike(part, circles):
            found = list(_found(source, beside, scratch))
            known = {row[:2] for row in rows} if is_control else set()
            rows += [row for _, row in found if row[:2] not in known]
            verdict = [(row[1], digest) for digest, row in found]
            told.append(_with_flag(own, verdict))
        kept.append((source, counts, one_row_each(pl.concat(told)) if len(told) > 1 else told[0]))
    notes["features_that_are_chimeras_in_the_common_region"] = _everywhere(kept)
    return kept, rows


def _alike(
    part: Part, circles: Sequence[Circle]
) -> Iterator[tuple[pl.LazyFrame, list[Part], bool]]:
    """Yield the features of each circle of a dataset, what is looked at, and if it is of controls.

    Soils come before the controls that go with them.
    """
    own = [one for one in circles if one.libraries.get(part[0].digest)]
    if len(own) < 2:
        yield part[2], [part], False
        return
    for one in own:
        beside = [within(other, [part])[0] for other in with_its_soils(one, own)]
        yield within(one, [part])[0][2], beside, one.is_control


def _found(
    source: Source, parts: Sequence[Part], scratch: Path
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the chimeras of each dataset that a source was merged of, as rows of `CHIMERAS`."""
    for digest, sizes in _sizes(source, parts).items():
        reads = {name: str(size) for name, _, size in sizes}
        name = names_of(source)[digest]
        for one in _chimeras(sizes, scratch):
            yield digest, (name, one[0], reads[one[0]], *one[1:])


def _with_flag(features: pl.LazyFrame, verdict: list[tuple[str, str]]) -> pl.LazyFrame:
    """Flag the rows of a verdict, and none but these; what has no sequence stays as it was."""
    import polars as pl

    schema = dict.fromkeys(("feature_id", "source"), pl.String)
    chimeras = pl.LazyFrame(verdict, schema=schema, orient="row")
    flags = pl.col("flags").fill_null("").str.split("|")
    plain = flags.list.set_difference(pl.lit([FLAG])).list.sort()
    is_one = pl.col("is_chimera").fill_null(value=False)
    told = pl.when(is_one).then(plain.list.concat(pl.lit([FLAG]))).otherwise(plain)
    text = told.list.eval(pl.element().filter(pl.element() != "")).list.join("|")
    has_sequence = pl.col("sequence").fill_null("") != ""
    columns = features.collect_schema().names()
    return (
        features.join(
            chimeras.with_columns(is_chimera=pl.lit(value=True)),
            on=["feature_id", "source"],
            how="left",
        )
        .with_columns(
            pl.when(has_sequence & (is_one | pl.col("flags").is_not_null()))
            .then(text)
            .otherwise(pl.col("flags"))
            .alias("flags")
        )
        .select(columns)
    )


def _everywhere(parts: list[Part]) -> int:
    """Count the features that are chimeras in all datasets that have them."""
    import polars as pl

    is_one = pl.col("flags").fill_null("").str.split("|").list.contains(FLAG)
    every = pl.concat([own.select("feature_id", is_one.alias("is_one")) for _, _, own in parts])
    found = every.group_by("feature_id").agg(pl.col("is_one").all())
    return found.filter("is_one").collect().height


def _sizes(source: Source, parts: Sequence[Part]) -> dict[str, list[tuple[str, str, int]]]:
    """Give id, sequence and reads of the features of each dataset, the most abundant first."""
    import polars as pl

    counts = pl.concat([own for _, own, _ in parts])
    features = pl.concat([own.select("source", "feature_id", "sequence") for _, _, own in parts])
    rows = (
        with_dataset(source, counts)
        .group_by("source", "feature_id")
        .agg(pl.col("count").sum())
        .join(features.unique(), on=["source", "feature_id"], how="inner")
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
