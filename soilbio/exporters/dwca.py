"""Darwin Core Archive: occurrence core, DNA-derived-data extension; as GBIF's guide has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.tables import RANKS
from soilbio.exporters.dwca_zip import as_text, write_zip
from soilbio.exporters.eml import eml_xml
from soilbio.exporters.events import LIBRARY, METHOD, SHARE_OF, events_of, told_twice
from soilbio.exporters.evidence import Evidence, Lost
from soilbio.exporters.features import MD5
from soilbio.exporters.losses import lost_columns
from soilbio.exporters.organisms import features_with_reason
from soilbio.exporters.soil_events import ARCHIVE as EVENTS
from soilbio.exporters.soil_events import write_events
from soilbio.exporters.view import View
from soilbio.standards.darwin_core import DNA, DNA_ROW, INCERTAE_SEDIS, OCCURRENCE, OCCURRENCE_ROW
from soilbio.standards.dwc_text import TextTable, meta_xml

if TYPE_CHECKING:
    import polars as pl

ARCHIVE = "dwca.zip"
CORE_FILE, DNA_FILE = "occurrence.txt", "dnaderiveddata.txt"
_ROWS = 50_000  # held at once
_READS = "DNA sequence reads"
# GBIF's backbone has these as kingdoms.
_DOMAIN_AS_KINGDOM = ("Bacteria", "Archaea")


def write(view: View, folder: Path) -> Evidence:
    """Write `dwca.zip`, a row for each feature in each library of a soil, and `events.zip`.

    Left out, and counted: controls; re-estimates of what Kraken2 counted; features that are no
    soil organism of the assay (organelles, off-target); what has no name of a profile; features
    whose lineage may not be shared, since it cannot be told whether they are. Written as a stream;
    held in memory: O(n_features + n_libraries).
    """
    import polars as pl

    counts = view.tables["counts"]
    totals = counts.group_by(LIBRARY).agg(pl.col("count").sum().alias("total"))
    events = events_of(view).join(totals.collect(engine="streaming"), on=LIBRARY, how="left")
    features = features_with_reason(view).collect(engine="streaming")
    listed = features.filter(pl.col("reason").is_null()).drop("agreement_ids", "reason")
    parts: dict[str, Iterable[bytes]] = {
        CORE_FILE: as_text(_core(rows, view) for rows in _occurrences(view, events, listed)),
        DNA_FILE: as_text(_extension(rows) for rows in _occurrences(view, events, listed)),
        "eml.xml": [eml_xml(view)],
        "meta.xml": [
            meta_xml(
                TextTable(OCCURRENCE_ROW, CORE_FILE, tuple(OCCURRENCE.values())),
                TextTable(DNA_ROW, DNA_FILE, ("", *DNA.values())),
            )
        ],
    }
    write_zip(parts, folder / ARCHIVE)
    notes = write_events(view, folder / EVENTS)
    left_out = _left_out(counts, events, features, told_twice(view))
    return view.evidence.noting(**left_out, **notes).losing(_losses(view))


_OF_MERGED = "name on which all merged datasets agree that give one"


def _losses(view: View) -> tuple[Lost, ...]:
    """List what neither archive has a term for."""
    kept = {
        "samples": view.columns["samples"],  # what has no term of its own is a measurement
        "assays": (
            *("assay_id", "engine", "engine_version", "classifier", "classifier_version"),
            *("reference", "reference_version", *DNA),
        ),
        "libraries": ("library_id", "sample_id", "assay_id", "control_type"),
        "features": view.columns["features"],
        "counts": view.columns["counts"],
        "measurements": view.columns["measurements"],
    }
    return lost_columns(view, kept, "Darwin Core has no term for it")


def _occurrences(
    view: View, events: pl.DataFrame, features: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Give occurrences in batches; a join of the whole would hold all rows, and they are wide."""
    import polars as pl

    counts = view.tables["counts"].drop("agreement_id")
    nothing = counts.head(0).collect()  # the header is written where there is no row, too
    for batch in chain([nothing], counts.collect_batches(maintain_order=True, chunk_size=_ROWS)):
        rows = batch.join(events, on=LIBRARY, how="inner", maintain_order="left")
        yield rows.join(features, on="feature_id", how="inner", maintain_order="left").with_columns(
            pl.concat_str(pl.lit(view.dataset_id), LIBRARY, "feature_id", separator=":").alias(
                "occurrenceID"
            )
        )


