"""Libraries that two datasets have under two names, one of them a pseudonym.

Who brought data to a consortium receives them with those of the others, under pseudonyms, so that
names do not tell which they are. The numbers do: libraries that have the same count of each feature
are one. The pseudonymous one is left out, as any library that another dataset has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from soilbio.dataset.history import LOTS, History
from soilbio.errors import Problems
from soilbio.standards.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source

COPIES = "provenance/copies.tsv"
COPIES_HEADER = ("dataset", "library_id", "is_of", "as", "features", "reads")
# Of fewer features, or of the same number again and again (of presence alone, say), two libraries
# may have the same by chance.
_FEATURES = 10
_NUMBERS = 5
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
    renamed = {
        name
        for source in sources
        for name in _libraries(source)
        if is_pseudonym(name.removeprefix(source.prefix))
    }
    if len(sources) < 2 or not renamed:
        return []
    found: list[Copy] = []
    for libraries, features, reads in _same(counts):
        first, *others = sorted(libraries, key=lambda one: (one in renamed, owner[one], one))
        found += [
            Copy(owner[one], one, owner[first], first, features, reads)
            for one in others
            if one in renamed and owner[one] != owner[first]
        ]
    return sorted(found, key=Copy.row)


def without(sources: Sequence[Source], copies: Sequence[Copy]) -> list[Source]:
    """Leave copies out of datasets, and the samples and assays of which no library is left.

    Raises
    ------
    InputError
        If nothing is left of a dataset.

    """
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


def _libraries(source: Source) -> list[str]:
    return source.dataset.table("libraries")["library_id"].to_list()


def _same(counts: pl.LazyFrame) -> Iterator[tuple[list[str], int, int]]:
    """Yield libraries of which each has the same counts, with the number of features and reads."""
    import polars as pl

    digest = pl.struct("feature_id", "count", "relative_abundance").hash(0).sum()
    key = ["digest", "features", "reads"]
    same = (
        counts.group_by("library_id")
        .agg(
            digest.alias("digest"),
            pl.len().alias("features"),
            pl.col("count").sum().alias("reads"),
            pl.coalesce("count", "relative_abundance").n_unique().alias("numbers"),
        )
        .filter((pl.col("features") >= _FEATURES) & (pl.col("numbers") >= _NUMBERS))
        .group_by(key)
        .agg("library_id")
        .filter(pl.col("library_id").list.len() > 1)
        .sort(key)
        .collect(engine="streaming")
    )
    for _, features, reads, libraries in same.iter_rows():
        yield libraries, features, int(reads or 0)
