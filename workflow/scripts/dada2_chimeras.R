# Find bimeras among the sequences of an assay, over all its runs (DADA2, removeBimeraDenovo).
# Usage: dada2_chimeras.R METHOD MIN_FOLD THREADS VERSION CHIMERAS SEQUENCES...
# SEQUENCES: tables of dada2_denoise.R. CHIMERAS: one sequence a line.
suppressPackageStartupMessages(library(dada2))
words <- commandArgs(TRUE)
found <- do.call(rbind, lapply(words[-(1:5)], read.delim, colClasses = c("character", "character", "integer")))
writeLines(sprintf("dada2 %s, R %s", packageVersion("dada2"), getRversion()), words[4])
if (nrow(found) == 0) {
  file.create(words[5])
  quit(save = "no")
}
sequences <- sort(unique(found$sequence), method = "radix")
libraries <- sort(unique(found$library), method = "radix")
counts <- matrix(0L, length(libraries), length(sequences), dimnames = list(libraries, sequences))
counts[cbind(found$library, found$sequence)] <- found$count
kept <- removeBimeraDenovo(counts, method = words[1], multithread = as.integer(words[3]),
                           minFoldParentOverAbundance = as.numeric(words[2]), verbose = FALSE)
writeLines(setdiff(sequences, colnames(kept)), words[5])
