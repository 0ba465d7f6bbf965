"""Features by the gene that was amplified, and which genes a reference has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from soilbio.harmonise.compare import plain_gene

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Part

# A reference has a gene if so many of its sequences are like the reference's.
_HALF = 0.5


def features_by_gene(parts: list[Part]) -> dict[str, set[str]]:
    """List the features that each gene's libraries have."""
    found: dict[str, set[str]] = {}
    for source, counts, _ in parts:
        for gene, names in _by_gene(source, counts):
            found.setdefault(gene, set()).update(names)
    return found


def _by_gene(source: Source, counts: pl.LazyFrame) -> Iterator[tuple[str, set[str]]]:
    import polars as pl

    gene_of = {row["assay_id"]: plain_gene(row["target_gene"]) for row in source.rows("assays")}
    of_gene = pl.col("assay_id").replace_strict(gene_of, return_dtype=pl.String).alias("gene")
    libraries = source.frame("libraries").select("library_id", of_gene)
    rows = counts.join(libraries, on="library_id").select("gene", "feature_id").unique().collect()
    for (gene,), own in rows.group_by("gene"):
        yield str(gene), set(own["feature_id"])


def genes_like(found: Mapping[str, set[str]], strand_of: Mapping[str, str]) -> set[str]:
    """Give the genes that a reference has, by the strand that sequences are on (`?` for neither).

    Parameters
    ----------
    found : mapping of gene to features
    strand_of : mapping of feature to strand
        Of all that have a sequence, or a part of these.

    """
    like = set()
    for gene, own in found.items():
        strands = [strand_of[name] for name in own & strand_of.keys()]
        if strands and sum(one != "?" for one in strands) >= _HALF * len(strands):
            like.add(gene)
    return like
