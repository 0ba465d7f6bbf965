# Denoise the libraries of one sequencing run with DADA2 (Callahan et al. 2016, Nat. Methods 13:581).
# Usage: dada2_denoise.R MANIFEST POOLING BASES MIN_OVERLAP MAX_MISMATCH THREADS SEQUENCES TRACKING
#                        BIMERAS METHOD MIN_FOLD CHIMERAS VERSION
# MANIFEST: library, forward and (or empty) reverse FASTQ, tab-separated, no header.
# BIMERAS: dada2_bimeras.R. METHOD `none` leaves CHIMERAS empty: an assay's other runs are to be seen, too.
suppressPackageStartupMessages(library(dada2))
words <- commandArgs(TRUE)
manifest <- read.delim(words[1], header = FALSE, colClasses = "character",
                       col.names = c("library", "forward", "reverse"))
pooling <- switch(words[2], independent = FALSE, pooled = TRUE, pseudo = "pseudo")
learn_bases <- as.numeric(words[3])
min_overlap <- as.integer(words[4])
max_mismatch <- as.integer(words[5])
threads <- as.integer(words[6])
source(words[9])
set.seed(1)

is_paired <- any(nzchar(manifest$reverse))
# An empty library has no reads to learn from; it is accounted for by the workflow.
has_reads <- function(file) {
  connection <- gzfile(file)
  on.exit(close(connection))
  length(readLines(connection, n = 1)) > 0
}
manifest <- manifest[vapply(manifest$forward, has_reads, logical(1)), ]

# DADA2 reads a file anew at each step that needs it. Unique reads of a run that is not too large (1 GB
# of memory) are kept instead, and for merging only which read is which of them.
max_bytes_kept <- 2e8
is_kept <- sum(file.size(manifest$forward)) < max_bytes_kept
without_qualities <- function(unique) {
  unique["quals"] <- list(NULL)
  unique
}

# DADA2 cannot fit an error model to a handful of reads, nor to bases of one quality; that is a result of
# this run, not a crash. Its versions differ in which of the two words for it are those of the error.
learn <- function(reads) {
  tryCatch(
    learnErrors(reads, nbases = learn_bases, multithread = threads, verbose = 0),
    error = function(problem) {
      words_for_it <- "Error rates could not be estimated|Error matrix is NULL"
      if (!grepl(words_for_it, conditionMessage(problem))) stop(problem)
      give_up(paste("DADA2 cannot learn an error model: too few reads in the run, or all bases have",
                    "one quality"))
    }
  )
}
denoise <- function(files) {
  names(files) <- manifest$library
  reads <- if (is_kept) lapply(files, derepFastq) else files
  errors <- learn(reads)
  found <- dada(reads, err = errors, pool = pooling, multithread = threads, verbose = 0)
  list(found = found, reads = if (is_kept) lapply(reads, without_qualities) else files)
}
# Of a single library DADA2 returns the result itself, not a list of one.
as_list <- function(x) if (is(x, "dada")) setNames(list(x), manifest$library) else x
reads_of <- function(x) sum(getUniques(x))

write_results <- function(found, tracking) {
  bimeras <- if (words[10] == "none") character() else
    find_bimeras(found, words[10], as.numeric(words[11]), 1L)
  writeLines(bimeras, words[12])
  write_version(words[13])
  write.table(found, words[7], sep = "\t", quote = FALSE, row.names = FALSE)
  write.table(tracking, words[8], sep = "\t", quote = FALSE, row.names = FALSE)
}
give_up <- function(reason) {
  none <- rep(0L, nrow(manifest))
  write_results(data.frame(library = character(), sequence = character(), count = integer()),
                data.frame(library = manifest$library, denoised = none, merged = none,
                           reason = rep(reason, nrow(manifest))))
  quit(save = "no")
}
if (nrow(manifest) == 0) give_up("")
forward <- denoise(manifest$forward)
denoised <- vapply(as_list(forward$found), reads_of, numeric(1))
if (is_paired) {
  reverse <- denoise(manifest$reverse)
  merged <- mergePairs(forward$found, forward$reads, reverse$found, reverse$reads,
                       minOverlap = min_overlap, maxMismatch = max_mismatch)
  merged <- if (is.data.frame(merged)) setNames(list(merged), manifest$library) else merged
} else {
  merged <- as_list(forward$found)
}
tables <- lapply(names(merged), function(library) {
  uniques <- getUniques(merged[[library]])
  data.frame(library = rep(library, length(uniques)), sequence = names(uniques),
             count = as.integer(uniques))
})
found <- do.call(rbind, tables)
found <- found[order(found$library, found$sequence, method = "radix"), ]
totals <- vapply(merged, reads_of, numeric(1))
# Single reads have nothing to merge.
if (!is_paired) totals <- rep("", length(totals))
write_results(found, data.frame(library = names(denoised), denoised = denoised, merged = totals,
                                reason = rep("", length(denoised))))
