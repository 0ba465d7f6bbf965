"""What several profilers find in the same reads of a metagenome, and what they say together.

Kraken2 names single reads and finds what is rare, and false relatives with it; sylph and sourmash
look for genomes, need more of each, and are seldom wrong. A finding of Kraken2's is strong if its
reads hit the taxon with nearly as many k-mers each as reads of taxa do that a search for genomes
confirms: reads of a relative that is in no database hit it with a part of theirs. And its k-mers
are from all over a genome, not many times the same few: so are reads of a stretch that other taxa
share. (Breitwieser, Baker & Salzberg 2018, Genome Biol. 19:198, count k-mers for the same ends; the
shares of 0.6 and 0.1 are ours, see docs/shotgun.md.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from statistics import median
from typing import TYPE_CHECKING

from soilbio.dataset.pools import is_unclassified
from soilbio.dataset.shares import sum_of_shares
from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.metadata.assays import REESTIMATES, WHOLE_READS
from soilbio.taxonomy.canonical import plain

if TYPE_CHECKING:
    import polars as pl

# How the reads that nothing explains are called, by the workflow and by importers.
NOT_CLASSIFIED = "not classified"
READS, GENOMES = "kraken2", ("sylph", "sourmash")
# Of Bracken, too: fewer reads are no finding.
FEWEST_READS = 10
# Of the k-mers that a read of a confirmed taxon brings, a read must bring this share.
STRONG = 0.6
# Of the different k-mers of confirmed taxa, the genome behind a finding has at least this share.
SMALLEST_GENOME = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Kraken2's reads of a taxon, their k-mers (minimizers) that hit it, and the different ones."""

    reads: int
    hits: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Call:
    """A taxon in a library as sequenced: its share of all reads by engine; whether it is called."""

    library: str
    name: str
    shares: Mapping[str, float]
    is_called: bool
    reason: str


# By library (of Kraken2's assay), rank and name.
Known = Mapping[tuple[str, str, str], Evidence]


def combined(tables: Mapping[str, pl.LazyFrame], rank: str, known: Known) -> list[Call]:
    """Compare the profiles of each library at a rank, and call what they find together.

    Parameters
    ----------
    tables : mapping of table name to LazyFrame
        Of a dataset.
    rank : str
        `species` or another.
    known : mapping
        Evidence of Kraken2's findings; without it one of Kraken2's alone is not called.

    Returns
    -------
    list of Call
        By library, those with the largest share first; of one engine alone there are none.

    """
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    engines: dict[str, set[str]] = defaultdict(set)
    evidence: dict[str, dict[str, Evidence]] = defaultdict(dict)
    engine_of = _engines(tables)
    for library, engine in engine_of.items():
        engines[library.removesuffix(f"-{engine}")].add(engine)
    for library, name, share in _shares(tables, sorted(engine_of), rank):
        engine = engine_of[library]
        of_taxon = found[library.removesuffix(f"-{engine}")][plain(name)]
        of_taxon[engine] = of_taxon.get(engine, 0.0) + share
    for (library, of_rank, name), one in known.items():
        if of_rank == rank:
            evidence[library.removesuffix(f"-{READS}")][plain(name)] = one
    calls: list[Call] = []
    for library in sorted(found):
        if len(engines[library]) > 1:
            calls += _calls(library, found[library], engines[library], evidence[library])
    return calls


def _calls(
    library: str,
    taxa: Mapping[str, Mapping[str, float]],
    engines: set[str],
    evidence: Mapping[str, Evidence],
) -> list[Call]:
    usual = _usual(taxa, evidence)
    calls = []
    for name, shares in taxa.items():
        is_called, reason = _judge(shares, engines, (evidence.get(name), usual))
        calls.append(Call(library, name, dict(shares), is_called, reason))
    return sorted(calls, key=lambda call: (-max(call.shares.values()), call.name))


@dataclass(frozen=True, slots=True)
class Usual:
    """What confirmed taxa have: k-mers that a read brings, and different ones in all."""

    hits: float
    distinct: float


def _usual(
    taxa: Mapping[str, Mapping[str, float]], evidence: Mapping[str, Evidence]
) -> Usual | None:
    """Give the medians of confirmed taxa; where none is, hits of all, and no different ones."""
    enough = {name: one for name, one in evidence.items() if one.reads >= FEWEST_READS}
    confirmed = [one for name, one in enough.items() if set(GENOMES) & set(taxa.get(name, ()))]
    if not enough:
        return None
    hits = median(one.hits / one.reads for one in confirmed or enough.values())
    return Usual(hits, median(one.distinct for one in confirmed) if confirmed else 0.0)


