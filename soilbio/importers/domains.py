"""Features of domains that an assay is not meant for: few are told, nearly all are refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.domains import domains_of_gene
from soilbio.importers.supports import accepted
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.consensus import domain_of
from soilbio.taxonomy.lineage import parse_lineage
from soilbio.taxonomy.settle import OFF_TARGET, has_flag

if TYPE_CHECKING:
    import polars as pl

    from soilbio.errors import Problems
    from soilbio.importers.found import Found

# Primers amplify some of what they are not meant for; if it is nearly all of so many features, the
# table is another assay's.
_LEAST, _NEARLY_ALL = 10, 0.9


def check_domains(found: Found, assay: Mapping[str, Any], problems: Problems) -> None:
    """Note a table of which nearly all features are of domains that have not the assay's gene."""
    meant = domains_of_gene(assay)
    if not meant:
        return
    lineages = (parse_lineage(accepted(one.lineage)[0]) for one in found.features.values())
    domains = Counter(filter(None, (domain_of(canonical(one).ranks) for one in lineages)))
    others = {name: number for name, number in domains.items() if name not in meant}
    if domains.total() < _LEAST or sum(others.values()) < _NEARLY_ALL * domains.total():
        return
    told = ", ".join(f"{number} of {name}" for name, number in sorted(others.items()))
    problems.add(
        "import-method-contradiction",
        column="assay.target_gene",
        found=str(assay["target_gene"]),
        expected=f"the gene of what the table has: of {domains.total()} features whose domain is"
        f" told {told}",
        fix="Name the assay that the table is of: this may be the method of another one",
    )


def off_target(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Say how many features are of a domain that the assay is not meant for, and of what reads."""
    import polars as pl

    features = tables["features"]
    ids = features.filter(has_flag(OFF_TARGET))["feature_id"]
    if ids.is_empty():
        return []
    value = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance")
    own = value.filter(pl.col("feature_id").is_in(ids.to_list())).sum()
    share = tables["counts"].select(own / value.sum()).item()
    return [
        f"of {features.height} features {len(ids)} ({share:.1%} of what was counted)"
        f" are of a domain that the assay is not meant for, so flagged {OFF_TARGET}, which keeps"
        " them out of diversity"
    ]
