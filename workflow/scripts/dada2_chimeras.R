# Find bimeras among the sequences of an assay, over all its runs.
# Usage: dada2_chimeras.R BIMERAS METHOD MIN_FOLD THREADS CHIMERAS SEQUENCES...
# BIMERAS: dada2_bimeras.R. SEQUENCES: tables of dada2_denoise.R. CHIMERAS: one sequence a line.
suppressPackageStartupMessages(library(dada2))
words <- commandArgs(TRUE)
source(words[1])
read_table <- function(file) read.delim(file, colClasses = c("character", "character", "integer"))
found <- do.call(rbind, lapply(words[-(1:5)], read_table))
writeLines(find_bimeras(found, words[2], as.numeric(words[3]), as.integer(words[4])), words[5])
