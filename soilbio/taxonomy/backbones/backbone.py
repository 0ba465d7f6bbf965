"""What a name is in a taxonomy: its usages, and the lineages that they lead to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from soilbio.standards.ranks import OF_DOMAINS, RANKS

if TYPE_CHECKING:
    import polars as pl

Lineage = Mapping[str, str]
# Ranks by other names.
_RANK = {
    **dict.fromkeys(OF_DOMAINS, "domain"),
    **{"division": "phylum", "realm": "", "empire": "domain"},
}
_DOMAINS = ("Bacteria", "Archaea", "Eukaryota", "Viruses")
# Kingdoms of checklists whose widest rank that is.
_EUKARYOTES = ("Animalia", "Fungi", "Plantae", "Chromista", "Protozoa", "Metazoa", "Viridiplantae")


@dataclass(frozen=True, slots=True)
class Usage:
    """A name as a taxonomy has it: accepted, or a synonym of what is (`taxon_id`)."""

    name: str
    rank: str
    taxon_id: str
    accepted_name: str
    is_synonym: bool


@dataclass(frozen=True, slots=True)
class Backbone:
    """The usages of those names that were asked for, and the lineages of their taxa.

    `usages` is by name in lower case; `lineages` by id of a taxon, with canonical ranks only.
    """

    source: str
    usages: Mapping[str, tuple[Usage, ...]] = field(default_factory=dict)
    lineages: Mapping[str, Lineage] = field(default_factory=dict)

    def usages_of(self, name: str, rank: str | None) -> list[Usage]:
        """Give the usages of a name at a rank, or at any."""
        found = self.usages.get(name.casefold(), ())
        return [usage for usage in found if rank is None or usage.rank == rank]


def canonical_rank(rank: str) -> str:
    """Give a rank of ours, or what it is called there."""
    plain = rank.strip().casefold()
    return _RANK.get(plain, plain)


def rank_of(name: str, rank: str) -> str:
    """Give the rank of a taxon; what some checklists call the kingdom Bacteria is a domain."""
    return "domain" if rank == "kingdom" and name in _DOMAINS else rank


def build(
    source: str, names: pl.DataFrame, taxa: pl.DataFrame, wanted: Collection[str]
) -> Backbone:
    """Look up names, and walk from their taxa to the root.

    Parameters
    ----------
    source : str
        What the taxonomy is called.
    names : DataFrame
        `name`, `taxon_id` (of the accepted taxon), `is_synonym`.
    taxa : DataFrame
        `taxon_id`, `parent_id`, `rank`, `name`; every accepted taxon once.
    wanted : collection of str
        Names that are looked up, in lower case.

    """
    import polars as pl

    asked = pl.DataFrame({"plain": sorted(wanted)}, schema={"plain": pl.String})
    found = (
        names.with_columns(pl.col("name").str.to_lowercase().alias("plain"))
        .join(asked, on="plain", how="semi")
        .join(
            taxa.select("taxon_id", "rank", pl.col("name").alias("accepted")),
            on="taxon_id",
            how="inner",
        )
        .unique(["plain", "taxon_id"], keep="any")
    )
    usages: dict[str, list[Usage]] = {}
    for row in found.sort("plain", "is_synonym", "taxon_id").iter_rows(named=True):
        usages.setdefault(row["plain"], []).append(
            Usage(
                row["name"],
                rank_of(row["accepted"], row["rank"]),
                *(row["taxon_id"], row["accepted"], row["is_synonym"]),
            )
        )
    return Backbone(
        source,
        {name: tuple(own) for name, own in usages.items()},
        _lineages(found["taxon_id"].unique().to_list(), taxa),
    )


def _lineages(ids: list[str], taxa: pl.DataFrame) -> dict[str, Lineage]:
    """Walk up from taxa, a generation at a time."""
    import polars as pl

    known: dict[str, tuple[str, str, str]] = {}
    front = set(ids)
    while front:
        rows = taxa.join(
            pl.DataFrame({"taxon_id": sorted(front)}, schema={"taxon_id": pl.String}),
            on="taxon_id",
            how="semi",
        )
        for taxon_id, parent_id, rank, name in rows.select(
            "taxon_id", "parent_id", "rank", "name"
        ).iter_rows():
            known[taxon_id] = (parent_id, rank, name)
        front = {known[one][0] for one in front if one in known} - known.keys() - {"", None}
    return {one: _lineage_of(one, known) for one in ids}


def _lineage_of(taxon_id: str, known: Mapping[str, tuple[str, str, str]]) -> Lineage:
    found: dict[str, str] = {}
    at, seen = taxon_id, set()
    while at in known and at not in seen:
        seen.add(at)
        at, rank, name = known[at]
        if rank in RANKS:
            found.setdefault(rank, name)
    return widest(found)


def widest(found: Mapping[str, str]) -> Lineage:
    """Give a lineage a domain where a taxonomy has kingdoms as its widest rank; ranks in order."""
    found = dict(found)
    if found.get("kingdom") in _DOMAINS:
        found.setdefault("domain", found.pop("kingdom"))
    elif found.get("kingdom") in _EUKARYOTES:
        found.setdefault("domain", "Eukaryota")
    return {rank: found[rank] for rank in RANKS if found.get(rank)}
