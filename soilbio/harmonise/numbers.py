"""Counts and features of several datasets, as one: by sequence, or by lineages of a rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.history import ORIGINS, PLACEMENT
from soilbio.harmonise.as_they_came import write_as_they_came
from soilbio.harmonise.chimeras import flagged
from soilbio.harmonise.codes import Codes
from soilbio.harmonise.common_ends import common_ends
from soilbio.harmonise.domains import judged
from soilbio.harmonise.joined import joined_by_ends
from soilbio.harmonise.lineages import (
    BY_HYPOTHESIS,
    added_up,
    as_known,
    lineages_of,
    merged_features,
    of_several_circles,
    said_by_rows,
)
from soilbio.harmonise.losses import losses
from soilbio.harmonise.no_names import BY_NAMES, are_names_withheld, as_unnamed
from soilbio.harmonise.orientation import turned
from soilbio.harmonise.origins import Became, in_several, own_tables, write_origins
from soilbio.harmonise.placed import clades_of, gene_file, place_features
from soilbio.harmonise.reclassify import reclassified
from soilbio.harmonise.sources import Source, is_its
from soilbio.harmonise.strands import turned_alike
from soilbio.harmonise.terms import Shared, seen_beside, within
from soilbio.harmonise.trimming import trimmed
from soilbio.harmonise.ways import Told, Ways

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.lots import Lots
    from soilbio.harmonise.ways import Part

_AT_ONCE = 2
# Of features, not of lineages: where these are asked for, texts of all features need not be held.
_OF_ONE = ("sequence", "verbatim_lineage", "classifier")


def merged_numbers(
    sources: Sequence[Source], ways: Ways, told: Told, shared: Shared, scratch: Path
) -> tuple[pl.LazyFrame, pl.LazyFrame, dict[str, Path]]:
    """Take all counts and features, dataset by dataset.

    Parameters
    ----------
    sources : sequence of Source
    ways : Ways
        How they are merged; what falls outside a window is noted in its trimming.
    told : Told
        What is found on the way is added.
    shared : Shared
        What is shared together: words settle each other within a circle only, where numbers are
        added up by them.
    scratch : Path
        A folder where one dataset's new counts are put after the other's.

    Returns
    -------
    counts, features : LazyFrame
    files : dict of str to Path
        What the features of each dataset were before (`origins.write_origins`), and sequences that
        were changed (`as_they_came`).

    """
    import polars as pl

    once = list(_once(sources))
    own = [(source, *_own(source, taken, ways, shared.lots)) for source, taken in once]
    parts = _changed(own, ways, told, shared, scratch)
    if placing := ways.by_clades:
        place_features(parts, placing, scratch)
        placing.note(told.notes)
    called, became = parts, [Became(parts, {})]
    if ways.level == "feature":
        called, became = joined_by_ends(parts, shared.with_libraries, told.notes)
    features = merged_features([own for _, _, own in called], told.notes)
    counts: Iterable[pl.LazyFrame] = [own for _, own, _ in called]
    if ways.level != "feature":
        features, became = _by_names(features, parts, ways, shared, told.notes)
        counts = _added_up(parts, became)
    if ways.is_trimmed or ways.level != "feature":
        counts = _put_down(counts, scratch)
    kept = list(counts)
    before = [(source, counted) for source, counted, _ in own]
    told.losses = losses(before, kept, ways, [len(taken) for _, taken in once])
    every = pl.concat(kept, how="vertical")
    origins = write_origins(became, ways.level, scratch / "origins.parquet")
    told.notes["features_in_several_datasets"] = in_several(origins)
    if ways.level != "feature":
        features = said_by_rows(features, pl.scan_parquet(origins, glob=False), ways.level)
    is_changed = ways.is_trimmed or bool(told.notes.get("sequences_that_were_turned"))
    came = write_as_they_came(own, origins, scratch / "came.parquet", is_changed=is_changed)
    return every, _with_agreements(features, every), {ORIGINS: origins, **came}


def _by_names(
    features: pl.LazyFrame,
    parts: Sequence[Part],
    ways: Ways,
    shared: Shared,
    notes: dict[str, int],
) -> tuple[pl.LazyFrame, list[Became]]:
    """Make features of clades, hypotheses or names, of which words are settled circle by circle.

    What those call a feature that are seen beside a circle, it is called in the circle, too.
    """
    circles = shared.with_libraries
    if ways.by_clades or len(circles) < 2:
        codes = Codes(parts)
        taxa, lineage_of = _taxa(features, parts, ways, codes)
        _note_left([codes], notes)
        return taxa, [Became(parts, lineage_of)]
    beside = seen_beside(circles)
    made: dict[int, pl.LazyFrame] = {}
    became: dict[int, Became] = {}
    told: dict[int, pl.LazyFrame] = {}
    meant: dict[int, Codes] = {}
    # What more people see comes first: those who see less find it under the same names.
    for place in sorted(range(len(circles)), key=lambda one: len(beside[one])):
        own = within(circles[place], parts)
        meant[place] = Codes(own, [meant[one] for one in beside[place]])
        every = merged_features([one for _, _, one in own], {})
        made[place], new = _taxa(every, own, ways, meant[place])
        told[place] = as_known(new, made[place], [told[one] for one in beside[place]], ways.level)
        new = told[place].select("feature_id", "new")
        became[place] = Became(own, new, circles[place].lots)
    _note_left(list(meant.values()), notes)
    places = range(len(circles))
    taxa = of_several_circles([made[one] for one in places], ways.level)
    return taxa, [became[one] for one in places]


def _note_left(codes: Sequence[Codes], notes: dict[str, int]) -> None:
    if left := set().union(*(one.left for one in codes)):
        notes["names_that_are_apart_since_nothing_tells_of_which_code_they_are"] = len(left)


def _added_up(parts: Sequence[Part], became: Sequence[Became]) -> Iterator[pl.LazyFrame]:
    """Add up the counts of each dataset, circle by circle; of no circle is nothing."""
    import polars as pl

    own: dict[str, list[pl.LazyFrame]] = {source.digest: [] for source, _, _ in parts}
    for one in became:
        for source, counts, _ in one.parts:
            own[source.digest].append(added_up(counts, one.new))  # type: ignore[arg-type]
    for source, counts, _ in parts:
        yield pl.concat(own[source.digest] or [counts.clear()])


def _taxa(
    features: pl.LazyFrame, parts: Sequence[Part], ways: Ways, codes: Codes
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Make features of clades, hypotheses or names, and tell which each old one is.

    Of hypotheses are those of ITS; other genes beside them have none and stay what they are.
    """
    import polars as pl

    if placing := ways.by_clades:
        return clades_of(features, placing)
    if ways.level != BY_HYPOTHESIS:
        return lineages_of(features, ways.level, codes)
    of_its = pl.concat(_of_its(source, counts) for source, counts, _ in parts).unique()
    names = of_its.collect(engine="streaming")["feature_id"]
    has_any = pl.col("feature_id").is_in(names.implode())
    rest = features.filter(~has_any)
    taxa, lineage_of = lineages_of(features.filter(has_any), ways.level, codes)
    schema = rest.collect_schema()
    columns = [name for name in schema if name != "agreement_ids"]
    same = rest.select("feature_id", pl.col("feature_id").alias("new"))
    return (
        pl.concat(
            [
                taxa.select(columns).cast({name: schema[name] for name in columns}),
                rest.select(columns),
            ]
        ),
        pl.concat([lineage_of, same]),
    )


