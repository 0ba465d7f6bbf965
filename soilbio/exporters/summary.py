"""Means of groups of soils, for those who need no single soil; too small a group is left out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.formulas import safe
from soilbio.dataset.tables import RANKS
from soilbio.exporters.evidence import Evidence, Lost
from soilbio.exporters.organisms import features_with_reason
from soilbio.exporters.samples import rows_of
from soilbio.exporters.view import View
from soilbio.standards.insdc import country_of, is_missing

if TYPE_CHECKING:
    import polars as pl

TABLE = "summary.tsv"
# A mean of fewer soils would tell of each of them (5 is what statistical offices commonly ask for).
SMALLEST_GROUP = 5
_RANK = "genus"
_GROUP = ("assay_id", "country", "land_use")


def write(view: View, folder: Path) -> Evidence:
    """Write `summary.tsv`: mean share of each genus in the soils of a country and land use.

    A soil counts once, however many samples (of several laboratories) and libraries of an assay it
    has. Groups of fewer than `SMALLEST_GROUP` soils are counted and left out, with all their
    numbers.
    """
    import polars as pl

    groups = _groups(view)
    shares = _shares(view).join(groups, on="sample_id", how="inner")
    each, soil = pl.col("sample_id").n_unique(), pl.col("soil").n_unique()
    sizes = shares.group_by(_GROUP).agg(each.alias("samples"), soil.alias("soils"))
    kept = sizes.filter(pl.col("soils") >= SMALLEST_GROUP)
    of_soil = shares.with_columns(each.over(*_GROUP, "soil").alias("times"))
    means = (
        of_soil.join(kept, on=_GROUP, how="inner")
        .group_by(*_GROUP, "samples", "soils", "lineage")
        .agg((pl.col("share") / pl.col("times")).sum().alias("sum"))
        .with_columns((pl.col("sum") / pl.col("soils")).alias("mean_share"))
        .sort(*_GROUP, "lineage")
    )
    _write(means, folder / TABLE)
    suppressed = sizes.filter(pl.col("soils") < SMALLEST_GROUP)
    reason = f"fewer than {SMALLEST_GROUP} soils in the group"
    lost = Lost("samples", "", int(suppressed["samples"].sum() or 0), reason)
    return view.evidence.noting(groups=kept.height, groups_suppressed=suppressed.height).losing(
        [lost] if suppressed.height else []
    )


def _groups(view: View) -> pl.DataFrame:
    """Give country and land use of each soil, as far as they are shared."""
    import polars as pl

    rows = [
        {
            "sample_id": row["samp_name"],
            "soil": view.soils.get(row["samp_name"], row["samp_name"]),
            "country": _told(country_of(row.get("geo_loc_name", ""))),
            "land_use": _told(row.get("cur_land_use", "")),
        }
        for row in rows_of(view).values()
        if "samp_category" not in row
    ]
    names = ("sample_id", "soil", "country", "land_use")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _told(value: str) -> str:
    return "" if is_missing(value) else value


def _shares(view: View) -> pl.DataFrame:
    """Give the share of each genus among the soil organisms of each sample and assay."""
    import polars as pl

    ranks = RANKS[: RANKS.index(_RANK) + 1]
    lineage = pl.concat_str([pl.col(one).fill_null("") for one in ranks], separator="; ")
    features = (
        features_with_reason(view)
        .filter(pl.col("reason").is_null())
        .select("feature_id", lineage.str.replace(r"(; )+$", "").alias("lineage"))
    )
    libraries = view.tables["libraries"].select("library_id", "sample_id", "assay_id")
    number = pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance"))
    counted = (
        view.tables["counts"]
        .join(libraries, on="library_id")
        .join(features, on="feature_id")
        .group_by("sample_id", "assay_id", "lineage")
        .agg(number.sum().alias("number"))
        .collect(engine="streaming")
    )
    total = pl.col("number").sum().over("sample_id", "assay_id")
    return counted.with_columns((pl.col("number") / total).alias("share")).sort(
        "sample_id", "assay_id", "lineage"
    )


def _write(means: pl.DataFrame, target: Path) -> None:
    columns = (*_GROUP, "samples", "soils", "lineage", "mean_share")
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        for row in means.iter_rows(named=True):
            share = f"{row['mean_share']:.6g}"
            writer.writerow([*(safe(str(row[one])) for one in columns[:-1]), share])
