"""Files that QIIME 2 imports: feature table, lineages, sequences, metadata of the samples.

Formats: BIOMV210Format, TSVTaxonomyFormat, DNAFASTAFormat, and the metadata file of
https://docs.qiime2.org (first column `sample-id`).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from soilbio.dataset.biom import RANK_PREFIXES
from soilbio.exporters.biom import losses_of, write_one
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.numbers import is_number
from soilbio.exporters.per_assay import NO_TREE, OneAssay, assays_of, folder_of, write_fasta
from soilbio.exporters.tsv import write_safely
from soilbio.exporters.view import View

FOLDER = "qiime2"
_COMMANDS = {
    "feature-table.biom": ("FeatureTable[Frequency]", "BIOMV210Format", "table"),
    "taxonomy.tsv": ("FeatureData[Taxonomy]", "TSVTaxonomyFormat", "taxonomy"),
    "sequences.fasta": ("FeatureData[Sequence]", "DNAFASTAFormat", "sequences"),
}
_RELATIVE = "FeatureTable[RelativeFrequency]"
# Names that the metadata format keeps for itself, whatever their capitals.
_RESERVED = frozenset(
    {"id", "sampleid", "sample id", "sample-id", "featureid", "feature id", "feature-id"}
)
# Those that it keeps as they are written here.
_RESERVED_SO = frozenset({"#SampleID", "#Sample ID", "#OTUID", "#OTU ID", "sample_name"})


def write(view: View, folder: Path) -> Evidence:
    """Write `qiime2/<assay_id>/` with the files and `import.sh`, which imports them."""
    sequences = 0
    for assay in assays_of(view):
        target = folder_of(assay, folder / FOLDER)
        write_one(view, assay, target / "feature-table.biom")
        _write_taxonomy(assay, target / "taxonomy.tsv")
        sequences += write_fasta(assay, target / "sequences.fasta")
        _write_metadata(assay, target / "sample-metadata.tsv")
        (target / "import.sh").write_text(_script(assay, target), encoding="utf-8")
    return view.evidence.noting(sequences=sequences).losing(losses_of(view))


def _write_taxonomy(assay: OneAssay, target: Path) -> None:
    """Write lineages as `d__Bacteria; k__; p__Bacillota`, down to the last rank that is known."""
    import polars as pl

    present = [rank for rank in RANK_PREFIXES if rank in assay.features.columns]
    if not present:
        return
    names = [
        pl.lit(RANK_PREFIXES[rank])
        + (pl.col(rank).fill_null("") if rank in present else pl.lit(""))
        for rank in RANK_PREFIXES
    ]
    lineage = pl.concat_str(names, separator="; ").str.replace(r"(; [a-z]__)+$", "")
    bare = f"{next(iter(RANK_PREFIXES.values()))}"
    confidence = pl.col("confidence") if "confidence" in assay.features.columns else pl.lit(None)
    table = assay.features.lazy().select(
        pl.col("feature_id").alias("Feature ID"),
        pl.when(lineage == bare).then(pl.lit("Unassigned")).otherwise(lineage).alias("Taxon"),
        confidence.cast(pl.String).alias("Confidence"),
    )
    write_safely(table, target)


def _write_metadata(assay: OneAssay, target: Path) -> None:
    """Write libraries as samples; `#q2:types` says what is a number, since codes look like one."""
    import polars as pl

    names = [name for name in assay.libraries.columns if name != "library_id"]
    kept = {name: _free(name, {*names} - {name}) for name in names}
    numbers = {name for name in names if is_number(assay.libraries[name])}
    types = {
        "sample-id": "#q2:types",
        **{kept[name]: "numeric" if name in numbers else "categorical" for name in names},
    }
    rows = assay.libraries.select(
        pl.col("library_id").alias("sample-id"),
        *(pl.col(name).cast(pl.String).alias(kept[name]) for name in names),
    )
    write_safely(pl.concat([pl.DataFrame([types]), rows]).lazy(), target)


def _free(name: str, others: Collection[str]) -> str:
    """Give a column a name that the format leaves free."""
    while name.lower() in _RESERVED or name in _RESERVED_SO or name in others:
        name = f"{name}_"
    return name


def _script(assay: OneAssay, target: Path) -> str:
    """Write the import of each file that is there."""
    lines = ["#!/bin/sh", "# Imports the files of this folder into QIIME 2.", f"# {NO_TREE}"]
    lines.append("set -e")
    is_relative = assay.counts.select("count").collect()["count"].null_count() > 0
    for name, (semantic, layout, made) in _COMMANDS.items():
        if (target / name).is_file():
            kind = _RELATIVE if is_relative and name.endswith(".biom") else semantic
            lines.append(
                f"qiime tools import --type '{kind}' --input-format {layout}"
                f" --input-path {name} --output-path {made}.qza"
            )
    return "\n".join([*lines, ""])
