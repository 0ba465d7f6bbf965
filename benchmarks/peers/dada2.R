# Plain DADA2, as its tutorial has it.
# dada2.R denoise TRIMMED OUT
# dada2.R chimeras OUT TARGET METHOD FOLD          (METHOD usual, FOLD 0: nothing said)
# dada2.R classify TARGET TRAINING
# The benchmark sets THREADS, and STEPS, the file for wall, processor time and peak memory.
words <- commandArgs(TRUE)
threads <- as.integer(Sys.getenv("THREADS"))
steps <- Sys.getenv("STEPS")

peak_mb <- function() {
  line <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024 / 1e6
}

step <- function(name, expression) {
  cat("5", file = "/proc/self/clear_refs")
  before <- proc.time()
  value <- eval.parent(substitute(expression))
  spent <- proc.time() - before
  cpu <- sum(spent[c("user.self", "sys.self", "user.child", "sys.child")])
  row <- sprintf("%s\t%.2f\t%.2f\t%.0f\n", name, spent[["elapsed"]], cpu, peak_mb())
  cat(row, file = steps, append = TRUE)
  value
}

start_step <- if (words[1] == "denoise") step else function(name, expression) expression
start_step("library(dada2)", suppressPackageStartupMessages(library(dada2)))

denoise <- function(trimmed, out) {
  forward <- sort(list.files(trimmed, "_R1.fastq.gz", full.names = TRUE))
  reverse <- sub("_R1.fastq.gz", "_R2.fastq.gz", forward)
  libraries <- sub("_R1.fastq.gz", "", basename(forward))
  kept_forward <- setNames(file.path(out, "filtered", basename(forward)), libraries)
  kept_reverse <- setNames(file.path(out, "filtered", basename(reverse)), libraries)
  step("filterAndTrim", filterAndTrim(
    forward, kept_forward, reverse, kept_reverse,
    truncLen = c(220, 180), maxN = 0, maxEE = c(2, 2), truncQ = 2, rm.phix = TRUE,
    compress = TRUE, multithread = threads
  ))
  is_there <- file.exists(kept_forward)
  kept_forward <- kept_forward[is_there]
  kept_reverse <- kept_reverse[is_there]
  errors_forward <- step("learnErrors-1", learnErrors(kept_forward, multithread = threads))
  errors_reverse <- step("learnErrors-2", learnErrors(kept_reverse, multithread = threads))
  forward <- step("dada-1", dada(kept_forward, err = errors_forward, multithread = threads))
  reverse <- step("dada-2", dada(kept_reverse, err = errors_reverse, multithread = threads))
  merged <- step("mergePairs", mergePairs(forward, kept_forward, reverse, kept_reverse))
  table <- step("makeSequenceTable", makeSequenceTable(merged))
  if (is.null(rownames(table)) || nrow(table) == 1) rownames(table) <- names(kept_forward)
  saveRDS(table, file.path(out, "table.rds"))
}

chimeras <- function(out, target, method, fold) {
  table <- readRDS(file.path(out, "table.rds"))
  options <- list(table, multithread = threads)
  if (method != "usual") options$method <- method
  if (fold > 0) options$minFoldParentOverAbundance <- fold
  kept <- step("removeBimeraDenovo", do.call(removeBimeraDenovo, options))
  saveRDS(kept, file.path(target, "kept.rds"))
  write.table(t(kept), file.path(target, "counts.tsv"), sep = "\t", quote = FALSE, col.names = NA)
}

classify <- function(target, training) {
  kept <- readRDS(file.path(target, "kept.rds"))
  ranks <- c("Kingdom", "Phylum", "Class", "Order", "Family", "Genus")
  names <- step("assignTaxonomy", assignTaxonomy(
    kept, training, taxLevels = ranks, multithread = threads
  ))
  write.table(names, file.path(target, "lineages.tsv"), sep = "\t", quote = FALSE, col.names = NA)
}

switch(words[1],
  denoise = denoise(words[2], words[3]),
  chimeras = chimeras(words[2], words[3], words[4], as.numeric(words[5])),
  classify = classify(words[2], words[3])
)
