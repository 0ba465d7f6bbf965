# Writes what an object of R holds as text: matrices (DADA2's sequence table and taxa) and the parts
# of a phyloseq object, whose package is not needed for that.

arguments <- commandArgs(trailingOnly = TRUE)
source_path <- arguments[[1]]
target <- arguments[[2]]

read_object <- function(path) {
  if (grepl("\\.rds$", path, ignore.case = TRUE)) {
    return(readRDS(path))
  }
  scope <- new.env()
  names <- load(path, envir = scope)
  if (length(names) != 1) {
    stop(sprintf("%d objects in the file, one is expected: %s", length(names), toString(names)))
  }
  get(names, envir = scope)
}

# Of an object whose class is of a package that is not there, only attributes can be asked for.
plain_matrix <- function(part) {
  shape <- attr(part, "dim")
  names <- attr(part, "dimnames")
  attributes(part) <- NULL
  matrix(part, nrow = shape[1], dimnames = names)
}

write_part <- function(part, name) {
  write.table(part, file.path(target, name), sep = "\t", quote = FALSE, col.names = NA)
}

# Below a word for names: numbers may be the names of features.
write_features <- function(part, name) {
  write_part(part, name)
  path <- file.path(target, name)
  lines <- readLines(path)
  lines[1] <- paste0("OTU ID", lines[1])
  writeLines(lines, path)
}

# Which way round an otu_table is, it says itself, alone or in a phyloseq object.
write_counts <- function(otu_table) {
  counts <- plain_matrix(otu_table)
  if (!isTRUE(attr(otu_table, "taxa_are_rows"))) {
    counts <- t(counts)
  }
  write_features(counts, "1_counts.tsv")
}

write_phyloseq <- function(object) {
  parts <- attributes(object)
  write_counts(parts$otu_table)
  if (!is.null(attr(parts$tax_table, "dim"))) {
    write_features(plain_matrix(parts$tax_table), "2_taxonomy.tsv")
  }
  # A slot without sequences is of no package.
  if (identical(attr(class(parts$refseq), "package"), "Biostrings")) {
    if (!requireNamespace("Biostrings", quietly = TRUE)) {
      stop("no package Biostrings")
    }
    sequences <- as.character(parts$refseq)
    writeLines(paste0(">", names(sequences), "\n", sequences), file.path(target, "3_sequences.fasta"))
  }
}

object <- read_object(source_path)
if (!is.null(attr(object, "otu_table"))) {
  write_phyloseq(object)
} else if (!is.null(attr(object, "taxa_are_rows"))) {
  write_counts(object)
} else if (is.matrix(object) || is.data.frame(object)) {
  write_part(object, "1_table.tsv")
} else if (is.list(object) && !is.null(object$tax)) {
  # assignTaxonomy(outputBootstraps = TRUE): supports stand behind the names, boot.Genus.
  taxa <- data.frame(object$tax, check.names = FALSE)
  if (!is.null(object$boot)) {
    taxa <- data.frame(taxa, boot = object$boot, check.names = FALSE)
  }
  write_part(taxa, "1_table.tsv")
} else {
  stop(sprintf("an object of class %s", toString(class(object))))
}
