"""Files for phyloseq in R: count, lineage and sample tables, sequences, and a script to read them.

phyloseq's own reader of BIOM takes BIOM 1 only, so the parts go as plain tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.tables import RANKS
from soilbio.exporters.biom import losses_of
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.numbers import is_number
from soilbio.exporters.per_assay import NO_TREE, OneAssay, assays_of, folder_of, write_fasta
from soilbio.exporters.tsv import write_safely
from soilbio.exporters.view import View

if TYPE_CHECKING:
    import polars as pl

FOLDER = "phyloseq"
# Counts are long, not a matrix: of soils, most cells of a matrix are zero.
_SCRIPT = """\
# Reads this folder into a phyloseq object: ps <- source("read.R", chdir = TRUE)$value
# {NO_TREE}
library(phyloseq)
read <- function(name) {
  read.delim(name, check.names = FALSE, quote = "", comment.char = "", na.strings = "",
             colClasses = "character", encoding = "UTF-8")
}
by_first <- function(table) {
  rownames(table) <- table[[1]]
  table[-1]
}
samples <- by_first(read("samples.tsv"))
# All other columns are words, also codes and names that look like numbers.
columns <- read("columns.tsv")
for (name in intersect(columns$column[columns$type == "number"], names(samples))) {
  samples[[name]] <- as.numeric(samples[[name]])
}
lineages <- as.matrix(by_first(read("lineages.tsv")))
counts <- read("counts.tsv")
cells <- cbind(match(counts$feature_id, rownames(lineages)),
               match(counts$library_id, rownames(samples)))
abundance <- matrix(0, nrow(lineages), nrow(samples),
                    dimnames = list(rownames(lineages), rownames(samples)))
abundance[cells] <- as.numeric(counts$abundance)
parts <- list(otu_table(abundance, taxa_are_rows = TRUE), tax_table(lineages),
              sample_data(samples))
if (file.exists("sequences.fasta")) {
  sequences <- Biostrings::readDNAStringSet("sequences.fasta")
  # phyloseq keeps only features of which it has all parts.
  if (setequal(names(sequences), rownames(lineages))) {
    parts <- c(parts, list(refseq(sequences[rownames(lineages)])))
  }
}
do.call(phyloseq, parts)
"""


def write(view: View, folder: Path) -> Evidence:
    """Write `phyloseq/<assay_id>/` with `counts.tsv`, `lineages.tsv`, `samples.tsv`, `read.R`.

    `columns.tsv` says which columns of the samples are numbers; `sequences.fasta` is there where
    sequences are shared.
    """
    sequences = 0
    for assay in assays_of(view):
        target = folder_of(assay, folder / FOLDER)
        _write_tables(assay, target)
        sequences += write_fasta(assay, target / "sequences.fasta")
        (target / "read.R").write_text(_SCRIPT.replace("{NO_TREE}", NO_TREE), encoding="utf-8")
    return view.evidence.noting(sequences=sequences).losing(losses_of(view))


def _write_tables(assay: OneAssay, target: Path) -> None:
    import polars as pl

    abundance = pl.coalesce(pl.col("count").cast(pl.Float64), pl.col("relative_abundance"))
    whole = abundance.round() == abundance
    text = (
        pl.when(whole)
        .then(abundance.cast(pl.Int64).cast(pl.String))
        .otherwise(abundance.cast(pl.String))
    )
    counts = assay.counts.select("feature_id", "library_id", text.alias("abundance"))
    write_safely(counts, target / "counts.tsv")
    ranks = [rank for rank in RANKS if rank in assay.features.columns]
    others = [
        name for name in assay.features.columns if name not in ("feature_id", "sequence", *ranks)
    ]
    lineages = assay.features.lazy().select("feature_id", *ranks, *others)
    write_safely(lineages, target / "lineages.tsv")
    write_safely(_first(assay.libraries, "library_id"), target / "samples.tsv")
    kinds = [
        {"column": one.name, "type": "number" if is_number(one) else "text"}
        for one in assay.libraries.iter_columns()
    ]
    write_safely(pl.LazyFrame(kinds), target / "columns.tsv")


def _first(frame: pl.DataFrame, name: str) -> pl.LazyFrame:
    return frame.select(name, *(one for one in frame.columns if one != name)).lazy()
