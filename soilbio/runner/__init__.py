"""Start Snakemake, follow it, and sum up what became of each library."""
