"""Domains that the assays of a gene are meant for, taken together where they are merged.

Primers of one laboratory may be meant for Bacteria alone, and those of another for Archaea, too. In
what is merged of them Archaea are no stray finding: flagged in the one's results and not in the
other's, each of their genera would be two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.compare import plain_gene
from soilbio.metadata.assays import known_assays

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source

OFF_TARGET = "off-target-domain"
Domains = Mapping[str, frozenset[str]]


def domains_of(row: Mapping[str, Any]) -> frozenset[str]:
    """Give the domains that an assay's primers are meant for; none where they are not known."""
    primers = row.get("pcr_primer_forward"), row.get("pcr_primer_reverse")
    for known in known_assays().values():
        if primers == (known.forward_primer, known.reverse_primer):
            return frozenset(known.domains)
    return frozenset()


def meant_by_gene(sources: Sequence[Source]) -> Domains:
    """Give the domains that any assay of a gene is meant for."""
    found: dict[str, frozenset[str]] = {}
    for source in sources:
        for row in source.rows("assays"):
            if gene := _gene(row):
                found[gene] = found.get(gene, frozenset()) | domains_of(row)
    return found


def of_assay(row: Mapping[str, Any], meant: Domains) -> frozenset[str]:
    """Give the domains that an assay and those of its gene are meant for, if its own are known."""
    return meant.get(_gene(row), frozenset()) if domains_of(row) else frozenset()


def without_what_another_means(
    source: Source, features: pl.LazyFrame, meant: Domains
) -> pl.LazyFrame:
    """Take the flag off features whose domain an assay of the same gene is meant for.

    Of a dataset of several genes it stays: which of them a feature is of is not told here.
    """
    import polars as pl

    genes = {_gene(row) for row in source.rows("assays")}
    domains = sorted(meant.get(next(iter(genes)), ())) if len(genes) == 1 else []
    if not domains:
        return features
    flags = pl.col("flags").fill_null("").str.split("|")
    kept = flags.list.eval(pl.element().filter(pl.element() != OFF_TARGET)).list.join("|")
    is_meant = pl.col("domain").is_in(domains) & pl.col("flags").str.contains(OFF_TARGET)
    return features.with_columns(
        pl.when(is_meant.fill_null(value=False)).then(kept).otherwise("flags").alias("flags")
    )


def _gene(row: Mapping[str, Any]) -> str:
    gene = row.get("target_gene") if row.get("library_strategy") == "AMPLICON" else ""
    return plain_gene(str(gene)) if gene else ""
