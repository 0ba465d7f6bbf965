"""Features that are no organism: reads that a profiler gave no name, all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# What all of them are called where datasets are merged by name.
UNCLASSIFIED = "unclassified"
# A profiler's own; rRNA reads that a reference does not name; Kraken2's number 0, as NCBI's or in
# a database with numbers of its own.
_UNCLASSIFIED = r"^(?:(?:[^:]+:)?unclassified|ncbi:0|(?:k2|gtdb)-[^:]+:0)$"
# A numbered taxon of such databases, which above all ranks is the root or cellular organisms.
_NUMBERED = r"^(?:ncbi|(?:k2|gtdb)-[^:]+):[0-9]+$"


def is_unclassified() -> pl.Expr:
    """Tell by their ids features that are what no taxon explains."""
    import polars as pl

    return pl.col("feature_id").str.contains(_UNCLASSIFIED)


def may_be_pool() -> pl.Expr:
    """Tell features that are no organism if they have neither a sequence nor a name."""
    import polars as pl

    return is_unclassified() | pl.col("feature_id").str.contains(_NUMBERED)
