"""Darwin Core Archive: occurrence core, DNA-derived-data extension; as GBIF's guide has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from soilbio.agreements.model import Strictness
from soilbio.dataset.tables import EXCLUDING_FLAGS, RANKS
from soilbio.exporters.eml import CORE_FILE, DNA_FILE, eml_xml, meta_xml
from soilbio.exporters.events import LIBRARY, METHOD, events_of
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.features import MD5
from soilbio.exporters.view import View
from soilbio.standards.darwin_core import DNA, INCERTAE_SEDIS, OCCURRENCE
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl

ARCHIVE = "dwca.zip"
# Rows and bytes held at once; the fastest level, since the text repeats itself.
_ROWS, _BLOCK, _LEVEL = 50_000, 1 << 20, 1
_READS = "DNA sequence reads"
_SHARE = "relative abundance"
# GBIF's backbone has these as kingdoms.
_DOMAIN_AS_KINGDOM = ("Bacteria", "Archaea")
_BREAKS = r"[\x00-\x1f\x7f\x85\x{2028}\x{2029}]+"


def write(view: View, folder: Path) -> Evidence:
    """Write `dwca.zip`: a row for each feature in each library of a soil.

    Left out, and counted: controls; features that are no soil organism of the assay (organelles,
    off-target); features whose lineage may not be shared, since it cannot be told whether they
    are. Written as a stream; held in memory: O(n_features + n_libraries).
    """
    import polars as pl

    counts = view.tables["counts"]
    totals = counts.group_by(LIBRARY).agg(pl.col("count").sum().alias("total"))
    events = events_of(view).join(totals.collect(engine="streaming"), on=LIBRARY, how="left")
    features = _features(view).collect(engine="streaming")
    listed = features.filter(pl.col("reason").is_null()).drop("agreement_ids", "reason")
    parts: dict[str, Iterable[bytes]] = {
        CORE_FILE: _text(
            _core(rows, view.dataset_id) for rows in _occurrences(view, events, listed)
        ),
        DNA_FILE: _text(_extension(rows) for rows in _occurrences(view, events, listed)),
        "eml.xml": [eml_xml(view)],
        "meta.xml": [meta_xml()],
    }
    _zip(parts, folder / ARCHIVE)
    return view.evidence.noting(**_left_out(counts, events, features))


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


def _features(view: View) -> pl.LazyFrame:
    """Give features all columns that are used, and the reason why one is left out."""
    import polars as pl

    open_keys = [
        key
        for key, decision in view.decisions.items()
        if decision.outcomes[SharingClass.TAXONOMY].strictness == Strictness.ALLOW
    ]
    wanted = ("sequence", "verbatim_lineage", "confidence", *RANKS, "taxon_rank", "flags")
    present = view.columns["features"]
    flag = (
        pl.col("flags")
        .fill_null("")
        .str.split("|")
        .list.eval(pl.element().is_in(list(EXCLUDING_FLAGS)))
        .list.any()
    )
    return (
        view.tables["features"]
        .with_columns(
            pl.lit(None, dtype=pl.String).alias(name) for name in wanted if name not in present
        )
        .select("feature_id", "agreement_ids", *wanted)
        .with_columns(
            pl.when(~pl.col("agreement_ids").is_in(pl.Series(open_keys, dtype=pl.String).implode()))
            .then(pl.lit("lineage_withheld"))
            .when(flag)
            .then(pl.lit("flagged"))
            .alias("reason")
        )
    )


def _core(rows: pl.DataFrame, dataset_id: str) -> pl.DataFrame:
    import polars as pl

    name = pl.coalesce(reversed(RANKS))
    has_reads = pl.col("count").is_not_null()
    is_kingdom = pl.col("domain").is_in(list(_DOMAIN_AS_KINGDOM))
    support = pl.lit("support ") + pl.col("confidence").cast(pl.String)
    made = {
        "basisOfRecord": pl.lit("MaterialSample"),
        "occurrenceStatus": pl.lit("present"),
        "datasetID": pl.lit(dataset_id),
        "eventID": pl.col(LIBRARY),
        "organismQuantity": pl.when(has_reads)
        .then(pl.col("count").cast(pl.String))
        .otherwise(pl.col("relative_abundance").cast(pl.String)),
        "organismQuantityType": pl.when(has_reads).then(pl.lit(_READS)).otherwise(pl.lit(_SHARE)),
        "sampleSizeValue": pl.when(has_reads).then(pl.col("total").cast(pl.String)),
        "sampleSizeUnit": pl.when(has_reads).then(pl.lit(_READS)),
        "taxonID": pl.when(pl.col("feature_id").str.contains(MD5))
        .then(pl.lit("ASV:") + pl.col("feature_id"))
        .otherwise(pl.col("feature_id")),
        "scientificName": name.fill_null(INCERTAE_SEDIS),
        "taxonRank": pl.when(name.is_not_null()).then(pl.col("taxon_rank")),
        "kingdom": pl.when(is_kingdom).then(pl.col("domain")).otherwise(pl.col("kingdom")),
        "verbatimIdentification": pl.col("verbatim_lineage").str.replace_all(_BREAKS, " "),
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


def _text(batches: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Give tab-separated text without quotes; no value has a tab or a line end in it."""
    for place, batch in enumerate(batches):
        text = batch.write_csv(
            separator="\t",
            line_terminator="\n",
            quote_style="never",
            null_value="",
            include_header=place == 0,
        )
        yield text.encode()


def _zip(parts: Mapping[str, Iterable[bytes]], target: Path) -> None:
    """Pack texts in order of their names, as they come, without a clock."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(parts):
            # By its name a file gets the first day that a zip knows; no clock.
            with archive.open(name, "w", force_zip64=True) as packed:
                for block in _blocks(parts[name]):
                    packed.write(block)


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Cut into blocks of one size, so that packing does not depend on how the text came."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= _BLOCK:
            yield bytes(held[:_BLOCK])
            del held[:_BLOCK]
    yield bytes(held)


def _left_out(counts: pl.LazyFrame, events: pl.DataFrame, features: pl.DataFrame) -> dict[str, int]:
    """Count what is in the view and not in the archive, by reason."""
    import polars as pl

    size = pl.len().alias("rows"), pl.col("count").sum().alias("reads")
    whole = counts.select(*size).collect(engine="streaming").row(0)
    of_soils = counts.join(events.lazy().select(LIBRARY), on=LIBRARY, how="semi")
    soils = of_soils.select(*size).collect(engine="streaming").row(0)
    notes = {
        "control_rows_left_out": whole[0] - soils[0],
        "control_reads_left_out": whole[1] - soils[1],
    }
    per_feature = of_soils.group_by("feature_id").agg(*size).collect(engine="streaming")
    found = (
        per_feature.join(features.select("feature_id", "reason"), on="feature_id", how="inner")
        .group_by("reason")
        .agg(pl.col("rows", "reads").sum(), pl.len().alias("features"))
    )
    by_reason = {row["reason"]: row for row in found.iter_rows(named=True)}
    nothing = {"rows": 0, "reads": 0, "features": 0}
    notes["occurrences"] = by_reason.get(None, nothing)["rows"]
    for reason in ("flagged", "lineage_withheld"):
        row = by_reason.get(reason, nothing)
        notes |= {f"{reason}_{what}_left_out": row[what] for what in nothing}
    return notes