def _of_its(source: Source, counts: pl.LazyFrame) -> pl.LazyFrame:
    """List the features of a dataset's assays of ITS."""
    import polars as pl

    assays = [row["assay_id"] for row in source.rows("assays") if is_its(row)]
    libraries = source.frame("libraries").filter(pl.col("assay_id").is_in(assays))
    return counts.join(libraries, on="library_id", how="semi").select("feature_id").unique()


def _changed(
    parts: list[Part], ways: Ways, told: Told, shared: Shared, scratch: Path
) -> list[Part]:
    """Turn, trim and name sequences, as far as that is asked for; tell whose domain is meant."""
    genes = ways.genes or (ways.classifier.sequences if ways.classifier else None)
    if placing := ways.by_clades:
        parts = turned(parts, gene_file(placing.common, scratch), told.notes, scratch)
    elif genes and (ways.level == "feature" or ways.classifier):
        parts = turned(parts, genes, told.notes, scratch)
    elif ways.level in ("feature", BY_HYPOTHESIS):
        parts = turned_alike(parts, told.notes)
    if ways.level == "feature":
        parts = _cut(parts, ways, told, shared, scratch)
    if ways.classifier:
        parts = reclassified(parts, ways.classifier, told.notes, scratch)
    return judged(parts, shared.with_libraries, told.notes)


