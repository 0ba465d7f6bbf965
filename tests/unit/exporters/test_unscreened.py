"""Reads that were to be removed stay, whatever a sheet names."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.errors import Refused
from soilbio.exporters.reads import refuse_unscreened


def table(*removed: str | None) -> pl.LazyFrame:
    return pl.LazyFrame(
        {
            "library_id": [f"L{number}" for number, _ in enumerate(removed)],
            "removed_by_genome": list(removed),
        },
        schema={"library_id": pl.String, "removed_by_genome": pl.String},
    )


@pytest.mark.parametrize("removed", ["human:12", "human:0"])
def test_files_of_a_library_whose_hosts_reads_were_sought_are_refused(removed):
    with pytest.raises(Refused, match="L1"):
        refuse_unscreened(table(None, removed), ["L0", "L1"])


def test_files_of_libraries_of_which_nothing_was_sought_may_go():
    refuse_unscreened(table(None, "", "human:1"), ["L0", "L1", "another"])