def _core(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    import polars as pl

    name = pl.coalesce(reversed(RANKS))
    has_reads = pl.col("count").is_not_null()
    is_kingdom = pl.col("domain").is_in(list(_DOMAIN_AS_KINGDOM))
    support = pl.lit("support ") + pl.col("confidence").cast(pl.String)
    if view.history:  # support is what any of the datasets gave, of which this one's method is not
        support = pl.lit(_OF_MERGED)
    made = {
        "basisOfRecord": pl.lit("MaterialSample"),
        "occurrenceStatus": pl.lit("present"),
        "datasetID": pl.lit(view.dataset_id),
        "eventID": pl.col(LIBRARY),
        "organismQuantity": pl.when(has_reads)
        .then(pl.col("count").cast(pl.String))
        .otherwise(pl.col("relative_abundance").cast(pl.String)),
        "organismQuantityType": pl.when(has_reads).then(pl.lit(_READS)).otherwise(pl.col(SHARE_OF)),
        "sampleSizeValue": pl.when(has_reads).then(pl.col("total").cast(pl.String)),
        "sampleSizeUnit": pl.when(has_reads).then(pl.lit(_READS)),
        "taxonID": pl.when(pl.col("feature_id").str.contains(MD5))
        .then(pl.lit("ASV:") + pl.col("feature_id"))
        .otherwise(pl.col("feature_id")),
        "scientificName": name.fill_null(INCERTAE_SEDIS),
        "taxonRank": pl.when(name.is_not_null()).then(pl.col("taxon_rank")),
        "kingdom": pl.when(is_kingdom).then(pl.col("domain")).otherwise(pl.col("kingdom")),
        "verbatimIdentification": pl.col("verbatim_lineage"),
        "identificationRemarks": pl.concat_str(
            pl.col(METHOD), support, separator=", ", ignore_nulls=True
        ),
    }
    return rows.select(
        made[term].alias(term) if term in made else pl.col(term) for term in OCCURRENCE
    )


def _extension(rows: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    others = (name for name in DNA if name != "DNA_sequence")
    return rows.select(
        pl.col("occurrenceID").alias("id"), pl.col("sequence").alias("DNA_sequence"), *others
    )


def _left_out(
    counts: pl.LazyFrame, events: pl.DataFrame, features: pl.DataFrame, twice: Collection[str]
) -> dict[str, int]:
    """Count what is in the view and not in the archive, by reason."""
    import polars as pl

    size = pl.len().alias("rows"), pl.col("count").sum().alias("reads")
    whole = counts.select(*size).collect(engine="streaming").row(0)
    of_twice = pl.col(LIBRARY).is_in(pl.Series(sorted(twice), dtype=pl.String).implode())
    again = counts.filter(of_twice).select(pl.len()).collect(engine="streaming").item()
    of_soils = counts.join(events.lazy().select(LIBRARY), on=LIBRARY, how="semi")
    soils = of_soils.select(*size).collect(engine="streaming").row(0)
    notes = {
        "control_rows_left_out": whole[0] - soils[0] - again,
        "control_reads_left_out": whole[1] - soils[1],
    }
    if twice:
        notes["reestimated_rows_left_out"] = again
    per_feature = of_soils.group_by("feature_id").agg(*size).collect(engine="streaming")
    found = (
        per_feature.join(features.select("feature_id", "reason"), on="feature_id", how="inner")
        .group_by("reason")
        .agg(pl.col("rows", "reads").sum(), pl.len().alias("features"))
    )
    by_reason = {row["reason"]: row for row in found.iter_rows(named=True)}
    nothing = {"rows": 0, "reads": 0, "features": 0}
    notes["occurrences"] = by_reason.get(None, nothing)["rows"]
    for reason in ("flagged", "lineage_withheld", *(("pool",) if "pool" in by_reason else ())):
        row = by_reason.get(reason, nothing)
        notes |= {f"{reason}_{what}_left_out": row[what] for what in nothing}
    return notes
