"""Libraries that two datasets have under two names, one of them a pseudonym.

Who brought data to a consortium receives them with those of the others, under pseudonyms, so that
names do not tell which they are. The numbers do: libraries that have the same counts of the same
features are one, but for few that were counted under another name, since others call a sequence
otherwise. The pseudonymous one is left out, as any library that another dataset has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import eq
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import LOTS, TELLS_SOILS, History
from soilbio.errors import Problems
from soilbio.harmonise.materials import with_materials
from soilbio.standards.insdc import is_missing
from soilbio.standards.pseudonyms import PSEUDONYM, is_pseudonym

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source

COPIES = "provenance/copies.tsv"
COPIES_HEADER = ("dataset", "library_id", "is_of", "as", "features", "reads")
# Of fewer features, or of the same number again and again (of presence alone, say), two libraries
# may have the same by chance.
FEATURES = 10
NUMBERS = 5
# What others say of a sequence may have put some of it under another name in one of the two, and a
# window that they were merged in may have left out some.
_SAME = 0.9
_OF_TOTAL = 0.95
# Where both have one sum of all reads, which no other library of theirs has, much may be under
# other names: others' databases name what one's own does not. Then ten numbers must be the same of
# so many reads, which two soils hardly have by chance, and so must it be of half of a laboratory.
_MANY = 10
_MOST = 0.5
# The most abundant features of a library, by which others are found that may be the same one.
_LOOKED_AT = 20
_ALIKE = 2
# What is told of a sample because other things are not.
_OF_WITHHOLDING = ("coordinate_uncertainty_m", "dataGeneralizations", "informationWithheld")
# Tables and columns in which samples and assays are named, and how they are called in libraries.
_NAMED_IN = (
    ("samples", "sample_id", "sample_id"),
    ("measurements", "subject", "sample_id"),
    ("assays", "assay_id", "assay_id"),
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A library under a pseudonym, and the one of another dataset that it is."""

    dataset: str
    library: str
    other_dataset: str
    other: str
    features: int
    reads: int

    def row(self) -> tuple[str, ...]:
        """Give it as a row of `COPIES`."""
        return (
            *(self.dataset, self.library, self.other_dataset, self.other),
            *(str(self.features), str(self.reads)),
        )


def copies_in(counts: pl.LazyFrame, sources: Sequence[Source]) -> list[Copy]:
    """Find libraries that another dataset has under a name of its own, or another pseudonym.

    Parameters
    ----------
    counts : LazyFrame
        Those of the merged dataset.
    sources : sequence of Source

    Returns
    -------
    list of Copy
        Sorted by dataset and library.

    """
    owner = {name: source.name for source in sources for name in _libraries(source)}
    if len(sources) < 2 or not any(map(is_pseudonym, owner)):
        return []

    told_in = {source.name: _told(source) for source in sources}
    told = {name: much for own in told_in.values() for name, much in own.items()}
    of_dataset = {
        name: tuple(sum(parts) for parts in zip(*own.values(), strict=True))
        for name, own in told_in.items()
    }

    def order(name: str) -> tuple[Any, ...]:
        # Of two pseudonyms that stays of whose sample more is told, and more exactly; of blanks,
        # of which nothing is, that which goes with such samples.
        much = (told[name], of_dataset[owner[name]]) if is_pseudonym(name) else ()
        return is_pseudonym(name), *((-one, -two) for one, two in much), owner[name], name

    same: dict[str, list[tuple[str, int, int, bool]]] = {}
    for one, other, features, reads, is_sure in _same(counts, owner):
        same.setdefault(one, []).append((other, features, reads, is_sure))
    found: dict[Copy, bool] = {}
    for one, others in same.items():
        first, features, reads, is_sure = min(others, key=lambda other: order(other[0]))
        if order(first) < order(one):
            found[Copy(owner[one], one, owner[first], first, features, reads)] = is_sure
    copies = list(_of_laboratories(counts, found, sources))
    # Several deliveries of one sender have it under one pseudonym: it leaves all of them.
    also = [
        replace(copy, dataset=name)
        for copy in copies
        for name, own in told_in.items()
        if name not in (copy.dataset, copy.other_dataset) and copy.library in own
    ]
    return sorted({*copies, *also}, key=Copy.row)


def _told(source: Source) -> dict[str, tuple[int, int]]:
    """Count the cells that say anything of each library's sample, and their letters."""
    rows = {
        row["sample_id"]: [
            str(value)
            for name, value in row.items()
            if name not in _OF_WITHHOLDING and value is not None and not is_missing(str(value))
        ]
        for row in source.rows("samples")
    }
    libraries = source.dataset.table("libraries").select("library_id", "sample_id")
    return {
        library: (len(rows[sample]), sum(map(len, rows[sample])))
        for library, sample in libraries.iter_rows()
    }


