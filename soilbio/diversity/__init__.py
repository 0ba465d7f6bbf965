"""Alpha and beta diversity, ordination and permutation tests of a dataset's assay."""