def _judge(
    shares: Mapping[str, float],
    engines: set[str],
    told: tuple[Evidence | None, Usual | None],
) -> tuple[bool, str]:
    """Say whether a taxon is called, and why."""
    evidence, usual = told
    genomes = [engine for engine in GENOMES if engine in shares]
    if evidence is not None and usual is not None:
        others = [engine for engine in GENOMES if engine in engines and engine not in shares]
        return _judge_hits(genomes, others, evidence, usual)
    votes = len(genomes) + (READS in shares or REESTIMATES in shares)
    if votes > 1:
        return True, f"{votes} methods find it"
    if genomes and not engines & {READS, REESTIMATES}:
        return False, f"only {genomes[0]} finds it"
    if genomes and READS not in shares:
        return True, f"{genomes[0]} finds it, and Kraken2 names no read so"
    return False, "only one method finds it"


def _judge_hits(
    genomes: Sequence[str], others: Sequence[str], one: Evidence, usual: Usual
) -> tuple[bool, str]:
    """Judge by Kraken2's hits and searches for genomes: those that find it, and those that do not.

    A search that did not run, as sylph on long reads, says nothing against a taxon.
    """
    part = one.hits / one.reads / usual.hits
    text = f"Kraken2: {one.reads:,} reads with {100 * part:.0f} % of the usual k-mers"
    is_many = one.reads >= FEWEST_READS and one.distinct >= FEWEST_READS * STRONG * usual.hits
    is_spread = one.distinct >= _expected_distinct(one.hits, SMALLEST_GENOME * usual.distinct)
    if is_many and is_spread and part >= STRONG:
        return True, text
    if not is_spread:
        text += f", {one.distinct:,} different ones of {one.hits:,}"
    if genomes and not others:
        find = "find" if len(genomes) > 1 else "finds"
        return True, f"{' and '.join(genomes)} {find} it, too ({text})"
    also = f"; of {' and '.join([*genomes, *others])} only {genomes[0]} finds it" if genomes else ""
    return False, f"{text}{also}"


def _expected_distinct(hits: float, size: float) -> float:
    """Of so many k-mers drawn from a genome of a size, expect so many different ones."""
    return size * (1 - exp(-hits / size)) if size else 0.0


def _engines(tables: Mapping[str, pl.LazyFrame]) -> dict[str, str]:
    """Find the profiles of metagenomes that gave a result, with their engines."""
    import polars as pl

    rows = (
        tables["libraries"]
        .join(tables["assays"].select("assay_id", "engine"), on="assay_id")
        .filter(
            pl.col("engine").is_in([*WHOLE_READS, REESTIMATES]),
            pl.col("status") == "ok",
            pl.col("library_id").str.ends_with(pl.format("-{}", "engine")),
        )
        .select("library_id", "engine")
        .sort("library_id")
        .collect()
    )
    return dict(rows.iter_rows())


def _shares(
    tables: Mapping[str, pl.LazyFrame], libraries: Sequence[str], rank: str
) -> list[tuple[str, str, float]]:
    """Add up the shares of all reads by name at a rank; of Kraken2, from ten reads on."""
    import polars as pl

    rows = (
        _with_shares(tables, libraries)
        .filter(pl.col(rank).fill_null("") != "")
        .group_by("library_id", rank)
        .agg(
            sum_of_shares("share"), pl.col("count").sum(), pl.col("count").count().alias("counted")
        )
        .filter((pl.col("counted") == 0) | (pl.col("count") >= FEWEST_READS))
        .select("library_id", rank, "share")
        .sort("library_id", rank)
        .collect()
    )
    return list(rows.iter_rows())


def _with_shares(tables: Mapping[str, pl.LazyFrame], libraries: Sequence[str]) -> pl.LazyFrame:
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    is_out = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.len() > 0
    value = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance")
    whole = pl.when(pl.col("count").is_null()).then(1.0).otherwise(value.sum().over("library_id"))
    return (
        tables["counts"]
        .filter(pl.col("library_id").is_in(list(libraries)))
        .with_columns(share=value / whole)
        .join(tables["features"].filter(~is_out), on="feature_id", how="inner")
    )


def shares_named(tables: Mapping[str, pl.LazyFrame]) -> dict[str, dict[str, float]]:
    """Say of each metagenome's profile which share is named to species, genus, wider, or not."""
    import polars as pl

    profiles = (
        tables["libraries"]
        .join(
            tables["assays"].filter(
                pl.col("library_strategy") == "WGS",
                pl.col("abundance").fill_null("") != "marker",
            ),
            on="assay_id",
            how="semi",
        )
        .select("library_id")
        .collect()["library_id"]
        .to_list()
    )
    part = (
        pl.when(is_unclassified())
        .then(pl.lit(NOT_CLASSIFIED))
        .when(pl.col("species").fill_null("") != "")
        .then(pl.lit("species"))
        .when(pl.col("genus").fill_null("") != "")
        .then(pl.lit("genus"))
        .otherwise(pl.lit("wider"))
    )
    rows = (
        _with_shares(tables, profiles)
        .group_by("library_id", part.alias("part"))
        .agg(sum_of_shares("share"))
        .collect()
    )
    found: dict[str, dict[str, float]] = {}
    for library, name, share in rows.iter_rows():
        of_library = found.setdefault(library, dict.fromkeys(PARTS, 0.0))
        of_library[name] = share
    return found


PARTS = ("species", "genus", "wider", NOT_CLASSIFIED)