def _cut(parts: list[Part], ways: Ways, told: Told, shared: Shared, scratch: Path) -> list[Part]:
    """Trim sequences to a window or a length, or where all of an assay begin or end elsewhere."""
    trimming = ways.trimming
    cuts = common_ends(parts, trimming.alike)
    trimming.ends = dict(cuts.ends)
    trimming.lengths |= cuts.lengths
    if not ways.is_trimmed:
        return parts
    parts = [
        (source, *trimmed(source, counts, features, trimming)) for source, counts, features in parts
    ]
    if trimming.ends:
        told.notes["assays_cut_at_their_ends"] = len(trimming.ends)
    if ways.is_looked_at_again:
        told.notes["features_outside_the_common_region"] = len(trimming.outside)
        if trimming.with_primers:
            told.notes["sequences_with_primers_that_were_cut_off"] = trimming.with_primers
        parts, told.chimeras = flagged(parts, shared.with_libraries, told.notes, scratch)
    return parts


def _put_down(frames: Iterable[pl.LazyFrame], scratch: Path) -> Iterator[pl.LazyFrame]:
    """Make each table in turn and put it on disk: it is read several times, and made once."""
    import polars as pl

    def put(place: int, frame: pl.LazyFrame) -> pl.LazyFrame:
        path = scratch / f"{place}.parquet"
        frame.sink_parquet(path, compression="lz4")
        return pl.scan_parquet(path, glob=False)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(put, count(), frames)


def _once(sources: Sequence[Source]) -> Iterator[tuple[Source, list[str]]]:
    """Yield each dataset with those of its libraries that an earlier one has."""
    seen: set[str] = set()
    for source in sources:
        own = set(source.dataset.table("libraries")["library_id"])
        yield source, sorted(own & seen)
        seen |= own


def _own(
    source: Source, taken: Sequence[str], ways: Ways, lots: Lots
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    import polars as pl

    counts, features = own_tables(source, lots)
    if ways.level in BY_NAMES:
        features = as_unnamed(source, counts, features)
    if taken:
        counts = counts.filter(~pl.col("library_id").is_in(taken))
    if ways.level not in ("feature", BY_HYPOTHESIS, PLACEMENT):
        kept = {"sequence"} if ways.classifier else set()
        emptied = [name for name in _OF_ONE if name not in kept]
        stays = are_names_withheld()
        features = features.with_columns(pl.when(stays).then(name).alias(name) for name in emptied)
    return counts, features


def _with_agreements(features: pl.LazyFrame, counts: pl.LazyFrame) -> pl.LazyFrame:
    """Give features the agreements of the counts that name them."""
    import polars as pl

    named = (
        counts.select("feature_id", "agreement_id")
        .unique()
        .sort("agreement_id")
        .group_by("feature_id", maintain_order=True)
        .agg(pl.col("agreement_id").str.join("|").alias("agreement_ids"))
    )
    return features.drop("agreement_ids", strict=False).join(named, on="feature_id", how="inner")
