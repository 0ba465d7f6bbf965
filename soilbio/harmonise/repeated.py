"""Libraries that several datasets have: one is taken, so all must say the same of it.

What is one dataset under two names would be two laboratories that agree in everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from soilbio.dataset.conflicts import read_lines
from soilbio.dataset.history import is_cut, merges_of
from soilbio.harmonise.copies import FEATURES, NUMBERS
from soilbio.harmonise.origins import own_tables
from soilbio.harmonise.trimming import OUTSIDE, OUTSIDE_HEADER
from soilbio.standards.iupac import COMPLEMENTS
from soilbio.standards.pseudonyms import PSEUDONYM

if TYPE_CHECKING:
    import polars as pl

    from soilbio.errors import Problems
    from soilbio.harmonise.sources import Source

# Checksum of a library's counts, its reads, the sum of its shares.
_Sums = tuple[int, int, float]
# So many libraries, and so much of a dataset, hardly have all numbers of another's by chance; less
# of one of which some libraries have the names of the other's, too.
_FEWEST, _NEARLY, _MOST = 2, 0.9, 0.5


def check_repeated(sources: Sequence[Source], problems: Problems) -> None:
    """Note libraries of several datasets whose counts differ.

    Counts are compared feature by feature; where one dataset was merged by name, or its sequences
    were cut, by their sum, which that keeps, but for what fell outside of a common region.
    """
    owners: dict[str, list[Source]] = {}
    for source in sources:
        for library in source.dataset.table("libraries")["library_id"].to_list():
            owners.setdefault(library, []).append(source)
    repeated = {library: own for library, own in owners.items() if len(own) > 1}
    if not repeated:
        return
    sums = {source.digest: _sums(source, sorted(repeated)) for source in sources}
    for library, own in sorted(repeated.items()):
        for other in own[1:]:
            both = [sums[one.digest].get(library, (0, 0, 0.0)) for one in (own[0], other)]
            if not _are_alike(own[0], other, *both):
                problems.add(
                    "harmonise-conflict",
                    source=f"{own[0].name}, {other.name}",
                    column="counts",
                    found=library,
                    expected="the same counts of one library in both datasets",
                    fix="Two libraries that share a name need another one each (here with --prefix"
                    " DATASET=TEXT; in the method.yaml of an import `prefix`, or `library_prefix`"
                    " for one sample's assays); of two results of one library leave one out, and"
                    " where one was merged before, merge all datasets anew without it",
                )


def _are_alike(one: Source, other: Source, own: _Sums, others: _Sums) -> bool:
    """Tell whether two datasets may have the same counts of a library, as far as can be seen."""
    cut = [is_cut(source.history) for source in (one, other)]
    if not any(cut) and not any(_is_by_name(source) for source in (one, other)):
        return own == others
    lost = [_may_lack_reads(source) for source in (one, other)]
    if lost[0] != lost[1]:  # the reads of one are those of the other, or fewer
        less, more = (own, others) if lost[0] else (others, own)
        return less[1] <= more[1] and less[2] <= more[2]
    return own[1:] == others[1:] or all(lost)


def _may_lack_reads(source: Source) -> bool:
    """Tell whether reads fell outside of a common region; of what was received it is not said."""
    if not any(one.get("common_regions") for one in merges_of(source.history)):
        return False
    path = source.dataset.folder / OUTSIDE
    return not path.is_file() or any(True for _ in read_lines(path, OUTSIDE_HEADER))


def _is_by_name(source: Source) -> bool:
    return bool(source.history.get("level", "feature") != "feature")


def check_renamed(counts: pl.LazyFrame, sources: Sequence[Source], problems: Problems) -> None:
    """Note datasets of which nearly all libraries have the very counts of another's.

    An import puts a prefix of the user's before names, so that they do not tell; nor do they where
    some were corrected. What is under pseudonyms is left out later (`copies`). `counts` are those
    of the merged dataset.
    """
    import polars as pl

    owners = [
        source.frame("libraries").select("library_id", pl.lit(source.name).alias("owner"))
        for source in sources
    ]
    rows = _numbers_of(counts).join(pl.concat(owners).collect(), on="library_id", how="inner")
    twins = rows.join(rows, on=["features", "total", "digest"], suffix="_other").filter(
        pl.col("owner") != pl.col("owner_other")
    )
    pair = "owner", "owner_other"
    is_one = (pl.col("library_id") == pl.col("library_id_other")).any()
    under_one = pl.col("library_id").filter("is_one").n_unique()
    found = (
        twins.with_columns(is_one.over(*pair, "library_id").alias("is_one"))
        .sort("library_id", "library_id_other")
        .group_by(pair)
        .agg(
            under_one.alias("same"),
            pl.col("library_id", "library_id_other").filter(~pl.col("is_one")),
        )
        .sort(pair)
    )
    sizes = dict(rows.group_by("owner").len().iter_rows())
    named: set[str] = set()
    for name, other, same, own, others in found.iter_rows():
        number = len({*own})
        # Some names tell that it is the same dataset; then further numbers are no chance, either.
        least = _MOST if same else _NEARLY
        if not number or same + number < max(_FEWEST, least * sizes[name]) or other in named:
            continue
        named.add(name)
        pairs = ", ".join(f"{one} = {two}" for one, two in list(zip(own, others, strict=True))[:3])
        problems.add(
            "harmonise-twice",
            source=name,
            found=f"the numbers of {other}, in {number:,} libraries under other names"
            f"{f' ({same:,} have the same name)' if same else ''}: {pairs}"
            f"{', …' if number > 3 else ''}",
            expected="each dataset once",
            fix=f"Leave out {name}, or {other} if names were corrected; what was merged with the"
            " wrong ones is to be merged anew",
        )


def _numbers_of(counts: pl.LazyFrame) -> pl.DataFrame:
    """Give libraries under names of their own, with a checksum of their features and numbers.

    Those of few features, or of the same number again and again, are left out: two may have these
    by chance.
    """
    import polars as pl

    value = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance").alias("value")
    return (
        counts.filter(~pl.col("library_id").str.contains(PSEUDONYM))
        .select("library_id", "feature_id", value)
        .group_by("library_id")
        .agg(
            pl.len().alias("features"),
            pl.col("value").sum().round(6).alias("total"),
            pl.struct("feature_id", "value").hash(0).sum().alias("digest"),
            pl.col("value").n_unique().alias("numbers"),
        )
        .filter(pl.col("features") >= FEATURES, pl.col("numbers") >= NUMBERS)
        .drop("numbers")
        .collect(engine="streaming")
    )


def _sums(source: Source, libraries: Sequence[str]) -> dict[str, _Sums]:
    import polars as pl

    counts, features = own_tables(source)
    row = pl.struct("feature_id", "count", "relative_abundance").hash(0).alias("digest")
    summed = (
        counts.filter(pl.col("library_id").is_in(list(libraries)))
        .join(_on_either_strand(features), on="feature_id", how="left")
        .with_columns(pl.coalesce("strand", "feature_id").alias("feature_id"))
        .group_by("library_id")
        .agg(row.sum(), pl.col("count").sum(), pl.col("relative_abundance").sum().round(6))
        .collect(engine="streaming")
    )
    return {name: (digest, reads, share) for name, digest, reads, share in summed.iter_rows()}


def _on_either_strand(features: pl.LazyFrame) -> pl.LazyFrame:
    """Give the sequence of features on that of its strands which sorts first.

    Merging turns assays to those that they meet, so that one library may be there both ways.
    """
    import polars as pl

    sequence = pl.col("sequence")
    other = sequence.str.reverse().str.replace_many(list(COMPLEMENTS), list(COMPLEMENTS.values()))
    strand = pl.when(other < sequence).then(other).otherwise(sequence).alias("strand")
    known = features.filter(sequence.fill_null("") != "").select("feature_id", strand)
    return known.group_by("feature_id").agg(pl.col("strand").min())