def without(sources: Sequence[Source], copies: Sequence[Copy]) -> list[Source]:
    """Leave copies out of datasets, and the samples and assays of which no library is left.

    Raises
    ------
    InputError
        If nothing is left of a dataset.

    """
    sources = with_materials(sources, [(one.library, one.other) for one in copies])
    left = [_left_of(one, copies) for one in sources]
    problems = Problems("datasets")
    for one in left:
        if not _libraries(one):
            others = sorted({copy.other_dataset for copy in copies if copy.dataset == one.name})
            problems.add(
                "harmonise-twice",
                source=one.name,
                found=f"the libraries of {', '.join(others)}, under pseudonyms",
                expected="each dataset once",
                fix=f"Leave out {one.name}",
            )
    problems.raise_if_any()
    return left


def tells_soils(sources: Sequence[Source], copied: Collection[str]) -> bool:
    """Tell whether all is known of which samples are of one soil, though some were received.

    A sender told all of a dataset, and all libraries beside those are among them, too: in earlier
    releases of it, or one's own (`copied`).
    """
    for source in sources:
        if source.dataset.shared and source.history.get(TELLS_SOILS):
            known = {*copied, *_libraries(source)}
            if all(known.issuperset(_libraries(other)) for other in sources):
                return True
    return False


def _left_of(source: Source, copies: Sequence[Copy]) -> Source:
    import polars as pl

    own = sorted({one.library for one in copies if one.dataset == source.name})
    if not own:
        return source
    tables = dict(source.dataset.tables)
    before = source.dataset.table("libraries")
    kept = before.filter(~pl.col("library_id").is_in(own))
    tables["libraries"] = kept.lazy()
    tables["counts"] = tables["counts"].filter(~pl.col("library_id").is_in(own))
    gone = {name: sorted(set(before[name]) - set(kept[name])) for name in ("sample_id", "assay_id")}
    for table, column, name in _NAMED_IN:
        tables[table] = tables[table].filter(~pl.col(column).is_in(gone[name]))
    return replace(
        source,
        dataset=replace(source.dataset, tables=tables),
        history=_without(source.history, own),
        is_in_part=True,
    )


def _without(history: History, libraries: Collection[str]) -> History:
    """Leave libraries out of a history, and datasets and lots of which none is left."""
    if not history:
        return history
    left = {
        part: {
            name: kept
            for name, own in history[part].items()
            if (kept := [one for one in own if one not in libraries])
        }
        for part in ("libraries", LOTS)
    }
    datasets = [one for one in history["datasets"] if one["name"] in left["libraries"]]
    return {**history, **left, "datasets": datasets}


def _of_laboratories(
    counts: pl.LazyFrame, found: Mapping[Copy, bool], sources: Sequence[Source]
) -> Iterator[Copy]:
    """Yield what is sure; of laboratories of which most are copies, the others and what is left."""
    part_of = {
        library: (source.name, part)
        for source in sources
        for part, own in source.history.get("libraries", {source.name: _libraries(source)}).items()
        for library in own
    }
    numbers = _numbers(counts)
    sizes = {name: own.total() for name, own in numbers.items()}
    large = Counter(part for name, part in part_of.items() if sizes.get(name, 0) >= FEATURES)
    number = Counter((part_of[one.library], one.other_dataset) for one in found)
    most = {pair for pair, times in number.items() if times >= _MOST * large[pair[0]]}
    kept = [
        one
        for one, is_sure in found.items()
        if is_sure or (part_of[one.library], one.other_dataset) in most
    ]
    yield from kept
    known = {one.library for one in kept} | {one.other for one in kept}
    poor = {
        source.name: [
            name
            for name in sorted({*_libraries(source)} - known)
            if sizes.get(name, 0) < FEATURES or len(numbers[name]) < NUMBERS
        ]
        for source in sources
    }
    windows = {source.name for source in sources if source.history.get("common_regions")}
    for part, other in sorted(most):
        own = [name for name in poor[part[0]] if is_pseudonym(name) and part_of.get(name) == part]
        is_window = part[0] in windows
        for one, first in _of_the_same_numbers(own, poor[other], numbers, is_window=is_window):
            there = numbers.get(one, Counter())
            total = sum(value * times for value, times in there.items())
            yield Copy(part[0], one, other, first, there.total(), round(total))


