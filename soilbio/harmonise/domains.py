"""Domains that the assays of a gene are meant for, taken together where they are merged.

Primers of one laboratory may be meant for Bacteria alone, and those of another for Archaea, too. In
what is merged of them Archaea are no stray finding: flagged in the one's results and not in the
other's, each of their genera would be two. Whose primers mean what is not told to everybody,
though: so libraries go by the assays of those that are shared alike, or with all who see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.compare import plain_gene
from soilbio.harmonise.lots import one_row_each
from soilbio.harmonise.terms import Circle, seen_beside, within
from soilbio.metadata.assays import known_assays
from soilbio.taxonomy.settle import OFF_TARGET, has_flag, without_flag

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

    # Gene and domains of the assay of each library, by the checksum of the dataset.
    Assays = Mapping[str, Mapping[str, tuple[str, frozenset[str]]]]
    # The domains that any assay of a gene is meant for.
    Meant = Mapping[str, frozenset[str]]

_LEFT = "features_off_target_by_the_primers_that_all_who_see_them_may_know"


def domains_of(row: Mapping[str, Any]) -> frozenset[str]:
    """Give the domains that an assay's primers are meant for; none where they are not known."""
    primers = row.get("pcr_primer_forward"), row.get("pcr_primer_reverse")
    for known in known_assays().values():
        if primers == (known.forward_primer, known.reverse_primer):
            return frozenset(known.domains)
    return frozenset()


def judged(parts: Sequence[Part], circles: Sequence[Circle], notes: dict[str, int]) -> list[Part]:
    """Take the flag off features whose domain is meant by an assay of their gene.

    A feature is of the genes of the libraries in which it is found.

    Parameters
    ----------
    parts : sequence of (Source, counts, features)
    circles : sequence of Circle
        All that have libraries.
    notes : dict of str to int
        The number of features is added that keep the flag in some libraries, and would not if
        agreements told whoever sees them of all primers.

    Returns
    -------
    list of (Source, counts, features)
        Of the features of a dataset, those of which circles say otherwise are several rows, of
        other lots.

    """
    import polars as pl

    assays = {source.digest: _assays(source) for source, _, _ in parts}
    meant = list(_meant(circles, assays))
    every = _meant_by_gene(circles, assays)
    domains = sorted(frozenset().union(*every.values()))
    is_asked = (pl.col("domain").is_in(domains) & has_flag(OFF_TARGET)).fill_null(value=False)
    found: list[Part] = []
    left: set[str] = set()
    for source, counts, features in parts:
        asked = features.filter(is_asked).collect(engine="streaming")
        if not asked.height:
            found.append((source, counts, features))
            continue
        of_asked = counts.filter(pl.col("feature_id").is_in(asked["feature_id"].implode()))
        there = of_asked.select("library_id", "feature_id").unique().collect(engine="streaming")
        part = source, there.lazy(), asked.lazy()
        told = _told(part, circles, meant, assays)
        left |= _flagged(told) - _flagged(_lifted(part, every, assays))
        found.append((source, counts, pl.concat([features.filter(~is_asked), told])))
    if left:
        notes[_LEFT] = len(left)
    return found


def _told(
    part: Part, circles: Sequence[Circle], meant: Sequence[Meant], assays: Assays
) -> pl.LazyFrame:
    """Judge the features of a dataset circle by circle."""
    import polars as pl

    digest = part[0].digest
    own = [pair for pair in zip(circles, meant, strict=True) if pair[0].libraries.get(digest)]
    if len(own) == 1:
        return _lifted(part, own[0][1], assays)
    told = [_lifted(within(one, [part])[0], domains, assays) for one, domains in own]
    return one_row_each(pl.concat(told))


def _assays(source: Source) -> dict[str, tuple[str, frozenset[str]]]:
    of_assay = {row["assay_id"]: (_gene(row), domains_of(row)) for row in source.rows("assays")}
    libraries = source.frame("libraries").select("library_id", "assay_id").collect()
    return {library: of_assay[assay] for library, assay in libraries.iter_rows()}


def _meant(circles: Sequence[Circle], assays: Assays) -> Iterator[Meant]:
    """Yield what is meant in each circle, as all know to whom it is shown."""
    for circle, beside in zip(circles, seen_beside(circles), strict=True):
        yield _meant_by_gene([circle, *(circles[place] for place in beside)], assays)


def _meant_by_gene(circles: Iterable[Circle], assays: Assays) -> Meant:
    """Give the domains that any assay of a gene is meant for that has libraries in some circles."""
    found: dict[str, frozenset[str]] = {}
    for circle in circles:
        for digest, libraries in circle.libraries.items():
            for gene, domains in {assays[digest][one] for one in libraries}:
                found[gene] = found.get(gene, frozenset()) | domains
    found.pop("", None)
    return found


def _lifted(part: Part, meant: Meant, assays: Assays) -> pl.LazyFrame:
    """Take the flag off what is of a domain that is meant, of a gene in whose libraries it is."""
    import polars as pl

    source, counts, features = part
    rows = [
        (library, domain)
        for library, (gene, _) in assays[source.digest].items()
        for domain in sorted(meant.get(gene, ()))
    ]
    schema = {"library_id": pl.String, "domain": pl.String}
    of_library = pl.LazyFrame(rows, schema=schema, orient="row")
    is_meant = (
        counts.join(of_library, on="library_id", how="inner")
        .select("feature_id", "domain", is_meant=pl.lit(value=True))
        .unique()
    )
    return (
        features.join(is_meant, on=["feature_id", "domain"], how="left")
        .with_columns(pl.when("is_meant").then(without_flag(OFF_TARGET)).otherwise("flags"))
        .drop("is_meant")
    )


def _flagged(features: pl.LazyFrame) -> set[str]:
    return set(features.filter(has_flag(OFF_TARGET)).select("feature_id").collect()["feature_id"])


def _gene(row: Mapping[str, Any]) -> str:
    gene = row.get("target_gene") if row.get("library_strategy") == "AMPLICON" else ""
    return plain_gene(str(gene)) if gene else ""
