"""Domains that the assays of a gene are meant for, taken together where they are merged.

Primers of one laboratory may be meant for Bacteria alone, and those of another for Archaea, too. In
what is merged of them Archaea are no stray finding: flagged in the one's results and not in the
other's, each of their genera would be two. Whose primers mean what is not told to everybody,
though: so libraries go by the assays of those that are shared alike, or with all who see them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.compare import plain_gene
from soilbio.harmonise.lots import one_row_each
from soilbio.harmonise.terms import Circle, seen_beside, within
from soilbio.metadata.assays import known_assays
from soilbio.metadata.overhangs import bare_primers
from soilbio.taxonomy.settle import OFF_TARGET, has_flag, with_flag, without_flag

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

    # Gene and domains of the assay of each library, by the checksum of the dataset.
    Assays = Mapping[str, Mapping[str, tuple[str, frozenset[str]]]]
    # The domains that any assay of a gene is meant for.
    Meant = Mapping[str, frozenset[str]]

_LEFT = "features_off_target_by_the_primers_that_all_who_see_them_may_know"
_MEANT = "features_of_a_domain_that_primers_of_another_assay_are_meant_for"
_OFF = "features_of_a_domain_that_no_primers_of_their_gene_are_meant_for"


def domains_of(row: Mapping[str, Any]) -> frozenset[str]:
    """Give the domains that an assay's primers are meant for.

    A pair that is not known may be meant for what any known ones of the gene are; of a gene of
    which none is known, nothing is.
    """
    own = bare_primers(row)
    primers = _plain(own.get("pcr_primer_forward")), _plain(own.get("pcr_primer_reverse"))
    for known in known_assays().values():
        if primers == (_plain(known.forward_primer), _plain(known.reverse_primer)):
            return frozenset(known.domains)
    return domains_of_gene(row)


def domains_of_gene(row: Mapping[str, Any]) -> frozenset[str]:
    """Give the domains that any known primers of an assay's gene are meant for; none if unknown."""
    return _of_genes().get(_gene(row), frozenset())


def _plain(primer: object) -> str:
    return str(primer or "").upper().replace("I", "N")  # an inosine pairs with all


@cache
def _of_genes() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for known in known_assays().values():
        gene = plain_gene(known.target_gene)
        found[gene] = found.get(gene, frozenset()).union(known.domains)
    return found


def judged(parts: Sequence[Part], circles: Sequence[Circle], notes: dict[str, int]) -> list[Part]:
    """Flag features whose domain no assay of their gene is meant for, and no others.

    A feature is of the genes of the libraries in which it is found. One that is found in any of
    which nothing is known keeps the flag, or none, as it came.

    Parameters
    ----------
    parts : sequence of (Source, counts, features)
    circles : sequence of Circle
        All that have libraries.
    notes : dict of str to int
        How many features have another flag than they came with is added, and how many keep it in
        some libraries, and would not if agreements told whoever sees them of all primers.

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
    found: list[Part] = []
    names: dict[str, set[str]] = {_MEANT: set(), _OFF: set(), _LEFT: set()}
    for source, counts, features in parts:
        is_asked = _is_asked({gene for gene, _ in assays[source.digest].values()}, meant, every)
        asked = features.filter(is_asked).collect(engine="streaming")
        if not asked.height:
            found.append((source, counts, features))
            continue
        of_asked = counts.filter(pl.col("feature_id").is_in(asked["feature_id"].implode()))
        there = of_asked.select("library_id", "feature_id").unique().collect(engine="streaming")
        part = source, there.lazy(), asked.lazy()
        told = _told(part, circles, meant, assays)
        before, after = _flagged(part[2]), _flagged(told)
        names[_MEANT] |= before - after
        names[_OFF] |= after - before
        names[_LEFT] |= after - _flagged(_flagged_by(part, every, assays))
        found.append((source, counts, pl.concat([features.filter(~is_asked), told])))
    notes |= {name: len(own) for name, own in names.items() if own}
    return found


def _is_asked(genes: Collection[str], meant: Sequence[Meant], every: Meant) -> pl.Expr:
    """Tell which features of some genes might have another flag than they have."""
    import polars as pl

    known = [one[gene] for one in meant for gene in genes if gene in one]
    by_any = frozenset().union(*(every.get(gene, ()) for gene in genes))
    by_all = frozenset.intersection(*known) if known else frozenset()
    domain = pl.col("domain").fill_null("")
    is_off = has_flag(OFF_TARGET)
    may_be_off = (domain != "") & ~domain.is_in(sorted(by_all)) if known else pl.lit(value=False)
    return (is_off & domain.is_in(sorted(by_any))) | (~is_off & may_be_off)


def _told(
    part: Part, circles: Sequence[Circle], meant: Sequence[Meant], assays: Assays
) -> pl.LazyFrame:
    """Judge the features of a dataset circle by circle."""
    import polars as pl

    digest = part[0].digest
    own = [pair for pair in zip(circles, meant, strict=True) if pair[0].libraries.get(digest)]
    if len(own) == 1:
        return _flagged_by(part, own[0][1], assays)
    told = [_flagged_by(within(one, [part])[0], domains, assays) for one, domains in own]
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
    """Give the domains that any assay of a gene is meant for that has libraries in some circles.

    Genes of which nothing is known are left out.
    """
    found: dict[str, frozenset[str]] = {}
    for circle in circles:
        for digest, libraries in circle.libraries.items():
            for gene, domains in {assays[digest][one] for one in libraries}:
                found[gene] = found.get(gene, frozenset()) | domains
    return {gene: domains for gene, domains in found.items() if gene and domains}


def _flagged_by(part: Part, meant: Meant, assays: Assays) -> pl.LazyFrame:
    """Flag what is of a domain that is not meant, of no gene in whose libraries it is."""
    import polars as pl

    source, counts, features = part
    genes = [(library, gene) for library, (gene, _) in assays[source.digest].items()]
    of_library = pl.LazyFrame(
        genes, schema={"library_id": pl.String, "gene": pl.String}, orient="row"
    )
    of_gene = pl.LazyFrame(
        [(gene, sorted(domains)) for gene, domains in meant.items()],
        schema={"gene": pl.String, "meant": pl.List(pl.String)},
        orient="row",
    )
    known = (
        counts.join(of_library, on="library_id", how="inner")
        .select("feature_id", "gene")
        .unique()
        .join(of_gene, on="gene", how="left")
        .group_by("feature_id")
        .agg(pl.col("meant").explode(), is_known=pl.col("meant").is_not_null().all())
    )
    is_meant = pl.col("meant").list.contains(pl.col("domain")).fill_null(value=False)
    is_off = pl.col("is_known").fill_null(value=False) & (pl.col("domain").fill_null("") != "")
    return (
        features.join(known, on="feature_id", how="left")
        .with_columns(
            pl.when(is_meant)
            .then(without_flag(OFF_TARGET))
            .when(is_off)
            .then(with_flag(OFF_TARGET))
            .otherwise("flags")
        )
        .drop("meant", "is_known")
    )


def _flagged(features: pl.LazyFrame) -> set[str]:
    return set(features.filter(has_flag(OFF_TARGET)).select("feature_id").collect()["feature_id"])


def _gene(row: Mapping[str, Any]) -> str:
    gene = plain_gene(row.get("target_gene")) if row.get("library_strategy") == "AMPLICON" else ""
    return "its" if gene.startswith("its") else gene
