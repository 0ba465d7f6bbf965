# What both scripts of DADA2 need: bimeras of a table, and the versions.

# Sequences of a table of library, sequence and count that are bimeras (DADA2, removeBimeraDenovo), sorted.
find_bimeras <- function(found, method, min_fold, threads) {
  if (nrow(found) == 0) return(character())
  sequences <- sort(unique(found$sequence), method = "radix")
  libraries <- sort(unique(found$library), method = "radix")
  counts <- matrix(0L, length(libraries), length(sequences), dimnames = list(libraries, sequences))
  counts[cbind(found$library, found$sequence)] <- found$count
  kept <- removeBimeraDenovo(counts, method = method, multithread = threads,
                             minFoldParentOverAbundance = min_fold, verbose = FALSE)
  setdiff(sequences, colnames(kept))
}
write_version <- function(target) {
  writeLines(sprintf("dada2 %s, R %s", packageVersion("dada2"), getRversion()), target)
}
