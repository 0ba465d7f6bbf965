"""What is there, whatever was counted: genera of laboratories and genes, and controls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from soilbio.dataset.pools import is_unclassified
from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.taxonomy.codes import OF_PROKARYOTES, genus_of

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.read import Dataset

Row = dict[str, Any]
_METAGENOME = "WGS"


def genera_in_common(dataset: Dataset, laboratory_of: Mapping[str, str]) -> list[Row]:
    """Count the genera that each two have in common: of laboratories, and of their genes.

    Counts and shares, amplicons and metagenomes can be compared by that and nothing else. Genera
    are one as in merging by genus: whatever databases put behind their names, and no homonyms.

    Returns
    -------
    list of dict
        `one`, `other` (laboratory: gene), `one_genera`, `other_genera`, `in_common`.

    """
    found: dict[str, set[str]] = {}
    rows = list(_genera(dataset, laboratory_of).iter_rows())
    meant = _meant((gene, genus) for _, gene, genus in rows)
    for laboratory, gene, genus in rows:
        found.setdefault(f"{laboratory}: {gene}", set()).add(meant.get((gene, genus), genus))
    return [
        {
            **{"one": one, "other": other},
            **{"one_genera": len(found[one]), "other_genera": len(found[other])},
            "in_common": len(found[one] & found[other]),
        }
        for one, other in combinations(sorted(found), 2)
    ]


def _meant(genera: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Tell which genus is meant by a name of no code, by the gene and by what others mean.

    As in merging by genus: 16S is of prokaryotes, other genes of none, and a metagenome's is what
    all others mean who might have found a prokaryote.
    """
    every = set(genera)
    said: dict[str, set[tuple[str, bool]]] = {}
    for gene, genus in every:
        code, _, name = genus.partition(": ")
        code = code or (OF_PROKARYOTES if _is_16s(gene) else "")
        if code:
            said.setdefault(name, set()).add((code, gene == _METAGENOME))
    found = {}
    for gene, genus in every:
        code, _, name = genus.partition(": ")
        if code:
            continue
        if _is_16s(gene):
            found[gene, genus] = f"{OF_PROKARYOTES}: {name}"
            continue
        is_metagenome = gene == _METAGENOME
        codes = {one for one, _ in said.get(name, ()) if is_metagenome or one != OF_PROKARYOTES}
        is_told = len(codes) == 1 and (
            not is_metagenome
            or OF_PROKARYOTES in codes
            or any(is_wide for _, is_wide in said[name])
        )
        if is_told:
            found[gene, genus] = f"{codes.pop()}: {name}"
    return found


def _is_16s(gene: str) -> bool:
    return "16s" in gene.casefold()


def _genera(dataset: Dataset, laboratory_of: Mapping[str, str]) -> pl.DataFrame:
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    is_out = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.len() > 0
    features = dataset.tables["features"].filter(~is_out, pl.col("genus").is_not_null())
    gene = pl.coalesce("target_gene", "library_strategy").alias("gene")
    libraries = (
        dataset.tables["libraries"]
        .filter(pl.col("control_type").fill_null("") == "")
        .join(dataset.tables["assays"].select("assay_id", gene), on="assay_id", how="inner")
        .select("library_id", "gene", _laboratory(laboratory_of))
    )
    return (
        dataset.tables["counts"]
        .join(
            features.select("feature_id", genus_of().alias("genus")), on="feature_id", how="inner"
        )
        .join(libraries, on="library_id", how="inner")
        .select("laboratory", "gene", "genus")
        .drop_nulls("genus")
        .unique()
        .collect(engine="streaming")
    )


def _laboratory(laboratory_of: Mapping[str, str]) -> pl.Expr:
    import polars as pl

    names = dict(laboratory_of)
    return pl.col("library_id").replace_strict(names, default="").alias("laboratory")


def controls_of(dataset: Dataset, laboratory_of: Mapping[str, str]) -> list[Row]:
    """Tell what is in each control, and how much of it the soils of its laboratory have, too.

    Returns
    -------
    list of dict
        `laboratory`, `library_id`, `control`, `reads`, `reads_unclassified` (of those, what a
        profiler gave no name, which is no feature), `features`, `reads_of_features_in_soils`,
        `most_abundant` (the deepest name of the feature with the most reads, or the largest share).
        Of shares there are no reads: None.

    """
    import polars as pl

    libraries = dataset.table("libraries").with_columns(_laboratory(laboratory_of))
    is_control = pl.col("control_type").fill_null("") != ""
    controls = libraries.filter(is_control).sort("laboratory", "library_id")
    if controls.is_empty():
        return []
    counts = dataset.tables["counts"].join(
        libraries.lazy().select("library_id", "laboratory", "control_type"), on="library_id"
    )
    in_soils = counts.filter(~is_control).select("laboratory", "feature_id").unique()
    number = pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance")
    is_feature = ~is_unclassified()
    names = pl.coalesce("species", "genus", "family", "order", "class", "phylum", "domain")
    rows = (
        counts.filter(is_control, number > 0)
        .join(
            in_soils.with_columns(pl.lit(value=True).alias("in_soils")),
            on=["laboratory", "feature_id"],
            how="left",
        )
        .join(
            dataset.tables["features"].select("feature_id", names.alias("name")),
            on="feature_id",
            how="left",
        )
        .with_columns(number.alias("number"))
        .sort("number", "feature_id", descending=[True, False])
        .group_by("library_id", maintain_order=True)
        .agg(
            _reads(pl.col("count")).alias("reads"),
            _reads(pl.col("count"), ~is_feature).alias("reads_unclassified"),
            is_feature.sum().alias("features"),
            _reads(pl.col("count"), is_feature & pl.col("in_soils")).alias(
                "reads_of_features_in_soils"
            ),
            pl.col("name").filter(is_feature).first().fill_null("").alias("most_abundant"),
        )
        .collect()
    )
    known = {row.pop("library_id"): row for row in rows.to_dicts()}
    numbers = ("reads", "reads_unclassified", "features", "reads_of_features_in_soils")
    empty = {**dict.fromkeys(numbers, 0), "most_abundant": ""}
    return [
        {
            "laboratory": row["laboratory"],
            "library_id": row["library_id"],
            "control": row["control_type"],
            **known.get(row["library_id"], empty),
        }
        for row in controls.iter_rows(named=True)
    ]


def _reads(counts: pl.Expr, among: pl.Expr | None = None) -> pl.Expr:
    """Add reads up; where there are none but shares, nothing."""
    import polars as pl

    some = counts if among is None else counts.filter(among)
    return pl.when(counts.count() > 0).then(some.sum())
