"""Reads that were to be removed stay, whatever a sheet names."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.errors import Refused
from soilbio.exporters.reads import refuse_unscreened


def tables(*removed: str | None) -> dict[str, pl.LazyFrame]:
    numbers = range(len(removed))
    libraries = {
        "library_id": [f"L{number}-kraken2" for number in numbers],
        "assay_id": ["wgs-kraken2"] * len(removed),
        "removed_by_genome": list(removed),
    }
    assays = {"assay_id": ["wgs-kraken2"], "library_strategy": ["WGS"], "engine": ["kraken2"]}
    schema = dict.fromkeys(libraries, pl.String)
    return {"libraries": pl.LazyFrame(libraries, schema=schema), "assays": pl.LazyFrame(assays)}


@pytest.mark.parametrize("removed", ["human:12", "human:0"])
@pytest.mark.parametrize("name", ["L1", "L1-kraken2"])
def test_files_of_a_library_whose_hosts_reads_were_sought_are_refused(removed, name):
    with pytest.raises(Refused, match="L1"):
        refuse_unscreened(tables(None, removed), ["L0", name])


def test_files_of_libraries_of_which_nothing_was_sought_may_go():
    there = tables(None, "", "human:1")
    refuse_unscreened(there, ["L0", "L1", "another"])
    with pytest.raises(Refused, match="L2"):  # of the same tables
        refuse_unscreened(there, ["L0", "L1", "L2", "another"])