def _of_the_same_numbers(
    libraries: Sequence[str],
    others: Sequence[str],
    numbers: Mapping[str, Counter[float]],
    *,
    is_window: bool,
) -> Iterator[tuple[str, str]]:
    """Yield poor libraries, blanks mostly, with those of the same numbers, whatever these are of.

    Where they were merged in a window, that may have taken some of them.
    """
    nothing: Counter[float] = Counter()
    libraries = sorted(libraries, key=lambda one: (-numbers.get(one, nothing).total(), one))
    left = list(others)
    done = set()
    for is_one in (eq, _holds) if is_window else (eq,):
        for one in libraries:
            own = numbers.get(one, nothing)
            same = [other for other in left if is_one(numbers.get(other, nothing), own)]
            if one not in done and same and (is_one is eq or len(same) == 1):
                left.remove(same[0])
                done.add(one)
                yield one, same[0]


def _holds(there: Counter[float], own: Counter[float]) -> bool:
    return bool(own) and own <= there


def _numbers(counts: pl.LazyFrame) -> dict[str, Counter[float]]:
    """Give the numbers of libraries, and how often each is there."""
    import polars as pl

    value = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance")
    rows = counts.group_by("library_id").agg(value).collect(engine="streaming")
    return {library: Counter(own) for library, own in rows.iter_rows()}


def _libraries(source: Source) -> list[str]:
    return source.dataset.table("libraries")["library_id"].to_list()


def _same(
    counts: pl.LazyFrame, owner: Mapping[str, str]
) -> Iterator[tuple[str, str, int, int, bool]]:
    """Yield pairs of a pseudonym and a library of another dataset that are one by their numbers.

    Nine tenths of their numbers, ten at least, are the same of the same features, and all add up
    to nearly the same (that is sure); or ten of many reads, and all add up to what no other library
    of theirs has. With each pair go the features and reads of the first, and whether it is sure.
    """
    import polars as pl

    value = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance").alias("value")
    sizes = _sizes(counts.with_columns(value), owner)
    rows = counts.select("library_id", "feature_id", value)
    there = rows.rename({"library_id": "other"})
    own = ("features", "total", "is_only")
    sizes_there = sizes.select(pl.col("library_id").alias("other"), *own)
    totals = "total", "total_right"
    is_near = pl.min_horizontal(totals) >= _OF_TOTAL * pl.max_horizontal(totals)
    is_one = (
        (pl.col("total") == pl.col("total_right")) & pl.col("is_only") & pl.col("is_only_right")
    )
    share = pl.col("alike") / pl.max_horizontal("features", "features_right")
    is_sure = is_near & (share >= _SAME)
    is_copy = is_sure | (is_one & (pl.col("of_many") >= FEATURES))
    is_many = (pl.col("value") >= _MANY).sum()
    found = (
        _candidates(rows, sizes)
        .lazy()
        .join(rows, on="library_id", how="inner")
        .join(there, on=["other", "feature_id", "value"], how="inner")
        .group_by("library_id", "other")
        .agg(pl.len().alias("alike"), is_many.alias("of_many"))
        .join(sizes, on="library_id", how="inner")
        .join(sizes_there, on="other", how="inner")
        .filter(pl.col("alike") >= FEATURES, is_copy)
        .sort("library_id", "other")
        .select("library_id", "other", "features", "reads", is_sure.alias("is_sure"))
        .collect(engine="streaming")
    )
    yield from found.iter_rows()


def _sizes(counts: pl.LazyFrame, owner: Mapping[str, str]) -> pl.LazyFrame:
    """Give features, reads and the sum of numbers of the libraries that can be known by these."""
    import polars as pl

    return (
        counts.group_by("library_id")
        .agg(
            pl.len().alias("features"),
            pl.col("count").sum().alias("reads"),
            pl.col("value").sum().round(6).alias("total"),
            pl.col("value").n_unique().alias("numbers"),
        )
        .filter(pl.col("features") >= FEATURES, pl.col("numbers") >= NUMBERS)
        .with_columns(pl.col("library_id").replace_strict(owner).alias("owner"))
        .with_columns((pl.len().over("owner", "total") == 1).alias("is_only"))
    )


def _candidates(rows: pl.LazyFrame, sizes: pl.LazyFrame) -> pl.DataFrame:
    """Give pairs of a pseudonym and an `other` whose most abundant features are the same."""
    import polars as pl

    top = (
        rows.join(sizes.select("library_id", "owner"), on="library_id", how="inner")
        .sort(["value", "feature_id"], descending=[True, False])
        .group_by("library_id")
        .head(_LOOKED_AT)
    )
    return (
        top.filter(pl.col("library_id").str.contains(PSEUDONYM))
        .join(top, on=["feature_id", "value"], how="inner")
        .filter(pl.col("owner") != pl.col("owner_right"))
        .group_by("library_id", pl.col("library_id_right").alias("other"))
        .len("alike")
        .filter(pl.col("alike") >= _ALIKE)
        .select("library_id", "other")
        .collect(engine="streaming")
    )
